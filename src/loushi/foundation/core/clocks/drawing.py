"""Clocks as pictures: every position and width is a share of the whole bar, from 0 to 1. Pure.

The axis of the clock bar is working time only: a lunch or a night has no width, a run of days off
is a narrow gap of fixed width, a pause lies inside the axis. With many days, segments are weeks,
then months, and gaps are left to holidays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from loushi.foundation.core.calendar import Break, WorkingCalendar
from loushi.foundation.core.clocks import limits
from loushi.foundation.core.clocks.explaining import HOLIDAY, MAKEUP, WORK, dates, day_kind
from loushi.foundation.core.clocks.limits import LimitKind
from loushi.foundation.core.holidays import OfficialDay

GAP_WIDTH = 0.04
GAPS_AT_MOST = 0.3
DAYS_AT_MOST = 10
WEEKS_AT_MOST = 70
FLOORS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of working time under one label: a day, or from `first` to `last`."""

    x: float
    width: float
    first: date
    last: date
    kind: str
    """"work" or, for a single day, "makeup"."""
    name: str
    since: datetime
    until: datetime
    minutes: float

    def share(self, clock: WorkingCalendar, at: datetime) -> float:
        """How far into the segment a moment between its ends lies, as a share of the bar."""
        return self.width * min(clock.between(self.since, at) / self.minutes, 1.0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days off between two segments."""

    x: float
    width: float
    first: date
    last: date
    days: int
    kind: str
    """"holiday" or "rest"."""
    name: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A coloured part of the bar: used, overrun, or a pause."""

    x: float
    width: float
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """A moment marked on the bar."""

    x: float
    kind: str
    """"now", "warn", "due", or whatever the caller passed."""
    at: datetime
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The clock bar. `unit` is what a segment stands for: "day", "week" or "month"."""

    calendar: WorkingCalendar
    unit: str
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    used: tuple[Stretch, ...]
    overrun: tuple[Stretch, ...]
    pauses: tuple[Stretch, ...]
    flags: tuple[Flag, ...]

    def x(self, at: datetime) -> float:
        """Where a moment lies; a closed one at the end of the working time before it."""
        return _position(self.calendar, self.segments, at)


@dataclass(slots=True)
class _Run:
    """Days in the making: a segment of working time, or a run of days off."""

    first: date
    last: date
    kind: str
    name: str
    minutes: float
    since: datetime
    until: datetime

    @property
    def works(self) -> bool:
        return self.minutes > 0


def bar(
    calendar: WorkingCalendar,
    start: datetime,
    due_at: datetime,
    now: datetime,
    kind: LimitKind | str,
    breaks: Iterable[Break] = (),
    *,
    days: Mapping[date, OfficialDay] | None = None,
    flags: Sequence[tuple[str, datetime, str]] = (),
) -> Bar:
    """The clock bar from `start` to the end of the last day that matters.

    `now` is the moment up to which the bar is filled: when a clock has stopped, its stop. `flags`
    are (kind, moment, label) of more marks, such as the 80 % moment or other units' due times; now
    and due are always marked. A span without any open time gives a bar without segments.
    """
    breaks = sorted(breaks)
    clock = limits.running(calendar, kind)
    words = {} if LimitKind(kind).is_clock else days or {}
    now = max(now, start)
    since = limits.counted_from(calendar, start, kind)
    marks = [("now", now, ""), ("due", due_at, ""), *flags]
    end = max(at for _, at, _ in marks)
    if not LimitKind(kind).is_clock:
        end = max(end, _closing(calendar, end))
    runs = _runs(clock, since, max(end, since), words)
    unit = _unit(sum(run.works for run in runs))
    segments, gaps = _lay_out(_grouped(runs, unit))

    def within(left: datetime, right: datetime) -> list[Stretch]:
        """Cut at the gaps, so that days off stay unpainted."""
        found = []
        for one in segments:
            since, until = max(one.since, left), min(one.until, right)
            if since < until:
                x, to = one.x + one.share(clock, since), one.x + one.share(clock, until)
                if to > x:
                    found.append(Stretch(x, to - x, since, until))
        return found

    return Bar(
        calendar=clock,
        unit=unit,
        segments=segments,
        gaps=gaps,
        used=tuple(within(since, now)),
        overrun=tuple(within(due_at, now)) if now > due_at else (),
        pauses=tuple(piece for left, right in breaks for piece in within(left, right)),
        flags=tuple(
            Flag(_position(clock, segments, at), name, at, label) for name, at, label in marks
        ),
    )


def _closing(calendar: WorkingCalendar, at: datetime) -> datetime:
    openings = calendar.day_intervals(calendar.local(at).date())
    return openings[-1][1] if openings else at


def _runs(
    clock: WorkingCalendar, since: datetime, end: datetime, words: Mapping[date, OfficialDay]
) -> list[_Run]:
    """One run per working day, one per run of days off between them."""
    runs: list[_Run] = []
    for day in dates(clock, since, end):
        left = max(clock.midnight(day), since)
        right = max(left, min(clock.midnight(day + timedelta(days=1)), end))
        minutes = clock.between(left, right)
        kind = day_kind(clock, day, words)
        word = words.get(day)
        name = word.name if word else ""
        if minutes:
            runs.append(_Run(day, day, kind, name, minutes, left, right))
        elif clock.is_working_day(day):
            continue
        elif runs and not runs[-1].works:
            last = runs[-1]
            last.last, last.until = day, right
            if kind == HOLIDAY and last.kind != HOLIDAY:
                last.kind, last.name = kind, name
        elif runs:
            runs.append(_Run(day, day, kind, name, 0.0, left, right))
    while runs and not runs[-1].works:
        runs.pop()
    return runs


def _unit(working_days: int) -> str:
    if working_days <= DAYS_AT_MOST:
        return "day"
    return "week" if working_days <= WEEKS_AT_MOST else "month"


def _grouped(runs: list[_Run], unit: str) -> list[_Run]:
    """Days joined to weeks or months; rest days vanish, holidays still part them."""
    if unit == "day":
        return runs
    grouped: list[_Run] = []
    for run in runs:
        if not run.works:
            if run.kind == HOLIDAY and unit == "week":
                grouped.append(run)
            continue
        last = grouped[-1] if grouped else None
        if (
            last is not None
            and last.works
            and _period(last.first, unit) == _period(run.first, unit)
        ):
            last.last, last.until = run.last, run.until
            last.minutes += run.minutes
        else:
            grouped.append(_Run(run.first, run.last, WORK, "", run.minutes, run.since, run.until))
    return grouped


def _period(day: date, unit: str) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return (year, week) if unit == "week" else (day.year, day.month)


def _lay_out(runs: list[_Run]) -> tuple[tuple[Segment, ...], tuple[Gap, ...]]:
    off = sum(not run.works for run in runs)
    gap = min(GAP_WIDTH, GAPS_AT_MOST / off) if off else 0.0
    total = sum(run.minutes for run in runs)
    scale = (1 - gap * off) / total if total else 0.0
    x = 0.0
    segments, gaps = [], []
    for run in runs:
        width = run.minutes * scale if run.works else gap
        if run.works:
            kind = MAKEUP if run.kind == MAKEUP else WORK
            segments.append(
                Segment(
                    x, width, run.first, run.last, kind, run.name, run.since, run.until, run.minutes
                )
            )
        else:
            count = (run.last - run.first).days + 1
            gaps.append(Gap(x, width, run.first, run.last, count, run.kind, run.name))
        x += width
    return tuple(segments), tuple(gaps)


def _position(clock: WorkingCalendar, segments: Sequence[Segment], at: datetime) -> float:
    end = 0.0
    for segment in segments:
        if at <= segment.until:
            inside = segment.share(clock, at) if at > segment.since else 0.0
            begun = inside or (at >= segment.since and clock.is_open(at))
            return segment.x + inside if begun else end
        end = segment.x + segment.width
    return end


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor of the floor clock, from the ground up: how much of it is filled."""

    fill: float
    overrun: bool = False


def floors(
    whole: float, used: float, nominal_minutes: int = limits.NOMINAL_MINUTES
) -> tuple[Floor, ...]:
    """The floor clock: one floor is one working day of the limit, filled upward.

    Limits and overruns of more than a dozen days share their floors evenly. Time used beyond the
    limit stands above as overrun floors.
    """
    storey = nominal_minutes * max(1, ceil(whole / nominal_minutes / FLOORS_AT_MOST))
    count = max(1, ceil(whole / storey))
    below = min(used, whole)
    size = whole / count
    built = [Floor(min(1.0, max(0.0, below / size - level))) for level in range(count)]
    over = (used - whole) / size
    built += [
        Floor(min(1.0, over - level), overrun=True)
        for level in range(min(ceil(over), FLOORS_AT_MOST) if over > 0 else 0)
    ]
    return tuple(built)
