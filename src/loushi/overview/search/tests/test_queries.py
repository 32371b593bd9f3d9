"""What the box finds, for whom, and that a neighbour has neither lines nor counts."""

import pytest
from django.utils import timezone

from loushi.casework.demands.factories import make_world
from loushi.foundation.core.actor import UNIT, Actor, Grant
from loushi.overview.search import queries
from loushi.registry.buildings.commands.indexing import index_buildings
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.indexing import index_enterprises
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.territory.commands.rewrites import run_rewrite
from loushi.registry.territory.models import PathRewrite

pytestmark = pytest.mark.django_db
WHY = "test data"
ALL = frozenset({"demands.view", "enterprises.view", "buildings.view"})


@pytest.fixture
def world():
    world = make_world()
    Space.objects.unscoped(WHY).create(
        building=world.tower, unit_path=world.here.path, number="1703"
    )
    far = Building.objects.unscoped(WHY).create(
        name="望澜二期", unit=world.there, unit_path=world.there.path, code="W2"
    )
    Space.objects.unscoped(WHY).create(building=far, unit_path=world.there.path, number="1705")
    Enterprise.objects.unscoped(WHY).create(
        name="云栈传媒有限公司", unit=world.there, unit_path=world.there.path
    )
    index_buildings(Building.objects.unscoped(WHY).order_by("pk"))
    index_enterprises(Enterprise.objects.unscoped(WHY).values_list("pk", flat=True))
    return world


def looker(path: str) -> Actor:
    return Actor(71, "查看", (Grant("viewer", ALL, UNIT, path),), "查看")


def found(actor: Actor, query: str) -> dict[str, list[str]]:
    return {
        group.name: [hit.title for hit in group.hits]
        for group in queries.results(actor, query).groups
    }


def test_demands_are_found_by_their_words_number_and_enterprise(world):
    demand = world.submit()
    here = looker(world.here.path)
    for query in ("卸货口", "违停 桐川路", demand.number, "云栈智联"):
        assert found(here, query)["demands"] == [demand.title], query


def test_enterprises_buildings_and_rooms_are_found_by_name_and_number(world):
    here = looker(world.here.path)
    assert found(here, "云栈") == {"enterprises": ["云栈智联供应链有限公司"]}
    assert found(here, "望澜") == {"buildings": ["望澜中心"]}
    assert found(here, "1703") == {"rooms": ["望澜中心 1703"]}
    assert found(here, "望澜中心1703") == found(here, "望澜 1703") == found(here, "1703")


def test_a_room_in_another_building_is_not_meant(world):
    assert found(looker(world.here.path), "文澜大厦 1703") == {}


def test_a_neighbour_neither_appears_nor_counts(world):
    world.submit(building_id=world.tower.pk)
    there = looker(world.there.path)
    result = queries.results(there, "卸货口")
    assert (result.groups, result.total) == ((), 0)
    assert found(there, "云栈") == {"enterprises": ["云栈传媒有限公司"]}
    assert found(there, "望澜") == {"buildings": ["望澜二期"]}
    assert found(there, "170") == {"rooms": ["望澜二期 1705"]}
    whole = queries.results(looker(world.here.path[:6]), "望澜")
    assert {group.name: group.count for group in whole.groups} == {"demands": 1, "buildings": 2}


def test_a_department_finds_what_was_dispatched_to_it_only(world):
    world.submit()
    dispatched = world.dispatched()
    assert found(world.handler(), "卸货口") == {"demands": [dispatched.title]}
    assert queries.results(world.handler(world.urban), "卸货口").total == 0


def test_an_enterprise_finds_its_own_demands(world):
    demand = world.submit()
    assert found(world.contact(), "卸货口") == {"demands": [demand.title]}
    assert queries.results(world.stranger(), "卸货口").total == 0


def test_an_enterprise_with_a_second_place_is_found_from_there(world):
    far = Building.objects.unscoped(WHY).get(code="W2")
    Tenancy.objects.unscoped(WHY).create(
        enterprise=world.enterprise, building=far, unit_path=world.there.path
    )
    index_enterprises([world.enterprise.pk])
    assert "云栈智联供应链有限公司" in found(looker(world.there.path), "云栈")["enterprises"]


