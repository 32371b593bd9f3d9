"""Whole histories at once, for the demo and imports: the same cases and effects as the single form,
written set-based. No notices: what is over is not told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from loushi.casework.applications.commands.answers import cleaned_answers
from loushi.casework.applications.commands.case import Case, insert
from loushi.casework.applications.commands.moving import EFFECTS
from loushi.casework.applications.commands.submit import Request, made_row
from loushi.casework.applications.models import (
    Application,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationRating,
    ApplicationRecord,
)
from loushi.casework.applications.workflow import step_workflow, workflow
from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.rating import rated
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.models.flow import flow_of, materials_for


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done: a step's move (`code`), or rate, supply, record, withdraw."""

    at: datetime
    actor: Actor
    move: str
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """One application from its beginning; `request` as in the single form."""

    at: datetime
    actor: Actor
    request: Request
    bundle: ServiceBundle
    version: BundleVersion
    unit: Unit
    firm: Enterprise | None
    happened: Sequence[Happened] = ()


def submit_many(*, actor: Actor, histories: Sequence[History]) -> list[Application]:
    """Writes them in one transaction, in order. The caller vouches for rights and materials."""
    cases: list[Case] = []
    events: list[ApplicationEvent] = []
    lines: list[Line] = []
    for one in histories:
        flow = flow_of(one.version.content)
        answers = cleaned_answers(flow, one.request.answers)
        row = made_row(one.actor, one.request, one.bundle, one.version, one.unit, one.firm, answers,
                       one.at)  # fmt: skip
        case = Case(row, one.actor, one.at, flow=flow, fresh=True)
        case.begin()
        for material in materials_for(flow, [step for step in flow.steps if case.step(step.code)]):
            case.touch(ApplicationMaterial(application=row, code=material.code,
                                           label=material.label, on_paper=True))  # fmt: skip
        events.append(_event(case, "submit", "", row.state, {"channel": row.channel}))
        for done in one.happened:
            case.now, case.actor = done.at, done.actor
            events += _happen(case, done)
        cases.append(case)
    with transaction.atomic():
        insert(cases, events)
        for case in cases:
            lines.append(Line(subject=case.row, after={"bundle": case.row.bundle.title},
                              at=case.row.submitted_at, unit_path=case.row.unit_path))  # fmt: skip
        record_many(actor=actor, action="applications.submit", lines=lines)
    return [case.row for case in cases]


def _happen(case: Case, done: Happened) -> list[ApplicationEvent]:
    row, before = case.row, case.row.state
    if done.code and done.move in EFFECTS:
        step = case.step(done.code)
        assert step is not None
        move = step_workflow.move(done.move)
        assert step.state in move.sources, (done.move, step.state)
        was, said = step.state, str(done.values.get("said", ""))
        EFFECTS[done.move](case, step, said)
        if step.state == was:
            step.state = move.target or was
        found = [_event(case, done.move, was, step.state, {}, said, step)]
        if row.state != before:
            found.append(_event(case, row.state, before, row.state, {}))
        return found
    data = _whole(case, done)
    note = str(done.values.get("note") or done.values.get("text") or "")
    assert before in workflow.move(done.move).sources
    return [_event(case, done.move, before, row.state, data, note)]


def _whole(case: Case, done: Happened) -> dict[str, Any]:
    row, values = case.row, done.values
    if done.move == "supply":
        return {"steps": [one.code for one in case.supply()], "files": {}}
    if done.move == "withdraw":
        case.end(Application.State.WITHDRAWN)
        return {}
    if done.move == "record":
        kind = next(one for one in case.flow.records if one.code == values["code"])
        case.touch(ApplicationRecord(
            application=row, code=kind.code, label=kind.label, measure=kind.measure,
            amount=values.get("amount"), text=str(values.get("text", "")), at=case.now,
            by_name=case.actor.name[:80],
        ))  # fmt: skip
        return {"label": kind.label, "amount": values.get("amount")}
    case.touch(rated(row, ApplicationRating, values, application=row, at=case.now,
                     user_id=case.actor.user_id))  # fmt: skip
    if row.state == Application.State.FINISHED:
        row.state = Application.State.CLOSED
    return {"score": row.score, "solved": row.solved}


def _event(
    case: Case, move: str, before: str, after: str, data: Mapping[str, Any], note: str = "",
    step: Any = None,
) -> ApplicationEvent:  # fmt: skip
    return ApplicationEvent(
        row=case.row, step=step, move=move, from_state=before, to_state=after, at=case.now,
        actor_user_id=case.actor.user_id, actor_name=case.actor.name,
        appointment=case.actor.appointment, note=note, data=dict(data),
    )  # fmt: skip
