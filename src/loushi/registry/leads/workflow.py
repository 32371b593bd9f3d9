"""The funnel as data: stages, moves, and from which stage on a field is mandatory."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.workflow import Move, Workflow, states_of
from loushi.registry.leads.models import InvestmentLead, LeadEvent, Stage

S = Stage
ORDER = (S.CLUE, S.TALK, S.VIEWING, S.QUOTED, S.SIGNED, S.MOVED_IN)
OPEN = states_of(S.CLUE, S.TALK, S.VIEWING, S.QUOTED, S.SIGNED)
ENDED = states_of(S.MOVED_IN, S.LOST)

MANDATORY_FROM: Mapping[str, Stage] = {
    "company": S.CLUE,
    "source": S.CLUE,
    "contact_name": S.TALK,
    "contact_phone": S.TALK,
    "industry_id": S.TALK,
    "area_min": S.VIEWING,
    "use": S.VIEWING,
    "space_id": S.VIEWING,
    "price": S.QUOTED,
    "credit_code": S.SIGNED,
    "lease_since": S.SIGNED,
    "lease_until": S.SIGNED,
}
"""Field → the first stage that cannot be reached without it (the one list; forms ask for the rest).
`space_id` and `price` come from the newest viewing and quote."""


def mandatory_at(stage: str) -> tuple[str, ...]:
    """The fields that a lead must hold in a stage."""
    if stage not in ORDER:
        return ()
    reached = ORDER[: ORDER.index(Stage(stage)) + 1]
    return tuple(name for name, first in MANDATORY_FROM.items() if first in reached)


def _move(name: str, label: Any, sources: frozenset[str], target: str | None, **more: Any) -> Move:
    required = mandatory_at(target) if target in ORDER else ()
    return Move(
        name=name, label=label, sources=sources, target=target, permission="leads.work",
        required=more.pop("required", required), **more,
    )  # fmt: skip


MOVES = (
    _move("talk", _("开始洽谈"), states_of(S.CLUE), S.TALK, primary=True),
    _move("view", _("记录看房"), states_of(S.TALK, S.VIEWING, S.QUOTED), S.VIEWING),
    _move("quote", _("记录报价"), states_of(S.VIEWING, S.QUOTED), S.QUOTED),
    _move("sign", _("签约"), states_of(S.QUOTED), S.SIGNED, primary=True),
    _move("move_in", _("登记入驻"), states_of(S.SIGNED), S.MOVED_IN, primary=True),
    _move("note", _("记录进展"), OPEN, None, required=("words",)),
    _move("lose", _("记为流失"), OPEN, S.LOST, required=("lost_reason",)),
    _move("reopen", _("重新跟进"), states_of(S.LOST), S.CLUE, required=("words",)),
)

workflow: Workflow[InvestmentLead] = Workflow(
    model=InvestmentLead,
    history=LeadEvent,
    link="row",
    states={stage.value: stage.label for stage in Stage},
    moves=MOVES,
    groups={"open": OPEN, "ended": ENDED},
)
