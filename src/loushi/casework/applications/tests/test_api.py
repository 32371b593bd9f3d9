"""The API: the same rights and the same moves as the pages."""

from typing import Any

import pytest
from django.test import Client

from loushi.casework.applications.factories import FOOD, World
from loushi.casework.demands.tests import test_api_schema as described
from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.commands import issue_token

URL = "/api/v1/applications"
one_connection = described.one_connection


def client_of(world: World, name: str) -> Client:
    token = issue_token(actor=system_actor(), username=world.users[name].username)
    return Client(headers={"authorization": f"Bearer {token}"})


def post(client: Client, url: str, body: Any, key: str = "") -> Any:
    headers = {"idempotency-key": key} if key else {}
    return client.post(url, body, content_type="application/json", headers=headers)


def test_one_application_through_the_api(world: World) -> None:
    clerk, market = client_of(world, "clerk"), client_of(world, "market")
    bundle = clerk.get(f"/api/v1/catalogue/bundles/{world.bundle.pk}").json()
    assert [one["code"] for one in bundle["flow"]] == ["s1", "s2", "s3", "s4", "s5"]
    body = {"bundle": world.bundle.pk, "answers": FOOD, "unit": world.here.pk, "applicant": "沈观",
            "contact_phone": "138", "papers": ["m1", "m2", "m3"]}  # fmt: skip
    wrong = post(clerk, URL, body | {"papers": []})
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json()["errors"]} == {
        "material_m1", "material_m2", "material_m3",
    }  # fmt: skip
    made = post(clerk, URL, body, key="a1")
    assert made.status_code == 201
    assert post(clerk, URL, body, key="a1").json()["id"] == made.json()["id"]
    one = f"{URL}/{made.json()['id']}"
    assert post(market, f"{one}/steps/s2/done", {}).status_code == 409
    done = post(clerk, f"{one}/steps/s1/done", {"said": "齐"}, key="d1")
    assert done.json()["steps"][0]["state"] == "done"
    assert post(clerk, f"{one}/steps/s1/done", {"said": "齐"}, key="d1").status_code == 200
    shown = market.get(one).json()
    assert shown["answers"] == {"f1": "一碗面馆", "f2": "餐饮"}
    assert shown["steps"][1]["moves"] == ["start", "ask", "done", "refuse"]
    assert post(clerk, f"{one}/records", {"code": "r1", "amount": 5}).status_code == 200
    assert clerk.get(f"{URL}/totals").json()[0]["sums"][0]["amount"] == 5
    assert client_of(world, "neighbour").get(one).status_code == 404
    assert clerk.get(URL).json()["items"][0]["now"] == ["核发执照", "消防检查"]


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.parametrize(
    "operation", described.operations(URL, "/api/v1/catalogue/bundles"), ids=described.name_of
)
def test_whatever_the_description_allows(
    world: World, operation: Any, one_connection: None
) -> None:
    world.submit()
    described.answers_as_described(operation, issue_token(username=world.users["clerk"].username))
