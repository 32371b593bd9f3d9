"""The text search of the lists: filters, pages and counts fit together."""

import pytest

from loushi.casework.demands import queries
from loushi.casework.demands.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def page(world: World, *, size: int = 50, after: str = "", **filters: object) -> queries.Page:
    return queries.page(
        world.clerk(), queries.Filters(q="卸货口", **filters), size=size, after=after
    )


def test_a_filter_does_not_hide_older_hits(world: World) -> None:
    accepted = world.move(world.submit(), "accept", world.clerk())
    for _ in range(3):
        world.submit()
    found = page(world, size=2, state="accepted")
    assert [row.id for row in found.rows] == [accepted.pk]
    assert (found.count, found.is_capped, found.next) == (1, False, "")


def test_pages_follow_one_another_under_a_filter(world: World) -> None:
    made = [world.submit() for _ in range(5)]
    world.move(made[2], "accept", world.clerk())
    first = page(world, size=2, state="submitted")
    second = page(world, size=2, state="submitted", after=first.next)
    ids = [row.id for row in first.rows + second.rows]
    assert ids == [made[n].pk for n in (4, 3, 1, 0)]
    assert (first.count, second.count, second.next) == (4, 4, "")


def test_the_place_of_another_list_begins_anew(world: World) -> None:
    demand = world.submit()
    assert [row.id for row in page(world, after="1771~5").rows] == [demand.pk]
