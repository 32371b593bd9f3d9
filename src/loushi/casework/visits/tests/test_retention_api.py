"""The retention list by the API: the same rows, rights and records as the page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loushi.casework.visits.commands.retention import look_for_signs
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import RetentionAlert
from loushi.casework.visits.tests.test_api import Caller
from loushi.foundation.audit.models import Entry
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.models import Tenancy
from loushi.registry.tax.factories import make_returns


@pytest.fixture
def alert(world: World) -> RetentionAlert:
    """The first firm's lease ends in a month; the second firm's band fell."""
    ends = timezone.localdate() + timedelta(days=30)
    Tenancy.plain.filter(pk=world.tenancies[0].pk).update(lease_until=ends)
    make_returns([world.firms[1]], [2_000_000], year=2024)
    make_returns([world.firms[1]], [700_000], year=2025)
    look_for_signs()
    return RetentionAlert.plain.get(sign="lease")


def test_the_list_is_that_of_the_page(world: World, alert: RetentionAlert) -> None:
    found = Caller(world.officer).get("/retention").json()
    assert found["count"] == len(found["items"]) == 2
    assert (found["firms"], found["whole"] >= 2) == (2, True)
    one = next(item for item in found["items"] if item["sign"] == "lease")
    assert "还没有登记续租" in one["sentence"]
    assert Entry.plain.filter(action="tax.look").count() == 1, "a look at bands is recorded"
    narrowed = Caller(world.officer).get("/retention?sign=lease").json()
    assert [item["id"] for item in narrowed["items"]] == [alert.pk]
    first = Caller(world.officer).get("/retention?limit=1").json()
    second = Caller(world.officer).get(f"/retention?limit=1&after={first['next']}").json()
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {
        item["id"] for item in found["items"]
    }


def test_bands_stay_hidden_from_those_without_the_right(world: World, alert) -> None:
    clerk = make_staff("window_clerk", world.units["C1"], name="窗口")
    found = Caller(clerk).get("/retention").json()
    assert [item["sign"] for item in found["items"]] == ["lease"]
    assert found["firms"] == 1


def test_outcome_postponement_and_reopening(world: World, alert: RetentionAlert) -> None:
    officer, path = Caller(world.officer), f"/retention/{alert.pk}"
    until = (timezone.localdate() + timedelta(days=20)).isoformat()
    refused = officer.send(f"{path}/snooze", {"until": until, "why": " "})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "outcome")
    put_off = officer.send(f"{path}/snooze", {"until": until, "why": "业主月底答复"})
    assert (put_off.status_code, put_off.json()["snoozed_until"]) == (200, until)
    assert alert.pk not in [one["id"] for one in officer.get("/retention").json()["items"]]
    handled = officer.send(f"{path}/handle", {"outcome": "续租两年"})
    assert (handled.json()["state"], handled.json()["decided"]) == ("handled", world.officer.name)
    assert officer.send(f"{path}/handle", {"outcome": "又一次"}).status_code == 409
    assert officer.send(f"{path}/reopen", {}).json()["state"] == "open"
    assert officer.send(f"{path}/reopen", {}).status_code == 409


def test_refusals_change_nothing(world: World, alert: RetentionAlert) -> None:
    path = f"/retention/{alert.pk}/handle"
    assert Caller(world.neighbour).send(path, {"outcome": "谈妥"}).status_code == 404
    assert Caller(world.neighbour).get("/retention").json()["items"] == []
    reader = make_staff("district_viewer", world.units["Q"], name="只看")
    assert Caller(reader).send(path, {"outcome": "谈妥"}).status_code == 403
    assert Caller(world.contact()).get("/retention").status_code == 403
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("open", "")
