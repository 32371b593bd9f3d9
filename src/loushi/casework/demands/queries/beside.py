"""Demands beside an enterprise or a building: for panels on lower pages, under our own scope."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from loushi.casework.demands.queries.lines import Line, lines
from loushi.casework.demands.queries.listing import FIELDS, row_of, visible
from loushi.casework.demands.workflow import OPEN
from loushi.foundation.core.actor import Actor

RECENT = 5
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Beside:
    """The newest few, and the counts of the last twelve months."""

    lines: tuple[Line, ...]
    open: int
    received: int
    rated: int
    solved: int


def _beside(actor: Actor, condition: Q) -> Beside | None:
    if not actor.has("demands.view"):
        return None
    rows = visible(actor).filter(condition)
    since = timezone.now() - YEAR
    counts = rows.order_by().aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        received=Count("pk", filter=Q(submitted_at__gte=since)),
        rated=Count("pk", filter=Q(rated_at__gte=since)),
        solved=Count("pk", filter=Q(rated_at__gte=since, solved="yes")),
    )
    newest = rows.order_by("-id").values_list(*FIELDS)[:RECENT]
    return Beside(tuple(lines(row_of(values) for values in newest)), **counts)


def of_enterprise(actor: Actor, enterprise_id: int) -> Beside | None:
    """The enterprise's demands that the actor may see; None where the actor may see none at all."""
    return _beside(actor, Q(enterprise_id=enterprise_id))


def of_building(actor: Actor, building_id: int) -> Beside | None:
    """The demands about a building that the actor may see."""
    return _beside(actor, Q(building_id=building_id))


def count_of_building(actor: Actor, building_id: int) -> int | None:
    """How many demands about a building the actor may see; None for those who may see none."""
    if not actor.has("demands.view"):
        return None
    return visible(actor).filter(building_id=building_id).order_by().count()
