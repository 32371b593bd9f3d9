"""The working calendar itself; its rules stand in the package's docstring."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from loushi.foundation.core.calendar.inputs import (
    DAY,
    EPOCH,
    MINUTE,
    Break,
    CalendarExhausted,
    Hours,
    Intervals,
    InvalidMinutes,
    Minutes,
    NeverOpens,
    ReversedSpan,
    Week,
    instant,
    intervals,
    length,
    local,
    merged,
    microseconds,
    ordinal_of,
    week_of,
    zone,
)

EPOCH_ORDINAL: Final = EPOCH.toordinal()
EARLIEST: Final = (1 - EPOCH_ORDINAL) * DAY
LATEST: Final = (date.max.toordinal() + 1 - EPOCH_ORDINAL) * DAY
KEPT_YEARS: Final = 200
KEPT_DAYS: Final = 4000


class _Year:
    """One local year of openings in UTC microseconds; `before[i]` is worked before opening i."""

    __slots__ = ("before", "closes", "ordinals", "opens", "total")

    def __init__(self, openings: list[tuple[int, int, int]]) -> None:
        self.opens = [opened for opened, _, _ in openings]
        self.closes = [closed for _, closed, _ in openings]
        self.ordinals = [ordinal for _, _, ordinal in openings]
        self.before: list[int] = []
        total = 0
        for opened, closed, _ in openings:
            self.before.append(total)
            total += closed - opened
        self.total = total

    def worked(self, at: int) -> int:
        """Open microseconds of this year up to `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.closes[index]) - self.opens[index]

    def reached(self, amount: int) -> int:
        """The earliest moment at which `amount` (0 < amount <= total) has been worked."""
        index = bisect_left(self.before, amount) - 1
        return self.opens[index] + amount - self.before[index]


class WorkingCalendar:
    """When work is done: weekly hours, days off, days on, in one time zone. Immutable.

    hours     weekday (0 = Monday) -> [(opens, closes), …]; a missing weekday is closed
    holidays  dates that are closed
    workdays  date -> its own hours, or None for Monday's hours; wins over `holidays`
    tz        a zone name or any tzinfo
    changes   date -> weekly hours that hold from that date on instead of `hours`
              (summer hours); Monday's hours of a workday are those of its date

    Raises InvalidHours, UnknownTimeZone or NeverOpens.
    """

    def __init__(
        self,
        hours: Week,
        holidays: Iterable[date] = (),
        workdays: Mapping[date, Hours | None] | None = None,
        tz: str | tzinfo = "Asia/Shanghai",
        *,
        changes: Mapping[date, Week] | None = None,
    ) -> None:
        self.tz = zone(tz)
        dated = sorted((ordinal_of(day, "changes"), week) for day, week in (changes or {}).items())
        self._week_starts = [0] + [ordinal for ordinal, _ in dated]
        self._weeks = [week_of(hours)] + [week_of(week) for _, week in dated]
        self._special: dict[int, Intervals] = {ordinal_of(day, "holidays"): () for day in holidays}
        for day, own in (workdays or {}).items():
            ordinal = ordinal_of(day, "workdays")
            self._special[ordinal] = (
                self._week_of(ordinal)[0]
                if own is None
                else intervals(own, f"workday {day.isoformat()}")
            )
        irregular = [day for day, own in self._special.items() if own]
        irregular += self._week_starts[1:]
        if not any(any(week) for week in self._weeks) and not any(self._special.values()):
            raise NeverOpens("the calendar never opens: give hours to a weekday or to a workday")
        years = [date.fromordinal(day).year for day in irregular]
        self._first_year = 1 if any(self._weeks[0]) else min(years)
        self._last_year = 9999 if any(self._weeks[-1]) else max(years)
        self._special_years = {date.fromordinal(day).year for day in self._special}
        self._special_years |= {date.fromordinal(day).year for day in self._week_starts[1:]}
        self._years: dict[int, _Year] = {}
        self._totals: dict[int, int] = {}
        self._stretches: dict[int, list[tuple[int, int, int]]] = {}
        self._year_of_day: dict[int, int] = {}  # of days of UTC that lie in one local year

    # ---- the questions ---------------------------------------------------------------------

    def add(self, start: datetime, minutes: Minutes, breaks: Iterable[Break] = ()) -> datetime:
        """The earliest moment at which `minutes` of open time have passed since `start`.

        Zero minutes give the next open moment (rule 3). Raises NaiveDatetime, NegativeMinutes,
        InvalidMinutes, ReversedSpan (a break), or CalendarExhausted.
        """
        cursor = instant(start, "start")
        rest = microseconds(minutes)
        pauses = merged(breaks)
        if rest == 0:
            return self._moment(self._next(cursor, pauses))
        for since, until in pauses:
            if until <= cursor:
                continue
            if since > cursor:
                worked = self._worked(cursor, since)
                if worked >= rest:
                    break
                rest -= worked
            cursor = until
        return self._moment(self._advance(cursor, rest))

    def between(self, start: datetime, end: datetime, breaks: Iterable[Break] = ()) -> float:
        """Open minutes from `start` to `end`, without the breaks; exact to the microsecond.

        Raises NaiveDatetime or ReversedSpan.
        """
        since, until = instant(start, "start"), instant(end, "end")
        if since > until:
            raise ReversedSpan(f"the span ends ({end}) before it starts ({start})")
        worked = self._worked(since, until)
        for left, right in merged(breaks):
            left, right = max(left, since), min(right, until)
            if left < right:
                worked -= self._worked(left, right)
        return worked / MINUTE

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is open: opening time included, closing time excluded."""
        moment = instant(at, "at")
        table = self._year(self._year_of(moment))
        index = bisect_right(table.opens, moment) - 1
        return index >= 0 and moment < table.closes[index]

    def next_open(self, at: datetime, breaks: Iterable[Break] = ()) -> datetime:
        """`at` itself when it is open (and in no break), otherwise the next opening after it.

        Raises NaiveDatetime, ReversedSpan or CalendarExhausted.
        """
        return self._moment(self._next(instant(at, "at"), merged(breaks)))

    def end_of_working_day(self, start: datetime, n: int, breaks: Iterable[Break] = ()) -> datetime:
        """The statutory limit: closing time of the n-th working day, the first day excluded.

        The day of `start` never counts, whether it is a working day or not (Civil Code art. 201);
        the last day ends when business ends (art. 203). A working day whose last minute lies in a
        break does not count, so each such day moves the end by one working day; a break that
        begins and ends within one working day moves nothing.

        Raises InvalidMinutes unless n is a whole number of at least 1; else as `add`.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise InvalidMinutes(f"a statutory limit is a whole number of days from 1, not {n!r}")
        moment = instant(start, "start")
        pauses = merged(breaks)
        index = 0
        for _, closes in self._closings(local(moment, self.tz).date().toordinal()):
            while index < len(pauses) and pauses[index][1] < closes:
                index += 1
            if index == len(pauses) or pauses[index][0] >= closes:
                n -= 1
                if n == 0:
                    return self._moment(closes)
        raise CalendarExhausted("the calendar has no further working day")

    def is_working_day(self, day: date) -> bool:
        """Whether the date has any opening hours."""
        return bool(self._hours_of(ordinal_of(day, "day")))

    def day_minutes(self, day: date) -> float:
        """Open minutes of one local date."""
        return sum(closes - opens for opens, closes in self._openings_of(day)) / MINUTE

    def day_intervals(self, day: date) -> list[tuple[datetime, datetime]]:
        """The openings of one local date."""
        return [(self._moment(a), self._moment(b)) for a, b in self._openings_of(day)]

    def open_intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The openings that lie in [start, end), cut to it, in order; for drawing."""
        since, until = instant(start, "start"), instant(end, "end")
        if since > until:
            raise ReversedSpan(f"the span ends ({end}) before it starts ({start})")
        found = []
        for year in range(self._year_of(since), self._year_of(until) + 1):
            table = self._year(year)
            index = max(bisect_right(table.opens, since) - 1, 0)
            for opens, closes in zip(table.opens[index:], table.closes[index:], strict=True):
                if opens >= until:
                    break
                left, right = max(opens, since), min(closes, until)
                if left < right:
                    found.append((self._moment(left), self._moment(right)))
        return found

    def midnight(self, day: date) -> datetime:
        """The first moment of a local date (01:00 where the clock skips midnight)."""
        wall = (ordinal_of(day, "day") - EPOCH_ORDINAL) * DAY
        starts = [
            max(wall - offset, since)
            for since, until, offset in self._offsets(day.year)
            if max(wall - offset, since) < until
        ]
        return self._moment(min(starts))

    def without(self, days: Collection[date]) -> WorkingCalendar:
        """This calendar with some days closed, to say what they change. Raises InvalidHours."""
        other = copy(self)
        other._special = {**self._special, **{ordinal_of(day, "days"): () for day in days}}
        other._special_years = self._special_years | {day.year for day in days}
        other._years, other._totals = {}, {}
        return other

    def local(self, at: datetime) -> datetime:
        """`at` as the wall clock of this calendar shows it."""
        return self._moment(instant(at, "at"))

    def __repr__(self) -> str:
        return f"<WorkingCalendar {self.tz} with {len(self._special)} special days>"

    # ---- days ------------------------------------------------------------------------------

    def _week_of(self, ordinal: int) -> tuple[Intervals, ...]:
        if len(self._weeks) == 1:
            return self._weeks[0]
        return self._weeks[bisect_right(self._week_starts, ordinal) - 1]

    def _hours_of(self, ordinal: int) -> Intervals:
        own = self._special.get(ordinal)
        return self._week_of(ordinal)[(ordinal + 6) % 7] if own is None else own

    def _openings_of(self, day: date) -> list[tuple[int, int]]:
        ordinal = ordinal_of(day, "day")
        table = self._year(day.year)
        left = bisect_left(table.ordinals, ordinal)
        right = bisect_right(table.ordinals, ordinal)
        return list(zip(table.opens[left:right], table.closes[left:right], strict=True))

    def _closings(self, after: int) -> Iterator[tuple[int, int]]:
        """(day, its closing) for every working day later than the ordinal `after`."""
        first = date.fromordinal(after).year
        for year in range(max(first, self._first_year), self._last_year + 1):
            table = self._year(year)
            for index in range(bisect_right(table.ordinals, after), len(table.ordinals)):
                ordinal = table.ordinals[index]
                if index + 1 == len(table.ordinals) or table.ordinals[index + 1] != ordinal:
                    yield ordinal, table.closes[index]

    # ---- years -----------------------------------------------------------------------------

    def _year(self, year: int) -> _Year:
        table = self._years.get(year)
        if table is None:
            if len(self._years) >= KEPT_YEARS:
                self._years.clear()
            table = self._years[year] = self._lay_out(year)
            self._totals[year] = table.total
        return table

    def _total(self, year: int) -> int:
        """Open microseconds of a year; without laying it out where the week simply repeats."""
        total = self._totals.get(year)
        if total is None:
            if year in self._special_years or len(self._offsets(year)) > 1:
                return self._year(year).total
            new_year = date(year, 1, 1).toordinal()
            week = self._week_of(new_year)
            days = date(year, 12, 31).toordinal() - new_year + 1
            total = sum(length(hours) for hours in week) * 52
            for extra in range(days - 364):
                total += length(week[(new_year + 6 + extra) % 7])
            self._totals[year] = total
        return total

    def _lay_out(self, year: int) -> _Year:
        offsets = self._offsets(year)
        openings: list[tuple[int, int, int]] = []
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            midnight = (ordinal - EPOCH_ORDINAL) * DAY
            for opens, closes in self._hours_of(ordinal):
                for since, until, offset in offsets:
                    left = max(midnight + opens - offset, since)
                    right = min(midnight + closes - offset, until)
                    if left < right:
                        openings.append((left, right, ordinal))
        if len(offsets) > 1:
            openings.sort()
        return _Year(openings)

    def _offsets(self, year: int) -> list[tuple[int, int, int]]:
        """(from, to, UTC offset) of the stretches of equal offset that cover the local year.

        Weekly samples find every clock change: no zone has changed twice within a week and back.
        """
        stretches = self._stretches.get(year)
        if stretches is not None:
            return stretches
        since = (date(year, 1, 1).toordinal() - 1 - EPOCH_ORDINAL) * DAY
        until = (date(year, 12, 31).toordinal() + 2 - EPOCH_ORDINAL) * DAY
        stretches, offset = [], self._offset(since)
        for left, right in pairwise([*range(since, until, 7 * DAY), until]):
            after = self._offset(right)
            if after != offset:
                change = self._change(left, right, after)
                stretches.append((since, change, offset))
                since, offset = change, after
        stretches.append((since, until, offset))
        if len(self._stretches) >= KEPT_YEARS:
            self._stretches.clear()
        self._stretches[year] = stretches
        return stretches

    def _offset(self, at: int) -> int:
        inside = min(max(at, EARLIEST + 2 * DAY), LATEST - 2 * DAY)
        offset = local(inside, self.tz).utcoffset()
        return 0 if offset is None else offset // timedelta(microseconds=1)

    def _change(self, left: int, right: int, after: int) -> int:
        """The moment in (left, right] at which the offset becomes `after`."""
        while right - left > 1:
            middle = (left + right) // 2
            if self._offset(middle) == after:
                right = middle
            else:
                left = middle
        return right

    def _year_of(self, at: int) -> int:
        day = at // DAY
        year = self._year_of_day.get(day)
        if year is None:
            first, last = self._local_year(day * DAY), self._local_year(day * DAY + DAY - 1)
            if first != last:  # the day in which the local year turns
                return self._local_year(at)
            if len(self._year_of_day) >= KEPT_DAYS:
                self._year_of_day.clear()
            year = self._year_of_day[day] = first
        return year

    def _local_year(self, at: int) -> int:
        try:
            return local(at, self.tz).year
        except OverflowError:
            return 9999 if at > 0 else 1

    # ---- arithmetic in microseconds ----------------------------------------------------------

    def _worked(self, since: int, until: int) -> int:
        first, last = self._year_of(since), self._year_of(until)
        if first == last:
            table = self._year(first)
            return table.worked(until) - table.worked(since)
        head, tail = self._year(first), self._year(last)
        whole = range(max(first + 1, self._first_year), min(last - 1, self._last_year) + 1)
        return head.total - head.worked(since) + sum(map(self._total, whole)) + tail.worked(until)

    def _advance(self, start: int, amount: int) -> int:
        year = self._year_of(start)
        if amount > LATEST - EARLIEST:
            raise CalendarExhausted("that many minutes lead beyond the year 9999")
        amount += self._year(year).worked(start)
        while amount > (total := self._total(year)):
            amount -= total
            year = self._following(year)
        return self._year(year).reached(amount)

    def _next(self, at: int, pauses: Sequence[tuple[int, int]]) -> int:
        at = self._next_opening(at)
        for since, until in pauses:
            if since <= at < until:
                at = self._next_opening(until)
        return at

    def _next_opening(self, at: int) -> int:
        year = self._year_of(at)
        table = self._year(year)
        index = bisect_right(table.opens, at) - 1
        if index >= 0 and at < table.closes[index]:
            return at
        while index + 1 == len(table.opens):
            year, index = self._following(year), -1
            table = self._year(year)
        return table.opens[index + 1]

    def _following(self, year: int) -> int:
        if year >= self._last_year:
            raise CalendarExhausted(f"the calendar has no opening after {self._last_year}")
        return max(year + 1, self._first_year)

    def _moment(self, at: int) -> datetime:
        try:
            return local(at, self.tz)
        except OverflowError:
            raise CalendarExhausted("the answer lies beyond the year 9999") from None
