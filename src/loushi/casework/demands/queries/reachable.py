"""Whether the ids of a submission are rows that the actor may name (forms offer only those)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.models import DemandCategory
from loushi.casework.demands.queries.firm import place_of
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.stamps import Kept
from loushi.foundation.core.units import covers
from loushi.registry.buildings import queries as buildings
from loushi.registry.enterprises import queries as enterprises
from loushi.registry.territory.models import Unit

_categories: Kept[int | None] = Kept("demand_categories")


def category_id(code: str) -> int | None:
    """The active category of a code."""
    rows = DemandCategory.objects.filter(code=code, is_active=True)
    return _categories.get(code, lambda: rows.values_list("pk", flat=True).first())


def unreachable(actor: Actor, given: Mapping[str, int | None]) -> dict[str, Any]:
    """Field → sentence for each of "enterprise", "unit", "building", "space" that is none of the
    actor's: unknown and invisible look the same."""
    errors: dict[str, Any] = {}
    enterprise, building, space = given["enterprise"], given["building"], given["space"]
    own = place_of(actor, enterprise) if enterprise else None
    if (
        enterprise
        and own is None
        and not enterprises.enterprises(actor).filter(pk=enterprise).exists()
    ):
        errors["enterprise"] = _("没有找到这家企业，请核对编号。")
    occupied = dict(own.buildings) if own else {}
    seen = building in occupied or (
        building is not None and buildings.buildings(actor).filter(pk=building).exists()
    )
    if building and not seen:
        errors["building"] = _("没有找到这幢楼，请核对编号。")
    if space and not _has_space(actor, space, building, own.rooms if own else {}):
        errors["space"] = _("没有找到这个房号，请核对编号；同时要给出所在的楼。")
    if given["unit"] and not _has_unit(actor, given["unit"]):
        errors["unit"] = _("没有找到这个单元，或不在您的管辖范围内。")
    return errors


def _has_space(actor: Actor, space: int, building: int | None, rooms: Mapping[int, Any]) -> bool:
    if building is None:
        return False
    if any(pk == space for pk, _name in rooms.get(building, ())):
        return True
    if not buildings.buildings(actor).filter(pk=building).exists():
        return False
    return buildings.spaces(actor, building).filter(pk=space).exists()


def _has_unit(actor: Actor, pk: int) -> bool:
    path = Unit.objects.filter(pk=pk, dissolved_on__isnull=True).values_list("path", flat=True)
    found = path.first()
    return bool(found) and (
        actor.system
        or any(covers(held, str(found)) for held in actor.keys(UNIT, "demands.register"))
    )
