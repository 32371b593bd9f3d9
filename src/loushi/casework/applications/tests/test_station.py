"""代办 at a station: what its service centre runs for others, for its own people only."""

from typing import Any

import pytest

from loushi.casework.applications import commands
from loushi.casework.applications.factories import World
from loushi.casework.applications.models import Application
from loushi.casework.applications.queries.errands import errands_at
from loushi.casework.applications.tests import test_fast
from loushi.foundation.core.testing import at
from loushi.registry.accounts.factories import make_staff
from loushi.services.stations.factories import make_station
from loushi.services.stations.models import Station

outdoor = test_fast.outdoor


@pytest.fixture
def running(world: World, outdoor: Any) -> Application:
    """An application whose errand waits for a runner."""
    return test_fast.errand(world, outdoor)


@pytest.fixture
def station(world: World) -> Station:
    return make_station(world.here)


def titles(world: World, who: str) -> dict[str, list[str]]:
    found = errands_at(world.actor(who), world.here.path)
    return {
        "open": [one.step for one in found.open], "mine": [one.step for one in found.mine],
        "others": [one.runner for one in found.others], "done": [one.runner for one in found.done],
        "handed": [f"{one.before}→{one.after}：{one.why}" for one in found.handed],
    }  # fmt: skip


def test_from_open_to_done(world: World, running: Application) -> None:
    world.users["secretary"].name = secretary = "沈书记"
    world.users["secretary"].save()
    clerk = world.users["clerk"].name
    nothing: dict[str, list[str]] = dict.fromkeys(("open", "mine", "others", "done", "handed"), [])
    assert titles(world, "clerk") == nothing | {"open": ["送备案牌到店"]}
    test_fast.give(world, running, "clerk", "secretary")
    assert titles(world, "clerk") == nothing | {"others": [secretary]}
    assert titles(world, "secretary") == nothing | {"mine": ["送备案牌到店"]}
    test_fast.give(world, running, "secretary", "clerk", "牌子在前台")
    handed = [f"{secretary}→{clerk}：牌子在前台"]
    assert titles(world, "clerk") == nothing | {"mine": ["送备案牌到店"], "handed": handed}
    world.move(running, "s6", "done", who="clerk")
    assert titles(world, "secretary") == nothing | {"done": [clerk], "handed": handed}
    with at("2026-11-05 10:00"):
        assert titles(world, "secretary") == nothing | {"done": [clerk]}
    with at("2026-11-10 10:00"):
        assert titles(world, "secretary") == nothing


def test_what_has_ended_otherwise_is_no_errand(world: World, running: Application) -> None:
    commands.withdraw(actor=world.actor("clerk"), application_id=running.pk, reason="不办了")
    assert titles(world, "clerk")["open"] == []


def test_the_page_shows_it_to_the_service_centre_only(
    world: World, running: Application, station: Station, client_of: Any
) -> None:
    address = f"/stations/{station.pk}/"
    page = client_of("clerk").get(address).content.decode()
    assert f"/applications/{running.pk}/" in page
    for text in ("待交代跑", "送备案牌到店", "/applications/register/", "/demands/new/"):
        assert text in page
    viewer = client_of("viewer").get(address).content.decode()
    assert "送备案牌到店" in viewer
    assert "/applications/register/" not in viewer
    world.users["instructor"] = make_staff("party_instructor", world.here)
    assert station.name in client_of("instructor").get(address).content.decode()
    for who in ("instructor", "boss"):
        page = client_of(who).get(address).content.decode()
        assert "代办" not in page, who
        assert "送备案牌到店" not in page, who
    assert client_of("neighbour").get(address).status_code == 404


def test_another_community_has_its_own(world: World, running: Application, client_of: Any) -> None:
    there = make_station(world.units["C2"], "邻里驿站")
    page = client_of("neighbour").get(f"/stations/{there.pk}/").content.decode()
    assert "现在没有要代办的事" in page
    assert errands_at(world.actor("neighbour"), world.here.path).open == ()
    assert errands_at(world.actor("viewer"), world.units["C2"].path).open == ()


@pytest.mark.parametrize("count", [1, 6])
def test_it_asks_as_often_for_many(
    world: World, outdoor: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        row = test_fast.ask(world, outdoor, f"2026-11-{7 + number:02d}T18:00",
                            f"2026-11-{7 + number:02d}T22:00")  # fmt: skip
        for code, who in (("s1", "clerk"), ("s2", "clerk"), ("s3", "market"), ("s5", "clerk")):
            row = world.move(row, code, "done", who=who)
    clerk = world.actor("clerk")
    with django_assert_max_num_queries(6):
        assert len(errands_at(clerk, world.here.path).open) == count
