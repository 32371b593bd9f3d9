"""Owners and shares, contracts, amenities, what was said of rooms, and who may see which of it."""

from datetime import date, timedelta
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.files.models import Attachment
from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.commands.intervals import Said, assign, said_on
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import CountingRule, Ownership, SpaceState
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
ALL = "a test looks at all rows"


@pytest.fixture
def units():
    return make_district()


def client_of(role: str, unit) -> Client:
    client = Client()
    client.force_login(make_staff(role, unit))
    return client


@pytest.mark.parametrize("seed", range(20))
def test_what_was_said_never_overlaps_and_the_last_word_counts(seed) -> None:
    dice, held = Random(seed), []
    said: dict[int, str] = {}
    start = date(2026, 1, 1)
    for _n in range(30):
        first, length = dice.randrange(60), dice.randrange(1, 25)
        open_end, open_begin = dice.random() < 0.2, dice.random() < 0.1
        state = dice.choice(["reserved", "self_used", "not_delivered", "vacant"])
        since = None if open_begin else start + timedelta(first)
        until = None if open_end else start + timedelta(first + length)
        held = assign(held, state, since, until)
        for day in range(90):
            if (open_begin or first <= day) and (open_end or day < first + length):
                said[day] = "" if state == "vacant" else state
    for day in range(90):
        on = start + timedelta(day)
        assert sum(part.covers(on) for part in held) <= 1
        assert said_on(held, on) == said.get(day, "")
    assert sum(part.until is None for part in held) <= 1


def test_neighbours_of_the_same_state_grow_together() -> None:
    held = assign([Said("reserved", date(2026, 1, 1), date(2026, 2, 1))], "reserved",
                  date(2026, 2, 1), None)  # fmt: skip
    assert [(part.since, part.until) for part in held] == [(date(2026, 1, 1), None)]


def test_a_past_day_shows_what_was_said_then(units) -> None:
    tower = make_building(units["C1"])
    with at("2026-06-01 09:00"):
        room = make_space(tower, "1", area=100)
        commands.record_state(
            actor=SYSTEM, space_id=room.pk, state="reserved", since=date(2026, 2, 1),
            until=date(2026, 4, 1), why="意向书",
        )  # fmt: skip
        commands.save_space(
            actor=SYSTEM, values={"building_id": tower.pk, "number": "1", "state": "self_used"}
        )
    said = {on: queries.said_on(tower.pk, on).get(room.pk, "") for on in (
        date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 31), date(2026, 4, 1),
        date(2026, 5, 31), date(2026, 6, 1),
    )}  # fmt: skip
    assert list(said.values()) == ["", "reserved", "reserved", "", "", "self_used"]
    room.refresh_from_db()
    assert room.state == "self_used"


def test_shares_of_a_day_never_exceed_the_whole(units) -> None:
    tower = make_building(units["C1"])
    first = commands.add_ownership(
        actor=SYSTEM, values={"building_id": tower.pk, "owner": "望澜置业", "share": 70}
    )
    with pytest.raises(Refused, match="110"):
        commands.add_ownership(
            actor=SYSTEM, values={"building_id": tower.pk, "owner": "南浦投资", "share": 40}
        )
    assert Ownership.objects.unscoped(ALL).count() == 1
    commands.end_ownership(actor=SYSTEM, ownership_id=first.pk, until=date(2026, 1, 1))
    commands.add_ownership(
        actor=SYSTEM,
        values={"building_id": tower.pk, "owner": "南浦投资", "share": 40,
                "since": date(2026, 1, 1)},
    )  # fmt: skip
    assert [row.runs for row in queries.owners_of(SYSTEM, tower.pk)] == [True, False]


def test_owners_are_hidden_from_those_who_need_them_not(units) -> None:
    tower = make_building(units["C1"])
    commands.add_ownership(
        actor=SYSTEM, values={"building_id": tower.pk, "owner": "望澜置业", "phone": "13812342046"}
    )
    page = reverse("buildings:owners", args=[tower.pk])
    officer = client_of("enterprise_officer", units["C1"])
    text = officer.get(page).content.decode()
    assert "望澜置业" in text
    assert "13812342046" not in text
    assert client_of("window_clerk", units["C1"]).get(page).status_code == 403
    assert client_of("community_secretary", units["C2"]).get(page).status_code == 404
    tenant = make_actor(path="", permissions=())
    with pytest.raises(NotVisible):
        queries.owners_of(tenant, tower.pk)


def test_a_look_at_a_phone_needs_a_purpose_and_is_recorded(units) -> None:
    tower = make_building(units["C1"])
    row = commands.add_ownership(
        actor=SYSTEM, values={"building_id": tower.pk, "owner": "望澜置业", "phone": "13812342046"}
    )
    officer = client_of("enterprise_officer", units["C1"])
    address = reverse("buildings:reveal", args=[row.owner_id])
    assert officer.post(address, {"purpose": ""}).status_code == 422
    assert not Entry.objects.unscoped(ALL).filter(subject_type="buildings.owner").exists()
    assert "13812342046" in officer.post(address, {"purpose": "联系消防整改"}).content.decode()
    assert Entry.objects.unscoped(ALL).filter(subject_type="buildings.owner").count() == 1
    viewer = client_of("window_clerk", units["C1"])
    assert viewer.post(address, {"purpose": "联系消防整改"}).status_code in {403, 404}


