"""Figures by the API: the numbers of the board, their rows, and who is refused."""

from typing import Any

import pytest
from django.test import Client

from loushi.casework.demands.factories import World, make_world
from loushi.foundation.core.testing import at
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import make_staff

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/insights/demands"
NOVEMBER = {"since": "2026-11-01", "until": "2026-11-30"}


@pytest.fixture
def world() -> World:
    return make_world()


def caller(role: str, place: Any) -> Client:
    token = issue_token(username=make_staff(role, place).username)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_figures_open_to_their_rows_page_by_page(world: World) -> None:
    with at("2026-11-02 10:00"):
        made = {world.resolved().pk, world.resolved().pk, world.resolved().pk}
    with at("2026-11-25 10:00"):
        client = caller("community_secretary", world.here)
        answer = client.get(ROOT, NOVEMBER).json()
        assert answer["unit"] == world.here.pk
        assert answer["totals"]["received"] == 3
        assert answer["as_of"].startswith("2026-11-25")
        solved = next(one for one in answer["figures"] if one["code"] == "solved_by_unit")
        assert (solved["numerator"], solved["denominator"], solved["percent"]) == (3, 3, 100.0)
        found, after = set(), 0
        while after is not None:
            asked = NOVEMBER | {
                "figure": "solved_by_unit",
                "part": True,
                "after": after,
                "limit": 2,
            }
            page = client.get(f"{ROOT}/rows", asked).json()
            assert page["count"] == 3
            found |= {row["id"] for row in page["items"]}
            after = page["next"]
        assert found == made


def test_refusals_are_problem_documents(world: World) -> None:
    secretary, officer = (
        caller("community_secretary", world.here),
        caller("enterprise_officer", world.here),
    )
    cases = [
        (Client().get(ROOT, NOVEMBER), 401),
        (officer.get(ROOT, NOVEMBER), 403),
        (secretary.get(ROOT, NOVEMBER | {"unit": world.there.pk}), 404),
        (secretary.get(f"{ROOT}/rows", NOVEMBER | {"figure": "no_such"}), 404),
        (secretary.get(ROOT, {"since": "2026-11-30", "until": "2026-11-01"}), 422),
        (secretary.get(ROOT, {"since": "0001-01-01", "until": "9999-12-31"}), 422),
    ]
    for answer, status in cases:
        assert answer.status_code == status
        assert answer["Content-Type"].startswith("application/problem+json")
