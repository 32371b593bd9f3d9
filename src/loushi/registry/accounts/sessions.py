"""A login on a device: begins, is seen, goes idle, is revoked."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user,
    login,
    logout,
    update_session_auth_hash,
)
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from loushi.foundation.core.stamps import Kept
from loushi.registry.accounts.models import SupportAccess, User, UserSession

SEEN = "seen_at"
SUPPORT = "support_access"
TOUCH_SECONDS = 60
BACKEND = "django.contrib.auth.backends.ModelBackend"

_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_people: Kept[tuple[Any, ...] | None] = Kept("rights", most=2000)

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """ "Chrome · Windows" from a User-Agent header; '' when it says nothing we know."""
    found = [
        next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(part for part in found if part)


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """Who is logged in on this session; kept while no account has changed, and made anew for each
    request, so that nobody changes what another request reads."""
    session = request.session
    mark = (
        session.get(SESSION_KEY),
        session.get(BACKEND_SESSION_KEY),
        session.get(HASH_SESSION_KEY),
    )
    if None in mark:
        return get_user(request)
    values = _people.get(mark, lambda: _values(get_user(request)))
    if values is None:
        return get_user(request)
    return User.from_db(connection.alias, _COLUMNS, values)


def _values(user: Any) -> tuple[Any, ...] | None:
    if not user.is_authenticated:
        return None
    return tuple(getattr(user, name) for name in _COLUMNS)


def begin(request: HttpRequest, user: User) -> UserSession:
    """Logs the person in on this device and notes the session."""
    login(request, user, backend=BACKEND)
    now = timezone.now()
    request.session[SEEN] = now.timestamp()
    if not request.session.session_key:
        request.session.save()
    row, _created = UserSession.objects.unscoped("a login notes its own device").update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "device": device_of(request.headers.get("User-Agent", "")),
            "ip": request.META.get("REMOTE_ADDR") or None,
            "created_at": now,
            "last_seen_at": now,
            "ended_at": None,
            "end_reason": "",
        },
    )
    return row


def renew(request: HttpRequest, user: User) -> None:
    """After a change of password this device stays logged in, under a new session key."""
    old = request.session.session_key
    update_session_auth_hash(request, user)
    rows = UserSession.objects.unscoped("the own session got a new key")
    rows.filter(session_key=old).update(session_key=request.session.session_key)


def finish(request: HttpRequest, reason: str = "logout") -> None:
    """Logs the person out on this device."""
    _mark_ended([request.session.session_key or ""], reason)
    logout(request)


def _mark_ended(keys: list[str], reason: str) -> None:
    rows = UserSession.objects.unscoped("ending sessions that the caller has checked")
    rows.filter(session_key__in=keys, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=reason
    )


def end_all(user_id: int, reason: str, *, keep: str = "") -> int:
    """Ends every open session of a person, except the one with key `keep`; how many."""
    rows = UserSession.objects.unscoped("ending all sessions of one person")
    keys = list(
        rows.filter(user_id=user_id, ended_at__isnull=True)
        .exclude(session_key=keep)
        .values_list("session_key", flat=True)
    )
    end(keys, reason)
    return len(keys)


def end(keys: list[str], reason: str) -> None:
    """Deletes the web sessions with these keys, so that the next request must log in again."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for key in keys:
        store.delete(key)
    _mark_ended(keys, reason)


def expire_if_idle(request: HttpRequest) -> bool:
    """Logs out a session that was idle too long (True); otherwise notes that it was seen."""
    now = timezone.now()
    seen = request.session.get(SEEN)
    if seen is not None and now.timestamp() - seen > settings.IDLE_MINUTES * 60:
        finish(request, "idle")
        return True
    if seen is None or now.timestamp() - seen >= TOUCH_SECONDS:
        request.session[SEEN] = now.timestamp()
        rows = UserSession.objects.unscoped("a session notes that it was seen")
        rows.filter(session_key=request.session.session_key).update(last_seen_at=now)
    return False


def running_support(request: HttpRequest) -> SupportAccess | None:
    """The support mode that this session runs in, or None; an expired one ends here."""
    pk = request.session.get(SUPPORT)
    if pk is None:
        return None
    access = (
        SupportAccess.objects.unscoped("the session's own support mode")
        .filter(
            pk=pk,
            user_id=request.user.pk,
            started_at__isnull=False,
            ended_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        .first()
    )
    if access is None:
        del request.session[SUPPORT]
    return access


__all__ = [
    "begin",
    "device_of",
    "end",
    "end_all",
    "expire_if_idle",
    "finish",
    "renew",
    "running_support",
]
