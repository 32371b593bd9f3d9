from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from loushi.demo import commands
from loushi.demo.places import TEMPLATES, Template


def small(template: str = "gongshu") -> Template:
    """The same district, small enough for a test."""
    shape = TEMPLATES[template]
    return replace(
        shape, communities=shape.communities[:2], towers=10, enterprises=60, demands=120,
        cluster=8, landed=5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One transaction around the tests of a module; each has its own savepoint within."""
    with django_db_blocker.unblock(), transaction.atomic():
        commands.build(seed=7, today=date(2026, 11, 20), shape=small())
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def district(_built: None, db: None) -> None:
    """A district that was built once for the module."""
