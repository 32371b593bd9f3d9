"""What was recorded without a network: in order, once, by its own person, never over somebody."""

import json
import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from loushi.casework.visits import queries
from loushi.casework.visits.factories import World, make_world
from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask, Visit
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models import Tenancy

WHY = "test"
SYNC = "/offline/sync/"


def phone(user: User) -> Client:
    client = Client(headers={"Accept": "application/json"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def visit_item(user: User, firm: int, **more: Any) -> dict[str, Any]:
    fields = [
        ["purpose", "routine"],
        ["met", "contact"],
        ["at", ""],
        ["note", more.pop("note", "")],
    ]
    return {
        "key": uuid4().hex,
        "user": str(user.pk),
        "appointment": "望澜商务社区 企业专员",
        "kind": "visit",
        "target": firm,
        "payload_version": 1,
        "recorded_at": (timezone.now() - timedelta(hours=3)).isoformat(),
        "fields": fields,
        "unchanged": [],
    } | more


def room_item(user: User, task: SweepTask, outcome: str, **fields: str) -> dict[str, Any]:
    stamp = queries.facts_of([task.space_id])[task.space_id].stamp
    typed = {"version": str(task.version), "stamp": stamp, "outcome": outcome} | fields
    return visit_item(user, task.pk, kind="room", fields=[list(pair) for pair in typed.items()])


def send(client: Client, *items: Any) -> list[dict[str, Any]]:
    answer = client.post(SYNC, json.dumps({"items": items}), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def written() -> tuple[int, int]:
    return Visit.objects.unscoped(WHY).count(), SweepResult.objects.unscoped(WHY).count()


@pytest.fixture
def campaign(world: World) -> SweepCampaign:
    return world.sweep()


def test_an_item_is_saved_once_however_often_it_comes(world: World) -> None:
    client, item = phone(world.officer), visit_item(world.officer, world.firms[0].pk)
    assert [send(client, item)[0]["state"] for _time in range(3)] == ["done", "already", "already"]
    visit = Visit.objects.unscoped(WHY).get()
    assert abs(visit.at - (timezone.now() - timedelta(hours=3))) < timedelta(minutes=5)
    assert visit.met_name


def test_a_room_that_changed_the_register_is_known_again(
    world: World, campaign: SweepCampaign
) -> None:
    client, task = phone(world.officer), world.task(campaign, "301")
    prefix = f"t{world.tenancies[0].pk}-"
    item = room_item(
        world.officer, task, "corrected", **{f"{prefix}gone": "", f"{prefix}area": "150"}
    )
    assert send(client, item)[0]["state"] == "done"
    assert send(client, item)[0]["state"] == "already"
    assert Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[0].pk).area == Decimal(150)
    assert SweepResult.objects.unscoped(WHY).count() == 1


def test_order_is_kept_and_a_refusal_stops_nobody(world: World) -> None:
    client = phone(world.officer)
    wrong = visit_item(
        world.officer, world.firms[0].pk, fields=[["purpose", ""], ["met", "nobody"]]
    )
    items = [visit_item(world.officer, world.firms[1].pk, note="一"), wrong,
             visit_item(world.officer, world.firms[2].pk, note="二")]  # fmt: skip
    answers = send(client, *items)
    assert [one["key"] for one in answers] == [one["key"] for one in items]
    assert [one["state"] for one in answers] == ["done", "refused", "done"]
    assert answers[1]["errors"] == [{"field": "purpose", "message": "请选一下为什么来。"}]
    assert list(Visit.objects.unscoped(WHY).order_by("pk").values_list("note", flat=True)) == [
        "一",
        "二",
    ]
    wrong["fields"] = [["purpose", "routine"], ["met", "nobody"]]
    assert send(client, wrong)[0]["state"] == "done"


def test_a_room_that_somebody_else_did_shows_both_sides(
    world: World, campaign: SweepCampaign
) -> None:
    task = world.task(campaign, "301")
    mine = room_item(world.officer, task, "absent")
    assert (
        send(phone(world.secretary), room_item(world.secretary, task, "confirmed"))[0]["state"]
        == "done"
    )
    answer = send(phone(world.officer), mine)[0]
    assert answer["state"] == "conflict"
    assert answer["theirs"]["by"] == "林知微"
    assert answer["theirs"]["outcome"] == "confirmed"
    assert world.task(campaign, "301").outcome == "confirmed"
    chosen = dict(mine["fields"]) | {
        "version": str(answer["theirs"]["version"]), "stamp": answer["theirs"]["stamp"]
    }  # fmt: skip
    mine["fields"] = [list(pair) for pair in chosen.items()]
    assert send(phone(world.officer), mine)[0]["state"] == "done"
    assert world.task(campaign, "301").outcome == "absent"


def test_choosing_mine_changes_only_what_was_touched(world: World, campaign: SweepCampaign) -> None:
    """The form shows area 180; meanwhile somebody writes 150; my save is about the staff."""
    task, held = world.task(campaign, "301"), world.tenancies[0]
    prefix = f"t{held.pk}-"
    item = room_item(
        world.officer, task, "corrected",
        **{f"{prefix}gone": "", f"{prefix}area": "180", f"{prefix}staff_count": "22"},
    )  # fmt: skip
    item["unchanged"] = [f"{prefix}gone", f"{prefix}area"]
    other = room_item(
        world.secretary, task, "corrected", **{f"{prefix}gone": "", f"{prefix}area": "150"}
    )
    send(phone(world.secretary), other)
    theirs = send(phone(world.officer), item)[0]["theirs"]
    fields = dict(item["fields"]) | {"version": str(theirs["version"]), "stamp": theirs["stamp"]}
    item["fields"] = [list(pair) for pair in fields.items()]
    assert send(phone(world.officer), item)[0]["state"] == "done"
    held.refresh_from_db()
    assert held.area == Decimal(150)
    held.enterprise.refresh_from_db()
    assert held.enterprise.staff_count == 22


def test_somebody_elses_item_is_left_alone(world: World) -> None:
    before = written()
    item = visit_item(world.officer, world.firms[0].pk)
    assert send(phone(world.secretary), item) == [{"key": item["key"], "state": "foreign"}]
    assert written() == before


def test_rights_are_those_of_the_moment_of_sending(world: World) -> None:
    before = written()
    answer = send(phone(world.neighbour), visit_item(world.neighbour, world.firms[0].pk))[0]
    assert answer["state"] == "refused"
    assert answer["hidden"]
    assert written() == before


@pytest.mark.parametrize("address", ["/offline/session/", "/offline/pack/", SYNC])
def test_an_ended_session_is_401_and_no_redirect(world: World, address: str) -> None:
    client = Client(headers={"Accept": "application/json"})
    item = visit_item(world.officer, world.firms[0].pk)
    answer = (
        client.post(address, json.dumps({"items": [item]}), content_type="application/json")
        if address == SYNC
        else client.get(address)
    )
    assert answer.status_code == 401
    assert "没上传的记录仍在本机" in answer.json()["title"]
    assert written() == (0, 0)


def test_the_session_gives_a_token_that_works_and_without_it_nothing_does(world: World) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept": "application/json"})
    client.force_login(world.officer, backend="django.contrib.auth.backends.ModelBackend")
    body = json.dumps({"items": [visit_item(world.officer, world.firms[0].pk)]})
    refused = client.post(SYNC, body, content_type="application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert written() == (0, 0)
    told = client.get("/offline/session/").json()
    assert told["user"] == str(world.officer.pk)
    answer = client.post(
        SYNC, body, content_type="application/json", headers={"X-CSRFToken": told["token"]}
    )
    assert answer.json()["items"][0]["state"] == "done"


@pytest.mark.parametrize(
    "broken",
    [7, {}, {"key": "a"}, {"target": "7"}, {"target": 0}, {"payload_version": 99}, {"kind": "no"},
     {"fields": [["a"]]}],
)  # fmt: skip
def test_what_is_broken_gets_a_sentence_and_the_next_one_is_saved(
    world: World, broken: Any
) -> None:
    good = visit_item(world.officer, world.firms[0].pk)
    bad = (
        visit_item(world.officer, world.firms[1].pk) | broken if broken and broken != 7 else broken
    )
    if isinstance(bad, dict) and broken == {"key": "a"}:
        bad = {"key": "a", "user": str(world.officer.pk)}
    answers = send(phone(world.officer), bad, good)
    assert answers[0]["state"] in ("refused", "failed")
    assert answers[0]["message"]
    assert answers[1]["state"] == "done"
    assert Visit.objects.unscoped(WHY).count() == 1


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"items": 3}', "\x00"])
def test_an_unreadable_body_is_422(world: World, body: str) -> None:
    answer = phone(world.officer).post(SYNC, body, content_type="application/json")
    assert answer.status_code == 422


def test_the_pack_is_the_plan_and_the_own_rooms(world: World, campaign: SweepCampaign) -> None:
    parts = phone(world.officer).get("/offline/pack/").json()["parts"]
    sweep = next(part for part in parts if part["code"].startswith("sweep"))
    rooms = [one for one in sweep["addresses"] if one.startswith("/visits/rooms/")]
    assert len(rooms) == 6
    client = Client()
    client.force_login(world.officer, backend="django.contrib.auth.backends.ModelBackend")
    for address in {address for part in parts for address in part["addresses"]}:
        assert client.get(address).status_code == 200, address
    assert phone(world.neighbour).get("/offline/pack/").json()["parts"][1:] == []
    assert phone(world.handler).get("/offline/pack/").status_code == 403


def test_the_worker_names_every_file_it_keeps(client: Client, db: None) -> None:
    answer = client.get("/sw.js")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    shell = json.loads(text.split("const SHELL = ", 1)[1].split(";\n", 1)[0])
    for address in [
        *shell,
        *(icon["src"] for icon in client.get("/manifest.webmanifest").json()["icons"]),
    ]:
        found = client.get(address)
        assert found.status_code == 200, address
        assert found.getvalue()
        found.close()
    assert "export " not in text.split("store.js stand before", 1)[-1]
    told = client.get("/manifest.webmanifest").json()
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_saves_of_two_devices_with_lost_answers() -> None:
    """Every third request is dropped, half of those after the server has worked: nothing is lost
    or doubled, and what both devices did to one room ends in one result and one conflict."""
    world = make_world()
    campaign = world.sweep()
    shared = world.task(campaign, "302")
    queues = {
        user: [visit_item(user, world.firms[n % 4].pk, note=f"{user.pk}-{n}") for n in range(49)]
        + [room_item(user, shared, "confirmed")]
        for user in (world.officer, world.secretary)
    }
    ends: dict[int, list[str]] = {}
    broken: list[BaseException] = []

    def upload(user: User, queue: list[dict[str, Any]]) -> None:
        client, tries, states = phone(user), 0, []
        try:
            while queue:
                tries += 1
                if tries % 6 == 3:
                    continue  # the request never arrives
                answers = send(client, *queue[:10])
                if tries % 6 == 0:
                    continue  # the answer never arrives
                assert "failed" not in [one["state"] for one in answers]
                states += [one["state"] for one in answers]
                queue = queue[10:]
        except BaseException as error:
            broken.append(error)
        finally:
            ends[user.pk] = states
            connection.close()

    threads = [threading.Thread(target=upload, args=pair) for pair in queues.items()]
    if connection.vendor == "sqlite":  # tests keep SQLite in memory: one after the other, mixed
        for thread in threads:
            thread.run()
    else:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert broken == []
    notes = list(Visit.objects.unscoped(WHY).values_list("note", flat=True))
    assert len(notes) == len(set(notes)) == 98
    assert SweepResult.objects.unscoped(WHY).filter(task=shared).count() == 1
    assert sum(len(states) for states in ends.values()) == 100
    assert [state for states in ends.values() for state in states].count("conflict") == 1