def test_whole_names_come_before_longer_ones(world):
    for name in ("大望澜", "望澜中心南楼"):
        Building.objects.unscoped(WHY).create(name=name, unit=world.here, unit_path=world.here.path)
    index_buildings(Building.objects.unscoped(WHY).order_by("pk"))
    here = looker(world.here.path)
    assert found(here, "望澜中心")["buildings"] == ["望澜中心", "望澜中心南楼"]
    assert found(here, "望澜")["buildings"] == ["望澜中心", "望澜中心南楼", "大望澜"]


def test_a_group_shows_a_few_and_says_how_many_there_are(world):
    for _ in range(3):
        world.submit()
    (group,) = queries.results(looker(world.here.path), "卸货口", size=2).groups
    assert (len(group.hits), group.count, group.count_text) == (2, 3, "3")
    assert group.more == "/demands/"


@pytest.mark.parametrize(
    ("query", "problem"),
    [("", "empty"), (" \n", "empty"), ("停", "short"), ("——！", "unsearchable"), ("停车", "")],
)
def test_what_cannot_be_searched_for_says_why(world, query, problem):
    assert queries.results(looker(world.here.path), query).problem == problem


def test_a_number_or_its_tail_names_one_case(world):
    demand = world.submit()
    here = looker(world.here.path)
    number = demand.number
    for query in (number, number.lower(), f" {number} ", number[3:], number[-6:]):
        assert queries.case_of_number(here, query) == demand.pk, query
    other_year = number.replace(str(demand.year), "1999")
    for query in (other_year, "XX" + number[2:], number[-5:], "1703", "停车", ""):
        assert queries.case_of_number(here, query) is None, query


def test_a_number_of_the_neighbour_names_nothing(world):
    demand = world.submit()
    there = looker(world.there.path)
    assert queries.case_of_number(there, demand.number) is None
    assert queries.case_of_number(there, demand.number[-6:]) is None


def test_the_number_of_queries_does_not_grow_with_the_hits(world, django_assert_max_num_queries):
    here = looker(world.here.path)
    world.submit()
    with django_assert_max_num_queries(40) as few:
        queries.results(here, "卸货口 云栈")
    for _ in range(6):
        world.submit()
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert queries.results(here, "卸货口 云栈").total == 7


def test_what_moves_with_its_unit_is_found_at_its_new_place(world):
    demand = world.submit()
    old, new = world.here.path, world.there.path + f"{world.here.pk:06d}"
    job = PathRewrite.objects.create(
        unit=world.here, old_path=old, new_path=new, on=timezone.localdate()
    )
    run_rewrite(job.pk)
    assert found(looker(old), "云栈智联") == {}
    assert found(looker(world.there.path), "卸货口") == {"demands": [demand.title]}
    assert found(looker(new), "1703") == {"rooms": ["望澜中心 1703"]}
    assert found(looker(new), "望澜中心") == {
        "demands": [demand.title],
        "buildings": ["望澜中心"],
    }
    assert found(looker(new), "云栈") == {
        "demands": [demand.title],
        "enterprises": ["云栈智联供应链有限公司"],
    }


def test_common_issues_are_found_by_number_and_name_where_they_are_seen(world):
    from loushi.casework.matching.commands import create_issue

    rights = frozenset({"matching.view", "matching.group"})
    here = Actor(72, "窗口", (Grant("clerk", rights, UNIT, world.here.path),), "窗口")
    there = Actor(73, "邻", (Grant("clerk", rights, UNIT, world.there.path),), "邻")
    row = create_issue(actor=here, values={"name": "卸货难", "unit_id": world.here.pk})
    for query in (row.number, row.number.lower(), "卸货"):
        assert found(here, query)["issues"] == ["卸货难"], query
        assert "issues" not in found(there, query)
    assert "issues" not in found(here, f"{row.pk:06d}")
