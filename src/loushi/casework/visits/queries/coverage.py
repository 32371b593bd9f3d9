"""Coverage: how many of the firms were reached; distinct firms, never visits over staff."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from loushi.casework.visits.models import Visit
from loushi.casework.visits.policy import RECORD, VIEW
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import day_begins, day_ends
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.policy import VIEW as SEE_ENTERPRISES

WHY = "visits of enterprises that are limited already"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Firms reached over firms in scope, from a day to a day (both included)."""

    reached: int
    firms: int
    since: date
    until: date
    is_own: bool

    @property
    def share(self) -> float | None:
        return self.reached / self.firms if self.firms else None


def in_charge(actor: Actor) -> list[int]:
    """The firms in operation that the person is the officer of, else those in the own range."""
    rows = Enterprise.objects.visible_to(actor, RECORD).filter(status=Enterprise.Status.OPERATING)
    own = list(
        rows.filter(officer_id=actor.user_id or 0).order_by("pk").values_list("pk", flat=True)
    )
    return own or list(rows.order_by("pk").values_list("pk", flat=True))


def reached_by(actor: Actor, on: date) -> Coverage:
    """This month's coverage of the firms in charge, whoever reached them."""
    ids = in_charge(actor)
    first, last = on.replace(day=1), on
    own = Enterprise.objects.unscoped(WHY).filter(officer_id=actor.user_id or 0).exists()
    reached = 0
    for start in range(0, len(ids), 2000):
        reached += (
            _met(first, last)
            .filter(enterprise_id__in=ids[start : start + 2000])
            .values("enterprise_id")
            .distinct()
            .count()
        )
    return Coverage(reached, len(ids), first, last, own)


def coverage(actor: Actor, since: date, until: date) -> Coverage:
    """Coverage of all visible firms in operation over some days."""
    firms = firms_in_scope(actor)
    reached = firms.filter(pk__in=_met(since, until).values("enterprise_id"))
    return Coverage(reached.count(), firms.count(), since, until, False)


def firms_in_scope(actor: Actor) -> QuerySet[Enterprise]:
    """The denominator: visible firms in operation, for those who may see visits."""
    rows = Enterprise.objects.visible_to(actor, SEE_ENTERPRISES)
    if not (actor.has(VIEW) or actor.see_all):
        return rows.none()
    return rows.filter(status=Enterprise.Status.OPERATING)


def firms_reached(actor: Actor, since: date, until: date, *, reached: bool) -> QuerySet[Enterprise]:
    """The rows behind the figure: firms that were reached, or that were not."""
    held = _met(since, until).values("enterprise_id")
    rows = firms_in_scope(actor)
    return rows.filter(pk__in=held) if reached else rows.exclude(pk__in=held)


def _met(since: date, until: date) -> QuerySet[Visit]:
    """Visits of some days at which somebody was met."""
    start = day_begins(since)
    end = day_ends(until)
    return (
        Visit.objects.unscoped(WHY)
        .filter(at__gte=start, at__lt=end, state=Visit.State.RECORDED)
        .exclude(met=Visit.Met.NOBODY)
        .order_by()
    )


def month_of(text: str, today: date) -> tuple[date, date]:
    """First and last day of a month "2026-10" (this month where unreadable), at most today."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return first, min(last, max(first, today))
