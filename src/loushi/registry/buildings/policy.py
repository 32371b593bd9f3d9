"""Who sees and changes buildings: by unit, by a role at the building, by its property manager.

A property manager's people act through grants of kind "building", one for each building that the
manager looks after (`queries.grants_of`), so one leg serves both them and the building roles. A
micro-grid that holds only some floors of a tower sees the tower through its spaces.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import BUILDING, UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import LinkLeg, OwnLeg, UnitLeg, scope
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import (
    Building,
    BuildingRole,
    Floor,
    PropertyManager,
    PropertyManagerMember,
    Space,
)

VIEW = declare("buildings.view", _("查看楼宇"))
CHANGE = declare("buildings.change", _("登记和更正楼宇、楼层、房源"))
APPOINT = declare("buildings.appoint", _("任免楼长、物业服务员等楼宇角色"))
IMPORT = declare("buildings.import", _("导入楼宇、楼层、房源"))
EXPORT = declare("buildings.export", _("导出楼宇、房源"))

scope(
    Building,
    view=VIEW,
    legs=[
        UnitLeg(),
        OwnLeg(BUILDING, "id"),
        LinkLeg(UNIT, Space, row="building_id", key="unit_path"),
    ],
)
scope(
    Floor,
    view=VIEW,
    legs=[
        UnitLeg(),
        OwnLeg(BUILDING, "building_id"),
        LinkLeg(UNIT, Space, row="floor_id", key="unit_path"),
    ],
)
scope(Space, view=VIEW, legs=[UnitLeg(), OwnLeg(BUILDING, "building_id")])
scope(BuildingRole, view=VIEW, legs=[UnitLeg(), OwnLeg(BUILDING, "building_id")])
scope(
    PropertyManager,
    view=VIEW,
    legs=[
        LinkLeg(UNIT, Building, row="manager_id", key="unit_path"),
        LinkLeg(BUILDING, Building, row="manager_id", key="id"),
    ],
)
scope(
    PropertyManagerMember,
    view=VIEW,
    legs=[
        LinkLeg(
            UNIT,
            PropertyManagerMember,
            row="id",
            key="manager__buildings__unit_path",
        ),
        LinkLeg(BUILDING, PropertyManagerMember, row="id", key="manager__buildings__id"),
    ],
)


def require_at(actor: Actor, permission: str, path: str) -> None:
    """Raises Denied unless a grant at this unit path or above carries the permission (for rows
    that are not made yet)."""
    if not can_at(actor, permission, path):
        raise Denied


def hidden_fields(actor: Actor, row: models.Model) -> frozenset[str]:
    """Nothing of a building itself is secret from those who see it."""
    return frozenset()
