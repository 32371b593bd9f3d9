"""Which demands a joint answer reaches, and why not the others."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from loushi.casework.demands.models import Assignment, Demand, State
from loushi.casework.demands.queries import ENDED, active_parts
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueUnit,
    JointMeeting,
    MeetingIssue,
    MeetingSeat,
)
from loushi.casework.matching.policy import ANSWER
from loushi.foundation.core.actor import DEPARTMENT, Actor

WHY = "what belongs to an issue that was read under its scope"
DONE = ENDED | {State.RESOLVED}


@dataclass(frozen=True, slots=True)
class Reach:
    """An open demand that the actor sees, and why the answer would not reach it ('' = it does)."""

    id: int
    number: str
    title: str
    why: str


def why_not(demand: Demand, units: frozenset[int], spoken: frozenset[int] | None = None) -> str:
    """Why a joint answer cannot reach an open demand; '' when it can. `units` take part in the
    issue, `spoken` are those for whom the answer speaks (None: all of them)."""
    if demand.state == State.SUBMITTED:
        return _("还没有受理")
    if demand.state in (State.ACCEPTED, State.RETURNED):
        return _("还没有交办")
    if demand.state == State.ARBITRATION:
        return _("在等书记裁定主办单位")
    lead = next((one for one in active_parts(demand) if one.part == Assignment.Part.LEAD), None)
    if lead is None:
        return _("没有主办单位，请先交办")
    if lead.body == Assignment.Body.COUNCIL:
        return _("在楼里商议，由楼委会答复")
    if lead.department_id not in units:
        name = lead.department.name if lead.department else ""
        return _("主办的%(unit)s不是牵头或协同单位") % {"unit": name}
    if spoken is not None and lead.department_id not in spoken:
        name = lead.department.name if lead.department else ""
        return _("主办的%(unit)s没有到过对接会，请由牵头单位答复") % {"unit": name}
    return ""


def units_of(row: CommonIssue) -> frozenset[int]:
    """The departments that take part: the lead and the co-units."""
    helpers = IssueUnit.objects.unscoped(WHY).filter(issue=row)
    found = set(helpers.values_list("department_id", flat=True))
    return frozenset(found | ({row.lead_id} if row.lead_id else set()))


def leads_issue(actor: Actor, row: CommonIssue) -> bool:
    """Whether the actor answers as the lead department."""
    return bool(row.lead_id) and str(row.lead_id) in actor.keys(DEPARTMENT, ANSWER)


def spoken_for(actor: Actor, row: CommonIssue) -> frozenset[int] | None:
    """The departments for which the actor's answer speaks. The lead speaks for all that take part;
    whoever convened only for those that sat at a meeting about the issue."""
    if actor.system or leads_issue(actor, row):
        return None
    held = MeetingIssue.objects.unscoped(WHY).filter(
        issue=row, meeting__state__in=[JointMeeting.State.HELD, JointMeeting.State.CLOSED]
    )
    seats = MeetingSeat.objects.unscoped(WHY).filter(
        meeting__in=held.values("meeting"), department__isnull=False,
        how__in=[MeetingSeat.How.ROOM, MeetingSeat.How.PHONE],
    )  # fmt: skip
    return frozenset(pk for pk in seats.values_list("department_id", flat=True) if pk)


def open_members(row: CommonIssue) -> list[CommonIssueDemand]:
    """The demands of an issue that still wait for an answer."""
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    rows = rows.exclude(demand__state__in=DONE)
    return list(rows.select_related("demand").order_by("demand_id"))


def reach(actor: Actor, row: CommonIssue) -> list[Reach]:
    """What an answer would do now, as far as the actor sees the demands."""
    units, spoken = units_of(row), spoken_for(actor, row)
    members = open_members(row)
    seen = set(
        Demand.objects.visible_to(actor)
        .filter(pk__in=[one.demand_id for one in members])
        .values_list("pk", flat=True)
    )
    return [
        Reach(one.demand_id, one.demand.number, one.demand.title,
              why_not(one.demand, units, spoken))
        for one in members if one.demand_id in seen
    ]  # fmt: skip
