"""The working calendar: its rules one by one, and against a minute-by-minute count."""

import random
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.foundation.core.calendar import (
    CalendarError,
    CalendarExhausted,
    InvalidHours,
    InvalidMinutes,
    NaiveDatetime,
    NegativeMinutes,
    NeverOpens,
    ReversedSpan,
    UnknownTimeZone,
    WorkingCalendar,
)

steady = settings(deadline=None)  # never a test of speed
ZONE = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
DAY = [(time(9), time(12)), (time(13, 30), time(17, 30))]
WEEK = dict.fromkeys(range(5), DAY)
HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)} | {date(2027, 1, 1)}
WORKDAYS = {date(2026, 9, 20): None, date(2026, 10, 10): None}
CALENDAR = WorkingCalendar(WEEK, HOLIDAYS, WORKDAYS)


def at(text, zone=ZONE):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# ---- the design's own sum ------------------------------------------------------------------------


def test_the_case_of_the_design_adds_up():
    start = at("2026-09-30 09:40")
    pause = [(at("2026-10-09 10:00"), at("2026-10-09 15:30"))]
    assert CALENDAR.add(start, 5 * 420, pause) == at("2026-10-13 15:10")
    assert CALENDAR.add(start, 3 * 420, pause) == at("2026-10-10 15:10")
    assert CALENDAR.add(start, 5 * 420 * 0.8, pause) == at("2026-10-12 15:10")
    assert CALENDAR.between(at("2026-09-29 16:40"), at("2026-09-30 09:26")) == 76
    without = WorkingCalendar(WEEK, HOLIDAYS)
    assert without.add(start, 5 * 420, pause) == at("2026-10-14 15:10")


# ---- opening -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "open_then", "opening"),
    [
        ("2026-10-12 08:59:59", False, "2026-10-12 09:00"),
        ("2026-10-12 09:00", True, "2026-10-12 09:00"),
        ("2026-10-12 11:59:59.999999", True, "2026-10-12 11:59:59.999999"),
        ("2026-10-12 12:00", False, "2026-10-12 13:30"),
        ("2026-10-12 13:00", False, "2026-10-12 13:30"),
        ("2026-10-12 17:30", False, "2026-10-13 09:00"),
        ("2026-09-30 17:30", False, "2026-10-08 09:00"),
        ("2026-10-03 10:00", False, "2026-10-08 09:00"),
        ("2026-10-10 10:00", True, "2026-10-10 10:00"),
        ("2026-10-11 10:00", False, "2026-10-12 09:00"),
        ("2026-12-31 18:00", False, "2027-01-04 09:00"),
    ],
)
def test_opening_is_half_open_and_zero_minutes_lead_to_it(moment, open_then, opening):
    assert CALENDAR.is_open(at(moment)) is open_then
    assert CALENDAR.next_open(at(moment)) == at(opening)
    assert CALENDAR.add(at(moment), 0) == at(opening)


def test_results_are_in_the_calendars_zone_whatever_zone_was_asked_in():
    asked = at("2026-10-12 10:00").astimezone(UTC)
    answer = CALENDAR.add(asked, 30)
    assert answer.isoformat() == "2026-10-12T10:30:00+08:00"
    assert CALENDAR.between(asked, answer.astimezone(NEW_YORK)) == 30


# ---- adding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-10-12 16:30", 60, "2026-10-12 17:30"),  # closing time stays closing time
        ("2026-10-12 11:00", 60, "2026-10-12 12:00"),  # so does the beginning of lunch
        ("2026-10-12 11:00", 61, "2026-10-12 13:31"),
        ("2026-10-12 12:30", 1, "2026-10-12 13:31"),  # starts within lunch
        ("2026-10-12 17:30", 1, "2026-10-13 09:01"),  # starts at closing
        ("2026-10-12 17:30", 420, "2026-10-13 17:30"),
        ("2026-10-09 17:00", 60, "2026-10-10 09:30"),  # a make-up Saturday
        ("2026-10-10 17:00", 60, "2026-10-12 09:30"),
        ("2026-09-30 17:00", 60, "2026-10-08 09:30"),  # National Day
        ("2026-12-31 17:29", 2, "2027-01-04 09:01"),  # the year's end
        ("2026-10-04 03:00", 420, "2026-10-08 17:30"),
    ],
)
def test_add(start, minutes, due):
    assert CALENDAR.add(at(start), minutes) == at(due)
    assert CALENDAR.between(at(start), at(due)) == minutes


