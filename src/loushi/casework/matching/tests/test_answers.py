"""One answer, and each demand is its own: event, audit, notice, rating; what cannot go stays."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.models import Demand, DemandEvent
from loushi.casework.matching import commands, queries
from loushi.casework.matching.factories import MEETS, Place, make_meeting
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, JointAnswer
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.files.queries import attachments_of
from loushi.foundation.files.registry import may_read
from loushi.foundation.notices.models import Notice

WHY = "test"
TEXT = "可以分割：先做分割测绘，再由不动产登记中心一并换证，契税按分割后的面积计。"


def again(demand: Demand) -> Demand:
    return Demand.objects.unscoped(WHY).get(pk=demand.pk)


def state_of(row: CommonIssue) -> str:
    return CommonIssue.objects.unscoped(WHY).get(pk=row.pk).state


def assigned(place: Place, demands: list[Demand], *, co: bool = True) -> CommonIssue:
    row = place.issue(demands)
    return commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk,
        co_ids=[place.world.urban.pk] if co else [],
    )  # fmt: skip


def answer(place: Place, row: CommonIssue, name: str = "lead", **more: Any) -> commands.Given:
    given = {"verdict": "solved", "text": TEXT} | more
    return commands.answer_issue(actor=place.actor(name), issue_id=row.pk, **given)


def test_one_answer_resolves_each_demand_to_be_rated_by_its_own(place: Place) -> None:
    demands = place.demands()
    row = assigned(place, demands)
    given = answer(place, row)
    assert (given.reached, given.left) == (4, 0)
    assert state_of(row) == "answered"
    for number, one in enumerate(demands):
        now = again(one)
        assert (now.state, now.answer, now.verdict) == ("resolved", TEXT, "solved")
        moves = DemandEvent.objects.unscoped(WHY).filter(row=one).order_by("id")
        assert list(moves.values_list("move", flat=True))[-2:] == ["sign", "resolve"]
        last = moves.last()
        assert last is not None
        assert last.actor_user_id == place.users["lead"].pk
        assert row.number in last.appointment
        audit = Entry.objects.unscoped(WHY).filter(action="demands.resolve", subject_id=one.pk)
        assert audit.count() == 1
        told = Notice.objects.unscoped(WHY).filter(
            kind="demand_resolve", recipient_id=place.contacts[number].pk
        )
        assert told.count() == 1
        make_move(actor=place.contact(number), demand_id=one.pk, move="rate",
                  values={"score": number + 2, "solved": "yes"})  # fmt: skip
    scores = [again(one).score for one in demands]
    assert scores == [2, 3, 4, 5]
    told = Notice.objects.unscoped(WHY).filter(kind="matching.issue")
    assert place.users["clerk"].pk in told.values_list("recipient_id", flat=True)


def test_what_cannot_take_the_move_is_left_whole_with_its_reason(place: Place) -> None:
    plain, early = place.demand(0), place.demand(1, state="submitted")
    elsewhere = place.demand(2)
    make_move(actor=place.actor("clerk"), demand_id=elsewhere.pk, move="dispatch",
              values={"lead": place.world.police.pk})  # fmt: skip
    row = assigned(place, [plain, early, elsewhere])
    before = [Demand.objects.unscoped(WHY).filter(pk=one.pk).values().get()
              for one in (early, elsewhere)]  # fmt: skip
    lines = DemandEvent.objects.unscoped(WHY).filter(row__in=[early, elsewhere]).count()
    given = answer(place, row)
    assert (given.reached, given.left) == (1, 2)
    assert [Demand.objects.unscoped(WHY).filter(pk=one.pk).values().get()
            for one in (early, elsewhere)] == before  # fmt: skip
    assert DemandEvent.objects.unscoped(WHY).filter(row__in=[early, elsewhere]).count() == lines
    left = {one.demand_id: one.left
            for one in CommonIssueDemand.objects.unscoped(WHY).filter(issue=row)}  # fmt: skip
    assert left[plain.pk] == ""
    assert left[early.pk] == "还没有受理"
    assert left[elsewhere.pk] == "主办的区交警大队不是牵头或协同单位"
    with pytest.raises(Conflict, match="还有 2 件诉求没有答复"):
        commands.close_issue(actor=place.actor("clerk"), issue_id=row.pk)
    clerk = place.actor("clerk")
    make_move(actor=clerk, demand_id=early.pk, move="accept")
    make_move(actor=clerk, demand_id=early.pk, move="dispatch",
              values={"lead": place.world.housing.pk})  # fmt: skip
    assert answer(place, row).reached == 1
    assert again(early).state == "resolved"
    commands.remove_demands(actor=clerk, issue_id=row.pk, demand_ids=[elsewhere.pk], why="不同")
    commands.close_issue(actor=clerk, issue_id=row.pk)
    assert state_of(row) == "closed"


def test_nothing_is_written_when_nothing_can_be_reached(place: Place) -> None:
    row = assigned(place, [place.demand(0, state="submitted")])
    with pytest.raises(Conflict, match="还没有受理"):
        answer(place, row)
    assert state_of(row) == "assigned"
    assert not JointAnswer.objects.unscoped(WHY).exists()


def test_the_same_key_answers_once(place: Place) -> None:
    row = assigned(place, place.demands())
    assert answer(place, row, key="k") == answer(place, row, key="k")
    assert JointAnswer.objects.unscoped(WHY).count() == 1
    assert DemandEvent.objects.unscoped(WHY).filter(move="resolve").count() == 4


def test_demands_of_a_co_unit_are_answered_too_and_waiting_ones(place: Place) -> None:
    first, second = place.demand(0), place.demand(1)
    make_move(actor=place.actor("clerk"), demand_id=second.pk, move="dispatch",
              values={"lead": place.world.urban.pk})  # fmt: skip
    make_move(actor=place.actor("co"), demand_id=second.pk, move="sign")
    make_move(actor=place.actor("co"), demand_id=second.pk, move="ask_info",
              values={"note": "请补测绘报告"})  # fmt: skip
    row = assigned(place, [first, second])
    assert answer(place, row).reached == 2
    assert again(second).state == "resolved"


def test_the_answer_is_the_leads(place: Place) -> None:
    row = assigned(place, place.demands())
    for name in ("co", "clerk", "officer"):
        with pytest.raises(Denied):
            answer(place, row, name)
    with pytest.raises(Denied):
        answer(place, row, "secretary")
    assert state_of(row) == "assigned"
    meeting = make_meeting(place, [row])
    with at(MEETS):
        commands.hold_meeting(actor=place.actor("secretary"), meeting_id=meeting.pk, chair="周闻笛")
        with pytest.raises(Conflict, match="没有到过对接会"):
            answer(place, row, "secretary")
        lead, co = queries.meeting_page(place.actor("secretary"), meeting.pk).seats
        commands.record_attendance(
            actor=place.actor("secretary"), meeting_id=meeting.pk,
            seats={lead.pk: ("room", ""), co.pk: ("absent", "")},
        )  # fmt: skip
        given = answer(place, row, "secretary")
        assert (given.reached, given.answer.by) == (4, place.here.name)


def test_bad_answers_name_the_field(place: Place) -> None:
    row = assigned(place, place.demands())
    with pytest.raises(Refused) as found:
        answer(place, row, verdict="great", text=" ")
    assert {one.field for one in found.value.errors} == {"verdict", "answer"}
    assert state_of(row) == "assigned"


def test_evidence_is_kept_once_and_read_by_every_firm_behind(place: Place, settings: Any,
                                                             tmp_path: Any) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    row = assigned(place, place.demands())
    given = answer(place, row, uploads=[SimpleUploadedFile("政策口径.txt", "口径".encode())])
    (file,) = attachments_of(given.answer)
    assert file.name == "政策口径.txt"
    kind = "matching.jointanswer"
    for actor in (place.contact(0), place.contact(3), place.actor("lead"), place.actor("clerk")):
        assert may_read(actor, kind, given.answer.pk, internal=False)
    for name in ("stranger", "neighbour", "other"):
        assert not may_read(place.actor(name), kind, given.answer.pk, internal=False)


def test_the_firm_reads_that_it_is_handled_jointly_and_nothing_of_others(place: Place) -> None:
    demands = place.demands()
    row = assigned(place, demands)
    make_meeting(place, [row])
    own = queries.own_view(place.contact(0), demands[0].pk)
    assert own is not None
    assert (own.number, own.units, own.running) == (row.number, "区住建局、区综合行政执法局", True)
    assert own.meeting is not None
    assert queries.own_view(place.contact(0), demands[1].pk) is None
    answer(place, row)
    own = queries.own_view(place.contact(0), demands[0].pk)
    assert own is not None
    assert own.answer is not None
    assert own.answer.text == TEXT


def test_done_again_the_issue_can_be_taken_up_again(place: Place) -> None:
    demands = place.demands()
    row = assigned(place, demands)
    answer(place, row)
    make_move(actor=place.contact(0), demand_id=demands[0].pk, move="reopen",
              values={"reason": "窗口仍不收件"})  # fmt: skip
    line = queries.issue_page(place.actor("clerk"), row.pk).line
    assert (line.demands, line.open) == (4, 1)
    commands.reopen_issue(actor=place.actor("clerk"), issue_id=row.pk, why="窗口还没落实")
    assert state_of(row) == "assigned"
    assert answer(place, row, text="已发文到窗口，按统一口径收件。").reached == 1


def test_a_demand_resolved_by_its_own_unit_is_no_longer_left(place: Place) -> None:
    plain, other = place.demand(0), place.demand(1)
    make_move(actor=place.actor("clerk"), demand_id=other.pk, move="dispatch",
              values={"lead": place.world.police.pk})  # fmt: skip
    row = assigned(place, [plain, other])
    answer(place, row)
    lefts = [one.left for one in queries.issue_page(place.actor("clerk"), row.pk).members]
    assert lefts == ["", "主办的区交警大队不是牵头或协同单位"]
    make_move(actor=place.actor("other"), demand_id=other.pk, move="sign")
    make_move(actor=place.actor("other"), demand_id=other.pk, move="resolve",
              values={"verdict": "explained", "answer": "已单独说明。"})  # fmt: skip
    page = queries.issue_page(place.actor("clerk"), row.pk)
    assert [one.left for one in page.members] == ["", ""]
    assert page.may("close")
    assert again(other).answer == "已单独说明。"
