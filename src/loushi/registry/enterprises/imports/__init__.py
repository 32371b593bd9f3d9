"""Importers of enterprises, tenancies, tags and the code table of GB/T 4754."""

from loushi.registry.enterprises.imports.enterprises import EnterpriseImporter
from loushi.registry.enterprises.imports.industries import IndustryImporter
from loushi.registry.enterprises.imports.tags import TagImporter
from loushi.registry.enterprises.imports.tenancies import TenancyImporter

__all__ = ["EnterpriseImporter", "IndustryImporter", "TagImporter", "TenancyImporter"]
