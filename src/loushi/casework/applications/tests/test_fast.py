"""绿色通道: a place is given once at a time; 线下代跑: an errand has one runner, handed over."""

from typing import Any

import pytest

from loushi.casework.applications import commands, queries
from loushi.casework.applications.factories import WHY, World
from loushi.casework.applications.models import AgentErrand, Application, ApplicationStep, FastTrack
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.services.catalogue import commands as catalogue
from loushi.services.catalogue import queries as offers
from loushi.services.catalogue.models import ServiceBundle


@pytest.fixture
def outdoor(world: World) -> ServiceBundle:
    """The shipped example, its two departments being those of the world."""
    actor = system_actor()
    row = catalogue.create_bundle(
        actor=actor, unit_id=world.here.pk, values={"title": "外摆"}, example="outdoor"
    )
    flow = offers.design_of(actor, row.pk).flow
    when = [{"field": "f6", "op": "any", "values": ["yes"]}]
    for code, department, more in (("s3", world.market, {}), ("s4", world.fire, {"when": when})):
        step = flow.step(code)
        assert step is not None
        catalogue.put_part(
            actor=actor, bundle_id=row.pk, part="step", code=code,
            values={"title": step.title, "department": department.pk, "after": step.after,
                    "limit_amount": 1, "materials": step.materials, "needs": step.needs,
                    "verb": step.verb, **more},
        )  # fmt: skip
    return catalogue.publish_bundle(actor=actor, bundle_id=row.pk)


def ask(world: World, bundle: ServiceBundle, since: str, until: str, **more: Any) -> Application:
    answers = {"f1": "夜市", "f2": "中心广场", "f3": since, "f4": until, "f5": 8, "f6": "no"} | more
    return commands.submit_application(
        actor=world.actor("boss"),
        request=commands.Request(bundle.pk, answers, enterprise_id=world.firm.pk, papers=("m1",)),
    )  # fmt: skip


def test_two_events_never_get_one_square(world: World, outdoor: ServiceBundle) -> None:
    first = ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")
    for since, until in (("2026-11-07T21:59", "2026-11-07T23:00"),
                         ("2026-11-07T17:00", "2026-11-07T18:01"),
                         ("2026-11-07T19:00", "2026-11-07T20:00"),
                         ("2026-11-06T08:00", "2026-11-09T08:00")):  # fmt: skip
        with pytest.raises(Refused) as caught:
            ask(world, outdoor, since, until)
        error, hint = caught.value.errors
        assert (error.field, hint.field) == ("answer_f2", "answer_f3")
        assert "11-07 18:00–22:00 已有安排" in str(error.message)
        assert "夜市" not in str(caught.value), "whose it is stays hidden"
    assert Application.objects.unscoped(WHY).count() == 1
    ask(world, outdoor, "2026-11-07T22:00", "2026-11-07T23:00")  # right after it
    ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00", f2="南门街角")
    commands.withdraw(actor=world.actor("boss"), application_id=first.pk, reason="下雨")
    ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")
    assert FastTrack.objects.unscoped(WHY).filter(live=True).count() == 3


@pytest.mark.parametrize(
    ("since", "until", "soon", "same"),
    [
        ("07T19:00", "07T21:00", "11-07 22:00–11-08 00:00", "11-10 19:00–21:00"),
        ("07T17:00", "07T19:00", "11-07 22:00–11-08 00:00", "11-08 17:00–19:00"),
        ("08T17:00", "08T20:00", "11-08 20:00–23:00", "11-10 17:00–20:00"),
        ("07T10:00", "09T10:00", "11-09 23:00–11-11 23:00", "11-10 10:00–11-12 10:00"),
        ("20T18:00", "20T20:00", "11-21 18:00–20:00", ""),
    ],
)
def test_the_next_free_time_is_offered(
    world: World, outdoor: ServiceBundle, since: str, until: str, soon: str, same: str
) -> None:
    for taken in ("07T18:00 07T22:00", "08T19:00 08T20:00", "09T17:30 09T23:00",
                  "20T18:00 21T18:00"):  # fmt: skip
        ask(world, outdoor, *(f"2026-11-{one}" for one in taken.split()))
    more = f"；钟点不变的，最早是 {same}" if same else ""
    with pytest.raises(Refused, match=f"最早的空档是 {soon}{more}。"):
        ask(world, outdoor, f"2026-11-{since}", f"2026-11-{until}")


def test_a_place_that_stays_taken_is_said_so(world: World, outdoor: ServiceBundle) -> None:
    ask(world, outdoor, "2026-11-07T18:00", "2027-01-07T22:00")
    with pytest.raises(Refused, match="30 天内没有这么长的空档，请换地点"):
        ask(world, outdoor, "2026-11-08T18:00", "2026-11-08T22:00")


