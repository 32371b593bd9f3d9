"""Paging, occupancy, the plan."""

from decimal import Decimal

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import make_actor
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture
def units():
    return make_district()


@pytest.mark.parametrize("sort", ["place", "-place", "name", "-name", "area", "-area", "-year"])
def test_pages_follow_each_other_without_gaps_and_back_again(units, sort) -> None:
    for number in range(11):
        make_building(
            units["C1" if number % 2 else "C2"],
            name=f"楼{number % 4}",
            lettable_area=(number % 3) * 100 or None,
            completed_year=2000 + number % 2,
        )
    filters = queries.Filters(sort=sort)
    whole = [row.id for row in queries.building_list(SYSTEM, filters, size=100).rows]
    assert len(set(whole)) == 11
    forwards, pages, after = [], [], ""
    while True:
        page = queries.building_list(SYSTEM, filters, after=after, size=4)
        pages.append(page)
        forwards += [row.id for row in page.rows]
        after = page.after
        if not after:
            break
    assert forwards == whole
    assert [(page.first, page.last) for page in pages] == [(1, 4), (5, 8), (9, 11)]
    back = queries.building_list(SYSTEM, filters, before=pages[2].before, size=4)
    assert [row.id for row in back.rows] == whole[4:8]
    assert (back.first, back.last) == (5, 8)


@pytest.mark.parametrize("mark", ["x", "W10", "WzEsWzEsMl1d", "%%%", "bnVsbA"])
def test_unreadable_marks_give_the_first_page(units, mark) -> None:
    make_building(units["C1"])
    page = queries.building_list(SYSTEM, queries.Filters(), after=mark)
    assert (page.first, len(page.rows)) == (1, 1)


def test_occupancy_counts_reserved_and_undelivered_in_the_denominator(units) -> None:
    tower = make_building(units["C1"])
    for number, (state, area) in enumerate(
        [("let", 300), ("self_used", 100), ("vacant", 400), ("reserved", 150),
         ("not_delivered", 50)]
    ):  # fmt: skip
        make_space(tower, f"17{number}", state=state, area=area)
    found = queries.occupancies([tower.pk])[tower.pk]
    assert (found.occupied, found.area, found.share) == (400, 1000, Decimal("0.4"))
    assert (found.rooms_occupied, found.rooms, found.vacant) == (2, 5, 400)


def test_building_without_areas_has_no_share(units) -> None:
    tower = make_building(units["C1"])
    assert queries.occupancies([tower.pk])[tower.pk].share is None


def test_plan_is_top_floor_first_and_keeps_rooms_without_floor(units) -> None:
    tower = make_building(units["C1"])
    make_space(tower, "1703", area=300, state="let")
    make_space(tower, "1701", area=100)
    make_space(tower, "B1-1", floor_number=-1, area=50)
    make_space(tower, "未知", floor_number=None, area=None)
    plan = queries.plan_of(SYSTEM, tower.pk)
    assert [floor.label for floor in plan] == ["17", "B1", "—"]
    assert [space.number for space in plan[0].spaces] == ["1701", "1703"]
    assert plan[0].share == Decimal("0.75")
    assert plan[2].share is None


def test_reported_vacancy_counts_only_while_a_floor_has_no_rooms(units) -> None:
    tower = make_building(units["C1"])
    commands.save_floor(
        actor=SYSTEM,
        values={"building_id": tower.pk, "number": 17, "reported_vacancy": "0.2"},
    )
    assert queries.plan_of(SYSTEM, tower.pk)[0].share == Decimal("0.8")
    make_space(tower, "1701", area=100)
    assert queries.plan_of(SYSTEM, tower.pk)[0].share == 0


def test_units_of_the_form_are_those_where_the_actor_may_change(units) -> None:
    from loushi.foundation.core.testing import make_actor

    actor = make_actor(path=units["C1"].path, permissions=["buildings.change"])
    names = [name.strip() for _pk, name in queries.unit_choices(actor)]
    assert names == ["第1商务社区", "第1-1片区", "第1-2片区"]
    assert queries.unit_choices(make_actor()) == []


def test_who_divides_a_unit_reads_the_names_of_its_buildings(units) -> None:
    tower = make_building(units["C1-G1"], name="望澜中心")
    make_building(units["C2"], name="别处大厦")
    here = [(tower.pk, "望澜中心")]
    divider = make_actor(path=units["Q"].path, permissions=["territory.change"])
    assert queries.buildings_of_unit(divider, units["C1"].pk) == here
    reader = make_actor(path=units["C1"].path, permissions=["buildings.view"])
    assert queries.buildings_of_unit(reader, units["C1"].pk) == here
    neighbour = make_actor(path=units["C2"].path, permissions=["territory.change"])
    assert queries.buildings_of_unit(neighbour, units["C1"].pk) == []
