"""The only way to read demands."""

from loushi.casework.demands.queries.listing import (
    Filters,
    Page,
    Row,
    capped_count,
    chip_counts,
    filtered,
    page,
    visible,
)

__all__ = [
    "Filters",
    "Page",
    "Row",
    "capped_count",
    "chip_counts",
    "filtered",
    "page",
    "visible",
]
