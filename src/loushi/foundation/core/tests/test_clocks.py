"""Clock arithmetic, explanations, drawings: pure, on the case of the design and at the edges."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.foundation.core import clocks
from loushi.foundation.core.calendar import WorkingCalendar
from loushi.foundation.core.clocks import InvalidLimit, Limit, LimitKind
from loushi.foundation.core.holidays import official_days
from loushi.foundation.core.testing import moment as at

steady = settings(deadline=None)  # never a test of speed
DAYS = {row.date: row for row in official_days([2026])}
CALENDAR = WorkingCalendar(
    dict.fromkeys(range(5), [(time(9), time(12)), (time(13, 30), time(17, 30))]),
    holidays=[row.date for row in DAYS.values() if not row.is_workday],
    workdays={row.date: None for row in DAYS.values() if row.is_workday},
)
START = at("2026-09-30 09:40")
PAUSE = [(at("2026-10-09 10:00"), at("2026-10-09 15:30"))]
FIVE_DAYS = Limit(LimitKind.WORKING_DAYS, 5)
DUE = at("2026-10-13 15:10")
NOW = at("2026-10-12 10:20")


# ---- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "amount", "due"),
    [
        ("working_minutes", 120, "2026-09-30 11:40"),
        ("working_minutes", 240, "2026-09-30 15:10"),
        ("working_days", 1, "2026-10-08 09:40"),
        ("working_days", 3, "2026-10-10 09:40"),
        ("clock_minutes", 15, "2026-09-30 09:55"),
        ("clock_hours", 24, "2026-10-01 09:40"),
        ("statutory_days", 1, "2026-10-08 17:30"),
        ("statutory_days", 3, "2026-10-10 17:30"),
    ],
)
def test_each_kind_of_limit_has_its_own_clock(kind, amount, due):
    limit = Limit(kind, amount)
    assert clocks.due(CALENDAR, START, limit) == at(due)
    assert clocks.elapsed(CALENDAR, START, at(due), kind) == clocks.total(CALENDAR, START, limit)
    assert clocks.used_fraction(CALENDAR, START, at(due), limit) == 1


def test_a_working_day_is_the_settings_nominal_minutes():
    short = Limit("working_days", 1)
    assert clocks.due(CALENDAR, START, short, nominal_minutes=60) == at("2026-09-30 10:40")
    assert short.minutes(480) == 480


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("working_days", "2026-10-13 15:10"),
        ("clock_hours", "2026-10-09 20:30"),
        ("statutory_days", "2026-10-13 17:30"),
    ],
)
def test_a_pause_stops_every_kind_of_clock(kind, due):
    start, amount = {
        "working_days": (START, 5),
        "clock_hours": (at("2026-10-09 09:00"), 6),
        "statutory_days": (START, 5),
    }[kind]
    assert clocks.due(CALENDAR, start, Limit(kind, amount), PAUSE) == at(due)


def test_a_pause_over_a_closing_moves_a_statutory_end_by_that_day():
    pause = [(at("2026-10-09 10:00"), at("2026-10-10 09:30"))]
    limit = Limit("statutory_days", 5)
    assert clocks.due(CALENDAR, START, limit) == at("2026-10-13 17:30")
    assert clocks.due(CALENDAR, START, limit, pause) == at("2026-10-14 17:30")


@pytest.mark.parametrize(
    ("kind", "amount"), [("weeks", 1), ("working_days", 0), ("working_days", 1.5), ("", 1)]
)
def test_an_impossible_limit_is_refused(kind, amount):
    with pytest.raises(InvalidLimit):
        Limit(kind, amount)


def test_the_figures_of_the_design():
    assert clocks.elapsed(CALENDAR, START, NOW, "working_days", PAUSE) == 24 * 60 + 40
    assert clocks.remaining(CALENDAR, START, NOW, FIVE_DAYS, PAUSE) == 10 * 60 + 20
    assert round(clocks.used_fraction(CALENDAR, START, NOW, FIVE_DAYS, PAUSE) * 100) == 70
    third = clocks.due(CALENDAR, START, Limit("working_days", 3), PAUSE)
    assert clocks.overdue_minutes(CALENDAR, third, NOW, "working_days", PAUSE) == 3 * 60 + 40


def test_nothing_has_elapsed_before_the_start_and_nothing_is_left_after_the_end():
    early = START - timedelta(days=1)
    assert clocks.elapsed(CALENDAR, START, early, "working_days") == 0
    assert clocks.elapsed(CALENDAR, START, START, "statutory_days") == 0
    assert clocks.overdue_minutes(CALENDAR, DUE, START, "working_days") == 0
    assert clocks.remaining(CALENDAR, START, at("2026-12-01 10:00"), FIVE_DAYS) == 0


def test_late_is_after_the_due_time_even_by_no_working_minute():
    closing = at("2026-10-12 17:30")
    assert not clocks.is_late(closing, closing)
    assert clocks.is_late(closing, closing + timedelta(hours=1))
    assert (
        clocks.overdue_minutes(CALENDAR, closing, closing + timedelta(hours=1), "working_days") == 0
    )


def test_warnings_are_the_moments_of_fifty_eighty_and_a_hundred_percent():
    warnings = clocks.warn_times(CALENDAR, START, FIVE_DAYS, PAUSE)
    assert [(warning.percent, warning.at) for warning in warnings] == [
        (50, at("2026-10-10 10:10")),
        (80, at("2026-10-12 15:10")),
        (100, DUE),
    ]
    assert clocks.next_warning(warnings).percent == 50
    assert clocks.next_warning(warnings, 50).at == at("2026-10-12 15:10")
    assert clocks.next_warning(warnings, 100) is None
    assert clocks.reached_warning(warnings, START) == 0
    assert clocks.reached_warning(warnings, at("2026-10-12 15:10")) == 80
    assert clocks.reached_warning(warnings, at("2026-11-12 15:10")) == 100


kinds = st.sampled_from(list(LimitKind))
starts = st.integers(0, 60 * 1440).map(
    lambda minutes: at("2026-09-10 00:00") + timedelta(minutes=minutes)
)
pauses = st.lists(st.tuples(starts, starts).map(lambda pair: tuple(sorted(pair))), max_size=3)


@steady
@given(kinds, st.integers(1, 40), starts, pauses)
def test_the_due_time_is_where_the_whole_limit_is_used(kind, amount, start, breaks):
    limit = Limit(kind, amount)
    due = clocks.due(CALENDAR, start, limit, breaks)
    assert clocks.remaining(CALENDAR, start, due, limit, breaks) == pytest.approx(0, abs=1e-6)
    assert clocks.used_fraction(CALENDAR, start, due, limit, breaks) == pytest.approx(1)
    assert clocks.overdue_minutes(CALENDAR, due, due, kind, breaks) == 0
    warnings = clocks.warn_times(CALENDAR, start, limit, breaks)
    assert [warning.at for warning in warnings] == sorted(warning.at for warning in warnings)
    assert warnings[-1].at == due
    for warning in warnings:
        used = clocks.used_fraction(CALENDAR, start, warning.at, limit, breaks)
        assert used == pytest.approx(warning.percent / 100)


# ---- why -----------------------------------------------------------------------------------------


def test_the_explanation_of_the_design():
    why = clocks.explain(CALENDAR, START, FIVE_DAYS, PAUSE, days=DAYS)
    assert why.due == DUE
    assert why.without_makeup == at("2026-10-14 15:10")
    assert [(part.kind, part.first, part.days, part.minutes, part.name) for part in why.parts] == [
        ("holiday", date(2026, 10, 1), 7, 0, "国庆节"),
        ("pause", date(2026, 10, 9), 1, 240, ""),
        ("makeup", date(2026, 10, 10), 1, 420, "国庆节"),
        ("rest", date(2026, 10, 11), 1, 0, ""),
    ]
    assert why.text == (
        "自 9月30日 09:40 起 5 个工作日（每个工作日计 7 小时）。"
        "国庆节 7 天、10月11日周日不计。"
        "10月10日周六调休上班，计 7 小时。"
        "暂停 4 小时不计。"
        "若当天不调休，到期为 10月14日 15:10。"
    )


def test_the_day_by_day_rows_add_up_to_the_limit():
    rows = clocks.explain(CALENDAR, START, FIVE_DAYS, PAUSE, days=DAYS).days
    assert len(rows) == 14
    assert [row.kind for row in rows].count("holiday") == 7
    by_date = {row.date: row for row in rows}
    assert by_date[date(2026, 9, 30)].counted_minutes == 380
    assert by_date[date(2026, 10, 9)].paused_minutes == 240
    assert by_date[date(2026, 10, 9)].running_minutes == 380 + 420 + 180
    assert by_date[date(2026, 10, 10)].kind == "makeup"
    assert by_date[date(2026, 10, 13)].counted_minutes == 280
    assert sum(row.counted_minutes for row in rows) == rows[-1].running_minutes == 5 * 420


def test_overlapping_pauses_are_told_once():
    breaks = [
        *PAUSE,
        (at("2026-10-09 11:00"), at("2026-10-09 16:30")),
        (at("2026-08-01 09:00"),) * 2,
    ]
    why = clocks.explain(CALENDAR, START, FIVE_DAYS, breaks, days=DAYS)
    assert [part.minutes for part in why.parts_of("pause")] == [240, 60]
    assert sum(row.paused_minutes for row in why.days) == 300


def test_many_weekends_are_counted_and_not_listed():
    why = clocks.explain(CALENDAR, at("2026-06-22 09:00"), Limit("working_days", 30), days=DAYS)
    assert "休息日 10 天不计。" in why.sentences()


def test_a_clock_limit_has_no_days_off_and_a_statutory_one_no_first_day():
    clock = clocks.explain(CALENDAR, START, Limit("clock_hours", 24), days=DAYS)
    assert clock.sentences() == ["自 9月30日 09:40 起连续 24 小时，夜间和节假日照计。"]
    assert clock.without_makeup is None
    statutory = clocks.explain(CALENDAR, START, Limit("statutory_days", 3), PAUSE, days=DAYS)
    assert statutory.days[0].counted_minutes == 0
    assert statutory.sentences()[0] == "自 9月30日 09:40 起，当日不计，第 3 个工作日下班时到期。"
    assert "暂停 4 小时；下班时仍在暂停的工作日不计入。" in statutory.sentences()
    assert statutory.without_makeup == at("2026-10-12 17:30")


# ---- pictures ------------------------------------------------------------------------------------


def the_bar(**options):
    return clocks.bar(CALENDAR, START, DUE, NOW, "working_days", PAUSE, days=DAYS, **options)


def test_the_clock_bar_of_the_design():
    drawn = the_bar(flags=[("warn", at("2026-10-12 15:10"), "80 %")])
    assert drawn.unit == "day"
    assert [(one.first.day, one.minutes, one.kind) for one in drawn.segments] == [
        (30, 380, "work"),
        (8, 420, "work"),
        (9, 420, "work"),
        (10, 420, "makeup"),
        (12, 420, "work"),
        (13, 420, "work"),
    ]
    assert [(one.first.day, one.days, one.kind, one.name) for one in drawn.gaps] == [
        (1, 7, "holiday", "国庆节"),
        (11, 1, "rest", ""),
    ]
    assert drawn.segments[0].x == 0
    assert drawn.segments[-1].x + drawn.segments[-1].width == pytest.approx(1)
    day = drawn.segments[1].width
    (paused,) = drawn.pauses
    assert paused.width == pytest.approx(day * 240 / 420)
    flags = {flag.kind: flag for flag in drawn.flags}
    assert flags["now"].x == pytest.approx(drawn.segments[4].x + day * 80 / 420)
    assert flags["due"].x == pytest.approx(drawn.segments[5].x + day * 280 / 420)
    assert flags["warn"].label == "80 %"
    assert flags["now"].x < flags["warn"].x < flags["due"].x
    assert sum(one.width for one in drawn.used) == pytest.approx(
        sum(one.width for one in drawn.segments[:4]) + day * 80 / 420
    )
    assert drawn.overrun == ()


def test_no_stretch_of_the_bar_covers_days_off():
    drawn = the_bar()
    for gap in drawn.gaps:
        for one in (*drawn.used, *drawn.pauses):
            assert one.x + one.width <= gap.x + 1e-9 or one.x >= gap.x + gap.width - 1e-9
    edges = sorted((one.x, one.x + one.width) for one in (*drawn.segments, *drawn.gaps))
    assert all(left[1] == pytest.approx(right[0]) for left, right in pairwise(edges))


def test_moments_outside_working_time_lie_at_its_edges():
    drawn = the_bar()
    assert drawn.x(START - timedelta(days=9)) == 0
    assert drawn.x(at("2026-10-04 12:00")) == pytest.approx(drawn.gaps[0].x)
    assert drawn.x(at("2026-10-12 12:30")) == pytest.approx(drawn.x(at("2026-10-12 13:30")))
    assert drawn.x(at("2027-01-04 12:30")) == pytest.approx(1)


def test_an_overrun_is_drawn_behind_the_due_time():
    late = clocks.bar(CALENDAR, START, DUE, at("2026-10-15 10:00"), "working_days", days=DAYS)
    assert late.overrun[0].x == pytest.approx(late.x(DUE))
    assert late.overrun[-1].x + late.overrun[-1].width == pytest.approx(
        late.x(at("2026-10-15 10:00"))
    )
    assert late.segments[-1].last == date(2026, 10, 15)


@pytest.mark.parametrize(
    ("days", "unit", "most"), [(8, "day", 10), (30, "week", 10), (150, "month", 10)]
)
def test_long_clocks_are_drawn_in_weeks_or_months(days, unit, most):
    start = at("2026-02-25 09:00")
    due = clocks.due(CALENDAR, start, Limit("working_days", days))
    drawn = clocks.bar(CALENDAR, start, due, start, "working_days", days=DAYS)
    assert drawn.unit == unit
    assert len(drawn.segments) <= most
    assert sum(one.minutes for one in drawn.segments) == days * 420
    assert drawn.x(due) == pytest.approx(1)


def test_a_clock_limit_runs_through_the_night():
    due = clocks.due(CALENDAR, START, Limit("clock_hours", 24))
    drawn = clocks.bar(CALENDAR, START, due, START, "clock_hours", days=DAYS)
    assert drawn.gaps == ()
    assert drawn.x(at("2026-09-30 21:40")) == pytest.approx(0.5)


def test_floors_are_working_days_and_overruns_stand_above():
    floors = clocks.floors(5 * 420, 1480)
    assert [round(floor.fill, 2) for floor in floors] == [1, 1, 1, 0.52, 0]
    assert not any(floor.overrun for floor in floors)
    late = clocks.floors(3 * 420, 3 * 420 + 220)
    assert [(round(floor.fill, 2), floor.overrun) for floor in late] == [
        (1, False),
        (1, False),
        (1, False),
        (0.52, True),
    ]
    assert len(clocks.floors(120, 76)) == 1
    assert clocks.floors(120, 60)[0].fill == 0.5
    assert len(clocks.floors(60 * 420, 10**6)) <= 24


def test_the_times_of_the_arithmetic_are_aware():
    assert isinstance(DUE, datetime)
    assert clocks.due(CALENDAR, START, FIVE_DAYS, PAUSE).tzinfo is CALENDAR.tz


def test_the_explanation_can_be_read_in_english():
    with translation.override("en"):
        text = clocks.explain(CALENDAR, START, FIVE_DAYS, PAUSE, days=DAYS).text
    assert text == (
        "5 working days from 30 Sep 09:40 (one working day is 7 h). "
        "Not counted: National Day (7 days), Sun 11 Oct. "
        "Sat 10 Oct is a make-up workday and counts 7 h. "
        "A pause of 4 h is not counted. "
        "Without that make-up day it would be due on 14 Oct 15:10."
    )
