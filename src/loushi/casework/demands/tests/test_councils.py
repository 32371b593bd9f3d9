"""A demand before a body of its building: snapshot, the way back, escalation, rates (story 8)."""

from typing import Any

import pytest

from loushi.casework.demands.commands.bulk import History, Step, submit_many
from loushi.casework.demands.commands.referring import redacted
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Demand, DemandEvent, Referral
from loushi.casework.demands.queries import Filters, filtered, towers
from loushi.foundation.core.actor import UNIT, Actor, Grant, system_actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.events import deliver_due
from loushi.foundation.core.testing import at, moment
from loushi.registry.accounts.models import User
from loushi.services.governance import commands as governance
from loushi.services.governance import queries
from loushi.services.governance.factories import MEETS, begin, make_meeting, make_seats
from loushi.services.governance.models import AgendaItem, Body

WHY = "test"
NOW = moment("2026-12-01 10:00")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with at(NOW):
        yield


def again(demand: Demand) -> Demand:
    return Demand.objects.unscoped(WHY).get(pk=demand.pk)


def item_of(demand: Demand) -> AgendaItem:
    return Referral.objects.unscoped(WHY).filter(demand=demand).latest("id").item


def outcome_of(demand: Demand) -> str:
    return Referral.objects.unscoped(WHY).filter(demand=demand).latest("id").outcome


def decided(world: World, body: Body, items: list[AgendaItem], choice: str = "for") -> Any:
    """The items voted on at a meeting; delivers what was published."""
    users = [
        User.objects.create(username=f"seat{n}", name=f"委员{n}", password="!") for n in range(3)
    ]
    seats = make_seats(body, users)
    meeting = make_meeting(body, items)
    actor = system_actor()
    deliver_due()
    with at(MEETS):
        begin(meeting, {seat.pk: "room" for seat in seats})
        made = []
        for item in items:
            governance.open_vote(actor=actor, item_id=item.pk)
            for seat in seats:
                governance.cast_vote(actor=actor, item_id=item.pk, choice=choice, seat_id=seat.pk)
            made.append(governance.close_vote(actor=actor, item_id=item.pk))
        deliver_due()
    return made


def test_the_item_holds_a_redacted_snapshot(world: World) -> None:
    world.body()
    demand = world.referred(
        text="电梯坏了，请打 13812345678 或 0571-88012345 找陈屿，chen@example.com。",
        contact_name="陈屿", hide_name=True,
    )  # fmt: skip
    item = item_of(demand)
    assert (item.reference, item.state) == (demand.number, "waiting")
    for secret in ("13812345678", "88012345", "陈屿", "example.com", world.enterprise.name):
        assert secret not in item.summary + item.title
    assert "电梯坏了" in item.summary
    assert redacted(demand, "2026 年 3 月 12 日，1201 室") == "2026 年 3 月 12 日，1201 室"


def test_without_a_body_nothing_is_referred(world: World) -> None:
    demand = world.move(world.submit(), "accept", world.clerk())
    with pytest.raises(Refused, match="还没有楼宇治理委员会或议事厅"):
        world.move(demand, "refer", world.clerk())
    assert again(demand).state == "accepted"
    assert not Referral.objects.unscoped(WHY).exists()


def test_a_body_solves_it_on_the_spot(world: World) -> None:
    world.body()
    demand = world.referred()
    assert demand.tier == "building"
    world.move(demand, "sign", world.council())
    world.move(demand, "resolve", world.council(), verdict="solved", answer="物业已修好。")
    assert outcome_of(demand) == "solved"
    assert item_of(demand).state == "settled"


def test_every_demand_behind_a_resolution_is_answered_and_rated_by_its_own(world: World) -> None:
    body = world.body()
    first = world.referred()
    item = item_of(first)
    second = world.move(world.submit(world.employee()), "accept", world.clerk())
    clerk = Actor(1, "窗口", (*world.clerk().grants, Grant(
        "clerk", frozenset({"governance.view"}), UNIT, world.here.path)))  # fmt: skip
    second = world.move(second, "refer", clerk, item=item.pk)
    assert item_of(second) == item
    (made,) = decided(world, body, [item])
    assert again(first).state == "signed"
    lines = DemandEvent.objects.unscoped(WHY).filter(row=first, move="progress", is_public=True)
    assert [made.number in line.note for line in lines.order_by("id")] == [False, True]
    governance.report_back(
        actor=system_actor(), resolution_id=made.pk, verdict="solved", answer="食堂已开业。"
    )
    deliver_due()
    for demand, person, score in ((first, world.contact(), 5), (second, world.employee(), 2)):
        row = again(demand)
        assert (row.state, row.answer, row.verdict) == ("resolved", "食堂已开业。", "solved")
        world.move(row, "rate", person, score=score, solved="yes")
        assert again(demand).score == score
    assert outcome_of(first) == outcome_of(second) == "solved"


def test_the_way_back_is_the_same_twice(world: World) -> None:
    from loushi.casework.demands.commands import councils

    body = world.body()
    demand = world.referred()
    (made,) = decided(world, body, [item_of(demand)])
    governance.report_back(
        actor=system_actor(), resolution_id=made.pk, verdict="explained", answer="已说明。"
    )
    deliver_due()
    lines = DemandEvent.objects.unscoped(WHY).filter(row=demand).count()
    councils.on_resolution_reported({
        "item_id": made.item_id, "resolution_id": made.pk, "body": body.name,
        "number": made.number, "verdict": "explained", "answer": "已说明。",
    })  # fmt: skip
    assert DemandEvent.objects.unscoped(WHY).filter(row=demand).count() == lines


