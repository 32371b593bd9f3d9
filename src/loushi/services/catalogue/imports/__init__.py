"""Importers of policies and of service items."""

from .items import ItemImporter
from .policies import PolicyImporter

__all__ = ["ItemImporter", "PolicyImporter"]
