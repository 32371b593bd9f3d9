"""Buildings, floors, spaces, property managers, owners, amenities and who is responsible."""

from .amenities import Amenity, AmenityKind, Venue
from .managers import PropertyManager, PropertyManagerMember
from .places import Building, Floor, Grade, ReferenceSystem, Space, SpaceState, TotalsMark
from .property import BuildingRole, ManagerContract, Owner, Ownership
from .rules import CountingRule, TaxTier

__all__ = [
    "Amenity",
    "AmenityKind",
    "Building",
    "BuildingRole",
    "CountingRule",
    "Floor",
    "Grade",
    "ManagerContract",
    "Owner",
    "Ownership",
    "PropertyManager",
    "PropertyManagerMember",
    "ReferenceSystem",
    "Space",
    "SpaceState",
    "TaxTier",
    "TotalsMark",
    "Venue",
]
