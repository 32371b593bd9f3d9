"""Stations: list, page, standard."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.capacity import Opening
from loushi.foundation.core.scoping import fetch, path_range, permits
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.territory.models import Unit
from loushi.services.stations.models import (
    Inspection,
    InspectionResult,
    StandardItem,
    Station,
    StationService,
    StationSpace,
)
from loushi.services.stations.policy import CHANGE, WINDOW

from .opening import opening_on


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing."""

    q: str = ""
    kind: str = ""
    tenure: str = ""
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class StationLine:
    """A row of the list. `met` of `items` of the standard at the last inspection."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    building: str
    address: str
    phone: str
    tenure: str
    area: Decimal | None
    hours: str
    restday_hours: str
    extended: str
    services: str
    inspected_on: date | None
    met: int
    items: int
    since: date


@dataclass(frozen=True, slots=True)
class StationPage:
    """Everything of a station."""

    row: Station
    line: StationLine
    today: Opening
    services: tuple[StationService, ...]
    spaces: tuple[StationSpace, ...]
    inspections: tuple[Inspection, ...]
    results: tuple[InspectionResult, ...]
    may_change: bool
    may_serve: bool


def stations(actor: Actor, filters: Filters | None = None) -> QuerySet[Station]:
    """The visible stations that are in use, narrowed."""
    rows = Station.objects.visible_to(actor).filter(
        Q(until__isnull=True) | Q(until__gte=timezone.localdate())
    )
    if filters is None:
        return rows
    if filters.q:
        rows = rows.filter(Q(name__icontains=filters.q) | Q(address__icontains=filters.q))
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    exact = {"kind": filters.kind, "tenure": filters.tenure}
    return rows.filter(**{name: value for name, value in exact.items() if value})


def station_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[StationLine]:
    """One page by place, kind and name."""
    rows = stations(actor, filters).select_related("unit", "building")
    page = page_of(rows, order=("unit_path", "kind", "name"), after=after, before=before, size=size)
    return replace(page, rows=_lines(page.rows))  # type: ignore[arg-type, return-value]


def station_lines(actor: Actor, filters: Filters) -> Iterable[StationLine]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = station_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def station_page(actor: Actor, station_id: int) -> StationPage:
    """One station; NotVisible for strangers."""
    row = fetch(Station, actor, station_id, related=("unit", "building"))
    checks = tuple(
        Inspection.objects.visible_to(actor).filter(station_id=row.pk).select_related("user")[:12]
    )
    results = InspectionResult.objects.visible_to(actor).filter(
        inspection_id=checks[0].pk if checks else 0
    )
    return StationPage(
        row, _lines([row])[0], opening_on(row, timezone.localdate()),
        tuple(StationService.objects.visible_to(actor).filter(station_id=row.pk)),
        tuple(StationSpace.objects.visible_to(actor).filter(station_id=row.pk)),
        checks, tuple(results), permits(actor, CHANGE, row),
        permits(actor, WINDOW, row),
    )  # fmt: skip


def standard_on(on: date) -> list[StandardItem]:
    """The items of the standard in force on a day."""
    running = Q(until__isnull=True) | Q(until__gte=on)
    return list(StandardItem.objects.filter(running, since__lte=on))


def _lines(rows: list[Station]) -> list[StationLine]:
    ids = [row.pk for row in rows]
    offered: dict[int, list[str]] = {pk: [] for pk in ids}
    services = StationService.objects.unscoped("services of stations that are scoped")
    for pk, name in services.filter(station__in=ids).values_list("station_id", "name"):
        offered[pk].append(name)
    last: dict[int, tuple[int, date]] = {}
    checks = Inspection.objects.unscoped("inspections of stations that are scoped")
    checks = checks.filter(station__in=ids).order_by("on", "pk")
    for station, pk, on in checks.values_list("station_id", "pk", "on"):
        last[station] = (pk, on)
    counts: dict[int, list[int]] = {}
    results = InspectionResult.objects.unscoped("results of stations that are scoped")
    results = results.filter(inspection__in=[pk for pk, _on in last.values()])
    for pk, met in results.values_list("inspection_id", "met"):
        count = counts.setdefault(pk, [0, 0])
        count[0] += met
        count[1] += 1

    def told(pk: int) -> tuple[int, int]:
        count = counts.get(last[pk][0], [0, 0]) if pk in last else [0, 0]
        return count[0], count[1]

    return [
        StationLine(
            row.pk, row.name, row.kind, row.get_kind_display(), row.unit.name,
            row.building.name if row.building else "", row.address, row.phone,
            row.get_tenure_display(), row.area, row.workday_hours, row.restday_hours,
            row.extended_hours, "、".join(offered[row.pk]),
            last[row.pk][1] if row.pk in last else None, *told(row.pk), row.since,
        )
        for row in rows
    ]  # fmt: skip
