"""Departments, roles, names and addresses."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.errors import NotVisible
from loushi.registry.accounts.models import Appointment, Department, Role, User
from loushi.registry.accounts.queries.actors import running_on


def departments(
    active: bool = True, unit: int | None = None, text: str = ""
) -> QuerySet[Department]:
    """The department directory, by code; it is public among those who are logged in."""
    rows = Department.objects.select_related("unit").order_by("code")
    if active:
        rows = rows.filter(is_active=True)
    if unit is not None:
        rows = rows.filter(unit_id=unit)
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text)
        )
    return rows


def department(department_id: int) -> Department:
    """One department; NotVisible when there is none."""
    row = Department.objects.select_related("unit").filter(pk=department_id).first()
    if row is None:
        raise NotVisible
    return row


def departments_by_name(names: Iterable[str]) -> dict[str, Department]:
    """Departments by name, short name or code, for importers."""
    wanted = set(names)
    found: dict[str, Department] = {}
    for row in departments():
        for word in (row.code, row.short_name, row.name):
            if word in wanted:
                found[word] = row
    return found


def roles(kind: str = "") -> QuerySet[Role]:
    """The roles in use, in the shipped order; optionally those held at one kind of place."""
    rows = Role.objects.filter(is_active=True).order_by("pk")
    return rows.filter(kind=kind) if kind else rows


def role_by_code(code: str) -> Role | None:
    """A role in use by its code."""
    return Role.objects.filter(code=code, is_active=True).first()


def heads_of(department_id: int, on: date | None = None) -> list[User]:
    """The heads of a department on a day."""
    rows = (
        Appointment.objects.unscoped("who heads a department is public in the directory")
        .filter(
            running_on(on or timezone.localdate()),
            department_id=department_id,
            role__code="department_head",
            user__is_active=True,
        )
        .select_related("user")
        .order_by("since", "pk")
    )
    return [row.user for row in rows]


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The names of people by id; one query."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "name"))


def address_of(user_id: int) -> str:
    """The mail address of a person who may still log in, or ''."""
    rows = User.objects.filter(pk=user_id, is_active=True)
    return rows.values_list("email", flat=True).first() or ""
