"""Who sees and changes buildings: by unit, by a role at the building, by its property manager.

A property manager's people act through grants of kind "building", one for each building that the
manager looks after (`queries.grants_of`), so one leg serves both them and the building roles. A
micro-grid that holds only some floors of a tower sees the tower through its spaces.
"""

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import BUILDING, UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import LinkLeg, OwnLeg, UnitLeg, scope
from loushi.foundation.core.stamps import watch
from loushi.foundation.files.registry import register as register_files
from loushi.foundation.lists.registry import WordList, offer
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import (
    Amenity,
    AmenityKind,
    Building,
    BuildingRole,
    Floor,
    ManagerContract,
    Owner,
    Ownership,
    PropertyManager,
    PropertyManagerMember,
    Space,
    SpaceState,
    TotalsMark,
    Venue,
)

VIEW = declare("buildings.view", _("查看楼宇"))
CHANGE = declare("buildings.change", _("登记和更正楼宇、楼层、房源"))
APPOINT = declare("buildings.appoint", _("任免楼长、物业服务员等楼宇角色"))
IMPORT = declare("buildings.import", _("导入楼宇、楼层、房源"))
EXPORT = declare("buildings.export", _("导出楼宇、房源"))
PROPERTY = declare("buildings.property", _("查看产权人、物业合同和楼宇文件"))
REVEAL = declare("buildings.reveal", _("填写用途后查看产权人电话（留痕）"))
RULES = declare("buildings.rules", _("设定入驻率口径、税收楼档、配套种类"))


def _amenities() -> dict[str, int]:
    rows = Amenity.objects.unscoped("how often a kind is used").order_by()
    return dict(rows.values_list("kind_id").annotate(n=Count("pk")))


offer(
    WordList(
        key="amenities", title=_("配套种类"), about=_("楼宇的配套按种类登记：数量用什么单位。"),
        permission=RULES, model=AmenityKind, fields=("name", "measure", "order"),
        free=frozenset({"measure", "order"}), used=_amenities,
    )
)  # fmt: skip
watch("rights", Building, BuildingRole, PropertyManagerMember)

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


def _of_building(model: type[models.Model], view: str = VIEW) -> None:
    """Parts of a building, seen by whoever sees the building by unit or by a role at it."""
    scope(
        model,
        view=view,
        legs=[
            LinkLeg(UNIT, model, row="id", key="building__unit_path"),
            OwnLeg(BUILDING, "building_id"),
        ],
    )


_of_building(Amenity)
_of_building(Venue)
_of_building(TotalsMark)
_of_building(ManagerContract, PROPERTY)
_of_building(Ownership, PROPERTY)
scope(
    SpaceState,
    view=VIEW,
    legs=[
        LinkLeg(UNIT, SpaceState, row="id", key="space__unit_path"),
        OwnLeg(BUILDING, "building_id"),
    ],
)
scope(
    Owner,
    view=PROPERTY,
    legs=[
        LinkLeg(UNIT, Ownership, row="owner_id", key="building__unit_path"),
        LinkLeg(BUILDING, Ownership, row="owner_id", key="building_id"),
    ],
)


def require_at(actor: Actor, permission: str, path: str) -> None:
    """Raises Denied unless a grant at this unit path or above carries the permission (for rows
    that are not made yet)."""
    if not can_at(actor, permission, path):
        raise Denied


def may_read_files(actor: Actor, building_id: int, internal: bool) -> bool:
    """Photos and documents of a building are for those who may see its owners and contracts."""
    row = Building.objects.visible_to(actor, PROPERTY).filter(pk=building_id)
    return row.exists()


def may_read_contract(actor: Actor, contract_id: int, internal: bool) -> bool:
    """The documents of a contract are for those who may see the contract."""
    row = ManagerContract.objects.visible_to(actor, PROPERTY).filter(pk=contract_id)
    return row.exists()


register_files("buildings.building", may_read_files)
register_files("buildings.managercontract", may_read_contract)


def hidden_fields(actor: Actor, row: models.Model) -> frozenset[str]:
    """An owner's phone is shown only after a purpose was given; the rest is open to those who see
    the row."""
    return frozenset({"phone"}) if isinstance(row, Owner) else frozenset()
