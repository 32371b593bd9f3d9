"""The only way to read buildings, floors and spaces."""

from .buildings import (
    BuildingLine,
    BuildingPage,
    Filters,
    Occupancy,
    building_lines,
    building_list,
    building_page,
    building_values,
    buildings,
    choices,
    grades,
    occupancies,
    people_of,
    place_names,
    unit_choices,
)
from .finding import Finder, Known, finder
from .floors import (
    PlanFloor,
    PlanSpace,
    area_sum,
    exported_spaces,
    plan_of,
    space_choices,
    space_values,
    spaces,
)
from .grants import grants_of, people_with_permission
from .paging import Page, page_of
from .panels import Panel, panels_of

__all__ = [
    "BuildingLine",
    "BuildingPage",
    "Filters",
    "Finder",
    "Known",
    "Occupancy",
    "Page",
    "Panel",
    "PlanFloor",
    "PlanSpace",
    "area_sum",
    "building_lines",
    "building_list",
    "building_page",
    "building_values",
    "buildings",
    "choices",
    "exported_spaces",
    "finder",
    "grades",
    "grants_of",
    "occupancies",
    "page_of",
    "panels_of",
    "people_of",
    "people_with_permission",
    "place_names",
    "plan_of",
    "space_choices",
    "space_values",
    "spaces",
    "unit_choices",
]