@pytest.mark.parametrize("minutes", [0.25, Fraction(1, 4), Decimal("0.25")])
def test_fractions_of_a_minute_are_exact(minutes):
    assert CALENDAR.add(at("2026-10-12 10:00"), minutes) == at("2026-10-12 10:00:15")
    assert CALENDAR.between(at("2026-10-12 10:00"), at("2026-10-12 10:00:15")) == 0.25


def test_between_counts_only_open_time():
    assert CALENDAR.between(at("2026-10-12 08:00"), at("2026-10-12 20:00")) == 420
    assert CALENDAR.between(at("2026-10-12 12:00"), at("2026-10-12 13:30")) == 0
    assert CALENDAR.between(at("2026-10-12 10:00"), at("2026-10-12 10:00")) == 0
    assert CALENDAR.between(at("2026-10-01 00:00"), at("2026-10-11 00:00")) == 3 * 420
    assert CALENDAR.between(at("2026-10-12 10:00:01"), at("2026-10-12 10:00:02")) == 1 / 60


def test_years_are_cheap_and_right():
    plain = WorkingCalendar(WEEK)
    assert plain.between(at("2000-01-01 00:00"), at("2400-01-01 00:00")) == 146097 / 7 * 5 * 420
    assert plain.add(at("2000-01-01 00:00"), 146097 // 7 * 5 * 420) == at("2399-12-31 17:30")


# ---- hours ---------------------------------------------------------------------------------------


def test_hours_that_end_at_midnight():
    night = WorkingCalendar({4: [(time(18), time(0))], 5: [(time(0), time(2))]})
    assert night.is_open(at("2026-10-16 23:59:59"))
    assert night.is_open(at("2026-10-17 00:00"))
    assert night.day_minutes(date(2026, 10, 16)) == 360
    assert night.add(at("2026-10-16 18:00"), 360) == at("2026-10-17 00:00")
    assert night.add(at("2026-10-16 18:00"), 480) == at("2026-10-17 02:00")
    closing = WorkingCalendar({4: [(time(18), time(0))]})
    assert closing.add(at("2026-10-16 23:00"), 60) == at("2026-10-17 00:00")
    assert not closing.is_open(at("2026-10-17 00:00"))
    assert closing.add(at("2026-10-17 00:00"), 0) == at("2026-10-23 18:00")


def test_a_whole_day_is_midnight_to_midnight():
    always = WorkingCalendar({day: [(time(0), time(0))] for day in range(7)})
    assert always.add(at("2026-12-31 23:59"), 2) == at("2027-01-01 00:01")
    assert always.day_minutes(date(2026, 10, 1)) == 1440


def test_workdays_have_their_own_hours_or_mondays():
    calendar = WorkingCalendar(
        {0: [(time(8), time(10))], 1: DAY},
        workdays={date(2026, 10, 10): None, date(2026, 10, 11): [(time(14), time(15))]},
    )
    assert calendar.day_minutes(date(2026, 10, 10)) == 120
    assert calendar.day_minutes(date(2026, 10, 11)) == 60
    assert calendar.add(at("2026-10-10 09:30"), 60) == at("2026-10-11 14:30")


def test_a_workday_wins_over_a_holiday():
    both = WorkingCalendar(WEEK, {date(2026, 10, 12)}, {date(2026, 10, 12): None})
    assert both.is_working_day(date(2026, 10, 12))
    own = WorkingCalendar(WEEK, {date(2026, 10, 12)}, {date(2026, 10, 12): [(time(9), time(10))]})
    assert own.day_minutes(date(2026, 10, 12)) == 60


def test_hours_may_be_unsorted_and_may_touch():
    calendar = WorkingCalendar({0: [(time(13), time(17)), (time(9), time(13))]})
    assert calendar.add(at("2026-10-12 12:59"), 2) == at("2026-10-12 13:01")


def test_hours_may_change_on_a_date():
    summer = dict.fromkeys(range(5), [(time(9), time(12)), (time(14), time(17, 30))])
    calendar = WorkingCalendar(
        WEEK,
        workdays={date(2026, 7, 4): None},
        changes={date(2026, 7, 1): summer, date(2026, 10, 1): WEEK},
    )
    assert calendar.day_minutes(date(2026, 6, 30)) == 420
    assert calendar.day_minutes(date(2026, 7, 1)) == 390
    assert calendar.day_minutes(date(2026, 7, 4)) == 390
    assert calendar.day_minutes(date(2026, 10, 1)) == 420
    assert calendar.add(at("2026-06-30 17:00"), 30 + 390 * 3) == at("2026-07-03 17:30")


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (InvalidHours, {"hours": {0: [(time(12), time(9))]}}),
        (InvalidHours, {"hours": {0: [(time(9), time(9))]}}),
        (InvalidHours, {"hours": {0: [(time(9), time(12)), (time(11), time(13))]}}),
        (InvalidHours, {"hours": {0: [(time(9), time(0)), (time(23), time(0))]}}),
        (InvalidHours, {"hours": {7: DAY}}),
        (InvalidHours, {"hours": {"0": DAY}}),
        (InvalidHours, {"hours": {0: None}}),
        (InvalidHours, {"hours": {0: [("09:00", "12:00")]}}),
        (InvalidHours, {"hours": {0: [(time(9, tzinfo=UTC), time(12))]}}),
        (InvalidHours, {"hours": WEEK, "holidays": [at("2026-10-01 00:00")]}),
        (InvalidHours, {"hours": WEEK, "holidays": ["2026-10-01"]}),
        (InvalidHours, {"hours": WEEK, "workdays": {date(2026, 10, 1): [(time(9), time(8))]}}),
        (UnknownTimeZone, {"hours": WEEK, "tz": "Asia/Gongshu"}),
        (NeverOpens, {"hours": {}}),
        (NeverOpens, {"hours": {0: [], 3: []}}),
        (NeverOpens, {"hours": {}, "workdays": {date(2026, 10, 10): None}}),
        (NeverOpens, {"hours": {}, "workdays": {date(2026, 10, 10): []}}),
    ],
)
def test_impossible_calendars_are_refused_at_once(error, arguments):
    with pytest.raises(error):
        WorkingCalendar(**arguments)
    assert issubclass(error, CalendarError)
    assert issubclass(error, ValueError)