@pytest.mark.parametrize(("who", "page"), [("boss", "apply"), ("clerk", "register")])
def test_a_taken_place_is_told_before_the_materials(
    world: World, outdoor: ServiceBundle, client_of: Any, who: str, page: str
) -> None:
    ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")
    given = {"answer_f1": "市集", "answer_f2": "中心广场", "answer_f3": "2026-11-07T19:00",
             "answer_f4": "2026-11-07T21:00", "answer_f5": "8", "answer_f6": "no", "key": "k1",
             "unit_id": world.here.pk, "firm": world.firm.name}  # fmt: skip
    client, url = client_of(who), f"/applications/{page}/{outdoor.pk}/"
    told = client.post(url, given | {"stage": "answers"})
    text = told.content.decode()
    assert told.status_code == 422
    assert "“中心广场”在 11-07 18:00–22:00 已有安排" in text
    assert "最早的空档是 11-07 22:00–11-08 00:00" in text
    assert 'value="市集"' in text, "what was typed stays"
    assert "夜市" not in text
    assert world.firm.name not in text or page == "register"
    assert "摆放示意图" not in text, "not yet asked for materials"
    later = given | {"answer_f3": "2026-11-07T22:00", "answer_f4": "2026-11-08T00:00"}
    assert "摆放示意图" in client.post(url, later | {"stage": "answers"}).content.decode()
    assert FastTrack.objects.unscoped(WHY).count() == 1, "a look keeps no place"
    ask(world, outdoor, "2026-11-07T23:00", "2026-11-07T23:30")  # somebody was faster
    late = client.post(url, later | {"stage": "send", "paper_m1": "on"})
    assert late.status_code == 422
    assert "11-07 23:00–23:30 已有安排" in late.content.decode()
    assert Application.objects.unscoped(WHY).count() == 2


def test_firms_of_two_grids_ask_for_the_same_square(world: World, outdoor: ServiceBundle) -> None:
    world.firm.unit, world.firm.unit_path = world.units["C1-G1"], world.units["C1-G1"].path
    world.firm.save()
    ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")
    world.firm.unit, world.firm.unit_path = world.units["C1-G2"], world.units["C1-G2"].path
    world.firm.save()
    with pytest.raises(Refused, match="已有安排"):
        ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-11-07T18:00", "2026-11-07T18:00", "answer_f4"),
        ("2026-11-01T18:00", "2026-11-07T18:00", "answer_f3"),
        ("明天", "2026-11-07T18:00", "answer_f3"),
        ("2026-11-07T18:00", "", "answer_f4"),
    ],
)
def test_times_that_make_no_sense(
    world: World, outdoor: ServiceBundle, since: str, until: str, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        ask(world, outdoor, since, until)
    assert caught.value.errors[0].field == field
    assert not FastTrack.objects.unscoped(WHY).exists()


def errand(world: World, bundle: ServiceBundle) -> Application:
    """An application whose errand is open."""
    row = ask(world, bundle, "2026-11-07T18:00", "2026-11-07T22:00")
    for code, who in (("s1", "clerk"), ("s2", "clerk"), ("s3", "market"), ("s5", "clerk")):
        row = world.move(row, code, "done", who=who)
    return row


def give(world: World, row: Application, who: str, to: str, why: str = "") -> Application:
    return commands.assign_errand(
        actor=world.actor(who), application_id=row.pk, code="s6",
        person_id=world.users[to].pk, why=why,
    )  # fmt: skip


def test_an_errand_has_one_runner_and_is_handed_over_in_words(
    world: World, outdoor: ServiceBundle
) -> None:
    row = errand(world, outdoor)
    with pytest.raises(Denied):
        world.move(row, "s6", "done", who="officer")
    give(world, row, "clerk", "officer")
    told = Notice.objects.unscoped(WHY).filter(recipient_id=world.users["officer"].pk)
    assert told.filter(title__contains="代跑").count() == 1
    wrong = (("officer", "", Conflict), ("secretary", "", Refused), ("boss", "给他", Refused),
             ("neighbour", "给他", Refused))  # fmt: skip
    for to, why, refusal in wrong:
        with pytest.raises(refusal):
            give(world, row, "officer", to, why)
    with at("2026-11-02 15:00"):
        give(world, row, "officer", "secretary", "牌在前台，下午送")
    rows = AgentErrand.objects.unscoped(WHY).filter(step__application=row).order_by("pk")
    assert [(one.person.pk, one.until is None, one.why) for one in rows] == [
        (world.users["officer"].pk, False, "牌在前台，下午送"),
        (world.users["secretary"].pk, True, ""),
    ]
    with pytest.raises(Denied):
        world.move(row, "s6", "done", who="officer")
    row = world.move(row, "s6", "done", who="secretary", said="已送到店")
    assert (row.state, row.result) == ("finished", "已送到店")
    page = queries.case_page(world.actor("clerk"), row.pk)
    assert next(one.runner for one in page.steps if one.row.code == "s6")


def test_only_errands_are_given_to_runners(world: World, outdoor: ServiceBundle) -> None:
    row = ask(world, outdoor, "2026-11-07T18:00", "2026-11-07T22:00")
    given: Any = {"application_id": row.pk, "person_id": world.users["officer"].pk}
    with pytest.raises(Conflict, match="不是线下代跑"):
        commands.assign_errand(actor=world.actor("clerk"), code="s1", **given)
    with pytest.raises(NotVisible):
        commands.assign_errand(actor=world.actor("neighbour"), code="s1", **given)
    assert not ApplicationStep.objects.unscoped(WHY).filter(agent_id__isnull=False).exists()


def test_every_verb_has_its_time_on_the_page(
    world: World, outdoor: ServiceBundle, client_of: Any
) -> None:
    row = errand(world, outdoor)
    client, url = client_of("clerk"), f"/applications/{row.pk}/"
    assert client.post(f"{url}steps/s6/assign/", {"agent": "999999"}).status_code == 422
    sent = {"agent": world.users["officer"].pk}
    assert client.post(f"{url}steps/s6/assign/", sent).status_code == 302
    assert client_of("officer").post(f"{url}steps/s6/done/", {"said": "到店"}).status_code == 302
    page = client_of("boss").get(f"/applications/mine/{row.pk}/").content.decode()
    for verb in ("远程指导", "线上填报", "线上审核", "备案即入", "线下代跑"):
        assert verb in page
    assert page.count("已办，11-02") == 5
