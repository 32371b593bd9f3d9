"""What is vacant today, and what becomes free as leases end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.buildings.models import Space
from loushi.registry.buildings.queries import Page, covering, page_of, standing
from loushi.registry.enterprises.models import Tenancy
from loushi.registry.enterprises.queries.holding import REALLY_THERE
from loushi.registry.territory.models import Unit

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=14, decimal_places=2))
ORDERS = {
    "-area": ("-sort_area",),
    "area": ("sort_area",),
    "place": ("unit_path", "building_id", "number"),
    "since": ("sort_since",),
}


@dataclass(frozen=True, slots=True)
class VacancyFilters:
    """What the list of vacant rooms is narrowed to. `days`: vacant for at least so long."""

    unit: int | None = None
    building: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    use: str = ""
    condition: str = ""
    days: int | None = None
    sort: str = "-area"


@dataclass(frozen=True, slots=True)
class VacantRoom:
    """A room that nobody holds today. `since` is empty where no tenant before is registered."""

    id: int
    building_id: int
    building: str
    place: str
    floor: int | None
    number: str
    area: Decimal | None
    use: str
    condition: str
    rent: Decimal | None
    since: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class LeaseMonth:
    """The leases that end in a month and the area that they fill, in m²."""

    first: date
    area: Decimal
    leases: int


@dataclass(frozen=True, slots=True)
class EndingLease:
    """A lease that ends, with the room that becomes free."""

    tenancy_id: int
    enterprise_id: int
    enterprise: str
    building_id: int
    building: str
    space_id: int | None
    room: str
    area: Decimal | None
    lease_until: date


def vacant_rooms(
    actor: Actor, filters: VacancyFilters, *, after: str = "", before: str = ""
) -> Page[VacantRoom]:
    """One page of today's vacant rooms that the actor sees."""
    page = page_of(
        _vacant(actor, filters),
        order=ORDERS.get(filters.sort, ORDERS["-area"]),
        after=after,
        before=before,
    )
    today = timezone.localdate()
    return replace(page, rows=[_line(row, today) for row in page.rows])


def vacant_lines(actor: Actor, filters: VacancyFilters) -> Iterable[VacantRoom]:
    """All rows of the list, for the export."""
    today = timezone.localdate()
    rows = _vacant(actor, filters).order_by(*ORDERS.get(filters.sort, ORDERS["-area"]), "pk")
    return (_line(row, today) for row in rows.iterator(chunk_size=1_000))


def vacant_area(actor: Actor, filters: VacancyFilters) -> tuple[int, Decimal]:
    """(rooms, area in m²) of the whole list."""
    areas = list(_vacant(actor, filters).order_by().values_list("area", flat=True))
    return len(areas), sum((area for area in areas if area), Decimal(0))


def vacant_uses(actor: Actor) -> list[str]:
    """The uses of visible rooms, for the filter."""
    rows = Space.objects.visible_to(actor).exclude(use="").order_by("use")
    return list(rows.values_list("use", flat=True).distinct()[:50])


def lease_months(
    actor: Actor, on: date, *, unit: int | None = None, building: int | None = None, count: int = 24
) -> list[LeaseMonth]:
    """How much becomes free in each of the next months, from the month of a day on."""
    months = _months(on, count)
    after = (months[-1] + timedelta(days=32)).replace(day=1)
    rows = _leases(actor, on, unit, building).filter(
        lease_until__gte=months[0], lease_until__lt=after
    )
    areas: dict[date, Decimal] = defaultdict(Decimal)
    counts: dict[date, int] = defaultdict(int)
    for end, area in rows.values_list("lease_until", "filled"):
        first = end.replace(day=1)
        areas[first] += area
        counts[first] += 1
    return [LeaseMonth(month, areas[month], counts[month]) for month in months]


def ending_leases(
    actor: Actor, on: date, month: date, *, unit: int | None = None, building: int | None = None
) -> list[EndingLease]:
    """The leases that end in a month, the earliest first."""
    after = (month + timedelta(days=32)).replace(day=1)
    rows = (
        _leases(actor, on, unit, building)
        .filter(lease_until__gte=month, lease_until__lt=after)
        .select_related("enterprise", "building", "space")
        .defer("building__outline")
        .order_by("lease_until", "pk")
    )
    return [
        EndingLease(
            tenancy_id=row.pk,
            enterprise_id=row.enterprise_id,
            enterprise=row.enterprise.name,
            building_id=row.building_id,
            building=row.building.name,
            space_id=row.space_id,
            room=row.space.number if row.space else "",
            area=row.area or (row.space.area if row.space else None),
            lease_until=row.lease_until,
        )
        for row in rows
        if row.lease_until
    ]


def _leases(actor: Actor, on: date, unit: int | None, building: int | None) -> QuerySet[Any]:
    rows = Tenancy.objects.visible_to(actor).filter(covering(on), REALLY_THERE)
    if building:
        rows = rows.filter(building_id=building)
    return rows.filter(_inside(unit)).annotate(filled=Coalesce("area", "space__area", ZERO))


def _vacant(actor: Actor, filters: VacancyFilters) -> QuerySet[Any]:
    today = timezone.localdate()
    left = (
        Tenancy.objects.unscoped("since when rooms that are scoped are empty")
        .filter(REALLY_THERE, space_id=OuterRef("pk"), until__lte=today)
        .order_by()
        .values("space_id")
        .annotate(last=Max("until"))
        .values("last")
    )
    rows = (
        Space.objects.visible_to(actor)
        .filter(standing(today), _inside(filters.unit), state=Space.State.VACANT)
        .select_related("building__unit", "floor")
        .defer("building__outline", "floor__outline")
        .annotate(empty_since=Coalesce(Subquery(left), F("since")))
        .annotate(sort_area=Coalesce("area", ZERO))
        .annotate(sort_since=Coalesce("empty_since", Value(date.min.replace(year=1900))))
    )
    if filters.building:
        rows = rows.filter(building_id=filters.building)
    if filters.least is not None:
        rows = rows.filter(area__gte=filters.least)
    if filters.most is not None:
        rows = rows.filter(area__lte=filters.most)
    if filters.use:
        rows = rows.filter(use=filters.use)
    if filters.condition:
        rows = rows.filter(condition=filters.condition)
    if filters.days is not None:
        rows = rows.filter(empty_since__lte=today - timedelta(days=filters.days))
    return rows


def _inside(unit: int | None) -> Q:
    if unit is None:
        return Q()
    path = Unit.objects.filter(pk=unit).values_list("path", flat=True).first()
    return path_range("unit_path", path) if path else Q(pk__in=[])


def _line(row: Any, today: date) -> VacantRoom:
    return VacantRoom(
        id=row.pk,
        building_id=row.building_id,
        building=row.building.name,
        place=row.building.unit.name,
        floor=row.floor.number if row.floor else None,
        number=row.number,
        area=row.area,
        use=row.use,
        condition=row.get_condition_display(),
        rent=row.rent,
        since=row.empty_since,
        days=(today - row.empty_since).days if row.empty_since else None,
    )


def _months(on: date, count: int) -> list[date]:
    months = [on.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months
