"""States, named groups of states, and the one table of moves of a demand.

Who may do what: docs/… matrix in tests/matrix.csv, reviewed by people; this table alone is not the
proof. `LEAD` moves need the active lead part, `PART` moves any active part of the actor's own body.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from loushi.casework.demands.models import Assignment, Demand, DemandEvent, Extension, State
from loushi.foundation.core.actor import BUILDING, DEPARTMENT, Actor
from loushi.foundation.core.scoping import permits
from loushi.foundation.core.workflow import Move, Workflow, states_of

S = State

WAITING = states_of(S.SUBMITTED)
AT_UNIT = states_of(S.DISPATCHED, S.SIGNED, S.HANDLING)
AT_CENTRE = states_of(S.SUBMITTED, S.ACCEPTED, S.RETURNED, S.ARBITRATION)
PAUSED = states_of(S.NEED_INFO, S.SUSPENDED)
OPEN = AT_CENTRE | AT_UNIT | PAUSED
ANSWERED = states_of(S.RESOLVED)
ENDED = states_of(S.CLOSED, S.DECLINED, S.WITHDRAWN, S.MERGED, S.SPLIT)

GROUPS = {
    "waiting": WAITING,
    "at_unit": AT_UNIT,
    "at_centre": AT_CENTRE,
    "paused": PAUSED,
    "open": OPEN,
    "answered": ANSWERED,
    "ended": ENDED,
}

REOPEN_WITHIN = timedelta(days=30)
"""How long after closing a firm may have it done again (local policy, not a standard)."""

LEAD = frozenset({"hand_back", "ask_extension", "ask_suspension", "resolve", "start", "contact"})
PART = frozenset({"sign", "answer_part"})


def _not_after_arbitration(actor: Actor, row: Demand) -> Any:
    if row.is_arbitrated:
        return _("书记已经裁定过一次，裁定为终局，不能再退回。")
    return None


def _once_rated(actor: Actor, row: Demand) -> Any:
    return _("这件诉求已经评价过。") if row.rated_at else None


def _asked(actor: Actor, row: Demand) -> Any:
    waiting = Extension.objects.unscoped("of a demand that was fetched under its scope").filter(
        demand=row, state=Extension.State.ASKED
    )
    return None if waiting.exists() else _("没有等批复的延期申请。")


def _once_contacted(actor: Actor, row: Demand) -> Any:
    if row.contacted_at is not None:
        return _("首次联系已经记录过，再联系请用“记录进展”。")
    return None


def _recently_closed(actor: Actor, row: Demand) -> Any:
    if row.closed_at is not None and timezone.now() - row.closed_at > REOPEN_WITHIN:
        return _("归档已超过 30 天，不能要求重办；请另提一件，写上原编号。")
    return None


def _move(
    name: str,
    label: Any,
    sources: frozenset[str],
    target: str | None,
    permission: str = "",
    *required: str,
    **more: Any,
) -> Move:
    return Move(
        name, label, sources, target, permission or f"demands.{name}", required=required, **more
    )


MOVES = (
    _move("accept", _l("受理"), WAITING, S.ACCEPTED, primary=True, notice="accepted"),
    _move(
        "decline",
        _l("不予受理"),
        states_of(S.SUBMITTED, S.ACCEPTED),
        S.DECLINED,
        "",
        "reason",
        notice="declined",
    ),
    _move(
        "dispatch",
        _l("交办"),
        states_of(S.ACCEPTED, S.RETURNED),
        S.DISPATCHED,
        "",
        "lead",
        primary=True,
        notice="dispatched",
    ),
    _move(
        "refer",
        _l("转楼委会"),
        states_of(S.ACCEPTED, S.RETURNED),
        S.DISPATCHED,
        "demands.dispatch",
        notice="dispatched",
    ),
    _move(
        "arbitrate",
        _l("裁定主办单位"),
        states_of(S.ARBITRATION),
        S.DISPATCHED,
        "",
        "lead",
        "reason",
        primary=True,
        notice="arbitrated",
    ),
    _move("sign", _l("签收"), AT_UNIT, None, "demands.handle", primary=True),
    _move(
        "start",
        _l("开始办理"),
        states_of(S.SIGNED),
        S.HANDLING,
        "demands.handle",
        primary=True,
    ),
    _move(
        "contact",
        _l("记录首次联系"),
        AT_UNIT,
        None,
        "demands.handle",
        "note",
        guard=_once_contacted,
    ),
    _move("progress", _l("记录进展"), AT_UNIT | states_of(S.SUSPENDED), None, "", "note"),
    _move("answer_part", _l("提交协办答复"), AT_UNIT, None, "demands.handle", "note"),
    _move(
        "resolve",
        _l("提交办结"),
        states_of(S.SIGNED, S.HANDLING),
        S.RESOLVED,
        "demands.handle",
        "verdict",
        "answer",
        primary=True,
        notice="resolved",
    ),
    _move(
        "hand_back",
        pgettext_lazy("move", "退回"),
        AT_UNIT,
        S.RETURNED,
        "demands.handle",
        "reason",
        guard=_not_after_arbitration,
        notice="returned",
    ),
    _move(
        "transfer",
        _l("转办"),
        AT_UNIT,
        S.DISPATCHED,
        "demands.dispatch",
        "lead",
        "reason",
        notice="dispatched",
    ),
    _move(
        "ask_info",
        _l("请企业补充"),
        states_of(S.SUBMITTED, S.ACCEPTED, S.RETURNED) | AT_UNIT,
        S.NEED_INFO,
        "",
        "note",
        notice="need_info",
    ),
    _move(
        "supply_info",
        _l("补充信息"),
        states_of(S.NEED_INFO),
        None,
        "demands.supply",
        "note",
        primary=True,
        notice="supplied",
    ),
    _move("ask_extension", _l("申请延期"), AT_UNIT, None, "demands.handle", "amount", "reason"),
    _move(
        "grant_extension",
        _l("同意延期"),
        AT_UNIT,
        None,
        "demands.decide_extension",
        guard=_asked,
        notice="extension",
    ),
    _move(
        "refuse_extension",
        _l("不同意延期"),
        AT_UNIT,
        None,
        "demands.decide_extension",
        "reason",
        guard=_asked,
        notice="extension",
    ),
    _move("ask_suspension", _l("申请挂账"), AT_UNIT, None, "demands.handle", "review_on", "reason"),
    _move(
        "suspend",
        _l("挂账"),
        AT_UNIT | states_of(S.ACCEPTED, S.RETURNED),
        S.SUSPENDED,
        "",
        "review_on",
        "reason",
        notice="suspended",
    ),
    _move(
        "resume",
        _l("恢复办理"),
        states_of(S.SUSPENDED),
        None,
        "demands.suspend",
        primary=True,
        notice="resumed",
    ),
    _move(
        "escalate",
        _l("提级"),
        states_of(S.ACCEPTED, S.RETURNED) | AT_UNIT,
        S.ACCEPTED,
        "",
        "reason",
        notice="escalated",
    ),
    _move(
        "rate",
        _l("评价"),
        states_of(S.RESOLVED, S.CLOSED),
        S.CLOSED,
        "",
        "score",
        "solved",
        primary=True,
        guard=_once_rated,
        notice="rated",
    ),
    _move(
        "reopen",
        _l("要求重办"),
        states_of(S.RESOLVED, S.CLOSED),
        S.DISPATCHED,
        "",
        "reason",
        guard=_recently_closed,
        notice="reopened",
    ),
    _move("close", _l("办结归档"), states_of(S.RESOLVED), S.CLOSED, "", "reason"),
    _move("close_unrated", _l("到期自动归档"), states_of(S.RESOLVED), S.CLOSED, system=True),
    _move("urge", _l("催办"), OPEN - WAITING, None, "", notice="urged"),
    _move("supervise", _l("督办"), OPEN, None, "", "reason", notice="supervised"),
    _move(
        "merge",
        _l("并入另一件"),
        states_of(S.SUBMITTED, S.ACCEPTED, S.RETURNED),
        S.MERGED,
        "",
        "into",
        note=_l(
            "只用于同一件事重复提交：这一件就此结束。不同企业的同类诉求请用“并入共性问题”，"
            "各自办结、各自评价。"
        ),
    ),
    _move("split", _l("拆分"), states_of(S.ACCEPTED, S.RETURNED), S.SPLIT, "", "parts"),
    _move("withdraw", _l("撤回"), OPEN, S.WITHDRAWN, "", notice="withdrawn"),
    _move("note", _l("内部备注"), OPEN | ANSWERED | ENDED, None, "", "note"),
)


def active_parts(row: Demand) -> list[Assignment]:
    """The demand's active parts, lead first (read once per row)."""
    parts: list[Assignment] | None = getattr(row, "_active_parts", None)
    if parts is None:
        parts = list(
            Assignment.objects.unscoped("parts of a demand that was fetched under its scope")
            .filter(demand=row, is_active=True)
            .order_by("-part", "id")
        )
        row._active_parts = parts  # type: ignore[attr-defined]
    return parts


