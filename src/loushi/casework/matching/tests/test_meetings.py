"""Joint meetings: called in time, held by those who were asked, decisions followed up."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from loushi.casework.matching import commands, queries
from loushi.casework.matching.factories import MEETS, Place, make_meeting
from loushi.casework.matching.models import CommonIssue, JointDecision, JointMeeting
from loushi.casework.matching.workflow import MEETING_STEPS, meeting_steps
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, moment
from loushi.foundation.notices.models import Notice

WHY = "test"


@pytest.fixture
def issue(place: Place) -> CommonIssue:
    row = place.issue(place.demands())
    return commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk,
        co_ids=[place.world.urban.pk],
    )  # fmt: skip


def held(place: Place, row: JointMeeting) -> list[Any]:
    """Held, with both departments there; the clock stands at the meeting."""
    actor = place.actor("secretary")
    commands.hold_meeting(actor=actor, meeting_id=row.pk, chair="周闻笛")
    seats = queries.meeting_page(actor, row.pk).seats
    commands.record_attendance(
        actor=actor, meeting_id=row.pk, guests=[("陈屿", "云栈智联")],
        seats={seats[0].pk: ("room", "吴科"), seats[1].pk: ("phone", "")},
    )  # fmt: skip
    return list(seats)


def test_from_notice_to_decisions(place: Place, issue: CommonIssue) -> None:
    row = make_meeting(place, [issue])
    told = Notice.objects.unscoped(WHY).filter(kind="matching.meeting")
    assert set(told.values_list("recipient_id", flat=True)) == {
        place.users["lead"].pk, place.users["co"].pk,
    }  # fmt: skip
    actor = place.actor("secretary")
    with pytest.raises(Refused, match="还没有到"):
        commands.hold_meeting(actor=actor, meeting_id=row.pk, chair="周闻笛")
    with at(MEETS):
        commands.hold_meeting(actor=actor, meeting_id=row.pk, chair="周闻笛")
        with pytest.raises(Refused, match="还没有登记到会"):
            commands.close_meeting(actor=actor, meeting_id=row.pk)
        seats = queries.meeting_page(actor, row.pk).seats
        assert [one.part for one in seats] == ["lead", "co"]
        commands.record_attendance(
            actor=actor, meeting_id=row.pk, seats={seats[0].pk: ("room", "吴科")}
        )
        with pytest.raises(Refused) as wrong:
            commands.decide(actor=actor, meeting_id=row.pk, values={"due_on": date(2026, 1, 1)})
        assert {one.field for one in wrong.value.errors} == {"text", "department_id", "due_on"}
        made = commands.decide(
            actor=actor, meeting_id=row.pk,
            values={"text": "出分割登记统一口径", "department_id": place.world.housing.pk,
                    "due_on": date(2026, 12, 20)},
        )  # fmt: skip
        assert made.issue == issue
        commands.close_meeting(actor=actor, meeting_id=row.pk)
        with pytest.raises(Conflict, match="已结束"):
            commands.decide(actor=actor, meeting_id=row.pk, values={})
    tasks = Notice.objects.unscoped(WHY).filter(kind="matching.decision")
    assert list(tasks.values_list("recipient_id", flat=True)) == [place.users["lead"].pk]
    moves = [one.move for one in queries.issue_page(actor, issue.pk).events]
    assert moves[:2] == ["meeting", "meeting"]


def test_decisions_belong_to_their_unit(place: Place, issue: CommonIssue) -> None:
    row = make_meeting(place, [issue])
    with at(MEETS):
        held(place, row)
        made = commands.decide(
            actor=place.actor("secretary"), meeting_id=row.pk,
            values={"text": "出统一口径", "department_id": place.world.housing.pk,
                    "due_on": date(2026, 12, 20)},
        )  # fmt: skip
        for name in ("co", "other", "neighbour", "stranger"):
            with pytest.raises((NotVisible, Denied)):
                commands.follow_decision(actor=place.actor(name), decision_id=made.pk, state="done")
        assert JointDecision.objects.unscoped(WHY).get(pk=made.pk).state == "open"
        with pytest.raises(Refused, match="请写明原因"):
            commands.follow_decision(
                actor=place.actor("lead"), decision_id=made.pk, state="dropped"
            )
        commands.follow_decision(actor=place.actor("lead"), decision_id=made.pk, state="done")
    assert queries.waiting_count(place.actor("lead")) == 1
    assert JointDecision.objects.unscoped(WHY).get(pk=made.pk).done_on == date(2026, 12, 5)


def test_neighbours_and_strangers_find_no_meeting(place: Place, issue: CommonIssue) -> None:
    row = make_meeting(place, [issue])
    before = JointMeeting.objects.unscoped(WHY).values().get()
    for name in ("neighbour", "stranger", "other"):
        actor = place.actor(name)
        assert list(queries.meetings(actor)) == []
        with pytest.raises(NotVisible):
            queries.meeting_page(actor, row.pk)
        with pytest.raises(NotVisible):
            commands.cancel_meeting(actor=actor, meeting_id=row.pk, why="x")
    for name in ("lead", "officer"):
        with pytest.raises(Denied):
            commands.cancel_meeting(actor=place.actor(name), meeting_id=row.pk, why="x")
    with pytest.raises(Refused, match="请选择要上会的共性问题"):
        commands.create_meeting(actor=place.actor("neighbour"), values={}, issue_ids=[issue.pk])
    assert JointMeeting.objects.unscoped(WHY).values().get() == before
    assert JointMeeting.objects.unscoped(WHY).count() == 1


def test_moved_and_cancelled_meetings_are_told(place: Place, issue: CommonIssue) -> None:
    row = make_meeting(place, [issue])
    actor = place.actor("secretary")
    values = {"kind": "on_site", "title": row.title, "starts_at": moment("2026-12-06 09:30"),
              "place": "东清大厦 2 楼", "convener": row.convener}  # fmt: skip
    commands.update_meeting(actor=actor, meeting_id=row.pk, values=values, issue_ids=[issue.pk])
    commands.cancel_meeting(actor=actor, meeting_id=row.pk, why="改为书面答复")
    told = Notice.objects.unscoped(WHY).filter(
        kind="matching.meeting", recipient_id=place.users["lead"].pk
    )
    assert told.count() == 3


def test_an_issue_merged_before_its_meeting_is_there_under_the_other_name(
    place: Place, issue: CommonIssue
) -> None:
    other = place.issue([place.demand(0, text="分割后的税怎么交")], "分割的税")
    row = make_meeting(place, [other], call=False)
    commands.merge_issues(actor=place.actor("clerk"), issue_id=other.pk, into_id=issue.pk)
    page = queries.meeting_page(place.actor("secretary"), row.pk)
    assert [one.id for one in page.issues] == [issue.pk]


@pytest.mark.parametrize("state", JointMeeting.State.values)
def test_steps_by_state(place: Place, issue: CommonIssue, state: str) -> None:
    """Reviewed by people: which steps a convener has in which state."""
    wanted = {
        "draft": {"update", "call", "cancel"},
        "called": {"update", "hold", "cancel"},
        "held": {"attendance", "notes", "decide", "close"},
        "closed": set(),
        "cancelled": set(),
    }
    row = make_meeting(place, [issue], call=False)
    JointMeeting.objects.unscoped(WHY).filter(pk=row.pk).update(state=state)
    row = JointMeeting.objects.unscoped(WHY).get(pk=row.pk)
    assert meeting_steps(place.actor("secretary"), row) == wanted[state]
    assert meeting_steps(place.actor("lead"), row) == set()
    assert set(MEETING_STEPS) == {step for steps in wanted.values() for step in steps}


def test_minutes_tell_what_the_reader_may_read(
    place: Place, issue: CommonIssue, client_of: Any
) -> None:
    row = make_meeting(place, [issue])
    actor = place.actor("secretary")
    path = f"/matching/meetings/{row.pk}/minutes.docx"
    with at(MEETS):
        held(place, row)
        commands.write_notes(actor=actor, meeting_id=row.pk, notes="先行先试 <&>。")
        commands.decide(
            actor=actor, meeting_id=row.pk,
            values={"text": "出统一口径", "department_id": place.world.housing.pk,
                    "due_on": date(2026, 12, 20)},
        )  # fmt: skip
        assert client_of("secretary").get(path).status_code == 404
        commands.close_meeting(actor=actor, meeting_id=row.pk)
    answer = client_of("secretary").get(path)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        text = file.read("word/document.xml").decode()
    for words in ("写字楼分割办证", "区住建局（吴科）", "出统一口径", "先行先试 &lt;&amp;&gt;",
                  "诉求 4 件", "陈屿（云栈智联）"):  # fmt: skip
        assert words in text
    assert client_of("neighbour").get(path).status_code == 404
    assert client_of("lead").get(path.replace("docx", "pdf")).content.startswith(b"%PDF")
