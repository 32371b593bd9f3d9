"""What is stored of tax and output: figures with their versions, rules with dates, releases."""

from loushi.registry.tax.models.figures import DistrictTotal, OutputRecord, TaxReturn
from loushi.registry.tax.models.releases import (
    MEASURES,
    CellState,
    Measure,
    Release,
    ReleaseCell,
    ReleaseMember,
)
from loushi.registry.tax.models.rules import DayPurpose, TaxRule

__all__ = [
    "MEASURES",
    "CellState",
    "DayPurpose",
    "DistrictTotal",
    "Measure",
    "OutputRecord",
    "Release",
    "ReleaseCell",
    "ReleaseMember",
    "TaxReturn",
    "TaxRule",
]
