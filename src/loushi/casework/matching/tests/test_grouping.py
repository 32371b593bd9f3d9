"""Like demands under one name: who may, what stays, what each step leaves behind."""

from typing import Any

import pytest

from loushi.casework.demands.models import Demand, DemandEvent
from loushi.casework.matching import commands, queries
from loushi.casework.matching.factories import Place
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.notices.models import Notice
from loushi.registry.territory.models import Unit

WHY = "test"


def again(row: CommonIssue) -> CommonIssue:
    return CommonIssue.objects.unscoped(WHY).get(pk=row.pk)


def live(row: CommonIssue) -> list[int]:
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    return sorted(rows.values_list("demand_id", flat=True))


def pks(demands: list[Demand]) -> list[int]:
    return sorted(one.pk for one in demands)


def everything() -> Any:
    """What a refusal must leave as it was."""
    return [
        list(model.objects.unscoped(WHY).order_by("pk").values())
        for model in (CommonIssue, CommonIssueDemand, Demand, DemandEvent)
    ]


def test_grouped_demands_stay_their_own_cases(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands)
    assert row.number == f"GX-2026-{row.pk:04d}"
    assert live(row) == pks(demands)
    for one in demands:
        now = Demand.objects.unscoped(WHY).get(pk=one.pk)
        assert (now.state, now.due_at, now.submitter_id) == (one.state, one.due_at,
                                                             one.submitter_id)  # fmt: skip
        event = DemandEvent.objects.unscoped(WHY).filter(row=one).latest("id")
        assert (event.move, event.data, event.is_public) == ("joined", {"issue": row.number}, True)
    told = Notice.objects.unscoped(WHY).filter(kind="demand_joined")
    assert set(told.values_list("recipient_id", flat=True)) == {one.pk for one in place.contacts}
    actions = Entry.objects.unscoped(WHY).filter(action__in=["matching.create", "demands.joined"])
    assert actions.count() == 5


def test_the_same_key_makes_one_issue(place: Place) -> None:
    demand = place.demand()
    values = {"name": "写字楼分割办证", "unit_id": place.here.pk}
    made = [
        commands.create_issue(
            actor=place.actor("clerk"), values=values, demand_ids=[demand.pk], key="k1"
        )
        for _n in range(2)
    ]
    assert made[0] == made[1]
    assert CommonIssue.objects.unscoped(WHY).count() == 1


def test_a_demand_is_in_one_live_issue_at_a_time(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands[:2])
    before = everything()
    with pytest.raises(Refused, match=f"已在{row.number}里"):
        place.issue([demands[1], demands[2]], "另一个")
    assert everything() == before
    commands.remove_demands(
        actor=place.actor("clerk"), issue_id=row.pk, demand_ids=[demands[1].pk], why="不是一回事"
    )
    assert live(place.issue([demands[1], demands[2]], "另一个")) == pks(demands[1:3])


def test_only_open_demands_of_the_units_own_range(place: Place) -> None:
    declined = place.demand(0)
    from loushi.casework.demands.commands import make_move

    make_move(actor=place.actor("clerk"), demand_id=declined.pk, move="decline",
              values={"reason": "不属于受理范围"})  # fmt: skip
    with pytest.raises(Refused, match="不用并入"):
        place.issue([declined])
    district = place.actor("district")
    there = commands.create_issue(
        actor=district, values={"name": "邻社区的事", "unit_id": place.world.there.pk}
    )
    with pytest.raises(Refused, match="跨社区的共性问题请由上一级建立"):
        commands.add_demands(actor=district, issue_id=there.pk, demand_ids=[place.demand(1).pk])
    above = commands.create_issue(
        actor=district, demand_ids=[place.demand(2).pk],
        values={"name": "全区的事", "unit_id": Unit.objects.get(kind="district").pk},
    )  # fmt: skip
    assert len(live(above)) == 1


