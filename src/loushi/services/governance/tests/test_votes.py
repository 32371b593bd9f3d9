"""Meetings and votes: notice, quorum, open and secret votes, conflict of interest, refusals."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, LoushiError, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.enterprises.models import Enterprise
from loushi.services.governance import commands, queries
from loushi.services.governance.factories import MEETS, begin, make_item, make_meeting
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Ballot,
    CouncilMeeting,
    CouncilSeat,
    Resolution,
    RollEntry,
)

WHY = "test"
State = AgendaItem.State


def state_of(item: AgendaItem) -> str:
    return AgendaItem.objects.unscoped(WHY).get(pk=item.pk).state


def written() -> tuple[int, ...]:
    models: tuple[Any, ...] = (
        AgendaItem, Attendance, Ballot, CouncilMeeting, Entry, Resolution, RollEntry,
    )  # fmt: skip
    votes = RollEntry.objects.unscoped(WHY).filter(voted=True).count()
    return (*(model.objects.unscoped(WHY).count() for model in models), votes)


def refused(action: Callable[[], Any], error: type[LoushiError], words: str | None) -> None:
    """Refused with a sentence, and nothing was changed."""
    before = written()
    with pytest.raises(error, match=words):
        action()
    assert written() == before


def start(place: Any, count: int = 7, how: str = "room") -> None:
    begin(place.meeting, {seat.pk: how for seat in place.seats[:count]})


def vote(place: Any, choices: str, item: AgendaItem | None = None) -> None:
    """ "ffa-": one letter for each member: for, against, abstain (o), none (-)."""
    words = {"f": "for", "a": "against", "o": "abstain"}
    for number, letter in enumerate(choices, 1):
        if letter in words:
            commands.cast_vote(
                actor=place.actors[f"member{number}"], item_id=(item or place.item).pk,
                choice=words[letter],
            )  # fmt: skip


def test_members_are_called_in_time(place: Any) -> None:
    told = Notice.objects.unscoped(WHY).filter(kind="governance.meeting")
    assert set(told.values_list("recipient_id", flat=True)) == {one.pk for one in place.members}
    item = make_item(place.body, "更换物业公司", matter="major")
    late = MEETS + timedelta(days=5)
    with at(late - timedelta(days=4)):
        row = commands.create_meeting(
            actor=place.actors["secretary"], body_id=place.body.pk,
            values={"title": "临时会议", "starts_at": late, "place": "电话会议"},
        )  # fmt: skip
        commands.schedule(actor=place.actors["secretary"], meeting_id=row.pk, item_ids=[item.pk])
        call = lambda: commands.call_meeting(actor=place.actors["secretary"], meeting_id=row.pk)  # noqa: E731
        refused(call, Refused, "重大事项要提前 7 天通知，离会议只有 4 天")
        commands.update_meeting(
            actor=place.actors["secretary"], meeting_id=row.pk, values={"urgent": "电梯停运"}
        )
        assert call().state == CouncilMeeting.State.CALLED


def test_an_open_vote_makes_a_resolution(place: Any) -> None:
    start(place, 5)
    commands.open_vote(actor=place.actors["member1"], item_id=place.item.pk)
    vote(place, "fffao")
    made = commands.close_vote(actor=place.actors["member1"], item_id=place.item.pk)
    assert made.adopted
    assert state_of(place.item) == State.ADOPTED
    result = queries.item_page(place.actors["leader"], place.item.pk).result
    assert result is not None
    assert (result.pro.heads, result.contra.heads, result.abstain.heads) == (3, 1, 1)


def test_an_open_vote_may_be_changed_until_it_is_closed(place: Any) -> None:
    start(place, 4)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    vote(place, "ffaa")
    assert not queries.item_page(place.actors["member1"], place.item.pk).result
    vote(place, "--f-")
    assert commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk).adopted
    refused(lambda: vote(place, "---f"), Conflict, "没有记入")


def test_without_a_quorum_no_vote_is_opened(place: Any) -> None:
    start(place, 3)
    refused(
        lambda: commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk),
        Refused, "到会不足.*7 席.*至少 4；现在到会 3 席",
    )  # fmt: skip
    begin_again = {place.seats[3].pk: "phone"}
    commands.record_attendance(
        actor=place.actors["secretary"], meeting_id=place.meeting.pk,
        members={seat.pk: "room" for seat in place.seats[:3]} | begin_again,
    )  # fmt: skip
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    assert state_of(place.item) == State.VOTING


def test_who_is_not_there_or_has_no_seat_does_not_vote(place: Any) -> None:
    start(place, 5)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    refused(lambda: vote(place, "------f"), Refused, "没有登记 委员7 到会")
    for name, error in (("clerk", Denied), ("neighbour", NotVisible), ("stranger", NotVisible)):
        refused(
            lambda name=name: commands.cast_vote(
                actor=place.actors[name], item_id=place.item.pk, choice="for"
            ),
            error, None,
        )  # fmt: skip


def test_a_member_whose_term_ended_neither_attends_nor_votes(place: Any) -> None:
    ended = place.seats[6]
    commands.end_seat(
        actor=place.actors["secretary"], body_id=place.body.pk, seat_id=ended.pk,
        until=date(2026, 12, 9),
    )  # fmt: skip
    start(place, 6)
    refused(
        lambda: commands.record_attendance(
            actor=place.actors["secretary"], meeting_id=place.meeting.pk,
            members={seat.pk: "room" for seat in place.seats},
        ),
        Refused, "委员7 的任期已于 2026-12-09 结束",
    )  # fmt: skip
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    refused(
        lambda: commands.cast_vote(
            actor=place.actors["secretary"], item_id=place.item.pk, choice="for",
            seat_id=ended.pk,
        ),
        Refused, "委员7 的任期已于 2026-12-09 结束，不能表决",
    )  # fmt: skip


def test_nobody_votes_on_the_own_contract(place: Any) -> None:
    firm = Enterprise.objects.unscoped(WHY).create(
        name="云栈餐饮有限公司", unit=place.units["C1"], unit_path=place.units["C1"].path
    )
    CouncilSeat.objects.unscoped(WHY).filter(pk=place.seats[0].pk).update(enterprise=firm)
    commands.edit_item(
        actor=place.actors["secretary"], item_id=place.item.pk, values={"enterprise_id": firm.pk}
    )
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    refused(lambda: vote(place, "f"), Refused, "涉及 委员1 所在的单位，须回避")
    refused(
        lambda: commands.cast_vote(
            actor=place.actors["secretary"], item_id=place.item.pk, choice="for",
            seat_id=place.seats[0].pk,
        ),
        Refused, "须回避",
    )  # fmt: skip
    vote(place, "-fffaaa")
    made = commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    assert not made.adopted
    result = queries.item_page(place.actors["leader"], place.item.pk).result
    assert result is not None
    assert (result.entitled.heads, result.recused) == (6, 1)


def test_only_the_sides_of_the_rule_vote(place: Any) -> None:
    CouncilSeat.objects.unscoped(WHY).filter(pk__in=[seat.pk for seat in place.seats[:3]]).update(
        side="owners"
    )
    commands.set_rule(
        actor=place.actors["secretary"], body_id=place.body.pk,
        values={"matter": "ordinary", "quorum": "over_half", "majority": "over_half",
                "base": "all", "sides": ["owners"], "since": date(2026, 12, 10)},
    )  # fmt: skip
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    refused(lambda: vote(place, "------f"), Refused, "没有表决权")
    vote(place, "ff")
    assert commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk).adopted


def test_weights_decide(place: Any) -> None:
    CouncilSeat.objects.unscoped(WHY).filter(pk=place.seats[0].pk).update(weight=10)
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    vote(place, "faaaaaa")
    assert commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk).adopted


def test_what_was_not_voted_on_waits_for_the_next_meeting(place: Any) -> None:
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    close = lambda: commands.close_meeting(  # noqa: E731
        actor=place.actors["secretary"], meeting_id=place.meeting.pk
    )
    refused(close, Refused, "还有议题在表决")
    commands.void_vote(actor=place.actors["secretary"], item_id=place.item.pk, why="漏了一席")
    row = close()
    assert row.deferred == [place.item.title]
    assert state_of(place.item) == State.WAITING
    refused(
        lambda: commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk),
        Conflict, "会议没有在开",
    )  # fmt: skip


def test_only_who_convenes_moves_a_meeting(place: Any) -> None:
    for name, error in (("member2", Denied), ("officer", Denied), ("neighbour", NotVisible)):
        refused(
            lambda name=name: commands.open_meeting(
                actor=place.actors[name], meeting_id=place.meeting.pk, chair="某人"
            ),
            error, None,
        )  # fmt: skip
    commands.open_meeting(actor=place.actors["member1"], meeting_id=place.meeting.pk, chair="委员1")


def test_a_meeting_is_not_opened_before_its_day(place: Any) -> None:
    with at(MEETS - timedelta(days=1)):
        refused(lambda: start(place), Refused, "还没有到")


def test_an_item_of_another_body_is_not_scheduled(place: Any) -> None:
    from loushi.services.governance.factories import make_body

    other = make_item(make_body(place.units["C2"], "邻委会"))
    refused(
        lambda: commands.schedule(
            actor=place.actors["secretary"], meeting_id=place.meeting.pk, item_ids=[other.pk]
        ),
        Refused, "待上会",
    )  # fmt: skip
    with pytest.raises(Refused, match="待上会"):
        make_meeting(place.body, [other])
