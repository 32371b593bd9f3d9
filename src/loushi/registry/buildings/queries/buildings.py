"""Reading buildings: the list, one building's page, choices for forms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from loushi.foundation.core.actor import BUILDING, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch, path_range, permits
from loushi.foundation.core.units import ids_of
from loushi.registry.accounts.models import Appointment, Role, User
from loushi.registry.accounts.queries import running_on
from loushi.registry.buildings.models import Building, BuildingRole, Grade, Space
from loushi.registry.buildings.policy import APPOINT, CHANGE, VIEW
from loushi.registry.buildings.queries.counting import Occupancy, counting_on
from loushi.registry.buildings.queries.floors import standing
from loushi.registry.buildings.queries.paging import PAGE_SIZE, Page, page_of
from loushi.registry.territory import queries as territory
from loushi.registry.territory.models import Unit
from loushi.registry.territory.policy import can_change

ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=14, decimal_places=2))
SORTS: dict[str, tuple[str, ...]] = {
    "place": ("unit_path", "name"),
    "name": ("name",),
    "area": ("sort_area",),
    "floors": ("sort_floors",),
    "year": ("sort_year",),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing. `sort` may begin with "-"."""

    q: str = ""
    unit: int | None = None
    grade: str = ""
    vacancy: str = ""
    sort: str = "place"


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """One row of the list."""

    id: int
    name: str
    code: str
    place: str
    address: str
    grade: str
    floors_above: int | None
    floors_below: int | None
    lettable_area: Decimal | None
    completed_year: int | None
    manager: str
    source: str
    occupancy: Occupancy


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds a role at the building."""

    id: int
    user_id: int
    name: str
    role: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """Everything the head and the facts of a building's page say."""

    building: Building
    place: tuple[tuple[int, str], ...]
    manager: str
    people: tuple[Person, ...]
    occupancy: Occupancy
    may_change: bool
    may_appoint: bool


def buildings(actor: Actor, filters: Filters | None = None) -> QuerySet[Building]:
    """The visible buildings, narrowed."""
    rows = Building.objects.visible_to(actor)
    if filters is None:
        return rows
    if filters.q:
        text = filters.q.strip()
        rows = rows.filter(
            Q(name__icontains=text) | Q(address__icontains=text) | Q(code__icontains=text)
        )
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if filters.grade:
        rows = rows.filter(grade=filters.grade)
    if filters.vacancy:
        vacant = Space.objects.unscoped("narrowing rows that are scoped already").filter(
            standing(timezone.localdate()), state=Space.State.VACANT
        )
        inside = Q(pk__in=vacant.values("building_id"))
        rows = rows.filter(inside if filters.vacancy == "yes" else ~inside)
    return rows


def building_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[BuildingLine]:
    """One page of the list; the number of queries does not depend on the number of rows.

    Denied for who sees no building by any grant: an empty list would be misleading.
    """
    if not actor.has(VIEW):
        raise Denied
    page = page_of(
        _sortable(buildings(actor, filters)).select_related("unit", "manager"),
        order=_order(filters.sort),
        after=after,
        before=before,
        size=size,
    )
    return replace(page, rows=_lines(page.rows))  # type: ignore[arg-type, return-value]


def building_lines(actor: Actor, filters: Filters) -> Iterable[BuildingLine]:
    """All rows of the list, for the export; in portions, so that memory stays constant."""
    after = ""
    while True:
        page = building_list(actor, filters, after=after, size=1000)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def grades(actor: Actor) -> list[tuple[str, str, int]]:
    """(grade, label, number of visible buildings), for the filter."""
    found = buildings(actor).exclude(grade="").order_by("grade").values_list("grade")
    labels = dict(Grade.choices)
    return [
        (grade, str(labels.get(grade, grade)), count)
        for grade, count in found.annotate(count=Count("pk"))
    ]


def building_page(actor: Actor, building_id: int) -> BuildingPage:
    """The head of a building's page; NotVisible for strangers."""
    building = fetch(Building, actor, building_id, related=("unit", "manager"))
    return BuildingPage(
        building=building,
        place=place_names(building.unit_path),
        manager=building.manager.name if building.manager else "",
        people=people_of(building_id, timezone.localdate()),
        occupancy=occupancies([building_id])[building_id],
        may_change=permits(actor, CHANGE, building),
        may_appoint=permits(actor, APPOINT, building),
    )


def building_name(actor: Actor, building_id: int) -> str:
    """The name of a visible building; NotVisible for strangers."""
    return fetch(Building, actor, building_id).name


def building_values(actor: Actor, building_id: int) -> dict[str, Any]:
    """The stored values of a building for its form; NotVisible or Denied."""
    building = fetch(Building, actor, building_id, permission=CHANGE, related=("manager",))
    names = (
        "code", "name", "unit_id", "address", "longitude", "latitude", "crs", "outline",
        "floors_above", "floors_below", "lettable_area", "grade", "grade_source",
        "completed_year", "source", "as_of",
    )  # fmt: skip
    values = {name: getattr(building, name) for name in names}
    values["manager"] = building.manager.name if building.manager else ""
    return values


def people_of(building_id: int, on: date) -> tuple[Person, ...]:
    """Who holds a role at the building on a day."""
    rows = (
        BuildingRole.objects.unscoped("the page of a building that was checked")
        .filter(running_on(on), building_id=building_id)
        .select_related("user", "role")
        .order_by("role_id", "since", "pk")
    )
    return tuple(
        Person(row.pk, row.user_id, row.user.name, row.role.label, row.since, row.until)
        for row in rows
    )


