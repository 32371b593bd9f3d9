"""The calendar in force: official days, the tables' words over them, the weekly hours.

Layers, the later wins: weekly hours (9:00–12:00 and 13:30–17:30, Monday to Friday, unless the table
says otherwise) → official holidays and make-up workdays → `CalendarDay` rows. A year without an
official arrangement runs on the weekly hours and the rows alone, and is warned about until the rows
hold its National Day.

`standard()` costs one tiny query (a version token); take it once per page or command and hand the
object on, not once per row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from loushi.foundation.core.calendar import Hours, Week, WorkingCalendar
from loushi.foundation.core.clocks.limits import NOMINAL_MINUTES
from loushi.foundation.core.holidays import OfficialDay, has_official_data, official_days
from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.stamps import Kept

if TYPE_CHECKING:
    from loushi.foundation.core.calendar_models import WorkingHours

DEFAULT_DAY: Hours = ((time(9), time(12)), (time(13, 30), time(17, 30)))
DEFAULT_HOURS: Week = dict.fromkeys(range(5), DEFAULT_DAY)
DEFAULT_TZ = "Asia/Shanghai"
KEPT = 4


@dataclass(frozen=True, slots=True)
class Standard:
    """A calendar with what is needed to speak about it."""

    calendar: WorkingCalendar
    days: Mapping[date, OfficialDay]
    """Every named day: official ones, and the tables' rows over them."""
    nominal: tuple[tuple[date, int], ...]
    local_years: frozenset[int]
    """Years whose whole arrangement the table holds."""

    def nominal_minutes(self, on: date | datetime) -> int:
        """Minutes of one working day of a limit, for a clock that starts on that day."""
        day = self.calendar.local(on).date() if isinstance(on, datetime) else on
        index = bisect_right([valid_from for valid_from, _ in self.nominal], day) - 1
        return self.nominal[index][1] if index >= 0 else NOMINAL_MINUTES

    def is_official(self, year: int) -> bool:
        """Whether the year's arrangement is known, from the package or from the table."""
        return year in self.local_years or has_official_data(year)

    def unofficial_years(self, *moments: date | datetime | None) -> list[int]:
        """The years from the first to the last of the moments that have no arrangement."""
        years = [
            (self.calendar.local(at) if isinstance(at, datetime) else at).year
            for at in moments
            if at is not None
        ]
        if not years:
            return []
        return [year for year in range(min(years), max(years) + 1) if not self.is_official(year)]

    def warnings(self, *moments: date | datetime | None) -> list[str]:
        """A sentence per year without an arrangement that the moments lie in or span."""
        return [
            _(
                "%(year)s 年的放假调休安排还没有导入，这一年的日期暂按周一至周五推算，"
                "导入后会自动重算。"
            )
            % {"year": year}
            for year in self.unofficial_years(*moments)
        ]


_kept: dict[tuple[str, str], Standard] = {}
_tokens: Kept[str] = Kept("calendar")


def _version(pk: int) -> Any:
    from loushi.foundation.core.calendar_models import CalendarVersion

    return CalendarVersion.objects.filter(pk=pk).values_list("token", flat=True)


_token: Prepared[str] = Prepared(_version)


def standard(name: str = "standard") -> Standard:
    """The calendar in force, built from the tables and kept until they change: a query at most."""
    token = _tokens.get("token", lambda: next(iter(_token(1)), ""))
    found = _kept.get((name, token))
    if found is None:
        found = build(name)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[name, token] = found
    return found


def standard_calendar(name: str = "standard") -> WorkingCalendar:
    """The WorkingCalendar in force; see `standard` for the cost."""
    return standard(name).calendar


def nominal_minutes(on: date | datetime) -> int:
    """Minutes of one working day of a limit, for a clock that starts on that day."""
    return standard().nominal_minutes(on)


def calendar_warnings(*moments: date | datetime | None) -> list[str]:
    """The sentences to show beside due times in years without an official arrangement."""
    return standard().warnings(*moments)


def build(name: str = "standard") -> Standard:
    """Reads the tables afresh, whatever was kept."""
    from loushi.foundation.core.calendar_models import CalendarDay, CalendarSetting, WorkingHours

    days = {row.date: row for row in official_days()}
    own_hours: dict[date, Hours] = {}
    rows = list(CalendarDay.objects.order_by("date"))
    for row in rows:
        days[row.date] = OfficialDay(row.date, row.is_workday, row.name)
        if row.hours:
            own_hours[row.date] = read_hours(row.hours)
    settings = list(CalendarSetting.objects.order_by("valid_from"))
    changes = _weeks(WorkingHours.objects.filter(name=name).order_by("weekday", "start"))
    calendar = WorkingCalendar(
        DEFAULT_HOURS,
        holidays=[row.date for row in days.values() if not row.is_workday],
        workdays={row.date: own_hours.get(row.date) for row in days.values() if row.is_workday},
        tz=settings[-1].tz if settings else DEFAULT_TZ,
        changes=changes,
    )
    return Standard(
        calendar=calendar,
        days=days,
        nominal=tuple((row.valid_from, row.nominal_minutes) for row in settings),
        local_years=frozenset(
            row.date.year for row in rows if (row.date.month, row.date.day) == (10, 1)
        ),
    )


def read_hours(pairs: Iterable[Sequence[str]]) -> Hours:
    """[["09:00", "12:00"], …] as times. Raises ValueError."""
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs]


def _weeks(rows: Iterable[WorkingHours]) -> dict[date, Week]:
    """The dated rows as weekly hours from each date on which anything changes."""
    rows = list(rows)
    bounds = {row.valid_from for row in rows}
    bounds |= {row.valid_to + timedelta(days=1) for row in rows if row.valid_to}
    weeks: dict[date, Week] = {}
    for bound in sorted(bounds):
        week: dict[int, list[tuple[time, time]]] = {}
        for row in rows:
            if row.valid_from <= bound and (row.valid_to is None or bound <= row.valid_to):
                week.setdefault(row.weekday, []).append((row.start, row.end))
        weeks[bound] = week or DEFAULT_HOURS
    return weeks
