"""The calendar in force and the service levels: layers, commands, refusals, the event."""

from datetime import date, time

import pytest

from loushi.foundation.core import clocks
from loushi.foundation.core.calendar_commands import (
    DayInput,
    import_calendar_days,
    load_official_days,
    remove_calendar_day,
    set_calendar_day,
    set_calendar_setting,
    set_service_level,
    set_working_hours,
)
from loushi.foundation.core.clocks import Limit
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.holidays import official_days, official_years
from loushi.foundation.core.models import (
    CalendarDay,
    CalendarSetting,
    Event,
    ServiceLevel,
    WorkingHours,
)
from loushi.foundation.core.testing import make_actor
from loushi.foundation.core.testing import moment as at

pytestmark = pytest.mark.django_db

KEEPER = make_actor(
    path="000001", permissions=["core.calendar_change", "core.service_level_change"]
)
STRANGER = make_actor(path="000001")
UNKNOWN = official_years()[-1] + 1


def events():
    return list(
        Event.objects.filter(name="calendar_changed")
        .order_by("pk")
        .values_list("payload", flat=True)
    )


# ---- the calendar in force -----------------------------------------------------------------------


def test_without_any_row_the_official_days_and_420_minutes_hold():
    standard = clocks.standard()
    assert standard.calendar.day_minutes(date(2026, 10, 1)) == 0
    assert standard.calendar.day_minutes(date(2026, 10, 10)) == 420
    assert standard.days[date(2026, 10, 1)].name == "国庆节"
    assert clocks.nominal_minutes(date(2026, 10, 1)) == 420
    assert clocks.nominal_minutes(at("2026-10-01 09:00")) == 420


def test_asking_again_costs_one_query_and_a_change_is_seen_at_once(django_assert_num_queries):
    first = clocks.standard()
    with django_assert_num_queries(1):
        assert clocks.standard() is first
    set_calendar_day(actor=KEEPER, date=date(2026, 10, 12), is_workday=False, name="台风停工")
    assert not clocks.standard_calendar().is_working_day(date(2026, 10, 12))
    assert first.calendar.is_working_day(date(2026, 10, 12))


def test_a_row_overrides_the_official_day_until_it_is_removed():
    day = date(2026, 10, 10)
    set_calendar_day(actor=KEEPER, date=day, is_workday=True, hours=[["09:00", "11:00"]])
    assert clocks.standard_calendar().day_minutes(day) == 120
    set_calendar_day(actor=KEEPER, date=day, is_workday=False, name="停工")
    assert clocks.standard_calendar().day_minutes(day) == 0
    remove_calendar_day(actor=KEEPER, date=day)
    assert clocks.standard_calendar().day_minutes(day) == 420
    assert [(one["what"], one["since"], one["until"]) for one in events()] == [
        ("days_set", "2026-10-10", "2026-10-10"),
        ("days_set", "2026-10-10", "2026-10-10"),
        ("day_removed", "2026-10-10", "2026-10-10"),
    ]
    assert events()[1]["before"]["2026-10-10"]["hours"] == [["09:00", "11:00"]]
    assert events()[1]["after"]["2026-10-10"]["name"] == "停工"


def test_setting_the_same_again_changes_nothing_and_tells_nobody():
    for expected in (True, False):
        change = set_calendar_day(actor=KEEPER, date=date(2026, 10, 12), is_workday=False)
        assert change.changed is expected
    assert len(events()) == 1


def test_official_days_can_be_kept_in_the_table_and_spare_local_words():
    set_calendar_day(
        actor=KEEPER,
        date=date(2026, 10, 10),
        is_workday=False,
        name="本区停工",
        source="区政府通知",
    )
    change = load_official_days(actor=KEEPER, years=[2026])
    expected = official_days([2026])
    assert (change.created, change.updated, change.unchanged) == (len(expected) - 1, 0, 1)
    assert CalendarDay.objects.get(date=date(2026, 10, 10)).name == "本区停工"
    assert CalendarDay.objects.get(date=date(2026, 10, 1)).source.startswith("chinesecalendar")
    again = load_official_days(actor=KEEPER, years=[2026])
    assert not again.changed
    assert len(events()) == 2


def test_a_year_without_an_arrangement_is_not_loaded():
    with pytest.raises(Refused, match=str(UNKNOWN)) as refusal:
        load_official_days(actor=KEEPER, years=[2026, UNKNOWN])
    assert refusal.value.errors[0].field == "years"
    assert not CalendarDay.objects.exists()
    assert events() == []


