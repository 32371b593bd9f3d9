"""The board of a unit: watch lists, its parts on one scale, topics, and on which tier it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils import timezone

from loushi.casework.demands.models import Demand, Tier
from loushi.casework.demands.queries import OPEN, Filters, Line, filtered, lines
from loushi.casework.demands.queries.listing import FIELDS, row_of
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.days import day_begins
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.names import spoken
from loushi.foundation.core.scoping import path_range
from loushi.overview.insights.queries.applications import APPLICATION_FIGURES
from loushi.overview.insights.queries.figures import FIGURES, VIEW, WEEKS, Period, rows_in
from loushi.registry.territory import queries as territory
from loushi.registry.territory.models import Unit

WATCHED = ("overdue", "today", "returned", "suspended")
WATCH_SIZE = 5
BOARD = (*FIGURES, *APPLICATION_FIGURES)
"""All figures that the board shows and opens."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch list: its queue, how many there are, the first few."""

    queue: str
    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A child unit in numbers: open, late, received in the period, and 12 weeks of both lines."""

    unit: Unit
    open: int
    late: int
    received: int
    weekly_received: tuple[int, ...]
    weekly_resolved: tuple[int, ...]


def board_units(actor: Actor) -> list[Unit]:
    """The units whose board the actor may open: those of the own grants."""
    paths = sorted(actor.keys(UNIT, VIEW))
    return list(Unit.objects.filter(path__in=paths).order_by("path"))


def board_unit(actor: Actor, unit_id: int | None) -> Unit | None:
    """The unit asked for, at or below one of the actor's own; without a number the first of them,
    None for people of departments, who have none. Raises NotVisible."""
    own = board_units(actor)
    if unit_id is None:
        return own[0] if own else None
    unit = territory.get_unit(unit_id)
    if not any(unit.path.startswith(one.path) for one in own):
        raise NotVisible
    return unit


def watch_lists(actor: Actor, unit_path: str) -> list[Watch]:
    """Overdue, due today, returned, suspended; soonest first."""
    found = []
    for queue in WATCHED:
        rows = filtered(actor, Filters(queue=queue, unit_path=unit_path))
        first = rows.order_by("due_at", "id").values_list(*FIELDS)[:WATCH_SIZE]
        shown = lines(row_of(values) for values in first)
        found.append(Watch(queue, rows.order_by().count(), tuple(shown)))
    return found


def parts(actor: Actor, unit: Unit, period: Period) -> list[Part]:
    """The unit's children in the order of their codes (never ranked)."""
    children = [node.id for node in territory.children(unit.pk)]
    units = list(Unit.objects.filter(pk__in=children).order_by("code"))
    return [_part(actor, child, period) for child in units]


def _part(actor: Actor, unit: Unit, period: Period) -> Part:
    rows = rows_in(actor).filter(path_range("unit_path", unit.path)).order_by()
    counts = rows.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, due_at__lt=timezone.now())),
        received=Count("pk", filter=Q(submitted_at__gte=period.start, submitted_at__lt=period.end)),
    )
    return Part(
        unit,
        counts["open"],
        counts["late"],
        counts["received"],
        _weekly(rows, "submitted_at", period),
        _weekly(rows, "resolved_at", period),
    )


def weeks_of(period: Period) -> list[datetime]:
    """The Mondays of the twelve weeks that end with the period's last day."""
    monday = period.until - timedelta(days=period.until.weekday())
    return [day_begins(monday - timedelta(weeks=n)) for n in reversed(range(WEEKS))]


def _weekly(rows: Any, moment: str, period: Period) -> tuple[int, ...]:
    mondays = weeks_of(period)
    counted = {
        timezone.localtime(row["week"]).date(): row["n"]
        for row in rows.filter(**{f"{moment}__gte": mondays[0], f"{moment}__lt": period.end})
        .annotate(week=TruncWeek(moment))
        .values("week")
        .annotate(n=Count("pk"))
        .order_by("week")
    }
    return tuple(counted.get(timezone.localtime(monday).date(), 0) for monday in mondays)


@dataclass(frozen=True, slots=True)
class Topic:
    """A top-level category with its largest second-level ones."""

    code: str
    name: str
    count: int
    below: tuple[tuple[str, int], ...]


def topics(actor: Actor, period: Period, unit_path: str) -> list[Topic]:
    """What was received, by the top level of the categories, most first."""
    rows = (
        rows_in(actor, unit_path)
        .filter(submitted_at__gte=period.start, submitted_at__lt=period.end)
        .order_by()
        .values(
            "category__code",
            "category__name",
            "category__name_en",
            "category__parent__code",
            "category__parent__name",
            "category__parent__name_en",
        )  # fmt: skip
        .annotate(n=Count("pk"))
        .order_by("-n")
    )
    found: dict[str, tuple[str, list[tuple[str, int]]]] = {}
    for row in rows:
        code = row["category__parent__code"] or row["category__code"]
        own = spoken(row["category__name"], row["category__name_en"])
        above = spoken(row["category__parent__name"] or "", row["category__parent__name_en"] or "")
        found.setdefault(code, (above or own, []))[1].append((own, row["n"]))
    made = [
        Topic(code, name, sum(n for _, n in below), _largest(below))
        for code, (name, below) in found.items()
    ]
    return sorted(made, key=lambda topic: -topic.count)


def _largest(below: Sequence[tuple[str, int]], most: int = 2) -> tuple[tuple[str, int], ...]:
    return tuple(below[:most])


def by_tier(actor: Actor, period: Period, unit_path: str) -> list[tuple[str, str, int]]:
    """On which tier demands resolved in the period ended: (tier, label, count)."""
    counted = dict(
        Demand.objects.visible_to(actor, VIEW)
        .filter(
            path_range("unit_path", unit_path) if unit_path else Q(),
            resolved_at__gte=period.start,
            resolved_at__lt=period.end,
        )
        .order_by()
        .values_list("tier")
        .annotate(n=Count("pk"))
    )
    return [(code, str(label), counted.get(code, 0)) for code, label in Tier.choices]
