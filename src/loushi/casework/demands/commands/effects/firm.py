"""Moves of the enterprise and its people: supply information, rate, have it done again, urge."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.effects.registry import Values, add_part, effect, end_parts
from loushi.casework.demands.models import Assignment, DemandPause, Rating, State
from loushi.foundation.core.errors import TooMany
from loushi.foundation.core.rating import rated

URGE_INTERVAL = timedelta(hours=24)


@effect("supply_info")
def _supply_info(case: Case, values: Values) -> None:
    case.demand.state = case.demand.resume_state or State.ACCEPTED
    case.demand.resume_state = ""
    clocks.unpause(case, DemandPause.Kind.INFORMATION)


@effect("rate")
def _rate(case: Case, values: Values) -> dict[str, Any]:
    demand = case.demand
    demand.closed_at = demand.closed_at or case.now
    rating = rated(demand, Rating, values, demand=demand, user_id=case.actor.user_id, at=case.now)
    case.add(case.ratings, rating)
    end_parts(case, Assignment.State.ANSWERED)
    return {"score": demand.score, "solved": demand.solved}


@effect("reopen")
def _reopen(case: Case, values: Values) -> dict[str, Any]:
    """Back to the last lead with a new unit clock; the firm-facing clock goes on, never anew."""
    demand = case.demand
    clocks.resume_answered(case)
    leads = [part for part in case.parts if part.part == Assignment.Part.LEAD]
    demand.reopened += 1
    demand.closed_at = demand.resolved_at = demand.rated_at = None
    demand.verdict = ""
    if not leads:
        demand.state = State.ACCEPTED
        return {}
    last = leads[-1]
    end_parts(case, Assignment.State.ANSWERED)
    limit = clocks.limit_of(demand, "resolve")
    add_part(
        case, "lead", limit, body=last.body, department=last.department, building=last.building
    )
    demand.lead = last.department
    clocks.refresh(case)
    return {"lead": str(last.department or last.building)}


@effect("urge")
def _urge(case: Case, values: Values) -> dict[str, Any]:
    demand = case.demand
    if demand.urged_at is not None and case.now - demand.urged_at < URGE_INTERVAL:
        raise TooMany(_("24 小时内已经催办过，承办单位已收到提醒。"))
    demand.urged_at = case.now
    demand.urges += 1
    return {"count": demand.urges}
