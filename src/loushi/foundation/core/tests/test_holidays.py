"""The official days agree with their source, and unknown years are reported, never guessed."""

from datetime import date, time, timedelta

import chinese_calendar
import pytest

from loushi.foundation.core.calendar import WorkingCalendar
from loushi.foundation.core.holidays import (
    has_official_data,
    official_days,
    official_years,
    source,
    years_without_official_data,
)


def test_every_day_of_nine_years_agrees_with_the_source():
    days = official_days(range(2018, 2027))
    calendar = WorkingCalendar(
        {weekday: [(time(9), time(17))] for weekday in range(5)},
        holidays=[row.date for row in days if not row.is_workday],
        workdays={row.date: None for row in days if row.is_workday},
    )
    day = date(2018, 1, 1)
    while day.year < 2027:
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_names_are_chinese_and_rows_are_in_order():
    days = official_days([2026])
    by_date = {row.date: row for row in days}
    assert [row.date for row in days] == sorted(by_date)
    assert (by_date[date(2026, 10, 1)].name, by_date[date(2026, 10, 1)].is_workday) == (
        "国庆节",
        False,
    )
    assert (by_date[date(2026, 10, 10)].name, by_date[date(2026, 10, 10)].is_workday) == (
        "国庆节",
        True,
    )
    assert not any(row.name.isascii() for row in official_days())


def test_the_years_come_from_the_data():
    years = official_years()
    assert years[0] <= 2018
    assert years[-1] >= 2026
    assert all(has_official_data(year) for year in years)


@pytest.mark.parametrize("beyond", [0, 5])
def test_an_unknown_year_is_reported_and_has_no_days(beyond):
    unknown = official_years()[-1] + 1 + beyond
    assert not has_official_data(unknown)
    assert official_days([unknown]) == []
    assert years_without_official_data([unknown, 2026, unknown, 2025]) == [unknown]


def test_the_source_names_the_package_and_its_version():
    assert source().startswith("chinesecalendar ")
