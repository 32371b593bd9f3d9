"""Building the Actor: all appointments in force, and what other packages contribute."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor, Grant
from loushi.foundation.core.stamps import Kept
from loushi.registry.accounts.models import Appointment, Role, SupportAccess, User

SNAPSHOT_LENGTH = 160

_actors: Kept[Actor] = Kept("rights", most=2000)
_people: Kept[Actor | None] = Kept("rights", most=2000)
_english: Kept[dict[str, str]] = Kept("rights", most=8)


def running_on(on: date) -> Q:
    """The condition "in force on that day" (`until` is the last day)."""
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))


@cache
def _contributors() -> tuple[Callable[[int, date], Iterable[Grant]], ...]:
    paths: Iterable[str] = import_string(settings.LOUSHI_GRANT_CONTRIBUTORS)
    return tuple(import_string(path) for path in paths)


def actor_for(user: User, on: date, support: SupportAccess | None = None) -> Actor:
    """The Actor of a person on a day: all appointments in force, plus what other packages
    contribute (towers, enterprises). One query here and one per contributor, or none while the
    tables that it is made of have not changed."""
    if support is not None:
        return _made(user, on, see_all=True)
    return _actors.get((user.pk, user.name, on), lambda: _made(user, on, see_all=False))


def actor_by_id(user_id: int, on: date) -> Actor | None:
    """The Actor of a person on a day; None where nobody of that id may log in."""

    def made() -> Actor | None:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        return actor_for(user, on) if user else None

    return _people.get((user_id, on), made)


def _made(user: User, on: date, *, see_all: bool) -> Actor:
    held = appointments_of(user.pk, on)
    grants = [_grant(row) for row in held]
    for contribute in _contributors():
        grants += contribute(user.pk, on)
    labels = [grant.label for grant in grants if grant.label]
    return Actor(
        user_id=user.pk,
        name=user.name,
        grants=tuple(grants),
        appointment="；".join(dict.fromkeys(labels))[:SNAPSHOT_LENGTH],
        see_all=see_all,
    )


def role_of(grant: Grant) -> str:
    """The role of a grant in the reader's language; its `label` is what records keep."""
    role = grant.label.rpartition(" ")[2]
    if not (get_language() or "").startswith("en"):
        return role
    return _english.get("en", _role_names).get(grant.role, role)


def post_of(grant: Grant) -> str:
    """Place and role of a grant in the reader's language."""
    return f"{grant.label.rpartition(' ')[0]} {role_of(grant)}".strip()


def posts_of(actor: Actor) -> str:
    """All posts of a person in the reader's language."""
    posts = [post_of(grant) for grant in actor.grants if grant.label]
    return "；".join(dict.fromkeys(posts)) or actor.appointment


def _role_names() -> dict[str, str]:
    return {role.code: role.label for role in Role.objects.order_by("pk")}


def appointments_of(user_id: int, on: date) -> list[Appointment]:
    """The appointments of a person in force on a day, with role and place."""
    return list(
        Appointment.objects.unscoped("a person's own appointments make the actor")
        .filter(running_on(on), user_id=user_id, role__is_active=True)
        .select_related("role", "unit", "department")
        .order_by("since", "pk")
    )


def _grant(row: Appointment) -> Grant:
    place: Any = row.unit or row.department
    key = row.unit_path if row.unit_id else str(row.department_id)
    return Grant(
        role=row.role.code,
        permissions=frozenset(row.role.permissions),
        kind=UNIT if row.unit_id else DEPARTMENT,
        key=key,
        label=f"{place} {row.role.name}",
        since=row.since,
        until=row.until,
    )