def test_the_neighbour_finds_nothing_and_changes_nothing(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands[:2])
    actor = place.actor("neighbour")
    before = everything()
    tries: list[Any] = [
        lambda: queries.issue_page(actor, row.pk),
        lambda: commands.edit_issue(actor=actor, issue_id=row.pk, values={"name": "改"}),
        lambda: commands.add_demands(actor=actor, issue_id=row.pk, demand_ids=[demands[2].pk]),
        lambda: commands.remove_demands(actor=actor, issue_id=row.pk, why="x",
                                        demand_ids=[demands[0].pk]),
        lambda: commands.dissolve_issue(actor=actor, issue_id=row.pk, why="x"),
        lambda: commands.merge_issues(actor=actor, issue_id=row.pk, into_id=row.pk),
        lambda: commands.split_issue(actor=actor, issue_id=row.pk, values={"name": "x"},
                                     demand_ids=[demands[0].pk]),
        lambda: commands.assign_issue(actor=actor, issue_id=row.pk,
                                      lead_id=place.world.housing.pk),
        lambda: commands.answer_issue(actor=actor, issue_id=row.pk, verdict="solved", text="x"),
        lambda: commands.note_issue(actor=actor, issue_id=row.pk, note="x"),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(NotVisible):
            attempt()
    own = {"name": "邻", "unit_id": place.world.there.pk}
    with pytest.raises(Refused, match="不在您的管辖范围内"):
        commands.create_issue(actor=actor, values=own, demand_ids=[demands[2].pk])
    with pytest.raises(Refused, match="请选择您能办理的社区"):
        commands.create_issue(actor=actor, values=own | {"unit_id": place.here.pk})
    assert everything() == before


@pytest.mark.parametrize("name", ["officer", "lead", "stranger"])
def test_who_may_only_look_cannot_group(place: Place, name: str) -> None:
    demands = place.demands()
    row = place.issue(demands[:2])
    before = everything()
    with pytest.raises((Denied, NotVisible)):
        commands.add_demands(actor=place.actor(name), issue_id=row.pk, demand_ids=[demands[2].pk])
    with pytest.raises(Denied):
        commands.create_issue(
            actor=place.actor(name), values={"name": "x", "unit_id": place.here.pk}
        )
    assert everything() == before


def test_an_add_is_taken_back_as_a_whole(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands[:1])
    actor = place.actor("clerk")
    commands.add_demands(actor=actor, issue_id=row.pk, demand_ids=pks(demands[1:]))
    event = queries.issue_page(actor, row.pk).events[0]
    assert event.move == "add"
    commands.undo_add(actor=actor, issue_id=row.pk, event_id=event.pk)
    assert live(row) == [demands[0].pk]
    with pytest.raises(Conflict, match="没有什么可撤销"):
        commands.undo_add(actor=actor, issue_id=row.pk, event_id=event.pk)
    with pytest.raises(Conflict, match="没有什么可撤销"):
        commands.undo_add(actor=actor, issue_id=row.pk, event_id=event.pk + 1000)


def test_split_keeps_history_on_both_sides(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands)
    actor = place.actor("clerk")
    with pytest.raises(Refused, match="至少留一件"):
        commands.split_issue(
            actor=actor, issue_id=row.pk, demand_ids=pks(demands), values={"name": "全部"}
        )
    part = commands.split_issue(
        actor=actor, issue_id=row.pk, demand_ids=pks(demands[2:]), values={"name": "分割的税"}
    )
    assert (live(row), live(part)) == (pks(demands[:2]), pks(demands[2:]))
    assert (part.split_from_id, part.category_id) == (row.pk, row.category_id)
    page = queries.issue_page(actor, row.pk)
    assert [one.id for one in page.former] == pks(demands[2:])
    assert page.parts == (part,)


def test_merged_issues_are_found_by_both_numbers(place: Place) -> None:
    demands = place.demands()
    first, second = place.issue(demands[:2]), place.issue(demands[2:], "写字楼分割缴税")
    actor = place.actor("clerk")
    into = commands.merge_issues(actor=actor, issue_id=second.pk, into_id=first.pk)
    assert into == first
    assert (live(first), live(second)) == (pks(demands), [])
    assert again(second).state == "merged"
    for row in (first, second):
        found = queries.issue_list(actor, queries.Filters(q=row.number)).rows
        assert [line.id for line in found] == [row.pk]
    assert queries.issue_page(actor, first.pk).merged == (again(second),)
    with pytest.raises(Conflict):
        commands.add_demands(actor=actor, issue_id=second.pk, demand_ids=[demands[0].pk])
    with pytest.raises(Refused, match="没有找到要并入的共性问题"):
        commands.merge_issues(actor=actor, issue_id=first.pk, into_id=first.pk)


def test_dissolved_demands_go_on_by_themselves(place: Place) -> None:
    demands = place.demands()
    row = place.issue(demands)
    commands.dissolve_issue(actor=place.actor("clerk"), issue_id=row.pk, why="并不相同")
    assert (again(row).state, live(row)) == ("dissolved", [])
    assert DemandEvent.objects.unscoped(WHY).filter(move="parted").count() == 4
    assert place.issue(demands, "重新来").pk > row.pk


def test_counts_are_of_what_one_sees(place: Place) -> None:
    demands = [place.demand(0, state="dispatched"), *[place.demand(n) for n in (1, 2, 3)]]
    row = place.issue(demands)
    commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.urban.pk,
        co_ids=[place.world.housing.pk], dispatch=False,
    )  # fmt: skip
    for name, number in (("clerk", 4), ("lead", 1), ("co", 0), ("district", 4)):
        (line,) = queries.issue_list(place.actor(name), queries.Filters()).rows
        assert (line.demands, line.open) == (number, number), name
        assert len(queries.issue_page(place.actor(name), row.pk).members) == number
    assert queries.issue_list(place.actor("other"), queries.Filters()).rows == []


def test_assigning_dispatches_what_waits(place: Place) -> None:
    demands = [place.demand(0, state="submitted"), *[place.demand(n) for n in (1, 2)]]
    row = place.issue(demands)
    commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk,
        co_ids=[place.world.urban.pk],
    )  # fmt: skip
    states = [Demand.objects.unscoped(WHY).get(pk=one.pk).state for one in demands]
    assert states == ["submitted", "dispatched", "dispatched"]
    told = Notice.objects.unscoped(WHY).filter(kind="matching.issue")
    people = {place.users["lead"].pk, place.users["co"].pk}
    assert set(told.values_list("recipient_id", flat=True)) == people
    assert len(queries.issue_page(place.actor("lead"), row.pk).members) == 2
    with pytest.raises(Refused, match="不能同时是协同单位"):
        commands.assign_issue(
            actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk,
            co_ids=[place.world.housing.pk],
        )  # fmt: skip


def test_like_demands_are_proposed_with_a_reason(place: Place) -> None:
    demands = place.demands()
    other = place.demand(0, text="电梯早高峰等十五分钟，员工天天迟到。")
    row = place.issue(demands[:1])
    found = queries.proposals_for_issue(place.actor("clerk"), row)
    ids = [one.line.row.id for one in found]
    assert set(pks(demands[1:])) <= set(ids)
    assert other.pk not in ids
    assert "分割" in found[0].why
    assert queries.proposals_for_issue(place.actor("neighbour"), row) == []
    beside = queries.proposals_for_demand(place.actor("clerk"), demands[1])
    assert demands[0].pk not in [one.line.row.id for one in beside]
    best = queries.targets(place.actor("clerk"), demands[1])[0]
    assert best.row == row
    assert best.why