def place_names(path: str) -> tuple[tuple[int, str], ...]:
    """(id, name) of the units from the root down to a path."""
    ids = ids_of(path)
    names = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
    return tuple((pk, names[pk]) for pk in ids if pk in names)


def occupancies(building_ids: Sequence[int]) -> dict[int, Occupancy]:
    """Today's occupancy of buildings that the caller has checked, by the state of their spaces."""
    rows = (
        Space.objects.unscoped("totals of buildings that were checked")
        .filter(standing(timezone.localdate()), building_id__in=building_ids)
        .order_by()
        .values_list("building_id", "state")
        .annotate(area_sum=Coalesce(Sum("area"), ZERO), rooms=Count("pk"))
    )
    sums: dict[int, dict[str, tuple[Decimal, int]]] = {pk: {} for pk in building_ids}
    for building_id, state, area, rooms in rows:
        sums[building_id][state] = (area, rooms)
    today = timezone.localdate()
    counting = counting_on(today)
    return {
        pk: Occupancy(
            {state: area for state, (area, _rooms) in states.items()},
            {state: rooms for state, (_area, rooms) in states.items()},
            counting,
            today,
        )
        for pk, states in sums.items()
    }


def unit_choices(actor: Actor, permission: str = CHANGE) -> list[tuple[int, str]]:
    """(id, name with indentation) of the units where the actor may put a building."""
    rows = Unit.objects.filter(dissolved_on__isnull=True).exclude(path="").order_by("path")
    if not actor.system:
        ranges = Q(pk__in=[])
        for path in actor.keys("unit", permission):
            ranges |= path_range("path", path)
        rows = rows.filter(ranges)
    found = list(rows.values_list("pk", "name", "path"))
    top = min((len(path) for _pk, _name, path in found), default=0)
    return [(pk, "　" * ((len(path) - top) // 6) + name) for pk, name, path in found]


def visible_units(actor: Actor) -> list[tuple[int, str]]:
    """(id, name with indentation) of the units by which the actor may narrow the list."""
    return unit_choices(actor, VIEW)


def people_choices(building: Building) -> list[tuple[int, str]]:
    """(id, name) of active people who hold an office at a unit around the building, or a role at
    the building already."""
    path = building.unit_path
    around = Appointment.objects.unscoped("choices of an appointment that is checked").filter(
        unit_path__in=[path[:end] for end in range(6, len(path) + 1, 6)]
    )
    below = Appointment.objects.unscoped("choices of an appointment that is checked").filter(
        path_range("unit_path", path)
    )
    roles = BuildingRole.objects.unscoped("choices of an appointment that is checked")
    people = User.objects.filter(is_active=True).filter(
        Q(pk__in=around.values("user_id"))
        | Q(pk__in=below.values("user_id"))
        | Q(pk__in=roles.filter(building=building).values("user_id"))
    )
    return list(people.order_by("name", "pk").values_list("pk", "name"))


def role_choices() -> list[tuple[str, str]]:
    """(code, name) of the roles that may be held at a building."""
    rows = Role.objects.filter(kind=BUILDING, is_active=True).order_by("pk")
    return [(row.code, row.label) for row in rows]


def choices(actor: Actor, text: str = "", limit: int = 50) -> list[tuple[int, str]]:
    """(id, "name · address") of visible buildings for a form's picker."""
    rows = buildings(actor, Filters(q=text)).order_by("name", "pk")
    return [
        (pk, f"{name} · {address}" if address else name)
        for pk, name, address in rows.values_list("pk", "name", "address")[:limit]
    ]


def buildings_of_unit(actor: Actor, unit_id: int) -> list[tuple[int, str]]:
    """(id, name) of the buildings at or below a unit, for dividing it.

    Who may divide a unit reads the names of all its buildings, though the register of buildings
    itself may be closed to them (the system administrator).
    """
    path = territory.get_unit(unit_id).path
    if path and can_change(actor, path):
        every = Building.objects.unscoped("the names, for who may divide the unit they stand in")
        rows = every.filter(path_range("unit_path", path))
    else:
        rows = buildings(actor, Filters(unit=unit_id))
    rows = rows.order_by("name", "pk")
    return list(rows.values_list("pk", "name")[:500])


def _sortable(rows: QuerySet[Building]) -> QuerySet[Building]:
    return rows.annotate(
        sort_area=Coalesce("lettable_area", ZERO),
        sort_floors=Coalesce("floors_above", 0),
        sort_year=Coalesce("completed_year", 0),
    )


def _order(sort: str) -> tuple[str, ...]:
    fields = SORTS.get(sort.lstrip("-"), SORTS["place"])
    return tuple(f"-{name}" for name in fields) if sort.startswith("-") else fields


def _lines(rows: Sequence[Building]) -> list[BuildingLine]:
    totals = occupancies([row.pk for row in rows])
    return [
        BuildingLine(
            id=row.pk,
            name=row.name,
            code=row.code or "",
            place=row.unit.name,
            address=row.address,
            grade=row.get_grade_display(),
            floors_above=row.floors_above,
            floors_below=row.floors_below,
            lettable_area=row.lettable_area,
            completed_year=row.completed_year,
            manager=row.manager.name if row.manager else "",
            source=row.source,
            occupancy=totals[row.pk],
        )
        for row in rows
    ]
