"""Clocks and service levels: due times, elapsed time, warnings, and how to explain and draw them.

`limits`      arithmetic, pure (its docstring states the rules)
`standard`    the calendar in force, from the tables
`levels`      which limits hold for a case
`explaining`  the box 到期日怎么算 and its day-by-day rows, pure but for its sentences
`rows`        clocks as rows of a package's table: due, warnings, stopping
`drawing`     the clock bar and the floor clock as numbers from 0 to 1, pure
"""

from loushi.foundation.core.clocks.drawing import (
    Bar,
    Flag,
    Floor,
    Gap,
    Segment,
    Stretch,
    bar,
    floors,
)
from loushi.foundation.core.clocks.explaining import DayRow, Explanation, Part, explain
from loushi.foundation.core.clocks.levels import (
    install_default_service_levels,
    levels_for,
    pick,
    service_level_for,
)
from loushi.foundation.core.clocks.limits import (
    NOMINAL_MINUTES,
    WARN_PERCENTS,
    InvalidLimit,
    Limit,
    LimitKind,
    WarnTime,
    due,
    elapsed,
    is_late,
    next_warning,
    overdue_minutes,
    reached_warning,
    remaining,
    running,
    total,
    used_fraction,
    warn_times,
)
from loushi.foundation.core.clocks.rows import (
    breaks_of,
    derive,
    due_of,
    halt,
    remind,
    warnings_of,
)
from loushi.foundation.core.clocks.standard import (
    Standard,
    calendar_warnings,
    nominal_minutes,
    standard,
    standard_calendar,
)

__all__ = [
    "NOMINAL_MINUTES",
    "WARN_PERCENTS",
    "Bar",
    "DayRow",
    "Explanation",
    "Flag",
    "Floor",
    "Gap",
    "InvalidLimit",
    "Limit",
    "LimitKind",
    "Part",
    "Segment",
    "Standard",
    "Stretch",
    "WarnTime",
    "bar",
    "breaks_of",
    "calendar_warnings",
    "derive",
    "due",
    "due_of",
    "elapsed",
    "explain",
    "floors",
    "halt",
    "install_default_service_levels",
    "is_late",
    "levels_for",
    "next_warning",
    "nominal_minutes",
    "overdue_minutes",
    "pick",
    "reached_warning",
    "remaining",
    "remind",
    "running",
    "service_level_for",
    "standard",
    "standard_calendar",
    "total",
    "used_fraction",
    "warn_times",
    "warnings_of",
]
