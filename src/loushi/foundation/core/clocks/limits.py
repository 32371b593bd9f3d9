"""Service-level arithmetic over a WorkingCalendar: due times, elapsed time, warnings. Pure.

Rules, decided once and tested:

1. Kinds of limit. *Working minutes*, and *working days* (one day is the setting's nominal minutes,
   420 by default, wherever they fall): open time only. *Clock minutes* and *clock hours*: every
   minute of day and night. *Statutory days*: closing time of the n-th working day, the first day
   excluded (`WorkingCalendar.end_of_working_day`).
2. Pauses are (from, to) pairs replayed from history; a running pause ends "now". They stop every
   kind of clock. For a statutory limit each working day whose closing falls into a pause moves the
   end by one working day; a question answered on the same day moves nothing.
3. Late means *after* the due time: a step done at the due moment itself is in time. A due time at
   closing time stays there, so a step done that evening is late, by 0 working minutes.
4. Elapsed time is in minutes of the limit's own clock; for a statutory limit it is open time from
   the day after the start, so that 100 % is reached at the due time exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile

from loushi.foundation.core.calendar import Break, CalendarError, WorkingCalendar

NOMINAL_MINUTES = 420
WARN_PERCENTS = (50, 80, 100)


class LimitKind(StrEnum):
    """What a limit's amount counts."""

    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    CLOCK_MINUTES = "clock_minutes"
    CLOCK_HOURS = "clock_hours"
    STATUTORY_DAYS = "statutory_days"

    @property
    def is_clock(self) -> bool:
        """Runs day and night."""
        return self in (LimitKind.CLOCK_MINUTES, LimitKind.CLOCK_HOURS)


class InvalidLimit(CalendarError):
    """A limit that is not a whole number of at least 1 of a known kind."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` (whole, at least 1) of a `kind`. Raises InvalidLimit."""

    kind: LimitKind
    amount: int

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", LimitKind(self.kind))
        except ValueError:
            raise InvalidLimit(f"there is no kind of limit {self.kind!r}") from None
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1:
            raise InvalidLimit(f"a limit is a whole number from 1, not {self.amount!r}")

    def minutes(self, nominal_minutes: int = NOMINAL_MINUTES) -> int:
        """The limit in minutes of its own clock (statutory days: nominally)."""
        match self.kind:
            case LimitKind.CLOCK_HOURS:
                return self.amount * 60
            case LimitKind.WORKING_DAYS | LimitKind.STATUTORY_DAYS:
                return self.amount * nominal_minutes
            case _:
                return self.amount


@lru_cache(maxsize=16)
def round_the_clock(tz: tzinfo) -> WorkingCalendar:
    """The calendar that is always open, in a zone."""
    return WorkingCalendar({day: [(time(0), time(0))] for day in range(7)}, tz=tz)


def running(calendar: WorkingCalendar, kind: LimitKind | str) -> WorkingCalendar:
    """The calendar that a kind of limit runs by: the given one, or day and night."""
    return round_the_clock(calendar.tz) if LimitKind(kind).is_clock else calendar


def counted_from(calendar: WorkingCalendar, start: datetime, kind: LimitKind | str) -> datetime:
    """From when time counts: the start, or midnight after it for a statutory limit."""
    if LimitKind(kind) is not LimitKind.STATUTORY_DAYS:
        return start
    local = calendar.local(start)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight + timedelta(days=1)


def due(
    calendar: WorkingCalendar,
    start: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
) -> datetime:
    """When the limit is used up. Raises as `WorkingCalendar.add`."""
    if limit.kind is LimitKind.STATUTORY_DAYS:
        return calendar.end_of_working_day(start, limit.amount, breaks)
    return running(calendar, limit.kind).add(start, limit.minutes(nominal_minutes), breaks)


def elapsed(
    calendar: WorkingCalendar,
    start: datetime,
    now: datetime,
    kind: LimitKind | str,
    breaks: Iterable[Break] = (),
) -> float:
    """Minutes used from `start` to `now` on the limit's own clock; 0 before it starts."""
    since = counted_from(calendar, start, kind)
    return running(calendar, kind).between(since, now, breaks) if now > since else 0.0


def total(
    calendar: WorkingCalendar,
    start: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
) -> float:
    """The whole limit in minutes of its own clock; for statutory days the open time they hold."""
    if limit.kind is not LimitKind.STATUTORY_DAYS:
        return float(limit.minutes(nominal_minutes))
    breaks = tuple(breaks)
    end = due(calendar, start, limit, breaks, nominal_minutes)
    return elapsed(calendar, start, end, limit.kind, breaks)


def remaining(
    calendar: WorkingCalendar,
    start: datetime,
    now: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
) -> float:
    """Minutes left on the limit's own clock, never below 0."""
    breaks = tuple(breaks)
    whole = total(calendar, start, limit, breaks, nominal_minutes)
    return max(0.0, whole - elapsed(calendar, start, now, limit.kind, breaks))


def used_fraction(
    calendar: WorkingCalendar,
    start: datetime,
    now: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
) -> float:
    """The used share of the limit; 1.0 at the due time, more when overrun."""
    breaks = tuple(breaks)
    whole = total(calendar, start, limit, breaks, nominal_minutes)
    return elapsed(calendar, start, now, limit.kind, breaks) / whole


def overdue_minutes(
    calendar: WorkingCalendar,
    due_at: datetime,
    now: datetime,
    kind: LimitKind | str,
    breaks: Iterable[Break] = (),
) -> float:
    """Minutes after the due time on the limit's own clock; 0 until then."""
    return running(calendar, kind).between(due_at, now, breaks) if now > due_at else 0.0


def is_late(due_at: datetime, done_or_now: datetime) -> bool:
    """Whether something done, or still open, at that moment is late: after the due time."""
    return done_or_now > due_at


@dataclass(frozen=True, slots=True)
class WarnTime:
    """The moment at which `percent` of a limit is used."""

    percent: int
    at: datetime


def warn_times(
    calendar: WorkingCalendar,
    start: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
    percents: Sequence[int] = WARN_PERCENTS,
) -> tuple[WarnTime, ...]:
    """When each of the percentages is reached, earliest first; 100 is the due time itself."""
    breaks = tuple(breaks)
    clock = running(calendar, limit.kind)
    since = counted_from(calendar, start, limit.kind)
    whole = total(calendar, start, limit, breaks, nominal_minutes)
    return tuple(
        WarnTime(
            percent,
            due(calendar, start, limit, breaks, nominal_minutes)
            if percent == 100
            else clock.add(since, _share(whole, percent), breaks),
        )
        for percent in sorted(percents)
    )


def _share(whole: float, percent: int) -> int | Fraction:
    """`percent` of the minutes, exact; whole minutes as int, which is fastest to add."""
    if whole.is_integer() and int(whole) * percent % 100 == 0:
        return int(whole) * percent // 100
    return Fraction(whole) * percent / 100


def next_warning(warnings: Sequence[WarnTime], warned_percent: int = 0) -> WarnTime | None:
    """The first warning not yet given; store its `at` as `next_warning_at` for the sweep."""
    return next((warning for warning in warnings if warning.percent > warned_percent), None)


def reached_warning(warnings: Sequence[WarnTime], now: datetime) -> int:
    """The highest percentage reached by `now`; 0 if none."""
    reached = [warning.percent for warning in takewhile(lambda one: one.at <= now, warnings)]
    return reached[-1] if reached else 0
