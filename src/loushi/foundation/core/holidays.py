"""The official days of China: the State Council's yearly arrangement of holidays and 调休.

Source: the package `chinesecalendar`, which follows the notices 国务院办公厅关于节假日安排的通知.
A year is official only when the package has its arrangement; for any other year nothing is guessed:
the calendar is plain Monday to Friday and whoever shows a date in it must say so
(`years_without_official_data`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from types import MappingProxyType

from chinese_calendar import constants


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """A named holiday, or a day that differs from the plain week: off, or worked (调休)."""

    date: date
    is_workday: bool
    name: str


_NAMES = MappingProxyType({holiday.value: holiday.chinese for holiday in constants.Holiday})


@cache
def _by_year() -> dict[int, tuple[OfficialDay, ...]]:
    days: dict[int, list[OfficialDay]] = {}
    for table, is_workday in ((constants.holidays, False), (constants.workdays, True)):
        for day, name in table.items():
            days.setdefault(day.year, []).append(
                OfficialDay(day, is_workday, _NAMES.get(str(name), str(name)))
            )
    # A notice may reach a few days into its neighbour year; National Day shows a whole one.
    return {
        year: tuple(sorted(rows, key=lambda row: row.date))
        for year, rows in days.items()
        if date(year, 10, 1) in constants.holidays
    }


def source() -> str:
    """Where the official days come from, for the `source` column."""
    return f"chinesecalendar {version('chinesecalendar')}"


def official_years() -> range:
    """The years with an official arrangement, first to last; read from the data."""
    years = _by_year()
    return range(min(years), max(years) + 1)


def has_official_data(year: int) -> bool:
    """Whether the year's official arrangement is known."""
    return year in _by_year()


def years_without_official_data(years: Iterable[int]) -> list[int]:
    """Those of the years whose arrangement is unknown, in order; they need a warning."""
    return sorted({year for year in years if not has_official_data(year)})


def official_days(years: Iterable[int] | None = None) -> list[OfficialDay]:
    """The holidays and make-up workdays of the years (all known ones by default), in date order.

    Years without official data contribute nothing: ask `years_without_official_data`.
    """
    known = _by_year()
    wanted = known if years is None else set(years)
    return [row for year in sorted(wanted) for row in known.get(year, ())]