def belongs_to(actor: Actor, part: Assignment, permission: str = "demands.handle") -> bool:
    """Whether the part's body is one in which the actor holds the permission."""
    if part.body == Assignment.Body.DEPARTMENT:
        return str(part.department_id) in actor.keys(DEPARTMENT, permission)
    return str(part.building_id) in actor.keys(BUILDING, permission)


def own_parts(actor: Actor, row: Demand) -> list[Assignment]:
    """The active parts of the actor's own department or building council."""
    return [part for part in active_parts(row) if belongs_to(actor, part)]


def may(actor: Actor, move: Move, row: Demand) -> bool:
    """The permission of the table, and for units' moves a part of the actor's own body."""
    if actor.system:
        return True
    if move.name in LEAD:
        return any(part.part == Assignment.Part.LEAD for part in own_parts(actor, row))
    if move.name == "sign":
        return any(part.state == Assignment.State.WAITING for part in own_parts(actor, row))
    if move.name == "answer_part":
        return any(
            part.part == Assignment.Part.CO and part.state != Assignment.State.ANSWERED
            for part in own_parts(actor, row)
        )
    if move.name == "ask_info" and own_parts(actor, row):
        return any(part.part == Assignment.Part.LEAD for part in own_parts(actor, row))
    return permits(actor, move.permission, row)


workflow: Workflow[Demand] = Workflow(
    model=Demand,
    history=DemandEvent,
    link="row",
    states=dict(State.choices),
    moves=MOVES,
    groups=GROUPS,
    may=may,
)
