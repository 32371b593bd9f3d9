"""无事不扰: who was at a firm lately, or means to go. It tells that somebody was there, never what
was found: day, team and purpose are for every team that plans."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.casework.visits.models import PlanStop, Visit
from loushi.casework.visits.queries.rules import rules_on
from loushi.foundation.core.days import day_begins

WHY = "the quiet rule tells every team that somebody was there, never what was found"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Another team's visit or plan near a day."""

    enterprise_id: int
    on: date
    team_name: str
    purpose: str
    is_planned: bool

    @property
    def sentence(self) -> str:
        """ "区税务局 10月9日去过（检查）。" """
        shape = (
            _("%(team)s %(day)s 要去（%(purpose)s）。")
            if self.is_planned
            else _("%(team)s %(day)s 去过（%(purpose)s）。")
        )
        day = date_format(self.on, "MONTH_DAY_FORMAT")
        return shape % {"team": self.team_name, "day": day, "purpose": self.purpose}


def disturbances(
    enterprise_ids: Sequence[int], *, team: str, on: date | None = None
) -> dict[int, list[Disturbance]]:
    """By enterprise, what other teams did or plan within the quiet days around a day; the nearest
    first. Two queries. The caller has checked the enterprises."""
    day = on or timezone.localdate()
    span = timedelta(days=rules_on(day).quiet_days)
    found: dict[int, list[Disturbance]] = defaultdict(list)
    if not span:
        return found
    visits = (
        Visit.objects.unscoped(WHY)
        .filter(
            enterprise_id__in=enterprise_ids,
            state=Visit.State.RECORDED,
            at__gt=day_begins(day - span),
            at__lt=day_begins(day + span),
        )
        .exclude(team=team)
        .order_by("-at", "-pk")
        .values_list("enterprise_id", "at", "team_name", "purpose")
    )
    for pk, at, name, purpose in visits:
        label = str(Visit.Purpose(purpose).label)
        found[pk].append(Disturbance(pk, timezone.localdate(at), name, label, False))
    stops = (
        PlanStop.objects.unscoped(WHY)
        .filter(
            enterprise_id__in=enterprise_ids,
            state=PlanStop.State.PLANNED,
            on__gte=max(day - span, timezone.localdate()),
            on__lt=day + span,
        )
        .exclude(team=team)
        .order_by("on", "pk")
        .values_list("enterprise_id", "on", "team_name", "department_id")
    )
    for pk, planned, name, department in stops:
        label = str((Visit.Purpose.INSPECTION if department else Visit.Purpose.ROUTINE).label)
        found[pk].append(Disturbance(pk, planned, name, label, True))
    for rows in found.values():
        rows.sort(key=lambda one: abs((one.on - day).days))
    return found
