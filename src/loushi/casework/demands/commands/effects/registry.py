"""The register of effects: move name → function of (case, values)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.models import Assignment, DemandClock
from loushi.casework.demands.workflow import belongs_to
from loushi.foundation.core.clocks import Limit, LimitKind
from loushi.foundation.core.errors import Refused

Values = Mapping[str, Any]
Effect = Callable[[Case, Values], dict[str, Any] | None]
EFFECTS: dict[str, Effect] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    """Registers the effect of a move."""

    def keep(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return keep


def own_parts(case: Case) -> list[Assignment]:
    """The active parts of the acting person's own department or building council."""
    return [part for part in case.active_parts if belongs_to(case.actor, part)]


def end_parts(case: Case, state: str) -> None:
    """Ends all active parts; those that answered keep saying so."""
    for part in case.active_parts:
        clocks.stop(case, DemandClock.Kind.UNIT, part)
        if part.state != Assignment.State.ANSWERED:
            part.state = state
        part.is_active = False
        part.ended_at = case.now
        case.touch(part)


def add_part(case: Case, part: str, limit: Limit | None, **body: Any) -> Assignment:
    """A new part of the case, with its own clock from now."""
    row = Assignment(demand=case.demand, part=part, dispatched_at=case.now, **body)
    case.add(case.parts, row)
    clocks.start(case, DemandClock.Kind.UNIT, limit, row)
    return row


def limit_from(given: Any, default: Limit | None) -> Limit | None:
    """A limit from a form: nothing = the service level's; (kind, amount) = the dispatcher's own."""
    if not given or not given[1]:
        return default
    kind, amount = given
    try:
        return Limit(LimitKind(kind), int(amount))
    except ValueError:
        raise Refused(_("办理时限须是大于 0 的整数。"), field="limit") from None
