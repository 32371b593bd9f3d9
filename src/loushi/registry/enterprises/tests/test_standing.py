"""Rooms that are split, joined and given up: each day has the rooms of that day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at
from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings import queries as rooms
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.enterprises.queries.totals import fresh_steps, raw_totals
from loushi.registry.enterprises.queries.vacancies import VacancyFilters
from loushi.registry.territory.factories import make_district

SYSTEM = system_actor("test")
DAY = date(2026, 3, 1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen():
    with at("2026-11-20 10:00"):
        yield


@pytest.fixture
def units(db):
    return make_district()


@pytest.fixture
def tower(units):
    """1701 of 200 m², whose tenant left with February, and 1702 of 50 m²."""
    tower = make_building(units["C1"])
    room = make_space(tower, "1701", area=200)
    make_space(tower, "1702", area=50)
    make_tenancy(
        make_enterprise(units["C1"]), tower, space_id=room.pk, since=date(2024, 1, 1), until=DAY
    )
    return tower


def split(tower, numbers=("1701",), rows=None, on=DAY) -> list[int]:
    if rows is None:
        rows = [{"number": "1701A", "area": 120}, {"number": "1701B", "area": 80}]
    return buildings.replace_spaces(
        actor=SYSTEM, building_id=tower.pk, numbers=numbers, rows=rows, on=on, why="分割登记"
    )


def drawn(tower, on) -> dict[str, str]:
    plan = queries.plan_on(SYSTEM, tower.pk, on)
    return {item.space.number: item.state for floor in plan.floors for item in floor.spaces}


def test_each_day_has_its_rooms_in_plan_rooms_and_totals(tower) -> None:
    split(tower)
    assert drawn(tower, BEFORE) == {"1701": "let", "1702": "vacant"}
    assert drawn(tower, DAY) == {"1701A": "vacant", "1701B": "vacant", "1702": "vacant"}
    assert drawn(tower, None) == drawn(tower, DAY)
    now = queries.occupancy_of_building(tower.pk, DAY)
    then = queries.occupancy_of_building(tower.pk, BEFORE)
    assert (then.occupied, then.area, then.all_rooms) == (200, 250, 2)
    assert (now.occupied, now.area, now.all_rooms) == (0, 250, 3)
    assert rooms.occupancies([tower.pk])[tower.pk].all_rooms == 3
    listed = queries.vacant_rooms(SYSTEM, VacancyFilters(building=tower.pk)).rows
    assert {(room.number, room.since) for room in listed} == {
        ("1701A", DAY), ("1701B", DAY), ("1702", None),
    }  # fmt: skip
    assert [n for _pk, n in rooms.space_choices(SYSTEM, tower.pk)] == ["1701A", "1701B", "1702"]
    assert not list(queries.check_register())


@pytest.mark.parametrize("on", [date(1999, 1, 1), BEFORE, DAY, date(2026, 9, 1), date(2027, 5, 1)])
def test_kept_totals_say_the_same_as_the_facts(tower, on) -> None:
    """Joined again a year later, under the old number; and one room that is only to come."""
    split(tower)
    again = date(2027, 3, 1)
    split(tower, ("1701A", "1701B"), [{"number": "1701", "area": 201}], again)
    make_space(tower, "1703", area=30, since=date(2026, 8, 1))
    commands.renew_totals()
    steps = [step for step in fresh_steps([tower.pk])[tower.pk] if step.on <= on]
    areas, counts = raw_totals(on, [tower.pk]).get(tower.pk, ({}, {}))
    kept = queries.occupancy_of_building(tower.pk, on)
    assert sum(steps[-1].areas) == sum(areas.values()) == sum(kept.by_state.values())
    assert sum(steps[-1].rooms) == sum(counts.values()) == kept.all_rooms
    expected = {
        date(1999, 1, 1): Decimal(250), BEFORE: Decimal(250), DAY: Decimal(250),
        date(2026, 9, 1): Decimal(280), date(2027, 5, 1): Decimal(281),
    }  # fmt: skip
    assert sum(areas.values()) == expected[on]
    assert sum(len(floor.spaces) for floor in rooms.plan_of(SYSTEM, tower.pk, on)) == kept.all_rooms


def test_a_number_that_is_gone_is_not_moved_into_but_the_past_is_kept(tower, units) -> None:
    split(tower)
    firm = make_enterprise(units["C1"])
    given = {"building_id": tower.pk, "space_number": "1701"}
    with pytest.raises(Refused, match="1701 已于 2026-03-01 撤销"):
        commands.move_in(
            actor=SYSTEM, enterprise_id=firm.pk, values={**given, "since": date(2026, 4, 1)}
        )
    assert Space.plain.filter(building=tower, number="1701").count() == 1
    made = commands.move_in(
        actor=SYSTEM, enterprise_id=firm.pk,
        values={**given, "space_number": "1701A", "since": date(2026, 4, 1)},
    )  # fmt: skip
    assert made.space.number == "1701A"
    with pytest.raises(Refused, match="1701B 从 2026-03-01 起才有"):
        commands.move_in(
            actor=SYSTEM, enterprise_id=firm.pk,
            values={**given, "space_number": "1701B", "since": date(2025, 4, 1)},
        )  # fmt: skip
    assert drawn(tower, date(2026, 4, 2))["1701A"] == "let"


def test_a_room_with_somebody_in_it_stays(tower, units) -> None:
    room = Space.plain.get(building=tower, number="1702")
    make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk, since=DAY, until=None)
    with pytest.raises(Refused, match="1702 在那天以后还有企业"):
        split(tower, ("1701", "1702"), [])
    with pytest.raises(Refused, match="没有房号 1799"):
        split(tower, ("1799",))
    with pytest.raises(Refused, match="1702 已经有了"):
        split(tower, rows=[{"number": "1702", "area": 1}])
    assert not Space.plain.filter(building=tower, until__isnull=False).exists()
    assert Space.plain.filter(building=tower).count() == 2


def test_the_page_splits_and_takes_back(tower, units) -> None:
    secretary = Client()
    secretary.force_login(make_staff("community_secretary", units["C1"]))
    page = reverse("buildings:replace_spaces", args=[tower.pk])
    assert 'value="1701"' in secretary.get(page, {"room": "1701"}).content.decode()
    form = {"numbers": "1701", "rows": "1701A 120㎡\n1701B 八十\n", "on": "2026-03-01", "why": ""}
    answer = secretary.post(page, form)
    assert answer.status_code == 422
    answer = secretary.post(page, {**form, "why": "分割登记"})
    assert answer.status_code == 422
    assert "面积应为 0 或正数" in answer.content.decode()
    assert "1701B 八十" in answer.content.decode()
    assert Space.plain.filter(building=tower).count() == 2
    form = {**form, "rows": "1701A 120㎡\n1701B", "why": "分割登记"}
    assert secretary.post(page, form).status_code == 302
    table = secretary.get(reverse("buildings:spaces", args=[tower.pk])).content.decode()
    assert "2026-03-01 撤销" in table
    assert "2026-03-01 起有" in table
    assert Entry.plain.get(action="buildings.spaces_replaced").after["rooms"] == ["1701A", "1701B"]
    old = Space.plain.get(building=tower, number="1701")
    restore = reverse("buildings:restore_space", args=[old.pk])
    assert "已恢复" in secretary.post(restore, follow=True).content.decode()
    old.refresh_from_db()
    assert old.until is None
    assert "没有撤销" in secretary.post(restore, follow=True).content.decode()


def test_only_who_may_change_the_building(tower, units) -> None:
    page = reverse("buildings:replace_spaces", args=[tower.pk])
    form = {"numbers": "1701", "rows": "", "on": "2026-03-01", "why": "分割登记"}
    for role, unit, status in (
        ("community_secretary", "C2", 404), ("district_viewer", "Q", 403),
    ):  # fmt: skip
        client = Client()
        client.force_login(make_staff(role, units[unit]))
        assert client.get(page).status_code == status
        assert client.post(page, form).status_code == status
    assert not Space.plain.filter(until__isnull=False).exists()


def test_a_stay_outside_the_days_of_its_room_is_found(tower) -> None:
    split(tower)
    Space.plain.filter(number="1701").update(until=date(2025, 1, 1))
    found = [breach for breach in queries.check_register() if breach.rule == "rooms"]
    assert "超出了房号 1701 存在的日期" in found[0].sentence


def test_today_is_not_needed_for_the_past(tower) -> None:
    """A room that is to be given up still stands today."""
    later = timezone.localdate() + timedelta(days=30)
    split(tower, ("1702",), [], later)
    assert "1702" in drawn(tower, None)
    assert "1702" not in drawn(tower, later)


@pytest.mark.slow
def test_vacancies_and_calendar_take_the_same_queries_for_50_rows(units, same_queries) -> None:
    tower, firm = make_building(units["C1"]), make_enterprise(units["C1"])
    client = Client()
    client.force_login(make_staff("community_secretary", units["C1"]))

    def grow(n: int) -> None:
        start = Space.plain.filter(building=tower).count()
        for number in range(start, start + n):
            make_space(tower, f"{number}", area=50 + number)
            room = make_space(make_building(units["C1-G1"]), "1", area=10)
            make_tenancy(
                firm, room.building, space_id=room.pk, since=date(2025, 1, 1),
                lease_until=date(2026, 12, 1 + number % 28),
            )  # fmt: skip

    same_queries(lambda: client.get(reverse("enterprises:vacancies")), grow, 50)
    page = reverse("enterprises:calendar") + "?month=2026-12"
    assert "2026-12-01" in client.get(page).content.decode()
    same_queries(lambda: client.get(page), grow, 50)
