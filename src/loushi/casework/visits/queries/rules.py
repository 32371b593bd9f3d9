"""The numbers of the visiting rules on a day."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from loushi.casework.visits.models import VisitRule


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one day; the units are in the names. Where no row says so, the shipped value."""

    quiet_days: int = 14
    edit_hours: int = 72
    unvisited_days: int = 90
    lease_days: int = 90
    plan_size: int = 4
    staff_percent: int = 50
    area_percent: int = 5


def rules_on(on: date | None = None) -> Rules:
    """The rules in force on a day (default today): of each code the latest that has begun."""
    day = on or timezone.localdate()
    rows = VisitRule.objects.filter(valid_from__lte=day).order_by("valid_from")
    return Rules(**dict(rows.values_list("code", "value")))


def rule_rows() -> list[VisitRule]:
    """Every rule with all its dates, the newest of each code first."""
    return list(VisitRule.objects.order_by("code", "-valid_from"))
