"""From a cell to a value: text, numbers, days, moments, choices, geometry.

Pure functions of (cell, zone). A cell is what the reader gave: str, int, float, bool, date,
datetime, dict (GeoJSON geometry) or None. A parser is never called with a blank cell. What it
cannot read it refuses with a sentence that names the way out (`Unreadable`).
"""

from .cells import (
    CLEAR,
    Broken,
    Cell,
    Parse,
    Serial1904,
    Unreadable,
    half_width,
    is_blank,
    plain,
    says_nothing,
)
from .moments import Day, Moment, read_moment
from .numbers import LATITUDE, LONGITUDE, Degrees, Number, Whole, knows_unit, unit_factor
from .shapes import Geometry
from .words import Choice, Text, Words, YesNo

__all__ = [
    "CLEAR",
    "LATITUDE",
    "LONGITUDE",
    "Broken",
    "Cell",
    "Choice",
    "Day",
    "Degrees",
    "Geometry",
    "Moment",
    "Number",
    "Parse",
    "Serial1904",
    "Text",
    "Unreadable",
    "Whole",
    "Words",
    "YesNo",
    "half_width",
    "is_blank",
    "knows_unit",
    "plain",
    "read_moment",
    "says_nothing",
    "unit_factor",
]
