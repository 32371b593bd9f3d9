"""The door: trying a user name and password, the lock behind it, the demo's shortcuts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.registry.accounts import queries, sessions
from loushi.registry.accounts.models import User


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """How long a lock lasts (asked by django-axes)."""
    return timedelta(minutes=settings.LOCKOUT_MINUTES)


def address(request: HttpRequest) -> str:
    """The address that the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def try_login(request: HttpRequest, identifier: str, password: str) -> User | None:
    """Logs in on this device and returns the person, or None: wrong, closed, unknown or locked.

    Nothing tells which of these it was; `request.axes_locked_out` says that the lock is on.
    """
    known = queries.user_by_login(identifier)
    username = known.username if known else identifier.strip().lower()[:60]
    user = authenticate(request, username=username, password=password)
    if user is None:
        _refused(request, known)
        return None
    assert isinstance(user, User)
    enter(request, user, "accounts.log_in")
    return user


def enter(request: HttpRequest, user: User, action: str) -> None:
    """Begins the session and records the login."""
    sessions.begin(request, user)
    actor = queries.actor_for(user, timezone.localdate())
    record(actor=actor, action=action, subject=user, ip=address(request) or None)


def _refused(request: HttpRequest, known: User | None) -> None:
    """An unknown name is not written down: people type passwords into the wrong field."""
    locked = bool(getattr(request, "axes_locked_out", False))
    record(
        actor=Actor(user_id=known.pk if known else None, name=known.name if known else ""),
        action="accounts.log_in",
        subject=("accounts.user", known.pk if known else None, known.username if known else ""),
        after={"locked": locked},
        result="refused",
        ip=address(request) or None,
    )


def minutes_left(username: str, ip: str) -> int:
    """Whole minutes until a lock ends (at least 1)."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=ip or None)
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    if last is None:
        return int(settings.LOCKOUT_MINUTES)
    rest = last + cool_off() - timezone.now()
    return max(1, ceil(rest.total_seconds() / 60))


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo, offered on the login page."""

    username: str
    role: str
    unit: str
    name: str


_demo: Callable[[], Sequence[dict[str, Any]]] | None = None


def offer_demo(source: Callable[[], Sequence[dict[str, Any]]]) -> None:
    """Tells where the demo's accounts stand (config wires it, only in the demo)."""
    global _demo
    _demo = source


def demo_accounts() -> list[DemoAccount]:
    """One account per role, for one-click entry; always empty outside the demo."""
    if not settings.DEMO or settings.PRODUCTION or _demo is None:
        return []
    return [
        DemoAccount(
            str(row["username"]),
            str(row["role"]),
            str(row.get("unit", "")),
            str(row.get("name", "")),
        )
        for row in _demo()
    ]


def enter_demo(request: HttpRequest, username: str) -> User:
    """Logs in as one of the demo's accounts without a password; NotVisible for any other."""
    if username not in {account.username for account in demo_accounts()}:
        raise NotVisible
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotVisible
    enter(request, user, "accounts.enter_demo")
    return user
