"""What each move changes besides the state: one function per move that needs one.

Each takes (demand, values, now, actor) and may return data for the history row. States that depend
on the case (second hand-back, after a pause) are set here as well.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks
from loushi.casework.demands.models import (
    Assignment,
    Demand,
    DemandClock,
    DemandPause,
    Extension,
    Rating,
    State,
    Tier,
)
from loushi.casework.demands.workflow import active_parts, own_parts
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.clocks import Limit, LimitKind
from loushi.foundation.core.errors import Conflict, Refused, TooMany
from loushi.registry.accounts.models import Department

Values = Mapping[str, Any]
Effect = Callable[[Demand, Values, datetime, Actor], dict[str, Any] | None]
URGE_INTERVAL = timedelta(hours=24)
MAX_SUSPENSION_DAYS = 365
WHY = "parts of a demand that the command has already fetched under its scope"
EFFECTS: dict[str, Effect] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    def keep(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return keep


def forget_parts(demand: Demand) -> None:
    demand.__dict__.pop("_active_parts", None)


def _end_parts(demand: Demand, state: str, now: datetime, *, keep_answered: bool = True) -> None:
    for part in active_parts(demand):
        clocks.stop(demand, DemandClock.Kind.UNIT, now, part)
        if not (keep_answered and part.state == Assignment.State.ANSWERED):
            part.state = state
        part.is_active = False
        part.ended_at = now
        part.save()
    forget_parts(demand)


def _limit(given: Any, default: Limit | None) -> Limit | None:
    """A limit from a form: None = the service level's; (kind, amount) = the dispatcher's own."""
    if given in (None, "", (None, None)):
        return default
    kind, amount = given
    try:
        return Limit(LimitKind(kind), int(amount))
    except ValueError:
        raise Refused(_("办理时限须是大于 0 的整数。"), field="limit") from None


def _add_part(
    demand: Demand, part: str, body: Mapping[str, Any], limit: Limit | None, now: datetime
) -> Assignment:
    row = Assignment(
        demand=demand,
        unit_path=demand.unit_path,
        part=part,
        dispatched_at=now,
        **body,
    )
    row.save()
    clock = clocks.start(demand, DemandClock.Kind.UNIT, limit, now, row)
    if clock is not None:
        row.due_at = clock.due_at
        row.save(update_fields=["due_at"])
    return row


def _department(pk: Any, field: str) -> Department:
    row = Department.objects.filter(pk=pk, is_active=True).first() if pk else None
    if row is None:
        raise Refused(_("没有找到这个部门，或已停用，请重新选择。"), field=field)
    return row


def _first_dispatch(demand: Demand, now: datetime) -> None:
    """First contact and resolve start here, once; the firm-facing clocks never restart."""
    if demand.dispatched_at is not None:
        return
    demand.dispatched_at = now
    level = clocks.level_of(demand)
    if level is not None:
        clocks.start(demand, DemandClock.Kind.CONTACT, level.limit("contact"), now)
        clocks.start(demand, DemandClock.Kind.RESOLVE, level.limit("resolve"), now)


def _dispatch(demand: Demand, values: Values, now: datetime) -> dict[str, Any]:
    level = clocks.level_of(demand)
    default = level.limit("resolve") if level else None
    lead = _department(values["lead"], "lead")
    helpers = [_department(pk, "co") for pk in dict.fromkeys(values.get("co") or ())]
    if lead in helpers:
        raise Refused(_("主办单位不能同时是协办单位。"), field="co")
    _first_dispatch(demand, now)
    _add_part(
        demand, "lead", {"department": lead}, _limit(values.get("lead_limit"), default), now
    )
    co_limit = _limit(values.get("co_limit"), default)
    for department in helpers:
        _add_part(demand, "co", {"department": department}, co_limit, now)
    demand.lead = lead
    forget_parts(demand)
    clocks.refresh(demand, now)
    return {"lead": lead.name, "co": [department.name for department in helpers]}


@effect("accept")
def _accept(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    stopped = clocks.stop(demand, DemandClock.Kind.ACCEPT, now)
    demand.accepted_at = now
    demand.clerk_id = actor.user_id
    demand.due_at = None
    return {"minutes": stopped[0].elapsed_minutes if stopped else None}


@effect("decline")
@effect("withdraw")
def _end(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    _end_parts(demand, Assignment.State.CANCELLED, now)
    for kind in DemandPause.Kind.values:
        clocks.unpause(demand, kind, now)
    clocks.stop_all(demand, now)
    demand.closed_at = now


@effect("dispatch")
def _do_dispatch(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    return _dispatch(demand, values, now)


@effect("arbitrate")
def _arbitrate(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    demand.is_arbitrated = True
    return _dispatch(demand, values, now)


@effect("transfer")
def _transfer(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    """A new lead with a new unit clock; co-units and the firm-facing clocks go on."""
    lead = _department(values["lead"], "lead")
    for part in active_parts(demand):
        if part.part == Assignment.Part.LEAD:
            if part.department_id == lead.pk:
                raise Refused(_("这个部门已经是主办单位。"), field="lead")
            clocks.stop(demand, DemandClock.Kind.UNIT, now, part)
            part.state = Assignment.State.TRANSFERRED
            part.is_active = False
            part.ended_at = now
            part.reason = values["reason"][:300]
            part.save()
        elif part.department_id == lead.pk:
            raise Refused(_("这个部门已经是协办单位，请先调整协办。"), field="lead")
    level = clocks.level_of(demand)
    limit = _limit(values.get("lead_limit"), level.limit("resolve") if level else None)
    _add_part(demand, "lead", {"department": lead}, limit, now)
    demand.lead = lead
    forget_parts(demand)
    clocks.refresh(demand, now)
    return {"lead": lead.name}


@effect("refer")
def _refer(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    """To the building council: the case becomes one of tier building."""
    if demand.building is None:
        raise Refused(_("这件诉求没有登记楼宇，先补上楼宇再转楼委会。"), field="building")
    demand.tier = Tier.BUILDING
    demand.lead = None
    level = clocks.level_of(demand)
    _first_dispatch(demand, now)
    body = {"body": Assignment.Body.COUNCIL, "building": demand.building}
    _add_part(demand, "lead", body, level.limit("resolve") if level else None, now)
    forget_parts(demand)
    clocks.refresh(demand, now)
    return {"council": demand.building.name}


@effect("sign")
def _sign(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    """Signing starts no clock: they run since dispatch."""
    for part in own_parts(actor, demand):
        if part.state == Assignment.State.WAITING:
            part.state = Assignment.State.SIGNED
            part.signed_at = now
            part.handler_id = actor.user_id
            part.save()
            if part.part == Assignment.Part.LEAD:
                demand.state = State.SIGNED


@effect("start")
def _start(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    for part in own_parts(actor, demand):
        if part.state in {Assignment.State.WAITING, Assignment.State.SIGNED}:
            part.state = Assignment.State.WORKING
            part.handler_id = part.handler_id or actor.user_id
            part.save()


@effect("contact")
def _contact(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    if demand.contacted_at is not None:
        raise Conflict(_("首次联系已经记录过，再联系请用“记录进展”。"))
    demand.contacted_at = now
    clocks.stop(demand, DemandClock.Kind.CONTACT, now)
    clocks.refresh(demand, now)


@effect("answer_part")
def _answer_part(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    for part in own_parts(actor, demand):
        if part.part == Assignment.Part.CO and part.state != Assignment.State.ANSWERED:
            clocks.stop(demand, DemandClock.Kind.UNIT, now, part)
            part.refresh_from_db()
            part.state = Assignment.State.ANSWERED
            part.answered_at = now
            part.answer = values["note"]
            part.save()
    forget_parts(demand)


@effect("resolve")
def _resolve(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    demand.verdict = values["verdict"]
    demand.answer = values["answer"]
    demand.resolved_at = now
    if demand.contacted_at is None:
        demand.contacted_at = now
        clocks.stop(demand, DemandClock.Kind.CONTACT, now)
    clocks.stop(demand, DemandClock.Kind.RESOLVE, now)
    for part in active_parts(demand):
        clocks.stop(demand, DemandClock.Kind.UNIT, now, part)
        if part.part == Assignment.Part.LEAD:
            part.refresh_from_db()
            part.state = Assignment.State.ANSWERED
            part.answered_at = now
            part.answer = values["answer"]
            part.save()
    forget_parts(demand)
    demand.due_at = None
    return {"verdict": demand.verdict}


@effect("hand_back")
def _hand_back(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    """The first goes back to the centre; after the second the secretary arbitrates, finally."""
    for part in active_parts(demand):
        if part.part == Assignment.Part.LEAD:
            part.reason = values["reason"][:300]
            part.save(update_fields=["reason"])
    _end_parts(demand, Assignment.State.HANDED_BACK, now)
    demand.lead = None
    demand.hand_backs += 1
    if demand.hand_backs >= 2:
        demand.state = State.ARBITRATION
    return {"count": demand.hand_backs}


@effect("ask_info")
def _ask_info(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    """Pauses all clocks (the centre's or the lead's question)."""
    demand.resume_state = demand.state
    clocks.pause(demand, DemandPause.Kind.INFORMATION, now, values["note"])


@effect("supply_info")
def _supply_info(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    demand.state = demand.resume_state or State.ACCEPTED
    demand.resume_state = ""
    clocks.unpause(demand, DemandPause.Kind.INFORMATION, now)


@effect("ask_extension")
def _ask_extension(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    lead = next(p for p in own_parts(actor, demand) if p.part == Assignment.Part.LEAD)
    waiting = Extension.objects.unscoped(WHY).filter(
        demand=demand, state=Extension.State.ASKED
    )
    if waiting.exists():
        raise Conflict(_("已有一份延期申请在等批复。"))
    limit = _limit((values.get("limit_kind") or "working_days", values["amount"]), None)
    assert limit is not None
    Extension.objects.unscoped(WHY).create(
        demand=demand,
        assignment=lead,
        unit_path=demand.unit_path,
        limit_kind=limit.kind.value,
        amount=limit.amount,
        reason=values["reason"][:300],
        asked_at=now,
    )
    return {"amount": limit.amount, "kind": limit.kind.value}


def _decide(demand: Demand, state: str, values: Values, now: datetime, actor: Actor) -> Extension:
    asked = (
        Extension.objects.unscoped(WHY)
        .filter(demand=demand, state=Extension.State.ASKED)
        .order_by("-id")
        .first()
    )
    if asked is None:
        raise Conflict(_("没有等批复的延期申请。"))
    asked.state = state
    asked.decided_at = now
    asked.decided_by = actor.user_id
    asked.decision = str(values.get("reason") or "")[:300]
    asked.save()
    return asked


@effect("grant_extension")
def _grant(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    """Lengthens the lead's unit clock and the firm-facing resolve clock by the granted amount."""
    asked = _decide(demand, Extension.State.GRANTED, values, now, actor)
    nominal = clocks.clocks.nominal_minutes(now)
    for clock in clocks.running(demand):
        ours = clock.kind == DemandClock.Kind.RESOLVE or clock.assignment_id == asked.assignment_id
        if not ours:
            continue
        if clock.limit_kind == asked.limit_kind:
            clock.limit_amount += asked.amount
        else:
            extra = Limit(LimitKind(asked.limit_kind), asked.amount).minutes(nominal)
            clock.limit_amount = clock.limit.minutes(nominal) + extra
            clock.limit_kind = (
                LimitKind.CLOCK_MINUTES if clock.limit.kind.is_clock else LimitKind.WORKING_MINUTES
            )
        clock.save()
    clocks.refresh(demand, now)
    return {"amount": asked.amount, "kind": asked.limit_kind}


