"""For tests: a frozen clock, actors made by hand, factories that are remembered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

from .actor import UNIT, Actor, Grant

P = ParamSpec("P")
T = TypeVar("T")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """ "2026-10-12 10:20" in Shanghai as an aware datetime."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def at(when: str | datetime) -> Iterator[datetime]:
    """Freezes `timezone.now()` within the block."""
    now = moment(when) if isinstance(when, str) else when
    with patch("django.utils.timezone.now", lambda: now):
        yield now


def grant(role: str, kind: str, key: str | int, *permissions: str, label: str = "") -> Grant:
    return Grant(role, frozenset(permissions), kind, str(key), label)


def make_actor(
    user_id: int | None = 1,
    name: str = "周闻笛",
    grants: Iterable[Grant] = (),
    *,
    path: str = "",
    permissions: Iterable[str] = (),
) -> Actor:
    """An actor with the given grants, or with one grant at `path` carrying `permissions`."""
    held = tuple(grants)
    if path:
        held += (Grant("test", frozenset(permissions), UNIT, path),)
    return Actor(user_id=user_id, name=name, grants=held, appointment=name)


_memory: Callable[[Callable[..., Any], Any, Any], Any] | None = None


def remember(given: Callable[[Callable[..., Any], Any, Any], Any]) -> None:
    """Tells remembered factories who remembers (`tests/worlds.py`); without it they simply run."""
    global _memory
    _memory = given


def remembered(make: Callable[P, T]) -> Callable[P, T]:
    """Marks a factory that does nothing but write rows, and whose arguments say all by their
    `repr`: the tests lay its world out once in a process and repeat what it wrote. What it gives
    is copied, so it must not hold functions that belong to it."""

    @wraps(make)
    def given(*args: P.args, **named: P.kwargs) -> T:
        if _memory is None:
            return make(*args, **named)
        found: T = _memory(make, args, named)
        return found

    return given
