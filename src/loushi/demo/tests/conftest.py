from dataclasses import replace
from datetime import date

import pytest

from loushi.demo import commands
from loushi.demo.places import TEMPLATES, Template


def small(template: str = "gongshu") -> Template:
    """The same district, small enough for a test."""
    shape = TEMPLATES[template]
    return replace(
        shape, communities=shape.communities[:2], towers=10, enterprises=60, demands=120,
        cluster=8, landed=5,
    )  # fmt: skip


@pytest.fixture
def district(db: None) -> None:
    commands.build(seed=7, today=date(2026, 11, 20), shape=small())
