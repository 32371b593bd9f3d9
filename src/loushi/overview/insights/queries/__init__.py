"""Reading figures; nothing is pushed up here, everything is counted when asked."""

from loushi.overview.insights.queries.applications import APPLICATION_FIGURES
from loushi.overview.insights.queries.board import (
    BOARD,
    Part,
    Topic,
    Watch,
    board_unit,
    board_units,
    by_tier,
    parts,
    topics,
    watch_lists,
    weeks_of,
)
from loushi.overview.insights.queries.figures import (
    FIGURES,
    Figure,
    Period,
    Source,
    Totals,
    Value,
    behind,
    figure_of,
    totals,
    values,
)

__all__ = [
    "APPLICATION_FIGURES",
    "BOARD",
    "FIGURES",
    "Figure",
    "Part",
    "Period",
    "Source",
    "Topic",
    "Totals",
    "Value",
    "Watch",
    "behind",
    "board_unit",
    "board_units",
    "by_tier",
    "figure_of",
    "parts",
    "topics",
    "totals",
    "values",
    "watch_lists",
    "weeks_of",
]
