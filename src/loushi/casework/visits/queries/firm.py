"""What an enterprise sees: the visits paid to it, without notes; whether it has rated them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from loushi.casework.visits.models import Finding, PlanStop, RatedVisit, RatingBatch, Visit
from loushi.casework.visits.policy import OWN, VIEW
from loushi.casework.visits.queries.visits import FindingLine, finding_line
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import NotVisible

LIMIT = 50
WHY = "parts of the enterprise's own visits"
# Leads are the investment office's own business: the firm is not shown them.
TOLD = (Finding.Kind.DEMAND, Finding.Kind.CORRECTION, Finding.Kind.POLICY, Finding.Kind.RESOURCE)


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """One visit as the enterprise sees it."""

    id: int
    at: datetime
    team: str
    visitor: str
    purpose: str
    met: str
    enterprise: str
    findings: tuple[FindingLine, ...]
    is_rated: bool


@dataclass(frozen=True, slots=True)
class Announced:
    """Somebody means to come."""

    on: date
    team: str
    subject: str


def own_visits(actor: Actor, limit: int = LIMIT) -> list[OwnVisit]:
    """The visits paid to the enterprises whose person the actor is, the newest first."""
    return _shown(list(_rows(actor)[:limit]))


def own_visit(actor: Actor, visit_id: int) -> OwnVisit:
    """One of them; NotVisible for others."""
    row = _rows(actor).filter(pk=visit_id).first()
    if row is None:
        raise NotVisible
    return _shown([row])[0]


def announced(actor: Actor, today: date) -> list[Announced]:
    """Inspections that departments have planned at the enterprise."""
    own = [int(key) for key in actor.keys(ENTERPRISE, OWN)]
    rows = PlanStop.objects.unscoped("what is planned at one's own enterprise").filter(
        enterprise_id__in=own,
        department__isnull=False,
        state=PlanStop.State.PLANNED,
        on__gte=today,
    )
    return [Announced(row.on, row.team_name, row.subject) for row in rows.order_by("on", "pk")]


def _rows(actor: Actor) -> QuerySet[Visit]:
    own = [int(key) for key in actor.keys(ENTERPRISE, OWN)]
    return (
        Visit.objects.visible_to(actor, OWN)
        .filter(enterprise_id__in=own, state=Visit.State.RECORDED)
        .select_related("enterprise")
        .order_by("-at", "-pk")
    )


def _shown(rows: list[Visit]) -> list[OwnVisit]:
    ids = [row.pk for row in rows]
    rated = set(RatedVisit.objects.unscoped(WHY).filter(pk__in=ids).values_list("pk", flat=True))
    found: dict[int, list[FindingLine]] = {}
    parts = Finding.objects.unscoped(WHY).filter(visit_id__in=ids, kind__in=TOLD)
    for part in parts.select_related("demand").order_by("visit_id", "position", "pk"):
        found.setdefault(part.visit_id, []).append(finding_line(part))
    return [
        OwnVisit(
            id=row.pk,
            at=row.at,
            team=row.team_name,
            visitor=row.visitor_name,
            purpose=str(row.get_purpose_display()),
            met=" ".join(filter(None, [row.met_name, row.met_title])) or str(row.get_met_display()),
            enterprise=row.enterprise.name,
            findings=tuple(found.get(row.pk, ())),
            is_rated=row.pk in rated,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RatingSum:
    """The closed batches of one unit, added up. Open batches are not counted anywhere."""

    unit: str
    count: int
    helpful: int
    fair: int
    useless: int
    too_often: int
    batches: int


def rating_sums(actor: Actor) -> list[RatingSum]:
    """Ratings by community, closed batches only, in the order of the units (never ranked)."""
    rows = (
        RatingBatch.objects.visible_to(actor, VIEW)
        .filter(is_closed=True)
        .select_related("unit")
        .order_by("unit_path", "pk")
    )
    held: dict[int, list[RatingBatch]] = {}
    for row in rows:
        held.setdefault(row.unit_id, []).append(row)
    return [
        RatingSum(
            unit=batches[0].unit.name,
            count=sum(one.count for one in batches),
            helpful=sum(one.helpful for one in batches),
            fair=sum(one.fair for one in batches),
            useless=sum(one.useless for one in batches),
            too_often=sum(one.too_often for one in batches),
            batches=len(batches),
        )
        for batches in held.values()
    ]
