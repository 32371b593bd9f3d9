"""People, and who holds what where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import Appointment, SupportAccess, User
from loushi.registry.accounts.policy import can_manage, can_see_user
from loushi.registry.accounts.queries.actors import running_on


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """What the list of people is narrowed to; all empty shows everybody who may be seen."""

    text: str = ""
    state: str = ""
    role: str = ""
    unit_path: str = ""
    department_id: int | None = None


def people(actor: Actor, wanted: PersonFilter | None = None) -> QuerySet[User]:
    """The people that an actor may see: all for the security administrator, otherwise those with
    an appointment in the actor's range."""
    wanted = wanted or PersonFilter()
    rows = User.objects.order_by("pk")
    today = timezone.localdate()
    if not can_manage(actor):
        seen = Appointment.objects.visible_to(actor).filter(running_on(today))
        rows = rows.filter(pk__in=seen.values("user_id"), is_active=True)
    if wanted.text:
        rows = rows.filter(
            Q(name__icontains=wanted.text)
            | Q(username__icontains=wanted.text.lower())
            | Q(phone__startswith=wanted.text)
        )
    if wanted.state == "active":
        rows = rows.filter(is_active=True)
    elif wanted.state == "inactive":
        rows = rows.filter(is_active=False)
    elif wanted.state == "first":
        rows = rows.filter(is_active=True, must_change_password=True)
    held = _held(wanted, today)
    return rows if held is None else rows.filter(pk__in=held.values("user_id"))


def _held(wanted: PersonFilter, on: date) -> QuerySet[Appointment] | None:
    if not (wanted.role or wanted.unit_path or wanted.department_id):
        return None
    rows = Appointment.objects.unscoped("narrows a list that is limited already")
    rows = rows.filter(running_on(on))
    if wanted.role:
        rows = rows.filter(role__code=wanted.role)
    if wanted.unit_path:
        rows = rows.filter(path_range("unit_path", wanted.unit_path))
    if wanted.department_id:
        rows = rows.filter(department_id=wanted.department_id)
    return rows


def get_user(actor: Actor, user_id: int, *, manage: bool = False) -> User:
    """One person whom the actor may see; NotVisible otherwise. With `manage` also Denied."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or not can_see_user(actor, user):
        raise NotVisible
    if manage and not can_manage(actor):
        raise Denied
    return user


def user_by_login(text: str) -> User | None:
    """The person behind a user name or a phone number (only when exactly one has it)."""
    typed = text.strip()
    user = User.objects.filter(username=typed.lower()).first()
    if user is not None or not typed:
        return user
    found = list(User.objects.filter(phone=typed.replace(" ", ""), is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def people_at(
    *,
    unit_id: int | None = None,
    department_id: int | None = None,
    role: str = "",
    on: date | None = None,
) -> list[Appointment]:
    """Who holds which role directly at a unit or department on a day (directory fact)."""
    rows = Appointment.objects.unscoped("who serves where is public in the directory")
    rows = rows.filter(running_on(on or timezone.localdate()), user__is_active=True)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if department_id is not None:
        rows = rows.filter(department_id=department_id)
    if role:
        rows = rows.filter(role__code=role)
    return list(rows.select_related("user", "role").order_by("role_id", "since", "pk"))


def people_below(actor: Actor, path: str, on: date | None = None) -> QuerySet[Appointment]:
    """All appointments at or below a unit that the actor may see, by place and role."""
    rows = Appointment.objects.visible_to(actor).filter(running_on(on or timezone.localdate()))
    if path:
        rows = rows.filter(path_range("unit_path", path))
    return rows.select_related("user", "role", "unit", "department").order_by(
        "unit_path", "department_id", "role_id", "pk"
    )


def history_of(actor: Actor, user_id: int) -> list[Appointment]:
    """All appointments of a person, past, present and planned, that the actor may see."""
    rows = Appointment.objects.unscoped("the person was fetched under the actor's range")
    if not can_manage(actor) and actor.user_id != user_id:
        rows = Appointment.objects.visible_to(actor)
    return list(
        rows.filter(user_id=user_id)
        .select_related("role", "unit", "department")
        .order_by("-since", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Handover:
    """One post that a leaving person holds, and who else holds the same role there."""

    appointment: Appointment
    others: tuple[str, ...]


def handover_of(actor: Actor, user_id: int, on: date | None = None) -> list[Handover]:
    """What must find new hands when a person leaves: the running posts and their colleagues."""
    day = on or timezone.localdate()
    found = []
    for row in history_of(actor, user_id):
        if row.until is not None and row.until < day:
            continue
        others = people_at(
            unit_id=row.unit_id, department_id=row.department_id, role=row.role.code, on=day
        )
        names = tuple(other.user.name for other in others if other.user_id != user_id)
        found.append(Handover(row, names))
    return found


def is_locked(username: str) -> bool:
    """Whether a user name is locked from some address after too many failures."""
    since = timezone.now() - timedelta(minutes=settings.LOCKOUT_MINUTES)
    attempts = AccessAttempt.objects.filter(
        username=username,
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=since,
    )
    return bool(attempts.exists())


def support_accesses(actor: Actor) -> QuerySet[SupportAccess]:
    """All support modes that were granted, newest first (for those who grant them)."""
    if not can_manage(actor):
        raise Denied
    rows = SupportAccess.objects.unscoped("the security administrator oversees support modes")
    return rows.select_related("user", "granted_by").order_by("-pk")


def usable_supports(user_id: int) -> list[SupportAccess]:
    """The support modes that a person may start or is in."""
    rows = SupportAccess.objects.unscoped("a person's own support modes")
    return list(
        rows.filter(user_id=user_id, ended_at__isnull=True, expires_at__gt=timezone.now())
        .select_related("granted_by")
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list with the posts that run."""

    user: User
    posts: tuple[Appointment, ...]


def with_posts(users: Sequence[User], on: date) -> list[PersonRow]:
    """People with their running posts: one query for all."""
    rows = Appointment.objects.unscoped("posts of people whom the actor may see")
    running = rows.filter(running_on(on), user_id__in=[user.pk for user in users])
    posts: dict[int, list[Appointment]] = {}
    for row in running.select_related("role", "unit", "department").order_by("pk"):
        posts.setdefault(row.user_id, []).append(row)
    return [PersonRow(user, tuple(posts.get(user.pk, ()))) for user in users]


def users_by_name(usernames: Collection[str]) -> dict[str, User]:
    """Accounts by user name, for importers."""
    wanted = list(usernames)
    found: dict[str, User] = {}
    for start in range(0, len(wanted), 500):
        for user in User.objects.filter(username__in=wanted[start : start + 500]):
            found[user.username] = user
    return found


def open_posts(user_ids: Sequence[int], on: date) -> list[Appointment]:
    """The posts of these people that run on a day or begin later, with their roles."""
    rows = Appointment.objects.unscoped("an import compares with what people hold already")
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=on)).select_related("role")
    return [
        row
        for start in range(0, len(user_ids), 500)
        for row in rows.filter(user_id__in=user_ids[start : start + 500])
    ]
