"""Codes on doors: each person lands at the right form, strangers read nothing personal."""

import re

import cv2
import numpy as np
import pytest
import typst
from django.test import Client

from loushi.casework.codes import commands, exports, queries
from loushi.casework.codes.models import PlaceCode
from loushi.casework.visits.factories import World, make_world
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import ANONYMOUS, system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import PropertyManager

WHY = "test"


@pytest.fixture
def world(db: None) -> World:
    made = make_world()
    made.tower.manager = PropertyManager.objects.unscoped(WHY).create(
        name="望澜物业", phone="0573-85001234"
    )
    made.tower.address = "环城东路 88 号"
    made.tower.save()
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make(world: World, kind: str = "rooms", entrances: tuple[str, ...] = ()) -> list[PlaceCode]:
    return commands.make_codes(
        actor=system_actor(), building_id=world.tower.pk, kind=kind, entrances=entrances
    )


def code_of(world: World, number: str) -> str:
    return next(row.code for row in make(world) if row.space and row.space.number == number)


def test_codes_stay_and_a_revoked_one_is_replaced(world: World) -> None:
    first = make(world)
    assert [row.space.number for row in first if row.space] == [
        "301",
        "302",
        "201",
        "202",
        "101",
        "102",
    ]
    assert [row.code for row in make(world)] == [row.code for row in first]
    assert len({row.code for row in first}) == 6
    assert all(re.fullmatch(rf"{world.tower.pk}-[a-z2-9]{{8}}", row.code) for row in first)
    commands.revoke_code(actor=system_actor(), code_id=first[0].pk)
    again = make(world)
    assert again[0].code != first[0].code
    assert [row.code for row in again[1:]] == [row.code for row in first[1:]]
    with pytest.raises(NotVisible):
        queries.landing(ANONYMOUS, first[0].code)
    with pytest.raises(Refused):
        commands.revoke_code(actor=system_actor(), code_id=first[0].pk)


@pytest.mark.parametrize(
    ("kind", "entrances", "field"),
    [("", (), "kind"), ("entrances", (), "entrances"), ("entrances", ("东" * 21,), "entrances")],
)
def test_bad_input_names_the_field(
    world: World, kind: str, entrances: tuple[str, ...], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        make(world, kind, entrances)
    assert refusal.value.errors[0].field == field
    assert not PlaceCode.objects.unscoped(WHY).exists()


def test_only_who_keeps_the_building_makes_revokes_and_shows(world: World) -> None:
    row = make(world, "building")[0]
    before = Entry.objects.unscoped(WHY).count()
    for user, error in ((world.officer, Denied), (world.neighbour, NotVisible)):
        actor = actor_of(user)
        if error is Denied and actor.has("buildings.change"):
            continue
        with pytest.raises(error):
            commands.make_codes(actor=actor, building_id=world.tower.pk, kind="rooms")
        with pytest.raises(error):
            commands.revoke_code(actor=actor, code_id=row.pk)
        with pytest.raises(error):
            commands.show_phone(actor=actor, building_id=world.tower.pk, shows=True)
    assert PlaceCode.objects.unscoped(WHY).filter(revoked_at=None).count() == 1
    assert not queries.shows_phone(world.tower.pk)
    assert Entry.objects.unscoped(WHY).count() == before


def test_a_stranger_reads_the_public_card_and_nothing_personal(world: World) -> None:
    code = code_of(world, "301")
    answer = Client().get(f"/q/{code}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("望澜中心", "环城东路 88 号", "望澜物业", "301"):
        assert shown in text
    for hidden in ("0573-85001234", world.firms[0].name, "许念青"):
        assert hidden not in text
    commands.show_phone(actor=system_actor(), building_id=world.tower.pk, shows=True)
    assert "0573-85001234" in Client().get(f"/q/{code}/").content.decode()
    upper = Client().get(f"/q/{code.upper()}/")
    assert upper.status_code == 200


def test_an_officer_comes_to_the_visit_and_during_a_sweep_to_the_room(world: World) -> None:
    code = code_of(world, "301")
    officer = client_of(world.officer)
    assert officer.get(f"/q/{code}/").url == f"/visits/record/{world.firms[0].pk}/"
    campaign = world.sweep()
    assert officer.get(f"/q/{code}/").url == f"/visits/rooms/{world.task(campaign, '301').pk}/"
    whole = make(world, "building")[0].code
    address = f"/visits/sweeps/{campaign.pk}/{world.tower.pk}/"
    assert officer.get(f"/q/{whole}/").url == address
    recorder = client_of(make_staff("information_officer", world.units["C1"], name="网格"))
    assert recorder.get(f"/q/{whole}/").url == address


def test_an_officer_of_elsewhere_gets_the_card(world: World) -> None:
    world.sweep()
    answer = client_of(world.neighbour).get(f"/q/{code_of(world, '301')}/")
    assert answer.status_code == 200
    assert world.firms[0].name not in answer.content.decode()


def test_a_firm_comes_to_the_demand_form_with_its_place(world: World) -> None:
    firm = client_of(world.contact())
    address = firm.get(f"/q/{code_of(world, '301')}/").url
    room = world.rooms["301"].pk
    assert address == f"/demands/mine/new/?building={world.tower.pk}&space={room}"
    text = firm.get(address).content.decode()
    assert f'<option value="{world.tower.pk}" selected>' in text
    assert f'<option value="{room}" selected>' in text


@pytest.mark.parametrize("code", ["1-aaaaaaaa", "x", "%00", "1-aaaa'--"])
def test_an_unknown_code_is_404(world: World, code: str) -> None:
    assert Client().get(f"/q/{code}/").status_code == 404


def test_the_sheet_is_a_pdf_for_who_keeps_the_building(world: World) -> None:
    address = f"/buildings/{world.tower.pk}/codes/sheet.pdf"
    secretary = client_of(world.secretary)
    assert secretary.get(address).status_code == 404
    make(world)
    answer = secretary.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "二维码" in secretary.get(f"/buildings/{world.tower.pk}/").content.decode()
    assert client_of(world.neighbour).get(address).status_code == 404


@pytest.mark.slow
def test_a_page_holds_twelve_cards_even_with_long_names_of_entrances() -> None:
    codes = [("地下一层停车场电梯厅东侧货运通道入口", f"17-abcdefg{n}") for n in range(12)]
    body = exports.sheet(building="望澜中心 B 座", address="", codes=codes, base="https://ls.cn")
    assert b"/Type/Pages/Count 1/" in body


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 12, 40])
def test_the_printed_codes_decode_in_order_of_the_sheet(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [(f"{1700 + n}", f"17-abcdefg{n % 8 + 2}{n}") for n in range(count)]
    compile_ = typst.compile
    monkeypatch.setattr(
        typst, "compile", lambda source, **more: compile_(source, format="png", ppi=150, **more)
    )
    pages = exports.sheet(
        building='望澜"中心\\', address="环城东路", codes=codes, base="https://ls.example.cn"
    )
    found: set[str] = set()
    for page in pages if isinstance(pages, list) else [pages]:
        image = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_GRAYSCALE)
        columns = min(count, 3 if count > exports.FEW else 2)
        for part in np.array_split(
            image, columns, axis=1
        ):  # a camera, too, is held over one code and not over twelve
            _is, texts, _points, _straight = cv2.QRCodeDetector().detectAndDecodeMulti(part)
            found |= set(texts)
    assert found == {f"https://ls.example.cn/q/{code}/" for _label, code in codes}
