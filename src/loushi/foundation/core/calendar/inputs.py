"""What a calendar accepts: the errors, and the checks that turn moments, minutes, hours and breaks
into whole microseconds (of UTC for moments, after local midnight for hours).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from numbers import Rational
from typing import Final
from zoneinfo import ZoneInfo

Hours = Sequence[tuple[time, time]]
Week = Mapping[int, Hours]
Break = tuple[datetime, datetime]
Minutes = int | float | Fraction | Decimal
Intervals = tuple[tuple[int, int], ...]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CalendarError(ValueError):
    """Something a calendar cannot be asked, or cannot be made of."""


class NaiveDatetime(CalendarError):
    """A moment without a time zone (or no moment at all): it names no point in time."""


class InvalidMinutes(CalendarError):
    """Minutes that are not a finite number."""


class NegativeMinutes(InvalidMinutes):
    """Minutes below zero: this calendar only looks forward."""


class ReversedSpan(CalendarError):
    """A span or a break whose end lies before its beginning."""


class InvalidHours(CalendarError):
    """Opening hours or days that are malformed, empty, reversed or overlapping."""


class UnknownTimeZone(CalendarError):
    """A time zone name that this machine's database does not have."""


class NeverOpens(CalendarError):
    """A calendar without a single opening."""


class CalendarExhausted(CalendarError):
    """The answer lies behind the calendar's last opening (or behind the year 9999)."""


def zone(tz: str | tzinfo) -> tzinfo:
    if isinstance(tz, tzinfo):
        return tz
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError, TypeError):
        raise UnknownTimeZone(f"there is no time zone {tz!r}") from None


def local(at: int, tz: tzinfo) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(tz)


def instant(at: datetime, what: str) -> int:
    if not isinstance(at, datetime):
        raise NaiveDatetime(f"{what} must be a datetime with a time zone, not {at!r}")
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveDatetime(f"{what} has no time zone: {at.isoformat()}")
    span = at - EPOCH
    return span.days * DAY + span.seconds * SECOND + span.microseconds


def microseconds(minutes: Minutes) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, Rational | float | Decimal):
        raise InvalidMinutes(f"minutes must be a number, not {minutes!r}")
    if not isinstance(minutes, Rational) and not math.isfinite(minutes):
        raise InvalidMinutes(f"minutes must be finite, not {minutes!r}")
    if minutes < 0:
        raise NegativeMinutes(f"minutes must not be negative: {minutes}")
    if isinstance(minutes, int):
        return minutes * MINUTE
    return round(Fraction(minutes) * MINUTE)


def merged(breaks: Iterable[Break]) -> list[tuple[int, int]]:
    """The breaks in order, disjoint, without empty ones."""
    spans = []
    for pair in breaks:
        try:
            since, until = pair
        except (TypeError, ValueError):
            raise ReversedSpan(f"a break is a (from, to) pair, not {pair!r}") from None
        left, right = instant(since, "a break's start"), instant(until, "a break's end")
        if left > right:
            raise ReversedSpan(f"a break ends ({until}) before it starts ({since})")
        if left < right:
            spans.append((left, right))
    if len(spans) < 2:
        return spans
    spans.sort()
    merged = spans[:1]
    for left, right in spans[1:]:
        if left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def ordinal_of(day: date, what: str) -> int:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidHours(f"{what} takes dates, not {day!r}")
    return day.toordinal()


def week_of(hours: Week) -> tuple[Intervals, ...]:
    wrong = [day for day in hours if isinstance(day, bool) or day not in range(7)]
    if wrong:
        raise InvalidHours(f"weekdays run from 0 (Monday) to 6 (Sunday), not {wrong[0]!r}")
    return tuple(intervals(hours.get(day, ()), f"weekday {day}") for day in range(7))


def intervals(hours: Hours, what: str) -> Intervals:
    """The hours of a day in microseconds after midnight, sorted; refuses anything odd."""
    found = []
    try:
        pairs = [(opens, closes) for opens, closes in hours]
    except (TypeError, ValueError):
        raise InvalidHours(f"{what}: hours are (opens, closes) pairs, not {hours!r}") from None
    for opens, closes in pairs:
        for end in (opens, closes):
            if not isinstance(end, time) or end.tzinfo is not None:
                raise InvalidHours(f"{what}: hours are plain times of day, not {end!r}")
        left, right = after_midnight(opens), after_midnight(closes) or DAY
        if left >= right:
            raise InvalidHours(f"{what}: closes at {closes}, which is not after {opens}")
        found.append((left, right))
    found.sort()
    for (_, closed), (opened, _) in pairwise(found):
        if opened < closed:
            raise InvalidHours(f"{what}: two of its hours overlap")
    return tuple(found)


def after_midnight(at: time) -> int:
    return (at.hour * 3600 + at.minute * 60 + at.second) * SECOND + at.microsecond


def length(hours: Intervals) -> int:
    return sum(closes - opens for opens, closes in hours)
