"""Clocks and service levels: due times, elapsed time, warnings, and how to explain and draw them.

`limits`     arithmetic, pure (its docstring states the rules)
"""

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
    total,
    used_fraction,
    warn_times,
)

__all__ = [
    "NOMINAL_MINUTES",
    "WARN_PERCENTS",
    "InvalidLimit",
    "Limit",
    "LimitKind",
    "WarnTime",
    "due",
    "elapsed",
    "is_late",
    "next_warning",
    "overdue_minutes",
    "reached_warning",
    "remaining",
    "total",
    "used_fraction",
    "warn_times",
]