def test_a_calendar_may_live_by_workdays_alone_until_they_are_used_up():
    fair = WorkingCalendar({}, workdays={date(2026, 10, 17): DAY, date(2028, 2, 29): DAY})
    assert fair.add(at("2020-01-01 00:00"), 421) == at("2028-02-29 09:01")
    assert fair.add(at("2026-10-17 09:00"), 840) == at("2028-02-29 17:30")
    assert fair.between(at("1990-01-01 00:00"), at("2100-01-01 00:00")) == 840
    for call in (
        lambda: fair.add(at("2026-10-17 09:00"), 841),
        lambda: fair.add(at("2028-02-29 17:30"), 0),
        lambda: fair.next_open(at("2500-01-01 00:00")),
        lambda: fair.add(at("2500-01-01 00:00"), 1),
        lambda: fair.end_of_working_day(at("2026-10-17 09:00"), 2),
    ):
        with pytest.raises(CalendarExhausted):
            call()


@pytest.mark.parametrize("minutes", [10**10, 10**30, 1e300])
def test_minutes_beyond_the_year_9999_are_refused(minutes):
    with pytest.raises(CalendarExhausted):
        CALENDAR.add(at("2026-10-12 10:00"), minutes)


# ---- breaks --------------------------------------------------------------------------------------


