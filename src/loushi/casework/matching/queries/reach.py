"""Which demands a joint answer reaches, and why not the others."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from loushi.casework.demands.models import Assignment, Demand, State
from loushi.casework.demands.queries import ENDED, active_parts
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, IssueUnit
from loushi.foundation.core.actor import Actor

WHY = "what belongs to an issue that was read under its scope"
DONE = ENDED | {State.RESOLVED}


@dataclass(frozen=True, slots=True)
class Reach:
    """An open demand that the actor sees, and why the answer would not reach it ('' = it does)."""

    id: int
    number: str
    title: str
    why: str


def why_not(demand: Demand, units: frozenset[int]) -> str:
    """Why a joint answer cannot reach an open demand; '' when it can."""
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
    return ""


def units_of(row: CommonIssue) -> frozenset[int]:
    """The departments that take part: the lead and the co-units."""
    helpers = IssueUnit.objects.unscoped(WHY).filter(issue=row)
    found = set(helpers.values_list("department_id", flat=True))
    return frozenset(found | ({row.lead_id} if row.lead_id else set()))


def open_members(row: CommonIssue) -> list[CommonIssueDemand]:
    """The demands of an issue that still wait for an answer."""
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    rows = rows.exclude(demand__state__in=DONE)
    return list(rows.select_related("demand").order_by("demand_id"))


def reach(actor: Actor, row: CommonIssue) -> list[Reach]:
    """What an answer would do now, as far as the actor sees the demands."""
    units = units_of(row)
    members = open_members(row)
    seen = set(
        Demand.objects.visible_to(actor)
        .filter(pk__in=[one.demand_id for one in members])
        .values_list("pk", flat=True)
    )
    return [
        Reach(one.demand_id, one.demand.number, one.demand.title, why_not(one.demand, units))
        for one in members
        if one.demand_id in seen
    ]
