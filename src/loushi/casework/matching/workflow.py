"""States and the one table of moves of a common issue.

Who may do what: tests/matrix.csv, reviewed by people. The answer belongs to the lead department;
the unit's conveners may give it too once a joint meeting about the issue has been held, for
the departments that sat at it.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import OPEN as OPEN_DEMAND
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueEvent,
    JointMeeting,
    MeetingIssue,
)
from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor
from loushi.foundation.core.scoping import permits
from loushi.foundation.core.units import covers
from loushi.foundation.core.workflow import Move, Workflow, states_of
from loushi.services.governance.models import AgendaItem

S = CommonIssue.State
WHY = "what belongs to an issue that was fetched under its scope"

GATHERING = states_of(S.OPEN, S.ASSIGNED)
GROWING = GATHERING | states_of(S.COUNCIL)
LIVE = GROWING | states_of(S.ANSWERED)
ENDED = states_of(S.CLOSED, S.MERGED, S.DISSOLVED)
GROUPS = {"gathering": GATHERING, "growing": GROWING, "live": LIVE, "ended": ENDED}


def _unanswered(actor: Actor, row: CommonIssue) -> Any:
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    open_ones = Demand.objects.unscoped(WHY).filter(state__in=OPEN_DEMAND)
    if not members.exists():
        return _("这里没有诉求了，请用“解散”。")
    left = members.filter(demand__in=open_ones.values("pk")).count()
    return _("还有 %(n)d 件诉求没有答复，答复或移出后再办结。") % {"n": left} if left else None


def _led(actor: Actor, row: CommonIssue) -> Any:
    return None if row.lead_id else _("还没有牵头单位，请先交办。")


def _decided(actor: Actor, row: CommonIssue) -> Any:
    """An item that was taken off, settled or passed on outside the meeting holds nothing back."""
    state = AgendaItem.State
    if row.item is None or row.item.state in (state.ESCALATED, state.SETTLED, state.WITHDRAWN):
        return None
    return _("议题还在“%(body)s”，等它答复或提请上级。") % {"body": row.item.body.name}


def was_met(row: CommonIssue) -> bool:
    """Whether a joint meeting about the issue has been held."""
    held = JointMeeting.objects.unscoped(WHY).filter(
        state__in=[JointMeeting.State.HELD, JointMeeting.State.CLOSED]
    )
    rows = MeetingIssue.objects.unscoped(WHY).filter(issue=row, meeting__in=held.values("pk"))
    return bool(rows.exists())


def _move(
    name: str, label: Any, sources: frozenset[str], target: str | None, permission: str,
    *required: str, **more: Any,
) -> Move:  # fmt: skip
    return Move(name, label, sources, target, f"matching.{permission}", required=required, **more)


MOVES = (
    _move("edit", _l("更正"), LIVE, None, "group", "name"),
    _move("add", _l("并入诉求"), GROWING, None, "group", "demands"),
    _move("undo", _l("撤销并入"), GROWING, None, "group"),
    _move("remove", _l("移出诉求"), LIVE, None, "group", "demands", "reason"),
    _move("split", _l("拆分"), GATHERING, None, "group", "demands", "name"),
    _move("merge", _l("并入另一个"), GATHERING, S.MERGED, "group", "into"),
    _move("dissolve", _l("解散"), GATHERING, S.DISSOLVED, "group", "reason"),
    _move("assign", _l("交办"), GATHERING, S.ASSIGNED, "group", "lead", primary=True),
    _move("refer", _l("提交议事"), GROWING, S.COUNCIL, "group", "body"),
    _move(
        "answer", _l("统一答复"), states_of(S.ASSIGNED, S.ANSWERED), S.ANSWERED, "answer",
        "verdict", "answer", primary=True, guard=_led,
    ),
    _move("note", _l("记一条"), LIVE, None, "follow", "note"),
    _move("reopen", _l("重新办理"), states_of(S.ANSWERED), S.ASSIGNED, "group", "reason"),
    _move("close", _l("办结"), LIVE, S.CLOSED, "group", guard=_unanswered,
          primary=True),
    _move("recall", _l("收回重办"), states_of(S.COUNCIL), S.OPEN, "group", "reason",
          guard=_decided),
    _move("council_answer", _l("议事答复"), states_of(S.COUNCIL), S.ANSWERED, "group", system=True),
    _move("council_back", _l("议事退回"), states_of(S.COUNCIL), S.OPEN, "group", system=True),
)  # fmt: skip


def may(actor: Actor, move: Move, row: CommonIssue) -> bool:
    """The permission of the table; for the answer the lead, or who convened a meeting held."""
    if actor.system:
        return True
    if move.name != "answer":
        return permits(actor, move.permission, row)
    if row.lead_id and str(row.lead_id) in actor.keys(DEPARTMENT, move.permission):
        return True
    held = any(covers(path, row.unit_path) for path in actor.keys(UNIT, move.permission))
    return held and was_met(row)


workflow: Workflow[CommonIssue] = Workflow(
    model=CommonIssue,
    history=IssueEvent,
    link="row",
    states=dict(S.choices),
    moves=MOVES,
    groups=GROUPS,
    may=may,
)

# A joint meeting has fewer steps; its history is the audit, and what it did to an issue stands in
# the issue's own history.
M = JointMeeting.State
MEETING_STEPS: dict[str, tuple[frozenset[str], str | None]] = {
    "update": (states_of(M.DRAFT, M.CALLED), None),
    "call": (states_of(M.DRAFT), M.CALLED),
    "hold": (states_of(M.CALLED), M.HELD),
    "attendance": (states_of(M.HELD), None),
    "notes": (states_of(M.HELD), None),
    "decide": (states_of(M.HELD), None),
    "close": (states_of(M.HELD), M.CLOSED),
    "cancel": (states_of(M.DRAFT, M.CALLED), M.CANCELLED),
}
"""Step → states in which it is possible, and the state that follows (None: the same)."""


def meeting_steps(actor: Actor, row: JointMeeting) -> frozenset[str]:
    """The steps that the actor may take at a meeting right now."""
    if not permits(actor, "matching.convene", row):
        return frozenset()
    return frozenset(name for name, (states, _next) in MEETING_STEPS.items() if row.state in states)