def pause(*spans):
    return [(at(since), at(until)) for since, until in spans]


@pytest.mark.parametrize(
    ("start", "minutes", "breaks", "due"),
    [
        # over lunch: only its open part is taken out
        ("2026-10-12 11:00", 60, [("2026-10-12 11:30", "2026-10-12 14:00")], "2026-10-12 14:30"),
        # covers the due time
        ("2026-10-12 10:00", 60, [("2026-10-12 10:30", "2026-10-12 11:30")], "2026-10-12 12:00"),
        # begins as the last minute ends: the due time stays
        ("2026-10-12 10:00", 60, [("2026-10-12 11:00", "2026-10-13 11:00")], "2026-10-12 11:00"),
        # entirely within closed time
        ("2026-10-12 17:00", 60, [("2026-10-12 18:00", "2026-10-13 08:00")], "2026-10-13 09:30"),
        # before the start, and across it
        ("2026-10-12 10:00", 60, [("2026-10-11 10:00", "2026-10-12 09:30")], "2026-10-12 11:00"),
        ("2026-10-12 10:00", 60, [("2026-10-11 10:00", "2026-10-12 10:30")], "2026-10-12 11:30"),
        # overlapping, unsorted and doubled
        (
            "2026-10-12 09:00",
            60,
            [
                ("2026-10-12 09:40", "2026-10-12 10:10"),
                ("2026-10-12 09:30", "2026-10-12 10:00"),
                ("2026-10-12 09:30", "2026-10-12 10:00"),
            ],
            "2026-10-12 10:40",
        ),
        # empty
        ("2026-10-12 09:00", 60, [("2026-10-12 09:30", "2026-10-12 09:30")], "2026-10-12 10:00"),
        # zero minutes within a break: its end, or the opening after it
        ("2026-10-12 10:00", 0, [("2026-10-12 09:00", "2026-10-12 10:30")], "2026-10-12 10:30"),
        ("2026-10-12 10:00", 0, [("2026-10-12 10:00", "2026-10-12 12:30")], "2026-10-12 13:30"),
        (
            "2026-10-12 12:15",
            0,
            [
                ("2026-10-12 13:30", "2026-10-12 14:00"),
                ("2026-10-12 14:00", "2026-10-12 15:00"),
            ],
            "2026-10-12 15:00",
        ),
    ],
)
def test_breaks_are_closures(start, minutes, breaks, due):
    assert CALENDAR.add(at(start), minutes, pause(*breaks)) == at(due)
    if minutes:
        assert CALENDAR.between(at(start), at(due), pause(*breaks)) == minutes
    else:
        assert CALENDAR.next_open(at(start), pause(*breaks)) == at(due)


