"""Many demands with their whole history at once: for imports and the demo.

Every step goes through the same Case and effects as the single form; only the writing is set-based.
Notices are not sent: what happened long ago is news to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from loushi.casework.demands.commands import clocks, referring, telling
from loushi.casework.demands.commands.case import Case, insert
from loushi.casework.demands.commands.effects import EFFECTS, own_parts
from loushi.casework.demands.commands.moves import INTERNAL, note_of
from loushi.casework.demands.commands.submit import begin
from loushi.casework.demands.models import Demand, State
from loushi.casework.demands.workflow import workflow
from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.language.commands import Text, index_many


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a history."""

    at: datetime
    move: str
    actor: Actor
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """A new demand (unsaved, with related rows set) and what happened to it, in order."""

    demand: Demand
    actor: Actor
    steps: Sequence[Step] = ()


def _event(
    case: Case, move: str, before: str, note: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of a history line but for the ids, which are known when all is inserted."""
    return {
        "unit_path": case.demand.unit_path,
        "move": move,
        "from_state": before,
        "to_state": case.demand.state,
        "at": case.now,
        "actor_user_id": case.actor.user_id,
        "actor_name": case.actor.name,
        "appointment": case.actor.appointment,
        "note": note,
        "data": dict(data),
        "is_public": move not in INTERNAL,
    }


def replay(history: History) -> Case:
    """Runs a history in memory; raises as the single form where a step is not in the table."""
    demand = history.demand
    demand.state = State.SUBMITTED
    case = Case(demand, history.actor, demand.submitted_at, replayed=True)
    begin(case)
    case.events.append((_event(case, "submit", "", "", {"channel": demand.channel}), None))
    for step in history.steps:
        _step(case, step)
    clocks.foresee(case)
    return case


def _step(case: Case, step: Step) -> None:
    move = workflow.move(step.move)
    demand = case.demand
    if demand.state not in move.sources:
        raise Conflict(f"{step.move} is not possible in state {demand.state}")
    missing = [name for name in move.required if step.values.get(name) in (None, "", [], ())]
    if missing:
        raise Refused(f"{step.move} needs {missing}")
    case.actor, case.now = step.actor, step.at
    before = demand.state
    own = own_parts(case)[:1]
    effect = EFFECTS.get(step.move)
    data = (effect(case, step.values) if effect else None) or {}
    referring.follow(case, step.move)
    if demand.state == before:
        demand.state = move.target or before
    event = _event(case, step.move, before, note_of(step.values), data)
    case.events.append((event, own[0] if own else None))


def submit_many(*, actor: Actor, histories: Iterable[History]) -> list[Demand]:
    """Inserts demands with their histories in one transaction; returns them with their ids."""
    with clocks.holding_rules():
        cases = [replay(history) for history in histories]
    return write_replayed(actor=actor, cases=cases)


def write_replayed(*, actor: Actor, cases: Sequence[Case]) -> list[Demand]:
    """Inserts cases that were replayed, perhaps elsewhere, in one transaction; returns the demands
    with their ids."""
    with transaction.atomic():
        insert(cases)
        referring.write_many(actor, cases)
        index_many(
            Text(
                kind="demand",
                object_id=case.demand.pk,
                text=telling.searchable_text(case.demand),
                at=case.demand.submitted_at,
                unit_path=case.demand.unit_path,
                participants=telling.tokens_of(case.demand, case.parts),
            )
            for case in cases
        )
        record_many(
            actor=actor,
            action="demands.submit",
            lines=[
                Line(
                    subject=(telling.SUBJECT, case.demand.pk, case.demand.number),
                    after={"title": case.demand.title},
                    unit_path=case.demand.unit_path,
                    at=case.demand.submitted_at,
                )
                for case in cases
            ],
        )
    return [case.demand for case in cases]
