"""Working-time arithmetic: opening hours, public holidays and make-up workdays (调休).

Pure: only the standard library, usable alone. One object answers five questions:

>>> from datetime import date, datetime, time
>>> from zoneinfo import ZoneInfo
>>> week = {day: [(time(9), time(12)), (time(13, 30), time(17, 30))] for day in range(5)}
>>> calendar = WorkingCalendar(week, {date(2026, 10, 1)}, {date(2026, 10, 10): None})
>>> start = datetime(2026, 9, 30, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
>>> calendar.add(start, 60).isoformat()
'2026-10-02T09:30:00+08:00'
>>> calendar.between(start, calendar.add(start, 60))
60.0

Rules, decided once and tested:

1. **Open is half-open.** A moment is open when the wall clock in the calendar's zone reads inside
   one of the day's hours, opening included, closing excluded. Weekday 0 is Monday. An end of
   ``time(0)`` is midnight at the end of that day, so ``(time(0), time(0))`` is the whole day.
2. **A due time that falls exactly at closing time stays at closing time.** ``add(start, n)`` with
   n > 0 is the *earliest* moment at which n minutes have been worked: 17:30 today, never 9:00
   tomorrow. The same holds where the last minute ends as a break begins.
3. **Zero minutes is a place, not a wait.** ``add(start, 0)`` is ``next_open(start)``: the moment
   itself when it is open, otherwise the next opening. Closing time itself is closed.
4. **Breaks are closures.** They are (from, to) pairs, half-open, in any order; overlaps, and the
   part that lies in a lunch or a night, are counted once; an empty pair does nothing. An
   open-ended break is refused: whoever replays a running pause says until when.
5. **A workday wins over a holiday** on the same date: the make-up arrangement is the later and more
   exact word. A workday of ``None`` opens as Monday does on that date (closed if Monday is).
6. **Time is counted in UTC**, to the microsecond. On a day with a clock change the hours that the
   wall clock skips do not exist, and those it shows twice count twice.
7. Results are aware datetimes in the calendar's own zone; minutes come back as ``float`` (whole
   minutes are exact). Minutes given as int, float, Fraction or Decimal are taken to the nearest
   microsecond.
8. Naive datetimes, negative minutes, reversed spans, overlapping or empty hours, and calendars that
   never open are refused at once with a `CalendarError` (a `ValueError`) that says what is wrong.

Cost: openings are laid out per year with running totals, on first use; after that every question is
a few binary searches, whatever the span.
"""

from loushi.foundation.core.calendar.inputs import (
    Break,
    CalendarError,
    CalendarExhausted,
    Hours,
    InvalidHours,
    InvalidMinutes,
    Minutes,
    NaiveDatetime,
    NegativeMinutes,
    NeverOpens,
    ReversedSpan,
    UnknownTimeZone,
    Week,
)
from loushi.foundation.core.calendar.working import WorkingCalendar

__all__ = [
    "Break",
    "CalendarError",
    "CalendarExhausted",
    "Hours",
    "InvalidHours",
    "InvalidMinutes",
    "Minutes",
    "NaiveDatetime",
    "NegativeMinutes",
    "NeverOpens",
    "ReversedSpan",
    "UnknownTimeZone",
    "Week",
    "WorkingCalendar",
]