def test_a_year_without_an_arrangement_is_warned_about_until_it_is_imported():
    inside = date(UNKNOWN, 2, 17)
    assert clocks.calendar_warnings(date(UNKNOWN - 1, 12, 31), None) == []
    (sentence,) = clocks.calendar_warnings(date(UNKNOWN - 1, 12, 30), inside)
    assert f"{UNKNOWN} 年" in sentence
    assert len(clocks.calendar_warnings(date(UNKNOWN - 1, 1, 1), date(UNKNOWN + 2, 1, 1))) == 3
    set_calendar_day(actor=KEEPER, date=inside, is_workday=False, name="停工")
    assert clocks.calendar_warnings(inside), "one local day is not a year's arrangement"
    import_calendar_days(
        actor=KEEPER,
        rows=[
            DayInput(inside, False, "春节"),
            DayInput(date(UNKNOWN, 2, 20), True, "春节"),
            DayInput(date(UNKNOWN, 10, 1), False, "国庆节"),
        ],
        source="国务院办公厅通知",
    )
    assert clocks.calendar_warnings(inside) == []


def test_the_year_of_a_moment_is_the_local_one():
    almost = at(f"{UNKNOWN}-01-01 00:30")
    assert clocks.standard().unofficial_years(almost) == [UNKNOWN]


def test_an_import_names_every_wrong_row_and_writes_none():
    rows = [
        DayInput(date(2026, 10, 12), False),
        DayInput(date(1926, 10, 12), False),
        DayInput(date(2026, 10, 12), True),
        DayInput(date(2026, 10, 13), False, hours=[["09:00", "12:00"]]),
        DayInput(date(2026, 10, 14), True, hours=[["12:00", "09:00"]]),
        DayInput(date(2026, 10, 15), True, hours=[["9h", "12:00"]]),
        DayInput(date(2026, 10, 16), True, hours=[]),
        DayInput(date(2026, 10, 17), True, "长" * 41),
    ]
    with pytest.raises(Refused) as refusal:
        import_calendar_days(actor=KEEPER, rows=rows)
    assert [error.field for error in refusal.value.errors] == [
        "rows.2.date",
        "rows.3.date",
        "rows.4.hours",
        "rows.5.hours",
        "rows.6.hours",
        "rows.7.hours",
        "rows.8.name",
    ]
    assert not CalendarDay.objects.exists()
    assert events() == []


def test_removing_what_is_not_there_is_refused():
    with pytest.raises(Refused):
        remove_calendar_day(actor=KEEPER, date=date(2026, 10, 1))
    assert events() == []


# ---- weekly hours --------------------------------------------------------------------------------

SUMMER = dict.fromkeys(range(5), [(time(9), time(12)), (time(14), time(17, 30))])
WINTER = dict.fromkeys(range(5), [(time(9), time(12)), (time(13), time(17))])


def test_hours_hold_from_their_date_until_the_next_set():
    set_working_hours(actor=KEEPER, hours=WINTER, valid_from=date(2026, 10, 1))
    set_working_hours(actor=KEEPER, hours=SUMMER, valid_from=date(2026, 7, 1))
    calendar = clocks.standard_calendar()
    assert calendar.day_intervals(date(2026, 6, 30))[1][0] == at("2026-06-30 13:30")
    assert calendar.day_intervals(date(2026, 7, 1))[1][0] == at("2026-07-01 14:00")
    assert calendar.day_intervals(date(2026, 9, 30))[1][0] == at("2026-09-30 14:00")
    assert calendar.day_intervals(date(2026, 10, 8))[1][0] == at("2026-10-08 13:00")
    assert calendar.day_intervals(date(2026, 10, 10))[1][0] == at("2026-10-10 13:00")
    assert {row.valid_to for row in WorkingHours.objects.filter(valid_from=date(2026, 7, 1))} == {
        date(2026, 9, 30)
    }
    assert [(one["since"], one["until"]) for one in events()] == [
        ("2026-10-01", None),
        ("2026-07-01", "2026-09-30"),
    ]


def test_hours_of_the_same_date_are_replaced():
    set_working_hours(actor=KEEPER, hours=SUMMER, valid_from=date(2026, 7, 1))
    change = set_working_hours(
        actor=KEEPER, hours={0: [(time(8), time(0))]}, valid_from=date(2026, 7, 1)
    )
    assert change.before["0"] == [["09:00", "12:00"], ["14:00", "17:30"]]
    assert change.after == {"0": [["08:00", "00:00"]]}
    assert clocks.standard_calendar().day_minutes(date(2026, 7, 6)) == 960
    assert clocks.standard_calendar().day_minutes(date(2026, 7, 7)) == 0


@pytest.mark.parametrize(
    "hours",
    [{}, {0: []}, {0: [(time(12), time(9))]}, {7: [(time(9), time(12))]}],
)
def test_impossible_hours_are_refused(hours):
    set_working_hours(actor=KEEPER, hours=SUMMER, valid_from=date(2026, 1, 1))
    before = list(WorkingHours.objects.order_by("pk").values())
    with pytest.raises(Refused) as refusal:
        set_working_hours(actor=KEEPER, hours=hours, valid_from=date(2026, 7, 1))
    assert refusal.value.errors[0].field == "hours"
    assert list(WorkingHours.objects.order_by("pk").values()) == before


