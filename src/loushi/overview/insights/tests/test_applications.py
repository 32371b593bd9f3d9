"""Figures of applications: in time or late, running now; they open to their rows and no others."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from loushi.casework.applications import commands
from loushi.casework.applications.factories import OFFICE, WHY, World, make_world
from loushi.casework.applications.models import Application
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.testing import at, make_actor
from loushi.overview.insights import queries
from loushi.overview.insights.queries import APPLICATION_FIGURES, Period
from loushi.overview.insights.tests.test_api import caller
from loushi.overview.insights.tests.test_figures import NOVEMBER
from loushi.registry.accounts.factories import make_staff

pytestmark = pytest.mark.django_db
URL, API = "/insights/", "/api/v1/insights/applications"
VIEW = ["insights.view", "applications.view"]
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 20))


@pytest.fixture
def world() -> World:
    with at("2026-11-02 10:00"):
        return make_world()


@pytest.fixture
def filled(world: World) -> dict[str, Application]:
    """In time, refused in time, late, withdrawn; running, and running late."""
    with at("2026-11-02 10:00"):
        names = ("good", "refused", "late", "withdrawn", "overdue")
        made = {name: world.submit(OFFICE) for name in names}
        world.run(made["good"])
        world.move(made["refused"], "s1", "refuse")
        commands.withdraw(
            actor=world.actor("clerk"), application_id=made["withdrawn"].pk, reason="x"
        )
    with at("2026-11-24 10:00"):
        world.run(made["late"])
        made["running"] = world.submit(OFFICE)
    return made


def counted(path: str, period: Period = NOVEMBER) -> dict[str, tuple[int, int]]:
    actor = make_actor(path=path, permissions=VIEW)
    found = queries.values(actor, period, figures=APPLICATION_FIGURES)
    return {one.figure.code: (one.part, one.whole) for one in found}


def test_what_ended_in_time_and_what_runs_now(world: World, filled: Any) -> None:
    with at("2026-11-24 12:00"):
        assert counted(world.here.path) == {
            "applications_on_time": (2, 3), "applications_running": (1, 2),
        }  # fmt: skip
        assert counted(world.units["C2"].path) == {
            "applications_on_time": (0, 0), "applications_running": (0, 0),
        }  # fmt: skip
    with at("2026-12-20 12:00"):
        assert counted(world.here.path, DECEMBER)["applications_on_time"] == (0, 0)
        assert counted(world.here.path, DECEMBER)["applications_running"] == (0, 2), "as of now"


def test_the_board_shows_them_and_opens_exactly_their_rows(
    world: World, filled: dict[str, Application]
) -> None:
    client = Client()
    client.force_login(world.users["secretary"])
    with at("2026-11-24 12:00"):
        shown = client.get(URL).context["applications"]
        assert [(one["part"], one["whole"]) for one in shown] == [(2, 3), (1, 2)]
        sets = {"whole": {"good", "refused", "late"}, "part": {"good", "refused"}, "rest": {"late"}}
        for which, names in sets.items():
            page = client.get(f"{URL}figures/applications_on_time/?which={which}")
            found = {one["row"].id for one in page.context["cases"]}
            assert found == {filled[name].pk for name in names}, which
        running = client.get(
            f"{URL}figures/applications_running/?since=2020-01-01&until=2020-02-01"
        )
        assert {one["row"].id for one in running.context["cases"]} == {
            filled["running"].pk, filled["overdue"].pk,
        }  # fmt: skip
        words = running.content.decode()
        assert "来源：一类事办理记录" in words
        assert "2020年" not in words, "a figure of now has no period"
        assert f"/applications/{filled['running'].pk}/" in words


def test_a_department_counts_those_with_a_step_of_its_own(
    world: World, filled: dict[str, Application]
) -> None:
    with at("2026-11-24 12:00"):
        food = world.submit()  # the only one with a step of the fire department
        client, address = Client(), f"{URL}figures/applications_running/"
        client.force_login(make_staff("department_head", world.fire))
        seen = {one["row"].id for one in client.get(address).context["cases"]}
        assert seen == {food.pk}
        client.force_login(world.users["head"])
        assert len(client.get(address).context["cases"]) == 3


def test_the_rows_cost_the_same_for_many(world: World, same_queries: Any) -> None:
    client = Client()
    client.force_login(world.users["secretary"])

    def grow(count: int) -> None:
        for _number in range(count):
            world.submit(OFFICE)

    with at("2026-11-24 12:00"):
        same_queries(lambda: client.get(f"{URL}figures/applications_running/"), grow, rows=8)


def test_they_are_refused_to_who_may_not_read_applications(world: World, filled: Any) -> None:
    actor = make_actor(path=world.here.path, permissions=["insights.view", "demands.view"])
    with pytest.raises(Denied):
        queries.values(actor, NOVEMBER, figures=APPLICATION_FIGURES)
    assert Client().get(f"{URL}figures/applications_running/").status_code == 302
    assert Application.objects.unscoped(WHY).count() == len(filled)


def test_by_the_api(world: World, filled: dict[str, Application]) -> None:
    with at("2026-11-24 12:00"):
        client = caller("community_secretary", world.here)
        asked = {"since": "2026-11-01", "until": "2026-11-30"}
        answer = client.get(API, asked).json()
        assert answer["source"] == "applications"
        assert answer["as_of"].startswith("2026-11-24")
        assert [(one["numerator"], one["denominator"]) for one in answer["figures"]] == [
            (2, 3), (1, 2),
        ]  # fmt: skip
        rows, figure = f"{API}/rows", asked | {"figure": "applications_on_time"}
        first = client.get(rows, figure | {"limit": 2}).json()
        assert first["count"] == 3
        rest = client.get(rows, figure | {"after": first["next"]}).json()
        found = {one["id"] for one in first["items"] + rest["items"]}
        assert found == {filled[name].pk for name in ("good", "refused", "late")}
        assert client.get(rows, asked | {"figure": "satisfied"}).status_code == 404
        assert client.get(API, asked | {"unit": world.units["C2"].pk}).status_code == 404
        assert caller("enterprise_officer", world.here).get(API, asked).status_code == 403
