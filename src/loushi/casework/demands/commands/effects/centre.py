"""Moves of the service centre: accept, decline, dispatch, transfer, refer, suspend, escalate …"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.effects.registry import (
    Values,
    add_part,
    effect,
    end_parts,
    limit_from,
)
from loushi.casework.demands.commands.referring import joined, refer_to
from loushi.casework.demands.models import (
    Assignment,
    DemandClock,
    DemandPause,
    Extension,
    State,
    Tier,
)
from loushi.foundation.core.clocks import Limit, LimitKind
from loushi.foundation.core.errors import Conflict, Refused
from loushi.registry.accounts.models import Department
from loushi.services.governance.queries import body_for, serves

MAX_SUSPENSION_DAYS = 365


def department(given: Any, field: str) -> Department:
    """The active department of a form's choice (an id, or the row itself in bulk)."""
    if isinstance(given, Department):
        return given
    row = Department.objects.filter(pk=given, is_active=True).first() if given else None
    if row is None:
        raise Refused(_("没有找到这个部门，或已停用，请重新选择。"), field=field)
    return row


def first_dispatch(case: Case) -> None:
    """First contact and resolve start here, once; the firm-facing clocks never restart."""
    demand = case.demand
    if demand.dispatched_at is not None:
        return
    demand.dispatched_at = case.now
    clocks.start(case, DemandClock.Kind.CONTACT, clocks.limit_of(demand, "contact"))
    clocks.start(case, DemandClock.Kind.RESOLVE, clocks.limit_of(demand, "resolve"))


def end(case: Case) -> None:
    """The case is over without an answer: no part, pause or clock goes on."""
    end_parts(case, Assignment.State.CANCELLED)
    for kind in DemandPause.Kind.values:
        clocks.unpause(case, kind)
    clocks.stop_all(case)
    case.demand.closed_at = case.now


@effect("accept")
def _accept(case: Case, values: Values) -> dict[str, Any]:
    stopped = clocks.stop(case, DemandClock.Kind.ACCEPT)
    case.demand.accepted_at = case.now
    case.demand.clerk_id = case.actor.user_id
    case.demand.due_at = None
    return {"minutes": stopped[0].elapsed_minutes if stopped else None}


@effect("decline")
@effect("withdraw")
def _end(case: Case, values: Values) -> None:
    end(case)


@effect("dispatch")
def _dispatch(case: Case, values: Values) -> dict[str, Any]:
    default = clocks.limit_of(case.demand, "resolve")
    lead = department(values["lead"], "lead")
    helpers = [department(given, "co") for given in dict.fromkeys(values.get("co") or ())]
    if lead in helpers:
        raise Refused(_("主办单位不能同时是协办单位。"), field="co")
    first_dispatch(case)
    add_part(case, "lead", limit_from(values.get("lead_limit"), default), department=lead)
    for helper in helpers:
        add_part(case, "co", limit_from(values.get("co_limit"), default), department=helper)
    case.demand.lead = lead
    clocks.refresh(case)
    return {"lead": lead.name, "co": [helper.name for helper in helpers]}


@effect("arbitrate")
def _arbitrate(case: Case, values: Values) -> dict[str, Any]:
    case.demand.is_arbitrated = True
    return _dispatch(case, values) or {}


@effect("transfer")
def _transfer(case: Case, values: Values) -> dict[str, Any]:
    """A new lead with a new unit clock; co-units and the firm-facing clocks go on."""
    lead = department(values["lead"], "lead")
    for part in case.active_parts:
        if part.department_id == lead.pk:
            raise Refused(
                _("这个部门已经在办这件诉求（主办或协办），请选择另一个部门。"), field="lead"
            )
    old = case.lead_part
    if old is not None:
        clocks.stop(case, DemandClock.Kind.UNIT, old)
        old.state = Assignment.State.TRANSFERRED
        old.is_active = False
        old.ended_at = case.now
        old.reason = values["reason"][:300]
        case.touch(old)
    default = clocks.limit_of(case.demand, "resolve")
    add_part(case, "lead", limit_from(values.get("lead_limit"), default), department=lead)
    case.demand.lead = lead
    clocks.refresh(case)
    return {"lead": lead.name}