def test_nominal_minutes_and_zone_are_settings():
    set_calendar_setting(actor=KEEPER, valid_from=date(2027, 1, 1), nominal_minutes=480)
    assert clocks.nominal_minutes(date(2026, 12, 31)) == 420
    assert clocks.nominal_minutes(date(2027, 1, 1)) == 480
    for wrong in ({"nominal_minutes": 0}, {"nominal_minutes": 480, "tz": "Mars"}):
        with pytest.raises(Refused):
            set_calendar_setting(actor=KEEPER, valid_from=date(2028, 1, 1), **wrong)
    assert CalendarSetting.objects.count() == 1
    set_calendar_setting(
        actor=KEEPER, valid_from=date(2028, 1, 1), nominal_minutes=480, tz="Asia/Urumqi"
    )
    assert clocks.standard_calendar().tz.key == "Asia/Urumqi"


@pytest.mark.parametrize(
    "command",
    [
        lambda: set_calendar_day(actor=STRANGER, date=date(2026, 10, 12), is_workday=False),
        lambda: remove_calendar_day(actor=STRANGER, date=date(2026, 10, 12)),
        lambda: load_official_days(actor=STRANGER, years=[2026]),
        lambda: set_working_hours(actor=STRANGER, hours=SUMMER, valid_from=date(2026, 7, 1)),
        lambda: set_calendar_setting(
            actor=STRANGER, valid_from=date(2026, 7, 1), nominal_minutes=1
        ),
        lambda: set_service_level(
            actor=STRANGER, valid_from=date(2026, 7, 1), accept=None, contact=None, resolve=None
        ),
    ],
)
def test_who_may_not_change_the_calendar_changes_nothing(command):
    with pytest.raises(Denied):
        command()
    for model in (CalendarDay, WorkingHours, CalendarSetting, ServiceLevel):
        assert not model.objects.exists()
    assert events() == []


# ---- service levels ------------------------------------------------------------------------------

ON = date(2026, 10, 12)


def resolve_of(category="10.03", urgency="normal", tier="community", on=ON):
    row = clocks.service_level_for("demand", category, urgency, tier, on)
    return row and row.limit("resolve")


def test_the_shipped_template_is_installed_once_and_says_that_it_is_one():
    assert clocks.install_default_service_levels() == 6
    assert clocks.install_default_service_levels() == 0
    assert all("模板" in row.source for row in ServiceLevel.objects.all())
    row = clocks.service_level_for("demand", "10.03", "normal", "community", ON)
    assert [row.limit(step) for step in ServiceLevel.STEPS] == [
        Limit("working_minutes", 120),
        Limit("working_days", 1),
        Limit("working_days", 5),
    ]
    assert resolve_of(tier="building") == Limit("working_days", 3)
    assert resolve_of(urgency="urgent", tier="building") == Limit("working_days", 2)
    assert resolve_of(urgency="critical") == Limit("clock_hours", 24)
    with pytest.raises(ValueError, match="steps"):
        row.limit("close")


def level(amount, valid_from=date(2026, 1, 1), **keys):
    return set_service_level(
        actor=KEEPER,
        valid_from=valid_from,
        accept=None,
        contact=None,
        resolve=Limit("working_days", amount),
        **keys,
    )


def test_the_row_that_names_most_wins_and_urgency_breaks_ties():
    level(1)
    assert resolve_of() == Limit("working_days", 1)
    level(2, category_code="10")
    assert resolve_of() == Limit("working_days", 2)
    assert resolve_of(category="100.03") == Limit("working_days", 1)
    level(3, category_code="10.03")
    assert resolve_of() == Limit("working_days", 3)
    level(4, urgency="normal")
    assert resolve_of() == Limit("working_days", 4)
    level(5, category_code="10", tier="community")
    assert resolve_of() == Limit("working_days", 5)
    level(6, category_code="10", urgency="normal", tier="community")
    assert resolve_of() == Limit("working_days", 6)
    assert clocks.service_level_for("visit", "10", "normal", "community", ON) is None


def test_levels_are_dated():
    level(5)
    level(7, valid_from=date(2026, 10, 12))
    level(6, valid_from=date(2026, 6, 1))
    assert resolve_of(on=date(2025, 12, 31)) is None
    assert resolve_of(on=date(2026, 5, 31)) == Limit("working_days", 5)
    assert resolve_of(on=date(2026, 10, 11)) == Limit("working_days", 6)
    assert resolve_of(on=date(2026, 10, 12)) == Limit("working_days", 7)
    level(8, valid_from=date(2026, 10, 12))
    assert resolve_of(on=date(2026, 10, 12)) == Limit("working_days", 8)
    assert ServiceLevel.objects.count() == 3
    row = clocks.service_level_for("demand", "", "", "", ON)
    assert row.limit("accept") is None
