"""The only way to read applications."""

from .case import CasePage, StepLine, case_page, own_page, page_after, page_of_row
from .listing import (
    STATE_KINDS,
    ApplicationLine,
    Filters,
    all_lines,
    application_list,
    applications,
    bundles_in_use,
    firm_by_words,
    lines_of,
    of_firm,
    own_lines,
    waiting_count,
)
from .offers import published, runners
from .totals import RecordLine, Total, record_lines, totals

__all__ = [
    "STATE_KINDS",
    "ApplicationLine",
    "CasePage",
    "Filters",
    "RecordLine",
    "StepLine",
    "Total",
    "all_lines",
    "application_list",
    "applications",
    "bundles_in_use",
    "case_page",
    "firm_by_words",
    "lines_of",
    "of_firm",
    "own_lines",
    "own_page",
    "page_after",
    "page_of_row",
    "published",
    "record_lines",
    "runners",
    "totals",
    "waiting_count",
]
