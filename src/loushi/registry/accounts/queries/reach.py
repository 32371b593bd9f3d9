"""Whom to tell: who holds a permission for a place, and who stands above it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.units import WIDTH
from loushi.registry.accounts.models import Appointment
from loushi.registry.accounts.queries.actors import running_on

# Escalation goes to named people: secretary, then sub-district, then district.
SUPERIOR_ROLES = ("community_secretary", "subdistrict_officer", "district_office")


def paths_up(path: str) -> list[str]:
    """The path itself and those of all units above it, deepest first."""
    return [path[:end] for end in range(len(path), 0, -WIDTH)]


def _holders(on: date, **where: Any) -> QuerySet[Any, Any]:
    rows = Appointment.objects.unscoped("whom to notify about a row").filter(
        running_on(on), role__is_active=True, user__is_active=True, **where
    )
    return rows.values_list("unit_path", "user_id", "role__permissions")


_in_department: Prepared[tuple[str, int, list[str]]] = Prepared(
    lambda on, pk: _holders(on, department_id=pk)
)
_at_units: Prepared[tuple[str, int, list[str]]] = Prepared(
    lambda on, paths: _holders(on, unit_id__isnull=False, unit_path__among=paths)
)


def users_with_permission(
    permission: str,
    *,
    unit_path: str = "",
    department_id: int | None = None,
    nearest: bool = True,
    on: date | None = None,
) -> list[int]:
    """Ids of the active people who hold a permission at a unit (or above it) or a department.

    With `nearest` only those of the deepest unit where anybody holds it: who is to be told first.
    """
    if department_id is None and not unit_path:
        return []
    day = on or timezone.localdate()
    if department_id is not None:
        rows = _in_department(day, department_id)
    else:
        rows = _at_units(day, paths_up(unit_path))
    found = [(path, user) for path, user, held in rows if permission in held]
    if department_id is not None:
        return sorted({user for _path, user in found})
    if nearest and found:
        deepest = max(len(path) for path, _user in found)
        found = [(path, user) for path, user in found if len(path) == deepest]
    return sorted({user for _path, user in found})


@dataclass(frozen=True, slots=True)
class Superior:
    """A named person above a place."""

    user_id: int
    name: str
    role: str
    role_name: str
    unit_id: int
    unit_path: str


def superiors(unit_path: str, on: date | None = None) -> list[Superior]:
    """The secretary, the sub-district's and the district's officer above a place, in this order."""
    if not unit_path:
        return []
    rows = (
        Appointment.objects.unscoped("escalation goes to named people upward")
        .filter(
            running_on(on or timezone.localdate()),
            unit_id__isnull=False,
            unit_path__in=paths_up(unit_path),
            role__code__in=SUPERIOR_ROLES,
            user__is_active=True,
        )
        .select_related("user", "role")
    )
    found = [
        Superior(
            row.user_id, row.user.name, row.role.code, row.role.label,
            row.unit_id or 0, row.unit_path,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(
        found, key=lambda one: (SUPERIOR_ROLES.index(one.role), -len(one.unit_path), one.user_id)
    )


def superiors_of(unit_path: str, on: date | None = None, *, levels: int = 3) -> list[int]:
    """Ids of the people above a place, nearest level first; `levels` limits how far up."""
    people = superiors(unit_path, on)
    roles = list(dict.fromkeys(one.role for one in people))[:levels]
    return list(dict.fromkeys(one.user_id for one in people if one.role in roles))