def test_breaks_may_be_a_generator():
    breaks = pause(("2026-10-12 10:00", "2026-10-12 11:00"))
    assert CALENDAR.add(at("2026-10-12 09:00"), 90, iter(breaks)) == at("2026-10-12 11:30")
    assert (
        CALENDAR.between(at("2026-10-12 09:00"), at("2026-10-12 12:00"), (b for b in breaks)) == 120
    )


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (NaiveDatetime, lambda c: c.add(datetime(2026, 10, 12, 10), 1)),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.is_open(datetime(2026, 10, 12, 10))),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.next_open(datetime(2026, 10, 12, 10))),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.between(at("2026-10-12 10:00"), datetime(2026, 10, 13))),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.between(datetime(2026, 10, 12), at("2026-10-13 10:00"))),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.end_of_working_day(datetime(2026, 10, 12), 1)),  # noqa: DTZ001
        (NaiveDatetime, lambda c: c.add(date(2026, 10, 12), 1)),
        (
            NaiveDatetime,
            lambda c: c.add(
                at("2026-10-12 10:00"),
                1,
                [(datetime(2026, 10, 1), at("2026-10-12 10:00"))],  # noqa: DTZ001
            ),
        ),
        (
            NaiveDatetime,
            lambda c: c.add(at("2026-10-12 10:00"), 1, [(at("2026-10-12 10:00"), None)]),
        ),
        (NegativeMinutes, lambda c: c.add(at("2026-10-12 10:00"), -1)),
        (NegativeMinutes, lambda c: c.add(at("2026-10-12 10:00"), -1e-9)),
        (InvalidMinutes, lambda c: c.add(at("2026-10-12 10:00"), float("nan"))),
        (InvalidMinutes, lambda c: c.add(at("2026-10-12 10:00"), float("inf"))),
        (InvalidMinutes, lambda c: c.add(at("2026-10-12 10:00"), "60")),
        (InvalidMinutes, lambda c: c.end_of_working_day(at("2026-10-12 10:00"), 0)),
        (InvalidMinutes, lambda c: c.end_of_working_day(at("2026-10-12 10:00"), 1.5)),
        (ReversedSpan, lambda c: c.between(at("2026-10-12 10:00"), at("2026-10-12 09:59"))),
        (ReversedSpan, lambda c: c.open_intervals(at("2026-10-12 10:00"), at("2026-10-12 09:59"))),
        (
            ReversedSpan,
            lambda c: c.add(
                at("2026-10-12 10:00"), 1, pause(("2020-01-02 00:00", "2020-01-01 00:00"))
            ),
        ),
        (
            ReversedSpan,
            lambda c: c.between(
                at("2026-10-12 10:00"),
                at("2026-10-12 10:00"),
                pause(("2020-01-02 00:00", "2020-01-01 00:00")),
            ),
        ),
        (ReversedSpan, lambda c: c.add(at("2026-10-12 10:00"), 1, [at("2026-10-12 10:00")])),
    ],
)
def test_senseless_questions_are_refused_at_once(error, call):
    with pytest.raises(error) as refusal:
        call(CALENDAR)
    assert isinstance(refusal.value, ValueError)
    assert str(refusal.value)


def test_the_module_needs_nothing_of_the_platform():
    code = "import sys, loushi.foundation.core.calendar; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- the statutory limit -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-10-12 09:00", 1, "2026-10-13 17:30"),  # the first day is excluded
        ("2026-10-12 00:00", 1, "2026-10-13 17:30"),
        ("2026-09-30 20:00", 2, "2026-10-09 17:30"),
        ("2026-09-30 09:00", 4, "2026-10-12 17:30"),  # over the make-up Saturday
        ("2026-10-03 09:00", 1, "2026-10-08 17:30"),
        ("2026-12-30 09:00", 2, "2027-01-04 17:30"),
    ],
)
def test_statutory_days(start, days, end):
    assert CALENDAR.end_of_working_day(at(start), days) == at(end)


@pytest.mark.parametrize(
    ("breaks", "end"),
    [
        ([("2026-10-13 10:00", "2026-10-13 15:00")], "2026-10-14 17:30"),  # within one day
        ([("2026-10-13 15:00", "2026-10-14 11:00")], "2026-10-15 17:30"),  # over one closing
        ([("2026-10-13 09:00", "2026-10-13 17:30")], "2026-10-15 17:30"),  # a whole day
        ([("2026-10-13 17:30", "2026-10-14 09:00")], "2026-10-14 17:30"),  # overnight only
        ([("2026-10-09 09:00", "2026-10-14 18:00")], "2026-10-16 17:30"),
        (
            [("2026-10-13 16:00", "2026-10-14 10:00"), ("2026-10-14 17:00", "2026-10-15 09:00")],
            "2026-10-16 17:30",
        ),
    ],
)
def test_each_day_that_ends_in_a_break_moves_the_statutory_end_by_one(breaks, end):
    assert CALENDAR.end_of_working_day(at("2026-10-12 10:00"), 2, pause(*breaks)) == at(end)


