"""Journeys run on a small demo district, driven in a real browser."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loushi.demo import commands
from loushi.demo.places import TEMPLATES
from loushi.registry.accounts.models import User


@pytest.fixture
def district(kept: Callable[[str, Callable[[], Any]], None]) -> None:
    """Two communities, ten towers, 34 health firms in the first and sixty more enterprises, forty
    demands, all roles; one referral post that brought 21 firms."""
    kept("district", _build)


def _build() -> None:
    shape = TEMPLATES["gongshu"]
    commands.build(
        seed=11,
        shape=replace(
            shape, communities=shape.communities[:2], towers=10, enterprises=94, demands=40
        ),
    )


@pytest.fixture
def enter(district: None, signed_in: Callable[..., Any]) -> Callable[..., Any]:
    """`enter("clerk1", "/demands/", viewport=PHONE)`: that person's page, opened there."""

    def open_as(username: str, path: str = "/", **options: Any) -> Any:
        page = signed_in(User.objects.get(username=username), **options)
        page.goto(path)
        return page

    return open_as
