"""Moves of the handling units: sign, start, contact, answer, resolve, hand back, ask for more."""

from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.effects.centre import review_date
from loushi.casework.demands.commands.effects.registry import (
    Values,
    effect,
    end_parts,
    limit_from,
    own_parts,
)
from loushi.casework.demands.models import Assignment, DemandClock, Extension, State
from loushi.foundation.core.errors import Conflict, Refused


@effect("sign")
def _sign(case: Case, values: Values) -> None:
    """Signing starts no clock: they run since dispatch."""
    for part in own_parts(case):
        if part.state == Assignment.State.WAITING:
            part.state = Assignment.State.SIGNED
            part.signed_at = case.now
            part.handler_id = case.actor.user_id
            case.touch(part)
            if part.part == Assignment.Part.LEAD:
                case.demand.state = State.SIGNED


@effect("start")
def _start(case: Case, values: Values) -> None:
    for part in own_parts(case):
        if part.state in {Assignment.State.WAITING, Assignment.State.SIGNED}:
            part.state = Assignment.State.WORKING
            part.handler_id = part.handler_id or case.actor.user_id
            case.touch(part)


@effect("contact")
def _contact(case: Case, values: Values) -> None:
    case.demand.contacted_at = case.now
    clocks.stop(case, DemandClock.Kind.CONTACT)
    clocks.refresh(case)


@effect("answer_part")
def _answer_part(case: Case, values: Values) -> None:
    for part in own_parts(case):
        if part.part == Assignment.Part.CO and part.state != Assignment.State.ANSWERED:
            clocks.stop(case, DemandClock.Kind.UNIT, part)
            part.state = Assignment.State.ANSWERED
            part.answered_at = case.now
            part.answer = values["note"]
            case.touch(part)


@effect("resolve")
def _resolve(case: Case, values: Values) -> dict[str, Any]:
    demand = case.demand
    demand.verdict = values["verdict"]
    demand.answer = values["answer"]
    demand.resolved_at = case.now
    if demand.contacted_at is None:
        demand.contacted_at = case.now
        clocks.stop(case, DemandClock.Kind.CONTACT)
    clocks.stop(case, DemandClock.Kind.RESOLVE)
    for part in case.active_parts:
        clocks.stop(case, DemandClock.Kind.UNIT, part)
        if part.part == Assignment.Part.LEAD:
            part.state = Assignment.State.ANSWERED
            part.answered_at = case.now
            part.answer = values["answer"]
            case.touch(part)
    demand.due_at = None
    return {"verdict": demand.verdict}


@effect("hand_back")
def _hand_back(case: Case, values: Values) -> dict[str, Any]:
    """The first goes back to the centre; after the second the secretary arbitrates, finally."""
    if case.lead_part is not None:
        case.lead_part.reason = values["reason"][:300]
    end_parts(case, Assignment.State.HANDED_BACK)
    case.demand.lead = None
    case.demand.hand_backs += 1
    if case.demand.hand_backs >= 2:
        case.demand.state = State.ARBITRATION
    clocks.refresh(case)
    return {"count": case.demand.hand_backs}


@effect("ask_extension")
def _ask_extension(case: Case, values: Values) -> dict[str, Any]:
    lead = case.lead_part
    if lead is None or any(e.state == Extension.State.ASKED for e in case.extensions):
        raise Conflict(_("已有一份延期申请在等批复。"))
    kind = values.get("limit_kind") or "working_days"
    limit = limit_from((kind, values["amount"]), None)
    if limit is None:
        raise Refused(_("请写明要延长多少。"), field="amount")
    case.add(
        case.extensions,
        Extension(
            demand=case.demand,
            assignment=lead,
            limit_kind=limit.kind.value,
            amount=limit.amount,
            reason=values["reason"][:300],
            asked_at=case.now,
        ),
    )
    return {"amount": limit.amount, "kind": limit.kind.value}


@effect("ask_suspension")
def _ask_suspension(case: Case, values: Values) -> dict[str, Any]:
    return {"review_on": review_date(case, values["review_on"]).isoformat()}
