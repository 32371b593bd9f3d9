"""Running clocks as rows (`ClockFields`): the one engine for demands, applications and whatever
else has limits. Breaks are (from, to) pairs, replayed from the case's pauses each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from loushi.foundation.core.calendar import WorkingCalendar
from loushi.foundation.core.clocks import limits
from loushi.foundation.core.clocks.limits import Limit, LimitKind, WarnTime
from loushi.foundation.core.clocks.standard import Standard

if TYPE_CHECKING:
    from loushi.foundation.core.calendar_models import ClockFields

Break = tuple[datetime, datetime]


class Pause(Protocol):
    """A stretch in which a clock stands still; it runs on while `until` is None."""

    since: datetime
    until: datetime | None


def breaks_of(pauses: Iterable[Pause], until: datetime) -> list[Break]:
    """Pauses as breaks; running ones end at `until`."""
    return [(one.since, one.until or until) for one in pauses if one.since <= (one.until or until)]


def due_of(clock: ClockFields, breaks: Iterable[Break], standard: Standard) -> datetime:
    """When a clock's limit is used up."""
    limit = Limit(LimitKind(clock.limit_kind), clock.limit_amount)
    nominal = standard.nominal_minutes(clock.started_at)
    return limits.due(standard.calendar, clock.started_at, limit, breaks, nominal)


def warnings_of(
    clock: ClockFields, breaks: Iterable[Break], standard: Standard
) -> tuple[WarnTime, ...]:
    """The moments of 50, 80 and 100 % of a clock."""
    return _warnings(
        standard.calendar, clock.started_at, clock.limit_kind, clock.limit_amount, tuple(breaks),
        standard.nominal_minutes(clock.started_at),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _warnings(
    calendar: WorkingCalendar, start: datetime, kind: str, amount: int, breaks: tuple[Break, ...],
    nominal: int,
) -> tuple[WarnTime, ...]:  # fmt: skip
    """Kept for a while: one command asks for the same clock several times."""
    limit = Limit(LimitKind(kind), amount)
    return limits.warn_times(calendar, start, limit, breaks, nominal_minutes=nominal)


def derive(clock: ClockFields, breaks: Iterable[Break], standard: Standard) -> None:
    """Sets the due time and the next warning from start, limit and breaks."""
    warnings = warnings_of(clock, breaks, standard)
    clock.due_at = warnings[-1].at
    following = limits.next_warning(warnings, clock.warned_percent)
    clock.next_warning_at = following.at if following else None


def halt(clock: ClockFields, now: datetime, breaks: Iterable[Break], standard: Standard) -> None:
    """Stops a clock; lateness is recorded and stays."""
    breaks = list(breaks)
    clock.due_at = due_of(clock, breaks, standard)
    clock.stopped_at = now
    clock.next_warning_at = None
    clock.elapsed_minutes = limits.elapsed(
        standard.calendar, clock.started_at, now, clock.limit_kind, breaks
    )
    clock.is_late = clock.is_late or limits.is_late(clock.due_at, now)


def remind(clock: ClockFields, now: datetime, breaks: Iterable[Break], standard: Standard) -> int:
    """Notes the warnings that are due; the percentage to be told now, 0 if it was told before."""
    breaks = list(breaks)
    reached = limits.reached_warning(warnings_of(clock, breaks, standard), now)
    given = reached > clock.warned_percent
    clock.warned_percent = max(reached, clock.warned_percent)
    derive(clock, breaks, standard)
    clock.is_late = clock.is_late or reached >= 100
    return reached if given else 0
