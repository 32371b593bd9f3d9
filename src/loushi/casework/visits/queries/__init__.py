"""The only way to read visits and sweeps."""

from .coverage import Coverage, coverage, firms_reached, month_of, reached_by
from .firm import announced, own_visit, own_visits, rating_sums
from .inspections import department_choices, inspections
from .plan import DayPlan, Stop, addable, day_plan, may_plan
from .quiet import Disturbance, disturbances
from .rooms import RoomFacts, facts_of
from .rules import Rules, rule_rows, rules_on
from .signs import threshold_rows
from .sweep_rooms import RoomFilters, all_rooms, change_text, report, room_list, rooms
from .sweeps import (
    building_choices,
    campaign_list,
    campaign_page,
    campaign_units,
    open_buildings,
    progress_of,
    room_page,
    swept_floors,
)
from .visits import (
    Filters,
    beside,
    editable,
    joined,
    lines,
    timeline_of,
    visit_for_edit,
    visit_lines,
    visit_list,
    visit_page,
    visited_until,
    visits,
)

__all__ = [
    "Coverage",
    "DayPlan",
    "Disturbance",
    "Filters",
    "RoomFacts",
    "RoomFilters",
    "Rules",
    "Stop",
    "addable",
    "all_rooms",
    "announced",
    "beside",
    "building_choices",
    "campaign_list",
    "campaign_page",
    "campaign_units",
    "change_text",
    "coverage",
    "day_plan",
    "department_choices",
    "disturbances",
    "editable",
    "facts_of",
    "firms_reached",
    "inspections",
    "joined",
    "lines",
    "may_plan",
    "month_of",
    "open_buildings",
    "own_visit",
    "own_visits",
    "progress_of",
    "rating_sums",
    "reached_by",
    "report",
    "room_list",
    "room_page",
    "rooms",
    "rule_rows",
    "rules_on",
    "swept_floors",
    "threshold_rows",
    "timeline_of",
    "visit_for_edit",
    "visit_lines",
    "visit_list",
    "visit_page",
    "visited_until",
    "visits",
]
