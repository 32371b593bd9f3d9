"""Resources: drafted once from a resolution, completed by a person, seen where they serve."""

from datetime import date
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.buildings.factories import make_building
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import Resource

WHY = "test"
URL = "/catalogue/resources/"
CANTEEN = {"name": "青年食堂", "kind_id": "canteen", "summary": "午餐"}


def draft(place: Any, **values: Any) -> Resource:
    return commands.draft_resource(
        actor=place.actors["clerk"], unit_id=place.units["C1"].pk, values=CANTEEN | values
    )


def test_a_resolution_gives_one_draft_that_a_person_completes(place: Any) -> None:
    given = {"actor": place.actors["clerk"], "unit_id": place.units["C1"].pk, "values": CANTEEN,
             "origin": "governance.resolution:7", "origin_label": "决议 2026-0007"}  # fmt: skip
    row = commands.draft_resource(**given)
    assert commands.draft_resource(**given) == row
    entries = Entry.objects.unscoped(WHY).filter(action="catalogue.resource_draft")
    assert (entries.count(), row.state) == (1, "draft")
    with pytest.raises(Refused) as caught:
        commands.publish_resource(actor=place.actors["clerk"], resource_id=row.pk)
    assert {error.field for error in caught.value.errors} == {"capacity", "since"}
    row.refresh_from_db()
    assert row.state == "draft"
    commands.update_resource(
        actor=place.actors["clerk"], resource_id=row.pk,
        values={"capacity": 200, "measure": "人", "since": date(2026, 11, 9)},
    )  # fmt: skip
    commands.publish_resource(actor=place.actors["clerk"], resource_id=row.pk)
    (line,) = queries.usable(place.actors["employee"])
    assert (line.name, line.capacity) == ("青年食堂", 200)
    with pytest.raises(Refused, match="容量"):
        commands.update_resource(
            actor=place.actors["clerk"], resource_id=row.pk, values={"capacity": None}
        )


def test_drafts_and_neighbours_are_hidden(place: Any) -> None:
    row = draft(place, capacity=20, since=date(2026, 11, 1))
    for who in ("boss", "employee", "neighbour"):
        with pytest.raises(NotVisible):
            queries.resource_row(place.actors[who], row.pk)
    commands.publish_resource(actor=place.actors["clerk"], resource_id=row.pk)
    assert queries.resource_row(place.actors["employee"], row.pk) == row
    with pytest.raises(NotVisible):
        queries.resource_row(place.actors["neighbour"], row.pk)
    given = {"unit_id": place.units["C2"].pk, "values": CANTEEN}
    with pytest.raises(Denied):
        commands.draft_resource(actor=place.actors["clerk"], **given)
    with pytest.raises(Denied):
        commands.withdraw_resource(actor=place.actors["boss"], resource_id=row.pk)
    row.refresh_from_db()
    assert row.state == "published"


def test_only_towers_of_the_own_unit_are_served(place: Any) -> None:
    here, there = make_building(place.units["C1"]), make_building(place.units["C2"])
    row = draft(place, building_ids=[here.pk, there.pk])
    (line,) = queries.lines_of([row])
    assert line.towers == (here.name,)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind_id": "nosuch"}, "kind_id"),
        ({"since": date(2026, 11, 2), "until": date(2026, 11, 1)}, "until"),
        ({"summary": "长" * 1001}, "summary"),
    ],
)
def test_what_makes_no_sense_is_refused(place: Any, values: Any, field: str) -> None:
    with pytest.raises(Refused) as caught:
        draft(place, **values)
    assert caught.value.errors[0].field == field
    assert not Resource.objects.unscoped(WHY).exists()


def test_by_page_from_the_form_to_the_phone(place: Any, client_of: Any) -> None:
    clerk, boss = client_of("clerk"), client_of("boss")
    given = {"name": "路演厅", "kind_id": "room", "unit_id": place.units["C1"].pk,
             "capacity": "80", "measure": "座", "since": "2026-11-01",
             "hours": "工作日"}  # fmt: skip
    assert clerk.post(f"{URL}new/", given | {"capacity": "x"}).status_code == 422
    assert clerk.post(f"{URL}new/", given).status_code == 302
    row = Resource.objects.unscoped(WHY).get()
    assert boss.get(f"{URL}{row.pk}/").status_code == 404
    clerk.post(f"{URL}{row.pk}/do/publish/")
    assert "80 座" in boss.get("/catalogue/own/resources/").content.decode()
    assert "工作日" in boss.get(f"{URL}{row.pk}/").content.decode()
    assert "路演厅" in clerk.get(URL).content.decode()
    assert clerk.get(f"{URL}{row.pk}/edit/").status_code == 200
    for name, status in (("neighbour", 404), ("boss", 403)):
        assert client_of(name).post(f"{URL}{row.pk}/do/withdraw/").status_code in (status, 302)
        assert client_of(name).get(f"{URL}{row.pk}/edit/").status_code == status
    row.refresh_from_db()
    assert row.state == "published"
