"""Issues with their meetings and answers as they stand after some time: for the demo.

The demands have had their moves already; only what is common is written, set-based. Nobody is told:
what happened long ago is news to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueEvent,
    IssueUnit,
    JointAnswer,
    JointDecision,
    JointMeeting,
    MeetingIssue,
    MeetingKind,
    MeetingSeat,
)
from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit

State, Meets = CommonIssue.State, JointMeeting.State


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A joint meeting about one issue; `decisions` are (text, department, due, done on)."""

    kind: MeetingKind
    title: str
    at: datetime
    place: str
    convener: str
    chair: str
    held: bool
    notes: str = ""
    decisions: Sequence[tuple[str, Department, date, date | None]] = ()


@dataclass(frozen=True, slots=True)
class NewIssue:
    """An issue of a unit with its demands; `answer` is (verdict, text, when)."""

    by: Actor
    unit: Unit
    name: str
    at: datetime
    demands: Sequence[Demand]
    summary: str = ""
    category: DemandCategory | None = None
    state: str = State.OPEN
    lead: Department | None = None
    helpers: Sequence[Department] = field(default_factory=tuple)
    meeting: NewMeeting | None = None
    answer: tuple[str, str, datetime] | None = None


def found_issues(*, actor: Actor, issues: Sequence[NewIssue]) -> list[CommonIssue]:
    """Writes the issues with members, history, meetings and answers; returns them in order."""
    with transaction.atomic():
        made = insert_rows([_issue(one) for one in issues])
        pairs = list(zip(issues, made, strict=True))
        insert_rows([
            IssueUnit(issue=row, department=unit, unit_path=row.unit_path)
            for one, row in pairs for unit in one.helpers
        ])  # fmt: skip
        answers = {
            row.pk: JointAnswer(
                issue=row, unit_path=row.unit_path, verdict=one.answer[0], text=one.answer[1],
                at=one.answer[2], by=one.lead.name if one.lead else one.unit.name,
            )
            for one, row in pairs if one.answer
        }  # fmt: skip
        insert_rows(list(answers.values()))
        insert_rows([
            CommonIssueDemand(
                issue=row, demand=demand, unit_path=row.unit_path, added_at=one.at,
                added_by=one.by.name, is_live=one.state != State.CLOSED,
                answer=answers.get(row.pk),
            )
            for one, row in pairs for demand in one.demands
        ])  # fmt: skip
        meetings = _meetings(pairs)
        insert_rows([event for one, row in pairs for event in _events(one, row, meetings)])
        record_many(
            actor=actor, action="matching.create",
            lines=[Line(row, after={"name": row.name}, at=row.created_at) for row in made],
        )  # fmt: skip
    return made


def _issue(one: NewIssue) -> CommonIssue:
    closed = one.state == State.CLOSED
    return CommonIssue(
        year=timezone.localtime(one.at).year, name=one.name[:60], summary=one.summary,
        category=one.category, unit=one.unit, unit_path=one.unit.path, lead=one.lead,
        state=one.state, created_at=one.at, created_by_id=one.by.user_id,
        created_by_name=one.by.name, answered_at=one.answer[2] if one.answer else None,
        ended_at=one.answer[2] + timedelta(days=7) if one.answer and closed else None,
    )  # fmt: skip


def _meetings(pairs: Sequence[tuple[NewIssue, CommonIssue]]) -> dict[int, JointMeeting]:
    held = [(one, one.meeting, row) for one, row in pairs if one.meeting]
    made = insert_rows([
        JointMeeting(
            kind=new.kind, unit=one.unit, unit_path=one.unit.path, title=new.title[:80],
            starts_at=new.at, place=new.place, convener=new.convener,
            chair=new.chair if new.held else "", notes=new.notes,
            state=Meets.CLOSED if new.held else Meets.CALLED,
            called_at=one.at + timedelta(hours=3), created_at=one.at + timedelta(hours=2),
            held_at=new.at if new.held else None,
            closed_at=new.at + timedelta(minutes=90) if new.held else None,
        )
        for one, new, _row in held
    ])  # fmt: skip
    found = {row.pk: meeting for (_one, _new, row), meeting in zip(held, made, strict=True)}
    insert_rows([
        MeetingIssue(meeting=found[row.pk], issue=row, unit_path=row.unit_path, position=1)
        for _one, _new, row in held
    ])  # fmt: skip
    insert_rows([
        MeetingSeat(
            meeting=found[row.pk], department=unit, unit_path=row.unit_path,
            part="lead" if unit == one.lead else "co", how="room" if new.held else "",
        )
        for one, new, row in held
        for unit in (*((one.lead,) if one.lead else ()), *one.helpers)
    ])  # fmt: skip
    insert_rows([
        JointDecision(
            meeting=found[row.pk], issue=row, unit_path=row.unit_path, text=text,
            department=unit, due_on=due, done_on=done,
            state=JointDecision.State.DONE if done else JointDecision.State.OPEN,
        )
        for _one, new, row in held for text, unit, due, done in new.decisions
    ])  # fmt: skip
    return found


def _events(one: NewIssue, row: CommonIssue, meetings: dict[int, JointMeeting]) -> list[IssueEvent]:
    """The history that the moves would have left, in order of time."""
    numbers = [demand.number for demand in one.demands]
    ids = [demand.pk for demand in one.demands]
    told: list[tuple[str, str, datetime, str, dict[str, Any]]] = [
        ("create", State.OPEN, one.at, "", {}),
        ("add", State.OPEN, one.at, "", {"demands": ids, "numbers": numbers}),
    ]
    if one.lead:
        data = {"lead": one.lead.name, "co": [unit.name for unit in one.helpers]}
        told.append(("assign", State.ASSIGNED, one.at + timedelta(hours=1), "", data))
    meeting = meetings.get(row.pk)
    if meeting is not None:
        at = meeting.closed_at or meeting.called_at or one.at
        told.append(("meeting", State.ASSIGNED, at, "", {"title": meeting.title}))
    if one.answer:
        verdict, text, at = one.answer
        reached = {"verdict": verdict, "reached": len(ids), "left": 0}
        told.append(("answer", State.ANSWERED, at, text, reached))
        if one.state == State.CLOSED:
            told.append(("close", State.CLOSED, at + timedelta(days=7), "", {}))
    return [
        IssueEvent(
            row=row, unit_path=row.unit_path, move=move, to_state=state, at=at, note=note,
            data=data, actor_user_id=one.by.user_id, actor_name=one.by.name,
            appointment=one.by.appointment,
        )
        for move, state, at, note, data in told
    ]  # fmt: skip