def test_openings_for_drawing_are_cut_to_the_span():
    assert CALENDAR.open_intervals(at("2026-09-30 10:00"), at("2026-10-08 14:00")) == [
        (at("2026-09-30 10:00"), at("2026-09-30 12:00")),
        (at("2026-09-30 13:30"), at("2026-09-30 17:30")),
        (at("2026-10-08 09:00"), at("2026-10-08 12:00")),
        (at("2026-10-08 13:30"), at("2026-10-08 14:00")),
    ]
    assert CALENDAR.open_intervals(at("2026-12-31 17:00"), at("2027-01-04 09:30")) == [
        (at("2026-12-31 17:00"), at("2026-12-31 17:30")),
        (at("2027-01-04 09:00"), at("2027-01-04 09:30")),
    ]
    assert CALENDAR.day_intervals(date(2026, 10, 1)) == []
    assert CALENDAR.day_intervals(date(2026, 10, 10))[0] == (
        at("2026-10-10 09:00"),
        at("2026-10-10 12:00"),
    )


# ---- zones with clock changes --------------------------------------------------------------------


def test_a_clock_change_does_not_bend_office_hours():
    office = WorkingCalendar(WEEK, tz="America/New_York")
    friday = at("2026-03-06 17:00", NEW_YORK)
    assert office.add(friday, 60) == at("2026-03-09 09:30", NEW_YORK)
    assert office.between(friday, at("2026-03-09 09:30", NEW_YORK)) == 60
    assert office.end_of_working_day(friday, 1).isoformat() == "2026-03-09T17:30:00-04:00"


def test_skipped_hours_do_not_exist_and_repeated_ones_count_twice():
    always = WorkingCalendar({day: [(time(0), time(0))] for day in range(7)}, tz=NEW_YORK)
    assert always.day_minutes(date(2026, 3, 8)) == 23 * 60
    assert always.day_minutes(date(2026, 11, 1)) == 25 * 60
    night = WorkingCalendar({6: [(time(1), time(2, 30))]}, tz=NEW_YORK)
    assert night.day_minutes(date(2026, 3, 8)) == 60
    assert night.day_minutes(date(2026, 11, 1)) == 60 + 60 + 30
    skipped = WorkingCalendar({6: [(time(2), time(3))]}, tz=NEW_YORK)
    assert not skipped.is_working_day(date(2026, 3, 7))
    assert skipped.day_minutes(date(2026, 3, 8)) == 0
    assert skipped.next_open(at("2026-03-08 00:00", NEW_YORK)) == at("2026-03-15 02:00", NEW_YORK)
    half = WorkingCalendar({6: [(time(1, 30), time(4))]}, tz=NEW_YORK)
    first, second = at("2026-11-01 01:45", NEW_YORK), at("2026-11-01 01:15", NEW_YORK)
    assert half.is_open(first)
    assert not half.is_open(second.replace(fold=1))
    assert half.is_open(first.replace(fold=1))


# ---- properties ----------------------------------------------------------------------------------

moments = st.integers(0, 3 * 365 * 86_400).map(
    lambda seconds: at("2025-01-01 00:00") + timedelta(seconds=seconds)
)
near = st.integers(0, 40 * 86_400).map(
    lambda seconds: at("2026-09-20 00:00") + timedelta(seconds=seconds)
)
spans = st.lists(st.tuples(near, near).map(lambda pair: tuple(sorted(pair))), max_size=5)
amounts = st.one_of(st.integers(0, 10_000), st.floats(0, 5_000, allow_nan=False))
calendars = st.sampled_from(
    [
        CALENDAR,
        WorkingCalendar({5: [(time(22), time(0))], 6: [(time(0), time(6))]}, HOLIDAYS),
        WorkingCalendar(
            {day: [(time(0), time(3)), (time(22), time(0))] for day in range(7)}, tz=NEW_YORK
        ),
    ]
)


