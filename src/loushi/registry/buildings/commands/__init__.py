"""The only way to write buildings, floors, spaces and the people responsible for them."""

from .buildings import (
    Upserted,
    create_building,
    create_buildings,
    update_building,
    update_buildings,
    upsert_buildings,
)
from .people import add_manager_member, appoint_building_role, end_building_role
from .spaces import save_floor, save_space, set_states, upsert_floors, upsert_spaces
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
    "end_building_role",
    "save_floor",
    "save_space",
    "set_states",
    "update_building",
    "update_buildings",
    "upsert_buildings",
    "upsert_floors",
    "upsert_spaces",
]
