"""The API of visits: what a device takes along and sends back."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loushi.casework.visits.factories import World
from loushi.casework.visits.models import Visit
from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.commands import issue_token

WHY = "test"


class Caller:
    """A client of the API with a person's token."""

    def __init__(self, user: Any) -> None:
        token = issue_token(actor=system_actor(), username=user.username)
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/visits{path}", query)

    def send(self, path: str, body: Any, key: str = "", method: str = "post") -> Any:
        call = getattr(self.client, method)
        headers = {"Idempotency-Key": key} if key else {}
        return call(f"/api/v1/visits{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def officer(world: World) -> Caller:
    return Caller(world.officer)


def test_record_read_edit_withdraw(world: World, officer: Caller) -> None:
    body = {
        "enterprise_id": world.firms[0].pk,
        "purpose": "routine",
        "met": "nobody",
        "findings": [{"kind": "policy", "text": "讲了稳岗返还"}],
    }
    first = officer.send("", body, key="a")
    assert first.status_code == 201, first.content
    assert officer.send("", body, key="a").json()["id"] == first.json()["id"]
    assert Visit.objects.unscoped(WHY).count() == 1
    pk = first.json()["id"]
    edited = officer.send(f"/{pk}", {"version": 1, "note": "改过"}, method="patch")
    assert edited.json()["version"] == 2
    conflict = officer.send(f"/{pk}", {"version": 1, "note": "另一台"}, method="patch")
    assert conflict.status_code == 409
    assert (conflict.json()["mine"]["note"], conflict.json()["theirs"]["note"]) == (
        "另一台",
        "改过",
    )
    assert officer.get("").json()["count"] == 1
    assert officer.send(f"/{pk}/withdraw", {"version": 2, "why": "记错"}).status_code == 200
    assert officer.get("").json()["count"] == 0


def test_withdrawing_twice_with_one_key_withdraws_once(world: World, officer: Caller) -> None:
    visit = world.visit()
    body = {"version": 1, "why": "记错了企业"}
    first = officer.send(f"/{visit.pk}/withdraw", body, key="w1")
    again = officer.send(f"/{visit.pk}/withdraw", body, key="w1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["version"] == first.json()["version"] == 2
    assert (
        officer.send(f"/{visit.pk}/withdraw", {**body, "why": "别的"}, key="w1").status_code == 409
    )


def test_refusals_name_the_field(world: World, officer: Caller) -> None:
    body = {"enterprise_id": world.firms[0].pk, "purpose": "x", "met": "nobody"}
    answer = officer.send("", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "purpose"
    old = officer.send("", {**body, "purpose": "routine", "payload_version": 7})
    assert old.json()["errors"][0]["field"] == "payload_version"
    neighbour = Caller(world.neighbour)
    assert neighbour.send("", {**body, "purpose": "routine"}).status_code == 404
    assert not Visit.objects.unscoped(WHY).exists()


def test_the_plan_and_the_rooms_go_along_and_results_come_back(
    world: World, officer: Caller
) -> None:
    plan = officer.get("/plan").json()
    assert (plan["on"], plan["firms"]) == (timezone.localdate().isoformat(), 4)
    assert plan["stops"][0]["reason"]
    campaign = world.sweep()
    assert officer.get("/sweeps").json()[0]["rooms"] == 6
    rooms = officer.get(f"/sweeps/{campaign.pk}/rooms").json()
    room = next(one for one in rooms if one["number"] == "301")
    assert room["facts"]["tenants"][0]["name"] == world.firms[0].name
    body = {
        "outcome": "corrected",
        "version": room["version"],
        "stamp": room["stamp"],
        "tenants": [{"tenancy_id": world.tenancies[0].pk, "area": "150"}],
    }
    saved = officer.send(f"/rooms/{room['id']}", body, key="r").json()
    assert saved["changes"][0] | {"name": ""} == {
        "kind": "area", "enterprise_id": world.firms[0].pk, "name": "",
        "before": "180", "after": "150",
    }  # fmt: skip
    assert officer.send(f"/rooms/{room['id']}", body, key="r").json()["version"] == 2
    conflict = officer.send(f"/rooms/{room['id']}", body, key="other")
    assert conflict.status_code == 409
    assert conflict.json()["theirs"]["outcome"] == "corrected"
    assert officer.get(f"/rooms/{room['id']}").json()["version"] == 2
    assert officer.get(f"/sweeps/{campaign.pk}").json()["reached"] == 1
    assert Caller(world.neighbour).get(f"/rooms/{room['id']}").status_code == 404