@steady
@given(calendars, st.one_of(moments, near), amounts, spans)
def test_between_undoes_add(calendar, start, minutes, breaks):
    due = calendar.add(start, minutes, breaks)
    assert due >= start
    assert calendar.between(start, due, breaks) == pytest.approx(minutes, abs=1e-6 / 60)
    if isinstance(minutes, int):
        assert calendar.between(start, due, breaks) == minutes


@steady
@given(calendars, near, near, amounts, amounts, spans)
def test_add_is_monotonic(calendar, start, other, minutes, more, breaks):
    early, late = sorted((start, other))
    assert calendar.add(early, minutes, breaks) <= calendar.add(late, minutes, breaks)
    least, most = sorted((minutes, more))
    assert calendar.add(start, least, breaks) <= calendar.add(start, most, breaks)


@steady
@given(calendars, near, st.integers(0, 3_000), st.integers(1, 3_000), spans)
def test_adding_twice_is_adding_the_sum(calendar, start, first, second, breaks):
    # With a second amount of 0 the sum would stay at closing time, the steps go on (rules 2, 3).
    step = calendar.add(calendar.add(start, first, breaks), second, breaks)
    assert step == calendar.add(start, first + second, breaks)


@steady
@given(calendars, near, near, near, spans)
def test_between_is_additive(calendar, one, two, three, breaks):
    first, middle, last = sorted((one, two, three))
    parts = calendar.between(first, middle, breaks) + calendar.between(middle, last, breaks)
    assert calendar.between(first, last, breaks) == pytest.approx(parts, abs=1e-9)


@steady
@given(calendars, near, spans)
def test_zero_minutes_lead_to_an_open_moment_with_nothing_between(calendar, start, breaks):
    opening = calendar.add(start, 0, breaks)
    assert calendar.is_open(opening)
    assert not any(since <= opening < until for since, until in breaks)
    assert calendar.between(start, opening, breaks) == 0
    assert calendar.next_open(opening, breaks) == opening


@steady
@given(near, near)
def test_openings_add_up_to_between(one, two):
    start, end = sorted((one, two))
    total = sum((b - a).total_seconds() for a, b in CALENDAR.open_intervals(start, end)) / 60
    assert total == pytest.approx(CALENDAR.between(start, end), abs=1e-9)


def test_it_agrees_with_counting_minute_by_minute():
    chance = random.Random(20261012)
    week = {day: [(time(8), time(12)), (time(13), time(0))] for day in (0, 2, 3, 6)}
    workdays = {date(2026, 3, 7): None, date(2026, 11, 3): [(time(1, 15), time(5))]}
    week[6] = [(time(0), time(1, 30)), (time(2, 15), time(9))]
    holidays = {date(2026, 3, 9), date(2026, 11, 2)}
    calendar = WorkingCalendar(week, holidays, workdays, NEW_YORK)

    def is_open(moment):
        local = moment.astimezone(NEW_YORK)
        day = local.date()
        hours = () if day in holidays else week.get(day.weekday(), ())
        if day in workdays:
            hours = workdays[day] or week[0]
        clock = local.time()
        return any(a <= clock and (b == time(0) or clock < b) for a, b in hours)

    for first in ("2026-03-06 00:00", "2026-10-30 00:00"):
        origin = at(first, NEW_YORK).astimezone(UTC)
        minutes = [origin + timedelta(minutes=n) for n in range(5 * 1440)]
        breaks = [(minutes[700], minutes[1900]), (minutes[1800], minutes[2000])]
        counted = [0]
        for n, moment in enumerate(minutes):
            assert calendar.is_open(moment) == is_open(moment), moment
            counted.append(counted[-1] + (is_open(moment) and not 700 <= n < 2000))
        for _ in range(200):
            left, right = sorted(chance.sample(range(len(minutes)), 2))
            expected = counted[right] - counted[left]
            assert calendar.between(minutes[left], minutes[right], breaks) == expected
            if expected:
                # in UTC: Python holds a repeated hour unequal to any moment of another zone
                found = calendar.add(minutes[left], expected, breaks).astimezone(UTC)
                assert found == origin + timedelta(minutes=counted.index(counted[right]))
