"""What a submitter reads of the issue behind the own demand: nothing of any other firm."""

from dataclasses import dataclass

from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueUnit,
    JointAnswer,
    JointMeeting,
    MeetingIssue,
)
from loushi.casework.matching.workflow import LIVE
from loushi.foundation.core.actor import Actor
from loushi.foundation.files.models import Attachment
from loushi.foundation.files.queries import attachments_of
from loushi.registry.buildings.models import Building
from loushi.services.governance.queries import settling_choices

from .issues import COMING

WHY = "what a submitter may read of the issue behind the own demand"


@dataclass(frozen=True, slots=True)
class OwnView:
    """The issue as the submitter reads it; `answer` is the one that resolved the own demand."""

    number: str
    name: str
    units: str
    running: bool
    meeting: JointMeeting | None
    answer: JointAnswer | None
    files: tuple[Attachment, ...]


def own_view(actor: Actor, demand_id: int) -> OwnView | None:
    """For a demand that the actor sees; None where it is handled by itself."""
    if not Demand.objects.visible_to(actor).filter(pk=demand_id).exists():
        return None
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(demand=demand_id, removed_at=None)
    found = rows.select_related("issue__lead", "answer").order_by("-pk").first()
    if found is None:
        return None
    row = found.issue
    helpers = IssueUnit.objects.unscoped(WHY).filter(issue=row).select_related("department")
    units = [row.lead, *(one.department for one in helpers)]
    agenda = MeetingIssue.objects.unscoped(WHY).filter(issue=row).values("meeting")
    meetings = JointMeeting.objects.unscoped(WHY).filter(
        pk__in=agenda, state__in=COMING, starts_at__gte=timezone.now()
    )
    return OwnView(
        number=row.number, name=row.name, units="、".join(one.name for one in units if one),
        running=row.state in LIVE and found.answer is None,
        meeting=meetings.order_by("starts_at", "pk").first(), answer=found.answer,
        files=tuple(attachments_of(found.answer)) if found.answer else (),
    )  # fmt: skip


def bodies_for(actor: Actor, row: CommonIssue) -> list[tuple[int, str]]:
    """Bodies before which the issue may come: they serve every building of its open demands."""
    if row.item is not None and row.state == CommonIssue.State.COUNCIL:
        return [(row.item.body_id, row.item.body.name)]
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    seen = Demand.objects.visible_to(actor).filter(
        pk__in=members.values("demand_id"), state__in=("accepted", "returned")
    )
    buildings = Building.objects.unscoped(WHY).filter(pk__in=seen.values("building"))
    return settling_choices(actor, list(buildings.order_by("pk")))