def test_what_the_building_cannot_settle_goes_up(world: World) -> None:
    body = world.body()
    demand = world.referred()
    decided(world, body, [item_of(demand)], choice="against")
    governance.escalate_item(
        actor=system_actor(), item_id=item_of(demand).pk, why="要交警划线，楼里定不了"
    )
    deliver_due()
    row = again(demand)
    assert (row.state, row.tier) == ("accepted", "community")
    assert outcome_of(demand) == "escalated"


def test_an_answer_does_not_wait_for_information(world: World) -> None:
    body = world.body()
    demand = world.referred()
    (made,) = decided(world, body, [item_of(demand)])
    world.move(again(demand), "ask_info", world.council(), note="请补充。")
    governance.report_back(
        actor=system_actor(), resolution_id=made.pk, verdict="solved", answer="已办。"
    )
    deliver_due()
    assert again(demand).state == "resolved"


def test_while_a_vote_runs_the_demand_waits(world: World) -> None:
    body = world.body()
    demand = world.referred()
    item = item_of(demand)
    AgendaItem.objects.unscoped(WHY).filter(pk=item.pk).update(state="voting")
    world.move(demand, "sign", world.council())
    with pytest.raises(Conflict, match=f"正在“{body.name}”表决"):
        world.move(demand, "resolve", world.council(), verdict="solved", answer="好")
    assert again(demand).state == "signed"
    assert outcome_of(demand) == ""


def test_done_again_it_is_before_the_body_again(world: World) -> None:
    world.body()
    demand = world.referred()
    world.move(demand, "sign", world.council())
    world.move(demand, "resolve", world.council(), verdict="solved", answer="好了")
    world.move(demand, "reopen", world.contact(), reason="又坏了")
    rows = Referral.objects.unscoped(WHY).filter(demand=demand).order_by("id")
    assert [row.outcome for row in rows] == ["reopened", ""]
    assert rows[1].item.state == "waiting"


def test_rates_by_tower_open_to_their_demands(world: World) -> None:
    world.body()
    rows = [world.referred() for _n in range(5)]
    for demand in rows[:3]:
        world.move(demand, "sign", world.council())
        world.move(demand, "resolve", world.council(), verdict="solved", answer="好了")
    world.move(rows[3], "escalate", world.clerk(), reason="楼里办不了")
    world.move(world.referred(), "withdraw", world.contact())
    (found,) = towers.towers(world.clerk())
    assert (found.referred, found.solved, found.settled, found.closed, found.open) == (
        5, 3, 4, 3, 1,
    )  # fmt: skip
    for which in ("referred", "solved", "settled", "closed", "open"):
        listed = filtered(world.clerk(), Filters(council=which, building=world.tower.pk))
        assert listed.count() == getattr(found, which)
    assert towers.towers(world.clerk(world.there)) == []


def test_in_bulk_a_referral_is_the_same(world: World) -> None:
    body = world.body()
    demand = world.referred()
    world.move(demand, "sign", world.council())
    world.move(demand, "resolve", world.council(), verdict="solved", answer="好了")
    fresh = again(demand)
    new = Demand(
        **{name: getattr(fresh, name) for name in (
            "prefix", "year", "title", "text", "side", "category", "urgency", "channel",
            "enterprise", "submitter_id", "contact_name", "unit", "unit_path", "building",
            "submitted_at")},
        tier="community",
    )  # fmt: skip
    steps = [
        Step(NOW, "accept", world.clerk()), Step(NOW, "refer", world.clerk(), {"body": body}),
        Step(NOW, "sign", world.council()),
        Step(NOW, "resolve", world.council(), {"verdict": "solved", "answer": "好了"}),
    ]  # fmt: skip
    (many,) = submit_many(actor=world.clerk(), histories=[History(new, world.contact(), steps)])

    def told(row: Demand) -> list[dict[str, Any]]:
        left = {"id", "demand_id", "item_id"}
        rows = Referral.objects.unscoped(WHY).filter(demand=row)
        item = AgendaItem.objects.unscoped(WHY).filter(pk=item_of(row).pk)
        out = {"id", "reference", "proposer"}
        return [
            {name: value for name, value in one.items() if name not in skip}
            for found, skip in ((rows.values(), left), (item.values(), out))
            for one in found
        ]

    assert told(many) == told(demand)
    assert queries.item_page(system_actor(), item_of(many).pk).row.reference == many.number


def test_the_desk_refers_to_an_item_that_waits_and_the_case_shows_where(world: World) -> None:
    from django.test import Client

    from loushi.registry.accounts.factories import make_staff

    world.body()
    first = world.referred()
    second = world.move(world.submit(), "accept", world.clerk())
    client = Client()
    client.force_login(make_staff("window_clerk", world.here))
    item = item_of(first)
    path = f"/demands/{second.pk}/refer/"
    assert item.title in client.get(path).content.decode()
    assert client.post(path, {"item": item.pk, "key": ""}).status_code == 302
    assert item_of(second) == item
    text = client.get(f"/demands/{second.pk}/").content.decode()
    assert f"/governance/items/{item.pk}/" in text
    both = client.get(f"/governance/items/{item.pk}/").content.decode()
    assert first.number in both
    assert second.number in both
