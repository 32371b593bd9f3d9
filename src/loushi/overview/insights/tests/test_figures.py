"""Every figure adds up, opens to its rows, and is refused where it is not one's own."""

from datetime import date

import pytest
from django.test import Client

from loushi.casework.demands.factories import World, make_world
from loushi.foundation.core.testing import at, make_actor
from loushi.overview.insights import queries
from loushi.overview.insights.queries import FIGURES, Period

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
VIEW = ["insights.view", "demands.view"]


@pytest.fixture
def world() -> World:
    return make_world()


def filled(world: World) -> None:
    """One solved and praised, one explained and late, one unrated, one still open."""
    with at("2026-11-02 10:00"):
        good = world.resolved()
        late = world.dispatched()
        world.resolved()
        world.submit()
    with at("2026-11-03 10:00"):
        world.move(good, "rate", world.contact(), score=5, solved="yes")
    with at("2026-11-20 10:00"):
        late = world.move(late, "sign", world.handler())
        late = world.move(late, "resolve", world.handler(), verdict="explained", answer="已说明")
        world.move(late, "rate", world.contact(), score=2, solved="no")


def by_code(world: World) -> dict[str, tuple[int, int]]:
    actor = make_actor(path=world.here.path, permissions=VIEW)
    with at("2026-11-25 10:00"):
        return {v.figure.code: (v.part, v.whole) for v in queries.values(actor, NOVEMBER)}


def test_figures_count_what_they_say(world: World) -> None:
    filled(world)
    assert by_code(world) == {
        "accepted_on_time": (3, 4),
        "contacted_on_time": (2, 3),
        "resolved_on_time": (2, 3),
        "solved_by_unit": (2, 3),
        "solved_by_firm": (1, 2),
        "satisfied": (1, 2),
    }


def test_each_figure_opens_to_exactly_its_rows(world: World) -> None:
    filled(world)
    actor = make_actor(path=world.here.path, permissions=VIEW)
    with at("2026-11-25 10:00"):
        for value in queries.values(actor, NOVEMBER):
            whole = queries.behind(actor, value.figure, NOVEMBER)
            part = queries.behind(actor, value.figure, NOVEMBER, part=True)
            assert (part.count(), whole.count()) == (value.part, value.whole)
            assert set(part.values_list("pk")) <= set(whole.values_list("pk"))


def test_a_closed_case_without_a_rating_is_never_satisfied(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.resolved()
        world.move(demand, "close", world.clerk(), reason="到期")
    assert by_code(world)["satisfied"] == (0, 0)


def test_an_empty_period_has_no_percentage(world: World) -> None:
    actor = make_actor(path=world.here.path, permissions=VIEW)
    assert all(value.percent is None for value in queries.values(actor, NOVEMBER))


def test_the_neighbour_counts_nothing_of_ours(world: World) -> None:
    filled(world)
    neighbour = make_actor(path=world.there.path, permissions=VIEW)
    with at("2026-11-25 10:00"):
        assert all(v.whole == 0 for v in queries.values(neighbour, NOVEMBER))
        assert all(not watch.lines for watch in queries.watch_lists(neighbour, world.there.path))
        assert queries.totals(neighbour, NOVEMBER).received == 0


def test_codes_are_unique_and_strangers_go_to_the_login(client: Client) -> None:
    assert len({figure.code for figure in FIGURES}) == len(FIGURES)
    for path in ("/insights/", "/insights/figures/satisfied/"):
        response = client.get(path)
        assert response.status_code == 302
        assert "/login/" in response["Location"]
