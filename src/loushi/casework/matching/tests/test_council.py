"""Story 2: the demands of an issue before a body as one item; its resolution answers them all."""

from datetime import date
from typing import Any

import pytest

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.models import Demand, Referral
from loushi.casework.matching import commands, queries
from loushi.casework.matching.factories import Place
from loushi.casework.matching.models import CommonIssue
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.events import deliver_due
from loushi.foundation.core.testing import at
from loushi.registry.accounts.models import User
from loushi.services.governance import commands as governance
from loushi.services.governance.factories import MEETS, begin, make_meeting, make_seats
from loushi.services.governance.models import AgendaItem, Body

WHY = "test"


@pytest.fixture
def council(place: Place) -> Body:
    """The community's council, which settles matters of all its buildings."""
    governance.install_kinds()
    return governance.create_body(
        actor=system_actor(), unit_id=place.here.pk, kind="council",
        values={"name": "望澜楼宇治理委员会", "since": date(2026, 1, 1)},
    )  # fmt: skip


def again(row: Any) -> Any:
    return type(row).objects.unscoped(WHY).get(pk=row.pk)


def decided(body: Body, item: AgendaItem, choice: str = "for") -> Any:
    users = [User.objects.create(username=f"s{n}", name=f"委员{n}", password="!") for n in range(3)]
    seats = make_seats(body, users)
    meeting = make_meeting(body, [item])
    actor = system_actor()
    with at(MEETS):
        begin(meeting, {seat.pk: "room" for seat in seats})
        governance.open_vote(actor=actor, item_id=item.pk)
        for seat in seats:
            governance.cast_vote(actor=actor, item_id=item.pk, choice=choice, seat_id=seat.pk)
        return governance.close_vote(actor=actor, item_id=item.pk)


def refer(place: Place, row: CommonIssue, body: Body) -> CommonIssue:
    return commands.refer_issue(actor=place.actor("clerk"), issue_id=row.pk, body_id=body.pk)


def test_one_item_and_one_resolution_answer_every_demand(place: Place, council: Body) -> None:
    demands = [place.demand(n, text=f"中午没地方吃饭，希望楼里有食堂，{n}") for n in range(4)]
    row = place.issue(demands, "楼里没有食堂")
    assert queries.bodies_for(place.actor("clerk"), row) == [(council.pk, council.name)]
    row = refer(place, row, council)
    assert row.state == "council"
    item = AgendaItem.objects.unscoped(WHY).get()
    assert (item.title, item.reference, item.source) == ("楼里没有食堂", row.number, "demand")
    behind = Referral.objects.unscoped(WHY).filter(item=item)
    assert set(behind.values_list("demand_id", flat=True)) == {one.pk for one in demands}
    made = decided(council, item)
    deliver_due()
    with at(MEETS):
        governance.report_back(
            actor=system_actor(), resolution_id=made.pk, verdict="solved", answer="食堂已开业。"
        )
        deliver_due()
        deliver_due()
    for number, one in enumerate(demands):
        assert (again(one).state, again(one).answer) == ("resolved", "食堂已开业。")
        with at(MEETS):
            make_move(actor=place.contact(number), demand_id=one.pk, move="rate",
                      values={"score": number + 1, "solved": "yes"})  # fmt: skip
    page = queries.issue_page(place.actor("clerk"), row.pk)
    assert page.row.state == "answered"
    assert [one.text for one, _files in page.answers] == ["食堂已开业。"]
    assert all(one.answered for one in page.members)
    own = queries.own_view(place.contact(0), demands[0].pk)
    assert own is not None
    assert own.answer is not None
    assert own.answer.by == council.name


def test_the_way_back_is_the_same_twice(place: Place, council: Body) -> None:
    from loushi.casework.matching.commands.answering import on_resolution_reported

    row = refer(place, place.issue([place.demand()]), council)
    item = row.item
    assert item is not None
    payload = {"item_id": item.pk, "verdict": "solved", "answer": "好了。", "body": council.name}
    for _n in range(2):
        on_resolution_reported(payload)
    page = queries.issue_page(place.actor("clerk"), row.pk)
    assert len(page.answers) == 1
    assert [one.move for one in page.events][0] == "council_answer"


def test_what_the_body_cannot_settle_is_gathered_again(place: Place, council: Body) -> None:
    demand = place.demand()
    row = refer(place, place.issue([demand]), council)
    item = row.item
    assert item is not None
    decided(council, item, "against")
    governance.escalate_item(actor=system_actor(), item_id=item.pk, why="要区里定政策")
    deliver_due()
    assert again(row).state == "open"
    assert (again(demand).state, again(demand).tier) == ("accepted", "community")
    commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk
    )
    assert again(demand).state == "dispatched"


def test_more_demands_join_the_same_item_while_it_waits(place: Place, council: Body) -> None:
    first, second = place.demand(0), place.demand(1)
    row = refer(place, place.issue([first]), council)
    commands.add_demands(actor=place.actor("clerk"), issue_id=row.pk, demand_ids=[second.pk])
    row = refer(place, row, council)
    assert AgendaItem.objects.unscoped(WHY).count() == 1
    assert Referral.objects.unscoped(WHY).filter(item=row.item).count() == 2
    with pytest.raises(Conflict, match="没有等交办的诉求"):
        refer(place, row, council)


def test_a_body_of_one_building_does_not_settle_for_others(place: Place, council: Body) -> None:
    own = governance.create_body(
        actor=system_actor(), unit_id=place.here.pk, kind="forum",
        values={"name": "望澜中心议事厅", "since": date(2026, 1, 1),
                "building_id": place.towers[0].pk},
    )  # fmt: skip
    row = place.issue(place.demands())
    assert [pk for pk, _name in queries.bodies_for(place.actor("clerk"), row)] == [council.pk]
    row = refer(place, row, own)
    states = [again(one.demand).state for one in row.members.order_by("demand_id")]
    assert states == ["dispatched", "accepted", "accepted", "accepted"]
    with pytest.raises(Refused, match="请仍选它"):
        refer(place, row, council)


def test_without_a_right_nothing_is_proposed(place: Place, council: Body) -> None:
    row = place.issue([place.demand()])
    with pytest.raises(NotVisible):
        commands.refer_issue(actor=place.actor("neighbour"), issue_id=row.pk, body_id=council.pk)
    there = governance.create_body(
        actor=system_actor(), unit_id=place.world.there.pk, kind="council",
        values={"name": "邻社区委员会", "since": date(2026, 1, 1)},
    )  # fmt: skip
    with pytest.raises(NotVisible):
        refer(place, row, there)
    assert not AgendaItem.objects.unscoped(WHY).exists()
    assert again(row).state == "open"
    assert Demand.objects.unscoped(WHY).get().state == "accepted"


def test_an_item_settled_outside_the_meeting_holds_the_issue_no_longer(
    place: Place, council: Body
) -> None:
    demand = place.demand()
    row = refer(place, place.issue([demand]), council)
    clerk = place.actor("clerk")
    with pytest.raises(Conflict, match="议题还在“望澜楼宇治理委员会”"):
        commands.recall_issue(actor=clerk, issue_id=row.pk, why="收回")
    make_move(actor=clerk, demand_id=demand.pk, move="escalate", values={"reason": "楼里定不了"})
    assert again(row).state == "council"
    commands.recall_issue(actor=clerk, issue_id=row.pk, why="已提级，改由部门办")
    assert again(row).state == "open"
    commands.assign_issue(actor=clerk, issue_id=row.pk, lead_id=place.world.housing.pk)
    assert again(demand).state == "dispatched"