@effect("refer")
def _refer(case: Case, values: Values) -> dict[str, Any]:
    """To the body of the building: the case becomes one of tier building and an agenda item.
    Another body may be given where it serves the building (a common issue of several buildings).
    In bulk the body is given (nothing is read), and without one there is no item."""
    building = case.demand.building
    if building is None:
        raise Refused(_("这件诉求没有登记楼宇，先补上楼宇再转楼委会。"), field="building")
    body = values.get("body")
    if not case.fresh and not (body and serves(body, building)):
        body = body_for(building)
    if body is not None:
        refer_to(case, body, None if case.fresh else joined(case, body, values.get("item")))
    elif not case.fresh:
        raise Refused(
            _("“%(building)s”和所在社区都还没有楼宇治理委员会或议事厅。"
              "请先在“议事”里登记，或改为交办部门。")
            % {"building": building.name},
            field="building",
        )  # fmt: skip
    case.demand.tier = Tier.BUILDING
    case.demand.lead = None
    first_dispatch(case)
    limit = clocks.limit_of(case.demand, "resolve")
    add_part(case, "lead", limit, body=Assignment.Body.COUNCIL, building=building)
    clocks.refresh(case)
    return {"council": body.name if body else building.name}


@effect("ask_info")
def _ask_info(case: Case, values: Values) -> None:
    """Pauses all clocks (the centre's or the lead's question)."""
    case.demand.resume_state = case.demand.state
    clocks.pause(case, DemandPause.Kind.INFORMATION, values["note"])


def _asked_extension(case: Case, state: str, reason: str) -> Extension:
    asked = next((e for e in case.extensions if e.state == Extension.State.ASKED), None)
    if asked is None:
        raise Conflict(_("没有等批复的延期申请。"))
    asked.state = state
    asked.decided_at = case.now
    asked.decided_by = case.actor.user_id
    asked.decision = reason[:300]
    case.touch(asked)
    return asked


@effect("grant_extension")
def _grant(case: Case, values: Values) -> dict[str, Any]:
    """Lengthens the lead's unit clock and the firm-facing resolve clock by the granted amount."""
    asked = _asked_extension(case, Extension.State.GRANTED, str(values.get("reason") or ""))
    extra = Limit(LimitKind(asked.limit_kind), asked.amount)
    for clock in clocks.running(case):
        of_lead = clock.kind == DemandClock.Kind.UNIT and (
            clock.assignment_id == asked.assignment_id or clock.assignment is asked.assignment
        )
        if of_lead or clock.kind == DemandClock.Kind.RESOLVE:
            clocks.lengthen(clock, extra)
            case.touch(clock)
    clocks.refresh(case)
    return {"amount": asked.amount, "kind": asked.limit_kind}


@effect("refuse_extension")
def _refuse(case: Case, values: Values) -> None:
    _asked_extension(case, Extension.State.REFUSED, values["reason"])


def review_date(case: Case, given: Any) -> date:
    """The review date of a suspension: from tomorrow, within a year."""
    today = timezone.localtime(case.now).date()
    try:
        on = given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        raise Refused(_("复核日期请写成 2026-12-31 这样。"), field="review_on") from None
    if not today < on <= today + timedelta(days=MAX_SUSPENSION_DAYS):
        raise Refused(_("复核日期须在今天之后、一年之内。"), field="review_on")
    return on


@effect("suspend")
def _suspend(case: Case, values: Values) -> dict[str, Any]:
    case.demand.review_on = review_date(case, values["review_on"])
    case.demand.resume_state = case.demand.state
    clocks.pause(case, DemandPause.Kind.SUSPENSION, values["reason"])
    return {"review_on": case.demand.review_on.isoformat()}


@effect("resume")
def _resume(case: Case, values: Values) -> None:
    case.demand.state = case.demand.resume_state or State.ACCEPTED
    case.demand.resume_state = ""
    case.demand.review_on = None
    clocks.unpause(case, DemandPause.Kind.SUSPENSION)


@effect("escalate")
def _escalate(case: Case, values: Values) -> dict[str, Any]:
    order = list(Tier.values)
    before = case.demand.tier
    if before == order[-1]:
        raise Conflict(_("已经是区级，不能再提级。"))
    case.demand.tier = order[order.index(before) + 1]
    end_parts(case, Assignment.State.CANCELLED)
    case.demand.lead = None
    clocks.refresh(case)
    return {"from": before, "to": case.demand.tier}


@effect("close")
@effect("close_unrated")
def _close(case: Case, values: Values) -> None:
    end_parts(case, Assignment.State.ANSWERED)
    case.demand.closed_at = case.now


@effect("supervise")
def _supervise(case: Case, values: Values) -> None:
    case.demand.is_supervised = True