def test_the_running_contract_names_the_manager(units) -> None:
    tower = make_building(units["C1"], manager="旧物业")
    with at("2026-06-01 09:00"):
        commands.save_contract(
            actor=SYSTEM,
            values={"building_id": tower.pk, "manager": "望澜物业", "since": date(2026, 1, 1),
                    "until": date(2026, 12, 31)},
        )  # fmt: skip
        with pytest.raises(Refused, match="望澜物业"):
            commands.save_contract(
                actor=SYSTEM,
                values={"building_id": tower.pk, "manager": "南浦物业",
                        "since": date(2026, 12, 31)},
            )  # fmt: skip
        commands.save_contract(
            actor=SYSTEM,
            values={"building_id": tower.pk, "manager": "南浦物业", "since": date(2027, 1, 1)},
        )
        tower.refresh_from_db()
        assert tower.manager.name == "望澜物业"
    with at("2027-01-01 00:05"):
        assert commands.follow_contracts() == 1
    tower.refresh_from_db()
    assert tower.manager.name == "南浦物业"


def test_documents_hang_on_their_contract_and_are_as_hidden_as_it(units) -> None:
    tower = make_building(units["C1"])
    officer = client_of("information_officer", units["C1"])
    form = {"manager": "望澜物业", "since": "2026-01-01", "until": "2025-01-01"}
    address = reverse("buildings:add_contract", args=[tower.pk])

    def scan() -> SimpleUploadedFile:
        return SimpleUploadedFile("合同.txt", "甲方乙方".encode(), "text/plain")

    refused = officer.post(address, form | {"attachments": scan()})
    assert refused.status_code == 422
    assert "望澜物业" in refused.content.decode()
    assert not Attachment.objects.exists()
    assert officer.post(address, form | {"until": "", "attachments": scan()}).status_code == 302
    file = Attachment.objects.get()
    assert file.parent_type == "buildings.managercontract"
    page = officer.get(reverse("buildings:owners", args=[tower.pk])).content.decode()
    download = reverse("files:download", args=[file.pk, file.name])
    assert download in page
    assert officer.get(download).getvalue().decode() == "甲方乙方"
    for role, unit in (("window_clerk", "C1"), ("information_officer", "C2")):
        assert client_of(role, units[unit]).get(download).status_code == 404


def test_amenities_are_corrected_by_saying_them_again(units) -> None:
    tower = make_building(units["C1"])
    for count in (100, 220):
        commands.save_amenity(
            actor=SYSTEM, values={"building_id": tower.pk, "kind": "parking", "count": count}
        )
    assert [row.count for row in queries.amenities_of(SYSTEM, tower.pk)] == [220]
    with pytest.raises(Refused):
        commands.save_amenity(actor=SYSTEM, values={"building_id": tower.pk, "kind": "zoo"})


def test_the_rule_of_counting_is_set_by_who_may_and_recorded(units) -> None:
    page = reverse("buildings:rules")
    given = {"which": "counting", "since": "2026-06-01", "basis": "区统计口径"}
    assert client_of("community_secretary", units["C1"]).post(page, given).status_code == 403
    assert not CountingRule.objects.exists()
    office = client_of("district_office", units["Q"])
    assert office.post(page, {**given, "basis": ""}).status_code == 422
    assert office.post(page, given).status_code == 302
    rule = CountingRule.objects.get()
    assert (rule.reserved, rule.undelivered) == (False, False)
    assert Entry.objects.unscoped(ALL).filter(action="buildings.counting_rule").count() == 1
    with pytest.raises(Denied):
        commands.set_counting_rule(
            actor=make_actor(), since=date(2026, 1, 1), reserved=True, undelivered=True, basis="无"
        )


def test_forms_keep_what_was_typed_and_change_nothing_when_refused(units) -> None:
    tower = make_building(units["C1"])
    secretary = client_of("community_secretary", units["C1"])
    address = reverse("buildings:add_owner", args=[tower.pk])
    answer = secretary.post(address, {"owner": "望澜置业", "kind": "company", "share": "140"})
    assert answer.status_code == 422
    assert "望澜置业" in answer.content.decode()
    assert not Ownership.objects.unscoped(ALL).exists()
    assert client_of("window_clerk", units["C1"]).get(address).status_code == 403
    room = make_space(tower, "1", area=10)
    state = reverse("buildings:record_state", args=[room.pk])
    given = {"state": "reserved", "since": "2026-06-01", "until": "2026-05-01", "why": "意向书"}
    assert secretary.post(state, given).status_code == 422
    assert not SpaceState.objects.unscoped(ALL).exists()
    assert secretary.post(state, {**given, "until": ""}).status_code == 302
    assert SpaceState.objects.unscoped(ALL).get().state == "reserved"


def test_pages_take_as_many_queries_for_2_and_20_rows(units, same_queries) -> None:
    tower = make_building(units["C1"])
    secretary = client_of("community_secretary", units["C1"])
    numbers = iter(range(1000))

    def grow(count: int) -> None:
        for _n in range(count):
            commands.add_ownership(
                actor=SYSTEM, values={"building_id": tower.pk, "owner": f"第{next(numbers)}置业"}
            )

    same_queries(lambda: secretary.get(reverse("buildings:owners", args=[tower.pk])), grow)


def test_the_tier_follows_the_dated_thresholds() -> None:
    from decimal import Decimal

    tier = queries.tier_of(Decimal("120000000"), date(2026, 1, 1))
    assert tier is not None
    assert tier.name == "亿元楼"
    assert queries.tier_of(Decimal("5000"), date(2026, 1, 1)) is None
