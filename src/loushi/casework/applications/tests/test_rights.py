"""Who sees what: departments what their steps need, communities their own, strangers nothing."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loushi.casework.applications import commands, queries
from loushi.casework.applications.factories import OFFICE, WHY, World, states_of
from loushi.casework.applications.jobs import file_unrated
from loushi.casework.applications.models import (
    Application,
    ApplicationEvent,
    ApplicationMaterial,
)
from loushi.casework.applications.policy import VIEW
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import held, permits
from loushi.foundation.core.testing import at
from loushi.foundation.files.queries import readable


def test_a_department_sees_what_has_a_step_of_its_own(world: World) -> None:
    food, office = world.submit(), world.submit(OFFICE)
    for who in ("clerk", "secretary", "market", "viewer"):
        assert queries.case_page(world.actor(who), food.pk)
    assert queries.case_page(world.actor("fire"), food.pk)
    for who, row in (("fire", office), ("other", food), ("neighbour", food), ("boss", food),
                     ("stranger", food), ("employee", food)):  # fmt: skip
        with pytest.raises(NotVisible):
            queries.case_page(world.actor(who), row.pk)
    everything = queries.Filters(show="all")
    shown = {who: {one.id for one in queries.application_list(world.actor(who), everything).rows}
             for who in ("market", "fire", "other", "neighbour")}  # fmt: skip
    assert shown == {"market": {food.pk, office.pk}, "fire": {food.pk}, "other": set(),
                     "neighbour": set()}  # fmt: skip


def test_rows_that_were_read_with_it_say_the_same_as_the_database(world: World) -> None:
    rows = [world.submit(), world.submit(OFFICE), world.of_firm()]
    for row, with_steps in zip(
        rows, held([*Application.objects.unscoped(WHY).order_by("pk")]), strict=True
    ):
        assert with_steps.held_steps
        for who in world.users:
            actor = world.actor(who)
            seen = Application.objects.visible_to(actor).filter(pk=row.pk).exists()
            assert permits(actor, VIEW, row) == permits(actor, VIEW, with_steps) == seen, who


def test_a_department_reads_only_what_its_steps_need(world: World) -> None:
    row = world.submit()
    page = queries.case_page(world.actor("fire"), row.pk)
    assert {one.label for one, _value in page.answers} == {"面积"}
    assert page.hidden_answers == 2
    assert {one.row.label for one in page.materials if one.readable} == {"平面图"}
    assert not page.contact, "its step has not begun"
    world.move(row, "s1", "done")
    assert queries.case_page(world.actor("fire"), row.pk).contact
    whole = queries.case_page(world.actor("clerk"), row.pk)
    assert len(whole.answers) == 3
    assert all(one.readable for one in whole.materials)


def test_files_follow_the_materials(world: World, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("a.txt", "平面图说明".encode())
    request = commands.Request(
        world.bundle.pk, {"f1": "店", "f2": "餐饮", "f3": 9}, unit_id=world.here.pk,
        applicant="沈观", contact_phone="138", papers=("m1", "m2"),
    )  # fmt: skip
    row = commands.submit_application(
        actor=world.actor("clerk"), request=request, uploads={"m3": [upload]}
    )
    material = ApplicationMaterial.objects.unscoped(WHY).get(application=row, code="m3")
    page = queries.case_page(world.actor("fire"), row.pk)
    (file,) = next(one.files for one in page.materials if one.row == material)
    for who in ("clerk", "fire", "market"):
        assert readable(world.actor(who), file.pk) == file
    other = ApplicationMaterial.objects.unscoped(WHY).get(application=row, code="m2")
    file.parent_id = other.pk
    file.save()
    with pytest.raises(NotVisible):
        readable(world.actor("fire"), file.pk)
    with pytest.raises(NotVisible):
        readable(world.actor("other"), file.pk)


def test_only_its_own_people_move_a_step(world: World) -> None:
    row = world.submit()
    world.move(row, "s1", "done")
    refusals = dict.fromkeys(("fire", "other", "neighbour", "boss"), NotVisible) | dict.fromkeys(
        ("secretary", "viewer", "officer"), Denied
    )
    before = states_of(row), ApplicationEvent.objects.unscoped(WHY).count()
    for who, refusal in refusals.items():
        for move in ("start", "ask", "done", "refuse"):
            with pytest.raises(refusal):
                world.move(row, "s2", move, who=who)
    assert (states_of(row), ApplicationEvent.objects.unscoped(WHY).count()) == before


def test_an_enterprise_applies_for_itself_only(world: World) -> None:
    given: Any = {"bundle_id": world.bundle.pk, "answers": OFFICE, "papers": ("m1", "m2")}
    for who in ("rival", "employee", "stranger", "market"):
        with pytest.raises((Denied, NotVisible)):
            commands.submit_application(
                actor=world.actor(who),
                request=commands.Request(**given, enterprise_id=world.firm.pk),
            )  # fmt: skip
    with pytest.raises(NotVisible):
        commands.submit_application(
            actor=world.actor("neighbour"),
            request=commands.Request(**given, unit_id=world.here.pk, applicant="x",
                                     contact_phone="1"),
        )  # fmt: skip
    row = world.of_firm()
    assert row.submitter_id == world.users["boss"].pk
    with pytest.raises(NotVisible):
        queries.own_page(world.actor("rival"), row.pk)


def test_a_link_is_good_for_its_own_application(world: World) -> None:
    first, second = world.submit(), world.submit()
    token = commands.token_of(first)
    assert commands.by_token(token) == first
    for wrong in (f"{second.pk}-{token.partition('-')[2]}", "", "x", "1-", f"{first.pk}", "9" * 30):
        with pytest.raises(NotVisible):
            commands.by_token(wrong)


@pytest.mark.parametrize("end", ["finished", "refused", "withdrawn", "closed"])
def test_a_link_ends_ninety_days_after_its_application(world: World, end: str) -> None:
    row, running = world.submit(), world.submit()
    phone, link = Client(), f"/applications/p/{commands.token_of(row)}/"
    with at("2026-11-05 10:00"):
        if end == "refused":
            world.move(row, "s1", "refuse")
        elif end == "withdrawn":
            commands.withdraw(actor=world.actor("clerk"), application_id=row.pk, reason="x")
        else:
            world.run(row)
    if end == "closed":
        with at("2026-11-20 12:00"):  # filing it unrated does not lengthen the link
            file_unrated()
    with at("2027-02-03 09:59:59"):
        page = phone.get(link)
        assert page.status_code == 200
        assert "这个链接可以用到 2027-02-03。" in page.content.decode()
        assert commands.token_of(row) in text_of(receipt(world, row))
    with at("2027-02-03 10:00"):
        gone = phone.get(link)
        text = gone.content.decode()
        assert gone.status_code == 410
        assert "办完已满 90 天" in text
        assert "打电话给办理的综合服务中心" in text
        assert "要一个新的" not in text, "nobody can make a new one"
        assert row.title not in text
        assert row.applicant not in text
        before = ApplicationEvent.objects.unscoped(WHY).count()
        for sent in ({"do": "rate", "solved": "yes", "score": "5"}, {"do": "supply", "note": "x"}):
            assert phone.post(link, sent).status_code == 410
        assert ApplicationEvent.objects.unscoped(WHY).count() == before
        assert commands.token_of(row) not in text_of(receipt(world, row))
        assert "进度码到期了" in text_of(receipt(world, row))
        wrong = phone.get(f"{link[:-2]}x/")
        assert wrong.status_code == 404, "who has no link is not told that there was one"
    with at("2028-02-03 10:00"):
        assert phone.get(f"/applications/p/{commands.token_of(running)}/").status_code == 200


def receipt(world: World, row: Application) -> Any:
    client = Client()
    client.force_login(world.users["clerk"])
    return client.get(f"/applications/{row.pk}/receipt/")


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text
