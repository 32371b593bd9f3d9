"""The read-only API of buildings and enterprises: scope, masking, pages without loss."""

from typing import Any

import pytest
from django.test import Client

from loushi.casework.demands.factories import World, make_world
from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.commands import update_enterprise
from loushi.registry.enterprises.models import Enterprise, EnterpriseContact
from loushi.registry.territory.models import Unit

WHY = "test"


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def caller(world: World, unit: Any) -> Client:
    token = issue_token(username=make_staff("window_clerk", unit).username)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_clerk_reads_the_own_community_and_not_the_neighbours(world: World) -> None:
    here, there = caller(world, world.here), caller(world, world.there)
    for path in (
        f"/api/v1/enterprises/{world.enterprise.pk}", f"/api/v1/buildings/{world.tower.pk}",
        f"/api/v1/buildings/{world.tower.pk}/spaces",
        f"/api/v1/enterprises/{world.enterprise.pk}/facts",
        f"/api/v1/enterprises/{world.enterprise.pk}/marks",
        f"/api/v1/insights/enterprises/{world.enterprise.pk}/timeline",
    ):  # fmt: skip
        assert here.get(path).status_code == 200, path
        assert there.get(path).status_code == 404, path
        assert Client().get(path).status_code == 401, path
    for path in ("/api/v1/enterprises", "/api/v1/buildings"):
        assert len(here.get(path).json()["items"]) == 1, path
        assert there.get(path).json()["items"] == [], path


def test_walking_the_pages_gives_every_enterprise_once(world: World) -> None:
    made = {world.enterprise.pk}
    for number in range(11):
        row = Enterprise.objects.unscoped(WHY).create(
            name=f"企业{number % 4}", unit=world.here, unit_path=world.here.path
        )
        made.add(row.pk)
    client, seen = caller(world, world.here), []
    answer = client.get("/api/v1/enterprises?limit=3")
    while True:
        seen += [item["id"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        answer = client.get(answer.headers["Link"].partition(">")[0].strip("<"))
    assert (len(seen), set(seen)) == (len(made), made)


def test_phones_are_as_on_the_pages(world: World) -> None:
    EnterpriseContact.objects.unscoped(WHY).create(
        enterprise=world.enterprise, unit_path=world.here.path, name="陈屿", phone="13800002046"
    )
    token = issue_token(username=make_staff("district_viewer", Unit.objects.get(code="D")).username)
    viewer = Client(headers={"Authorization": f"Bearer {token}"})
    for path in (f"/api/v1/enterprises/{world.enterprise.pk}", "/api/v1/enterprises"):
        answer = viewer.get(path)
        assert answer.status_code == 200
        assert "13800002046" not in answer.content.decode()
        assert "2046" in answer.content.decode()


def test_facts_and_the_timeline_tell_what_was_stated(world: World) -> None:
    update_enterprise(
        actor=system_actor("test"), enterprise_id=world.enterprise.pk,
        values={"registered_address": "外市滨江路1号", "registered_lies": "outside"},
    )  # fmt: skip
    client, root = caller(world, world.here), f"/api/v1/enterprises/{world.enterprise.pk}"
    facts = client.get(f"{root}/facts").json()
    assert [row["address"] for row in facts if row["kind"] == "registration"] == ["外市滨江路1号"]
    marks = client.get(f"{root}/marks").json()
    assert set(marks) == {"tags", "stability", "officers"}
    line = f"/api/v1/insights/enterprises/{world.enterprise.pk}/timeline"
    whole = client.get(line).json()
    assert whole["total"] == sum(whole["counts"].values()) == len(whole["items"])
    first = client.get(line, {"limit": 1}).json()
    assert first["items"] == whole["items"][:1]
    assert first["next"] == (1 if whole["total"] > 1 else None)
