"""The only way to read demands."""

from loushi.casework.demands.queries.case import CaseView, ClockView, case, new_case
from loushi.casework.demands.queries.inbox import (
    Inbox,
    categories,
    departments,
    export_rows,
    inbox,
    minute,
    open_counts,
    queues_for,
    saved_views,
    waiting_count,
)
from loushi.casework.demands.queries.lines import Line, lines
from loushi.casework.demands.queries.listing import (
    Filters,
    Page,
    Row,
    capped_count,
    chip_counts,
    filtered,
    page,
    queues,
    visible,
)
from loushi.casework.demands.workflow import ENDED, OPEN, active_parts

__all__ = [
    "ENDED",
    "OPEN",
    "CaseView",
    "ClockView",
    "Filters",
    "Inbox",
    "Line",
    "Page",
    "Row",
    "active_parts",
    "capped_count",
    "case",
    "categories",
    "chip_counts",
    "departments",
    "export_rows",
    "filtered",
    "inbox",
    "lines",
    "minute",
    "open_counts",
    "new_case",
    "page",
    "queues",
    "queues_for",
    "saved_views",
    "visible",
    "waiting_count",
]
