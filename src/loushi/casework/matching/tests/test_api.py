"""The API under the policies of the pages; a key makes a repeated request do nothing new."""

from typing import Any

import pytest
from django.test import Client

from loushi.casework.matching.factories import Place
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, JointAnswer
from loushi.registry.accounts.commands import issue_token

WHY = "test"
BASE = "/api/v1/matching"


@pytest.fixture
def caller(place: Place) -> Any:
    def opened(name: str) -> Client:
        token = issue_token(username=place.users[name].username)
        return Client(headers={"authorization": f"Bearer {token}"})

    return opened


def post(client: Client, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{BASE}{path}", body, content_type="application/json", headers=headers)


def test_from_new_to_answered(place: Place, caller: Any) -> None:
    demands = [place.demand(number, state="dispatched") for number in range(4)]
    clerk, lead = caller("clerk"), caller("lead")
    body = {"name": "写字楼分割办证", "unit": place.here.pk, "demands": [demands[0].pk]}
    made = post(clerk, "", body, "k1")
    assert made.status_code == 201
    issue = made.json()["id"]
    assert post(clerk, "", body, "k1").json()["id"] == issue
    assert post(clerk, "", body | {"name": "别的"}, "k1").status_code == 409
    found = clerk.get(f"{BASE}/{issue}/proposals").json()
    assert {one["id"] for one in found} == {one.pk for one in demands[1:]}
    assert all(one["why"] for one in found)
    ids = [one["id"] for one in found]
    for _n in range(2):
        told = post(clerk, f"/{issue}/demands", {"demands": ids}, "k2")
        assert len(told.json()["members"]) == 4
    CommonIssue.objects.unscoped(WHY).update(lead=place.world.housing, state="assigned")
    for _n in range(2):
        answered = post(
            lead, f"/{issue}/answer", {"verdict": "solved", "answer": "按统一口径办。"}, "k3"
        )
        assert {one["state"] for one in answered.json()["members"]} == {"resolved"}
    assert JointAnswer.objects.unscoped(WHY).count() == 1
    told = lead.get(f"{BASE}/{issue}").json()
    assert (told["state"], told["answers"][0]["by"]) == ("answered", "区住建局")
    items = lead.get(f"{BASE}?q=分割").json()["items"]
    assert [(one["demands"], one["open"]) for one in items] == [(4, 0)]


def test_refusals_change_nothing(place: Place, caller: Any) -> None:
    demand = place.demand()
    row = place.issue([demand])
    neighbour = caller("neighbour")
    assert neighbour.get(f"{BASE}/{row.pk}").status_code == 404
    assert neighbour.get(f"{BASE}/{row.pk}/proposals").status_code == 404
    assert neighbour.get(BASE).json()["items"] == []
    other = place.demand(1)
    assert post(neighbour, f"/{row.pk}/demands", {"demands": [other.pk]}).status_code == 404
    answer = {"verdict": "solved", "answer": "好"}
    assert post(neighbour, f"/{row.pk}/answer", answer).status_code == 404
    clerk = caller("clerk")
    assert post(clerk, f"/{row.pk}/answer", answer).status_code == 403
    assert post(clerk, f"/{row.pk}/answer", {"verdict": "x", "answer": "好"}).status_code == 422
    wrong = post(clerk, f"/{row.pk}/demands", {"demands": [demand.pk]})
    assert wrong.status_code == 422
    assert row.number in wrong.json()["errors"][0]["message"]
    body = {"name": "x", "unit": place.here.pk}
    assert post(caller("officer"), "", body).status_code == 403
    assert CommonIssueDemand.objects.unscoped(WHY).count() == 1
    assert Client().get(BASE).status_code == 401
