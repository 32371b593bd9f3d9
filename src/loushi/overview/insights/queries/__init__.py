"""Reading figures; nothing is pushed up here, everything is counted when asked."""

from loushi.overview.insights.queries.board import (
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
    Totals,
    Value,
    behind,
    figure_of,
    totals,
    values,
)

__all__ = [
    "FIGURES",
    "Figure",
    "Part",
    "Period",
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
