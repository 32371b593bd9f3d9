"""What a role at a building, or membership of its property manager, allows a person to do."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from loushi.foundation.core.actor import BUILDING, Grant
from loushi.registry.accounts.models import Role
from loushi.registry.accounts.queries import running_on
from loushi.registry.buildings.models import Building, BuildingRole, PropertyManagerMember


def grants_of(user_id: int, on: date) -> Iterable[Grant]:
    """The person's grants of kind "building" on a day: one for each building role, one for each
    building that a property manager of theirs looks after. Two queries, three with a manager."""
    reason = "a person's own roles make the actor"
    grants = [
        _grant(row.role, row.building, row.since, row.until)
        for row in BuildingRole.objects.unscoped(reason)
        .filter(running_on(on), user_id=user_id, role__is_active=True)
        .select_related("role", "building")
        .order_by("since", "pk")
    ]
    members = list(
        PropertyManagerMember.objects.unscoped(reason)
        .filter(running_on(on), user_id=user_id, role__is_active=True)
        .select_related("role")
        .order_by("since", "pk")
    )
    if not members:
        return grants
    managed = list(
        Building.objects.unscoped(reason)
        .filter(manager_id__in={member.manager_id for member in members})
        .order_by("pk")
        .only("pk", "name", "manager_id")
    )
    grants += [
        _grant(member.role, building, member.since, member.until)
        for member in members
        for building in managed
        if building.manager_id == member.manager_id
    ]
    return grants


def people_with_permission(permission: str, building_id: int) -> list[int]:
    """The ids of today's people of a building (its roles, its property manager) who hold the
    permission there; for notices."""
    reason = "notices go to the people of the building"
    today = timezone.localdate()
    own = BuildingRole.objects.unscoped(reason).filter(
        running_on(today), building_id=building_id, user__is_active=True
    )
    manager = PropertyManagerMember.objects.unscoped(reason).filter(
        running_on(today), manager__buildings=building_id, user__is_active=True
    )
    return sorted(
        {
            row.user_id
            for rows in (own, manager)
            for row in rows.select_related("role")
            if row.role.is_active and permission in row.role.permissions
        }
    )


def _grant(role: Role, building: Building, since: date, until: date | None) -> Grant:
    return Grant(
        role=role.code,
        permissions=frozenset(role.permissions),
        kind=BUILDING,
        key=str(building.pk),
        label=f"{building.name} {role.name}",
        since=since,
        until=until,
    )
