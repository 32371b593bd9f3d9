"""Occupancy is arithmetic: areas add up on any day, kept totals are those of the facts."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at, make_actor
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import CountingRule, Space, SpaceState, TotalsMark
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.enterprises.models import BuildingTotals, Tenancy
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
DAY = date(2026, 6, 1)
ALL = "a test compares all rows"


@pytest.fixture
def units():
    return make_district()


def lived_in(units, seed: int = 7, rooms: int = 8):
    """A tower in which rooms were let, said to be something, and changed for three years."""
    dice = Random(seed)
    tower = make_building(units["C1"])
    spaces = [make_space(tower, str(n), area=dice.randrange(20, 300)) for n in range(1, rooms + 1)]
    for _n in range(rooms * 3):
        room, since = dice.choice(spaces), date(2024, 1, 1) + timedelta(dice.randrange(900))
        until = since + timedelta(dice.randrange(1, 400)) if dice.random() < 0.7 else None
        if dice.random() < 0.5:
            values = {
                "enterprise_id": make_enterprise(units["C1"]).pk, "building_id": tower.pk,
                "space_id": room.pk, "since": since, "until": until,
                "sits": dice.random() < 0.8,
            }  # fmt: skip
            commands.upsert_tenancies(actor=SYSTEM, rows=[values])
        else:
            state = dice.choice(["reserved", "self_used", "not_delivered", "vacant"])
            buildings.record_state(
                actor=SYSTEM, space_id=room.pk, state=state, since=since, until=until, why="核对"
            )
    return tower


def replayed(tower, on: date) -> dict[str, Decimal]:
    """The same figure from the rows, one by one, written another way."""
    sums: dict[str, Decimal] = {}
    for room in Space.objects.unscoped(ALL).filter(building=tower):
        held = any(
            (row.since or date.min) <= on < (row.until or date.max)
            for row in Tenancy.objects.unscoped(ALL).filter(space=room)
            if row.sits
        )
        said = [
            row.state
            for row in SpaceState.objects.unscoped(ALL).filter(space=room)
            if (row.since or date.min) <= on < (row.until or date.max)
        ]
        assert len(said) <= 1
        state = said[0] if said else "vacant"
        if held and state != "self_used":
            state = "let"
        sums[state] = sums.get(state, Decimal(0)) + (room.area or 0)
    return sums


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_day_from_kept_totals_from_facts_and_by_replay_is_the_same(units, seed) -> None:
    with at("2026-06-01 09:00"):
        tower = lived_in(units, seed)
        whole = sum(room.area or 0 for room in Space.objects.unscoped(ALL).filter(building=tower))
        days = [DAY + timedelta(n) for n in (-800, -500, -121, -30, -1, 0, 1, 90, 400)]
        while commands.renew_totals():
            pass
        for on in days:
            want = replayed(tower, on)
            raw = queries.raw_totals(on)[tower.pk][0]
            kept = queries.occupancy_on(SYSTEM, on)[tower.pk]
            plan = queries.plan_on(SYSTEM, tower.pk, on).totals
            assert {k: v for k, v in raw.items() if v} == want
            assert {k: v for k, v in kept.by_state.items() if v} == want
            assert {k: v for k, v in plan.by_state.items() if v} == want
            assert sum(kept.by_state.values()) == whole
            assert kept.rooms_by_state == plan.rooms_by_state
        months = queries.monthly(SYSTEM, days)
        assert [m.occupancy.by_state for m in months] == [
            queries.occupancy_on(SYSTEM, on)[tower.pk].by_state for on in days
        ]
        assert queries.differing_totals(DAY) == []


def test_a_marked_building_is_read_from_the_facts_and_then_made_anew(units) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower, "1", area=100)
    while commands.renew_totals():
        pass
    make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk)
    assert TotalsMark.objects.unscoped(ALL).exists()
    on = date(2026, 3, 1)
    assert queries.occupancy_on(SYSTEM, on)[tower.pk].share == 1
    months = queries.monthly_of_building(tower.pk, [date(2025, 1, 31), on])
    assert [month.occupancy.share for month in months] == [0, 1]
    assert commands.renew_totals() == 1
    assert not TotalsMark.objects.unscoped(ALL).exists()
    assert queries.occupancy_of_building(tower.pk, on).share == 1


def test_a_wrong_total_is_found_and_mended(units) -> None:
    tower = make_building(units["C1"])
    make_space(tower, "1", area=100)
    commands.renew_totals()
    BuildingTotals.objects.unscoped(ALL).filter(building=tower).update(vacant=99)
    assert queries.differing_totals() == [tower.pk]
    assert commands.repair_totals() == [tower.pk]
    commands.renew_totals()
    assert queries.differing_totals() == []


def test_a_tenancy_of_the_future_changes_the_state_on_its_day(units) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower, "1", area=100, state="reserved")
    with at("2026-06-01 09:00"):
        coming = {
            "enterprise_id": make_enterprise(units["C1"]).pk, "building_id": tower.pk,
            "space_id": room.pk, "since": date(2026, 6, 10), "until": date(2026, 9, 1),
        }  # fmt: skip
        commands.upsert_tenancies(actor=SYSTEM, rows=[coming])
        commands.turn_of_day()
        room.refresh_from_db()
        assert room.state == "reserved"
        assert queries.plan_on(SYSTEM, tower.pk, date(2026, 6, 10)).totals.share == 1
        firm = coming["enterprise_id"]
        assert queries.places_of([firm])[firm] == []
        chosen = queries.Filters(building=tower.pk)
        assert not queries.enterprises(SYSTEM, chosen).exists()
    with at("2026-06-10 00:05"):
        commands.turn_of_day()
        room.refresh_from_db()
        assert room.state == "let"
        assert [place.building_id for place in queries.places_of([firm])[firm]] == [tower.pk]
        assert queries.enterprises(SYSTEM, chosen).count() == 1
    with at("2026-09-01 00:05"):
        commands.turn_of_day()
        room.refresh_from_db()
        assert room.state == "vacant"


def test_a_registered_firm_that_comes_later_is_registered_only_until_then(units) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower, "1", area=100)
    firm = make_enterprise(units["C1"], registered_lies="inside")
    actor = make_actor(path=units["C1"].path, permissions={"enterprises.view"})
    with at("2026-06-01 09:00"):
        commands.record_fact(
            actor=SYSTEM, enterprise_id=firm.pk, kind="registration", reason="corrected",
            values={"lies": "inside", "building_id": tower.pk}, since=date(2026, 1, 1),
        )  # fmt: skip
        commands.move_in(
            actor=SYSTEM, enterprise_id=firm.pk,
            values={"building_id": tower.pk, "space_id": room.pk, "since": date(2026, 6, 10)},
        )  # fmt: skip
        (now,) = queries.places_of([firm.pk])[firm.pk]
        assert now.presence == "registered_only"
        assert queries.enterprises(actor, queries.Filters()).count() == 1
        assert list(queries.check_register()) == []
    with at("2026-06-10 09:00"):
        commands.turn_of_day()
        (now,) = queries.places_of([firm.pk])[firm.pk]
        assert now.presence == "here_registered"
        assert list(queries.check_register()) == []


def test_the_rule_of_the_day_decides_the_denominator(units) -> None:
    tower = make_building(units["C1"])
    make_space(tower, "1", area=60, state="self_used")
    make_space(tower, "2", area=20, state="reserved")
    make_space(tower, "3", area=20, state="not_delivered")
    CountingRule.objects.create(since=date(2026, 5, 1), reserved=True, undelivered=False)
    CountingRule.objects.create(since=date(2026, 6, 1), reserved=False, undelivered=False)

    def counted(on: date) -> tuple[Decimal, Decimal | None, int]:
        found = queries.occupancy_of_building(tower.pk, on)
        return found.area, found.share, found.rooms

    assert counted(date(2026, 4, 30)) == (100, Decimal("0.6"), 3)
    assert counted(date(2026, 5, 1)) == (80, Decimal("0.75"), 2)
    assert counted(date(2026, 6, 1)) == (60, 1, 1)


def test_neighbours_do_not_count_each_others_buildings(units) -> None:
    mine, other = make_building(units["C1"]), make_building(units["C2"])
    for tower in (mine, other):
        make_space(tower, "1", area=100)
    actor = make_actor(path=units["C1"].path, permissions={"buildings.view", "enterprises.view"})
    assert set(queries.occupancy_on(actor, DAY)) == {mine.pk}
    assert queries.monthly(actor, [DAY])[0].occupancy.area == 100
