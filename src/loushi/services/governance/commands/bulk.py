"""Many bodies, items and past meetings at once: for the demands' bulk form and the demo.

Every vote is counted by `counting`; only the writing is set-based. Nobody is told: what happened
long ago is news to nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows
from loushi.services.governance.counting import Count, Rule, Voice, count
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Body,
    BodyKind,
    BodyRule,
    CouncilMeeting,
    CouncilSeat,
    Resolution,
    ResolutionTask,
    RollEntry,
)

State = AgendaItem.State


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body (unsaved, with unit, path and kind set) and its members (unsaved)."""

    body: Body
    seats: Sequence[CouncilSeat] = ()


@dataclass(frozen=True, slots=True)
class NewItem:
    """A matter put before a body, and how it was ended where it has been."""

    body: Body
    title: str
    summary: str
    at: datetime
    reference: str = ""
    proposer: str = ""
    source: str = AgendaItem.Source.DEMAND
    state: str = State.WAITING
    outcome: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """An item of a past meeting with every member's open vote; `tasks` are (what, who, due, done
    on), `answer` is empty while the resolution is being carried out."""

    item: NewItem
    choices: Mapping[int, str]
    discussion: str = ""
    tasks: Sequence[tuple[str, str, date, date | None]] = ()
    verdict: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that took place; `there` is how each member took part, by seat."""

    body: Body
    seats: Sequence[CouncilSeat]
    title: str
    at: datetime
    place: str
    chair: str
    notes: str
    there: Mapping[int, str]
    decided: Sequence[Decided] = field(default_factory=tuple)


def found_bodies(*, actor: Actor, bodies: Sequence[NewBody]) -> list[Body]:
    """Registers bodies with the first rules of their kinds, and their members."""
    kinds = {kind.pk: kind for kind in BodyKind.objects.all()}
    with transaction.atomic():
        made = insert_rows([one.body for one in bodies])
        insert_rows([
            BodyRule(body=body, unit_path=body.unit_path, since=body.since, **rule)
            for body in made for rule in kinds[body.kind_id].rules
        ])  # fmt: skip
        seats = []
        for one in bodies:
            for seat in one.seats:
                seat.body, seat.unit_path = one.body, one.body.unit_path
                seats.append(seat)
        insert_rows(seats)
        record_many(
            actor=actor, action="governance.body_create",
            lines=[Line(body, after={"name": body.name}) for body in made],
        )  # fmt: skip
    return made


def propose_many(*, actor: Actor, items: Sequence[NewItem]) -> list[AgendaItem]:
    """Puts matters before bodies; returns the items in order."""
    with transaction.atomic():
        made = insert_rows([_item(one) for one in items])
        record_many(
            actor=actor, action="governance.propose_item",
            lines=[Line(row, after={"title": row.title}, at=row.proposed_at) for row in made],
        )  # fmt: skip
    return made


def _item(one: NewItem) -> AgendaItem:
    return AgendaItem(
        body=one.body, unit_path=one.body.unit_path, building_id=one.body.building_id,
        title=one.title[:80], summary=one.summary, reference=one.reference, source=one.source,
        proposer=one.proposer[:80], proposed_at=one.at, state=one.state,
        outcome=one.outcome[:300], settled_at=one.settled_at,
    )  # fmt: skip


def hold_meetings(*, actor: Actor, meetings: Sequence[Held]) -> list[Resolution]:
    """Writes past meetings with attendance, open votes, resolutions and tasks."""
    with transaction.atomic():
        rows = insert_rows([_meeting(one) for one in meetings])
        pairs = list(zip(meetings, rows, strict=True))
        insert_rows([
            Attendance(meeting=row, unit_path=row.unit_path, seat=seat, name=seat.name,
                       how=held.there.get(seat.pk, Attendance.How.ABSENT))
            for held, row in pairs for seat in held.seats
        ])  # fmt: skip
        votes = [
            _vote(held, row, number, one)
            for held, row in pairs
            for number, one in enumerate(held.decided, 1)
        ]
        items = insert_rows([vote.item for vote in votes])
        for vote in votes:
            vote.resolution.item = vote.item
            for entry in vote.roll:
                entry.item = vote.item
        insert_rows([entry for vote in votes for entry in vote.roll])
        made = insert_rows([vote.resolution for vote in votes])
        for vote in votes:
            for task in vote.tasks:
                task.resolution = vote.resolution
        insert_rows([task for vote in votes for task in vote.tasks])
        record_many(
            actor=actor, action="governance.close",
            lines=[Line(row, after={"decided": len(held.decided)}, at=row.closed_at)
                   for held, row in pairs],
        )  # fmt: skip
        record_many(
            actor=actor, action="governance.vote_close",
            lines=[Line(item, after={"state": item.state}, at=item.closed_at) for item in items],
        )  # fmt: skip
    return made


def _meeting(held: Held) -> CouncilMeeting:
    body = held.body
    return CouncilMeeting(
        body=body, unit_path=body.unit_path, building_id=body.building_id, title=held.title,
        starts_at=held.at, place=held.place, state=CouncilMeeting.State.CLOSED,
        called_at=held.at - timedelta(days=7), opened_at=held.at,
        closed_at=held.at + timedelta(minutes=90), chair=held.chair, notes=held.notes,
    )  # fmt: skip


@dataclass(slots=True)
class _Vote:
    item: AgendaItem
    roll: list[RollEntry]
    resolution: Resolution
    tasks: list[ResolutionTask]


def _vote(held: Held, row: CouncilMeeting, number: int, one: Decided) -> _Vote:
    body = held.body
    rule = next(r for r in body.kind.rules if r["matter"] == "ordinary")
    item = _item(one.item)
    roll = [
        RollEntry(item=item, unit_path=body.unit_path, seat=seat, name=seat.name,
                  weight=seat.weight, present=there, voted=there,
                  choice=one.choices.get(seat.pk, "for") if there else "")
        for seat in held.seats
        for there in [held.there.get(seat.pk) in ("room", "phone")]
    ]  # fmt: skip
    found = _counted(rule, roll)
    at = held.at + timedelta(minutes=20 * number)
    item.meeting, item.position, item.discussion = row, number, one.discussion
    item.state = State.ADOPTED if found.adopted else State.REJECTED
    item.opened_at, item.closed_at = at, at + timedelta(minutes=5)
    item.rule = {**rule, "both": rule.get("both", False), "sides": [],
                 "since": body.since.isoformat()}  # fmt: skip
    item.count = found.told()
    day = timezone.localtime(held.at).date()
    text = _("同意“%(title)s”。") if found.adopted else _("“%(title)s”未获通过。")
    reported = at + timedelta(days=14) if one.answer else None
    made = Resolution(
        body=body, unit_path=body.unit_path, building_id=body.building_id, item=item,
        year=day.year, adopted=found.adopted, adopted_on=day, text=text % {"title": item.title},
        state=Resolution.State.REPORTED if reported else Resolution.State.RUNNING,
        verdict=one.verdict, answer=one.answer, reported_at=reported,
    )  # fmt: skip
    tasks = [
        ResolutionTask(
            resolution=made,
            unit_path=body.unit_path,
            what=what,
            owner_name=who,
            due_on=due,
            done_on=done,
            state=ResolutionTask.State.DONE if done else ResolutionTask.State.OPEN,
        )
        for what, who, due, done in (one.tasks if found.adopted else ())
    ]
    return _Vote(item, roll, made, tasks)


def _counted(rule: Mapping[str, Any], roll: Sequence[RollEntry]) -> Count:
    held = Rule(rule["quorum"], rule["majority"], rule["base"], rule.get("both", False))
    return count(held, (Voice(o.weight, o.present, o.recused, o.choice) for o in roll))