@effect("refuse_extension")
def _refuse(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    _decide(demand, Extension.State.REFUSED, values, now, actor)


def _review_on(values: Values, now: datetime) -> Any:
    today = timezone.localtime(now).date()
    if not today < values["review_on"] <= today + timedelta(days=MAX_SUSPENSION_DAYS):
        raise Refused(_("复核日期须在明天之后、一年之内。"), field="review_on")
    return values["review_on"]


@effect("ask_suspension")
def _ask_suspension(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    return {"review_on": _review_on(values, now).isoformat()}


@effect("suspend")
def _suspend(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    demand.review_on = _review_on(values, now)
    demand.resume_state = demand.state
    clocks.pause(demand, DemandPause.Kind.SUSPENSION, now, values["reason"])
    return {"review_on": demand.review_on.isoformat()}


@effect("resume")
def _resume(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    demand.state = demand.resume_state or State.ACCEPTED
    demand.resume_state = ""
    demand.review_on = None
    clocks.unpause(demand, DemandPause.Kind.SUSPENSION, now)


@effect("escalate")
def _escalate(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    order = list(Tier.values)
    position = order.index(demand.tier)
    if position + 1 == len(order):
        raise Conflict(_("已经是区级，不能再提级。"))
    before = demand.tier
    demand.tier = order[position + 1]
    _end_parts(demand, Assignment.State.CANCELLED, now)
    demand.lead = None
    return {"from": before, "to": demand.tier}


@effect("rate")
def _rate(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    demand.score = int(values["score"])
    demand.solved = values["solved"]
    demand.rated_at = now
    demand.closed_at = demand.closed_at or now
    Rating.objects.unscoped(WHY).create(
        demand=demand,
        unit_path=demand.unit_path,
        score=demand.score,
        solved=demand.solved,
        words=values.get("words") or "",
        by_link=bool(values.get("by_link")),
        user_id=actor.user_id,
        at=now,
    )
    return {"score": demand.score, "solved": demand.solved}


@effect("reopen")
def _reopen(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    """Back to the last lead with a new unit clock; the firm-facing clock goes on, never anew."""
    clocks.resume_answered(demand, now)
    last = (
        Assignment.objects.unscoped(WHY)
        .filter(demand=demand, part=Assignment.Part.LEAD)
        .order_by("-id")
        .first()
    )
    demand.reopened += 1
    demand.closed_at = demand.resolved_at = demand.rated_at = None
    demand.verdict = ""
    if last is None:
        demand.state = State.ACCEPTED
        return {}
    _end_parts(demand, Assignment.State.ANSWERED, now)
    level = clocks.level_of(demand)
    body = {"body": last.body, "department": last.department, "building": last.building}
    _add_part(demand, "lead", body, level.limit("resolve") if level else None, now)
    forget_parts(demand)
    clocks.refresh(demand, now)
    return {"lead": str(last.department or last.building)}


@effect("close")
@effect("close_unrated")
def _close(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    _end_parts(demand, Assignment.State.ANSWERED, now)
    demand.closed_at = now


@effect("urge")
def _urge(demand: Demand, values: Values, now: datetime, actor: Actor) -> dict[str, Any]:
    if demand.urged_at is not None and now - demand.urged_at < URGE_INTERVAL:
        raise TooMany(_("24 小时内已经催办过，承办单位已收到提醒。"))
    demand.urged_at = now
    demand.urges += 1
    return {"count": demand.urges}


@effect("supervise")
def _supervise(demand: Demand, values: Values, now: datetime, actor: Actor) -> None:
    demand.is_supervised = True
