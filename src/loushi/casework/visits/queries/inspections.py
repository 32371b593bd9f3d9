"""The calendar of who goes where: inspections of departments and visits, for de-confliction."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from loushi.casework.visits.models import PlanStop
from loushi.casework.visits.policy import INSPECT, VIEW
from loushi.casework.visits.queries.quiet import Disturbance, disturbances
from loushi.casework.visits.queries.teams import department_teams
from loushi.foundation.core.actor import Actor

BACK = timedelta(days=14)
AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class InspectionLine:
    """One planned or finished inspection; `near` is who else is there around that day."""

    id: int
    on: date
    enterprise: str
    team: str
    subject: str
    state: str
    state_label: str
    despite: str
    near: tuple[Disturbance, ...]
    is_own: bool
    is_due: bool


def inspections(actor: Actor, on: date | None = None) -> list[InspectionLine]:
    """Inspections around today: a department's own, and for communities those in their range."""
    today = on or timezone.localdate()
    may_view = actor.has(VIEW) or actor.see_all or actor.system
    rows = (
        PlanStop.objects.visible_to(actor, VIEW if may_view else INSPECT)
        .filter(department__isnull=False, on__gte=today - BACK, on__lte=today + AHEAD)
        .exclude(state=PlanStop.State.DROPPED)
        .select_related("enterprise")
        .order_by("on", "pk")
    )
    own = {team.code for team in department_teams(actor)}
    found = []
    for row in rows:
        near: list[Disturbance] = []
        if row.state == PlanStop.State.PLANNED:
            near = disturbances([row.enterprise_id], team=row.team, on=row.on).get(
                row.enterprise_id, []
            )
        found.append(
            InspectionLine(
                id=row.pk,
                on=row.on,
                enterprise=row.enterprise.name,
                team=row.team_name,
                subject=row.subject,
                state=row.state,
                state_label=str(row.get_state_display()),
                despite=row.despite,
                near=tuple(near),
                is_own=row.team in own,
                is_due=row.state == PlanStop.State.PLANNED and row.on <= today,
            )
        )
    return found


def department_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the departments in whose name the actor may plan."""
    return [(team.department_id or 0, team.name) for team in department_teams(actor)]
