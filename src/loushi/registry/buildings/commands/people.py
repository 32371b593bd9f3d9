"""Who is responsible for a building: 楼长 and others, and the property manager's people."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import BUILDING, MANAGER, Actor
from loushi.foundation.core.errors import NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import Role, User
from loushi.registry.buildings.models import (
    Building,
    BuildingRole,
    PropertyManager,
    PropertyManagerMember,
)
from loushi.registry.buildings.policy import APPOINT


def appoint_building_role(
    *,
    actor: Actor,
    building_id: int,
    user_id: int,
    role: str,
    since: date,
    until: date | None = None,
) -> BuildingRole:
    """Gives a person a dated role (by its code) at one building; `until` is the last day."""
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=APPOINT, lock=True)
        held = _role(role, BUILDING)
        _check_dates(since, until)
        _check_user(user_id)
        if _overlaps(BuildingRole, since, until, building=building, user_id=user_id, role=held):
            raise Refused(
                _("这位同志在本楼已任这一角色，任期有重叠。请先结束原任期。"), field="since"
            )
        row = BuildingRole(
            building=building,
            unit_path=building.unit_path,
            user_id=user_id,
            role=held,
            since=since,
            until=until,
        )
        row.save()
        record(
            actor=actor,
            action="buildings.appoint",
            subject=building,
            after={"user_id": user_id, "role": held.code, "since": since, "until": until},
        )
    return row


def end_building_role(*, actor: Actor, role_id: int, until: date) -> BuildingRole:
    """Ends a role; `until` is the last day on which it is held."""
    with transaction.atomic():
        row = fetch(BuildingRole, actor, role_id, permission=APPOINT, lock=True)
        _check_dates(row.since, until)
        before = row.until
        row.until = until
        row.save(update_fields=["until"])
        record(
            actor=actor,
            action="buildings.dismiss",
            subject=row.building,
            before={"until": before},
            after={"user_id": row.user_id, "until": until},
        )
    return row


def add_manager_member(
    *,
    actor: Actor,
    manager_id: int,
    user_id: int,
    role: str,
    since: date,
    until: date | None = None,
) -> PropertyManagerMember:
    """Makes a person one of a property manager's people, for all the buildings it manages.

    The actor must be allowed to appoint at every one of these buildings.
    """
    with transaction.atomic():
        manager = fetch(PropertyManager, actor, manager_id, lock=True)
        _require_all_buildings(actor, manager)
        held = _role(role, MANAGER, BUILDING)
        _check_dates(since, until)
        _check_user(user_id)
        if _overlaps(PropertyManagerMember, since, until, manager=manager, user_id=user_id):
            raise Refused(_("这位同志已是该物业公司的人员，时间有重叠。"), field="since")
        row = PropertyManagerMember(
            manager=manager, user_id=user_id, role=held, since=since, until=until
        )
        row.save()
        record(
            actor=actor,
            action="buildings.manager_member",
            subject=manager,
            after={"user_id": user_id, "role": held.code, "since": since, "until": until},
        )
    return row


def _require_all_buildings(actor: Actor, manager: PropertyManager) -> None:
    managed = Building.objects.unscoped("every building of a manager must be covered").filter(
        manager=manager
    )
    allowed = Building.objects.visible_to(actor, APPOINT).filter(manager=manager)
    if managed.count() != allowed.count():
        raise Refused(
            _("该物业公司还管理您管辖范围以外的楼宇，请由上一级单位办理。"), field="manager_id"
        )


def _role(code: str, *kinds: str) -> Role:
    role = Role.objects.filter(code=code, is_active=True).first()
    if role is None or role.kind not in kinds:
        raise Refused(_("没有可在这里担任的角色“%(code)s”。") % {"code": code}, field="role")
    return role


def _check_dates(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise Refused(_("结束日期不能早于开始日期。"), field="until")


def _check_user(user_id: int) -> None:
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        raise NotVisible


def _overlaps(
    model: type[BuildingRole] | type[PropertyManagerMember],
    since: date,
    until: date | None,
    **same: object,
) -> bool:
    rows = model.objects.unscoped("terms of one person at one place").filter(**same)
    return any(
        (row.until is None or row.until >= since) and (until is None or row.since <= until)
        for row in rows
    )
