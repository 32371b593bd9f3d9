"""The only way to write buildings, floors, spaces and the people responsible for them."""

from .buildings import (
    Upserted,
    create_building,
    create_buildings,
    update_building,
    update_buildings,
    upsert_buildings,
)
from .histories import (
    end_said,
    mark_totals,
    record_state,
    register_holders,
    renew_states,
)
from .people import add_manager_member, appoint_building_role, end_building_role
from .spaces import save_floor, save_space, upsert_floors, upsert_spaces
from .values import BuildingValues, FloorValues, SpaceValues

__all__ = [
    "BuildingValues",
    "FloorValues",
    "SpaceValues",
    "Upserted",
    "add_manager_member",
    "appoint_building_role",
    "create_building",
    "create_buildings",
    "end_said",
    "mark_totals",
    "record_state",
    "register_holders",
    "renew_states",
    "end_building_role",
    "save_floor",
    "save_space",
    "update_building",
    "update_buildings",
    "upsert_buildings",
    "upsert_floors",
    "upsert_spaces",
]
