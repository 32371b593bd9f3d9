"""Importers of buildings, floors, spaces, owners, contracts of managers and amenities."""

from .buildings import BuildingImporter
from .floors import FloorImporter
from .property import AmenityImporter, ContractImporter, OwnerImporter
from .spaces import SpaceImporter

__all__ = [
    "AmenityImporter",
    "BuildingImporter",
    "ContractImporter",
    "FloorImporter",
    "OwnerImporter",
    "SpaceImporter",
]
