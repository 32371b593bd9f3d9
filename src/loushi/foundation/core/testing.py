"""For tests: a frozen clock and actors made by hand."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

from .actor import UNIT, Actor, Grant

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
