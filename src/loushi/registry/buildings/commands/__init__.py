"""The only way to write buildings, floors, spaces and the people responsible for them."""

from .amenities import (
    AmenityValues,
    VenueValues,
    add_files,
    remove_amenity,
    remove_file,
    remove_venue,
    save_amenity,
    save_venue,
    upsert_amenities,
    upsert_venues,
)
from .buildings import (
    Upserted,
    create_building,
    create_buildings,
    update_building,
    update_buildings,
    upsert_buildings,
)
from .contracts import ContractValues, follow_contracts, save_contract, upsert_contracts
from .histories import (
    end_said,
    mark_totals,
    record_state,
    register_holders,
    renew_states,
)
from .people import add_manager_member, appoint_building_role, end_building_role
from .property import (
    OwnershipValues,
    add_ownership,
    end_ownership,
    reveal_owner_phone,
    upsert_ownerships,
)
from .replacing import replace_spaces, restore_space
from .rules import install_amenity_kinds, save_tax_tier, set_counting_rule
from .spaces import save_floor, save_space, upsert_floors, upsert_spaces
from .values import BuildingValues, FloorValues, SpaceValues

__all__ = [
    "replace_spaces",
    "restore_space",
    "install_amenity_kinds",
    "AmenityValues",
    "ContractValues",
    "OwnershipValues",
    "VenueValues",
    "add_files",
    "add_ownership",
    "end_ownership",
    "follow_contracts",
    "remove_amenity",
    "remove_file",
    "remove_venue",
    "reveal_owner_phone",
    "save_amenity",
    "save_contract",
    "save_tax_tier",
    "save_venue",
    "set_counting_rule",
    "upsert_amenities",
    "upsert_contracts",
    "upsert_ownerships",
    "upsert_venues",
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
