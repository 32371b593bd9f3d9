"""Importers of buildings, floors and spaces."""

from .buildings import BuildingImporter
from .floors import FloorImporter
from .spaces import SpaceImporter

__all__ = ["BuildingImporter", "FloorImporter", "SpaceImporter"]
