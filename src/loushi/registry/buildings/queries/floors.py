"""Reading floors and spaces: the plan of a building, the table of its rooms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import running
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.buildings.models import Building, Floor, Space, SpaceState
from loushi.registry.buildings.policy import CHANGE
from loushi.registry.buildings.queries.counting import Counting, Occupancy, counting_on


def area_sum(areas: Iterable[Decimal | None]) -> Decimal:
    """The sum of the known areas in m²."""
    return sum((area for area in areas if area is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class PlanSpace:
    """One space of a floor, left to right. `state` is today's; `said` what was said of it on the
    day of the plan ('' = nothing)."""

    id: int
    number: str
    state: str
    area: Decimal | None
    use: str
    condition: str = ""
    rent: Decimal | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """One row of the table of rooms."""

    id: int
    number: str
    floor: int | None
    area: Decimal | None
    use: str
    condition: str
    rent: Decimal | None
    state: str
    state_label: str
    unit: str
    source: str
    since: date | None
    until: date | None
    gone: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class PlanFloor:
    """One floor with its spaces; `area` is the floor's own where given, else their sum."""

    id: int | None
    number: int | None
    label: str
    kind: str
    area: Decimal | None
    reported_vacancy: Decimal | None
    spaces: tuple[PlanSpace, ...]

    @property
    def share(self) -> Decimal | None:
        """Occupied share by area; from the reported vacancy while the floor has no spaces."""
        if not self.spaces:
            return None if self.reported_vacancy is None else 1 - self.reported_vacancy
        return occupancy_of((s.state, s.area) for s in self.spaces).share


def occupancy_of(
    rooms: Iterable[tuple[str, Decimal | None]],
    counting: Counting | None = None,
    on: date | None = None,
) -> Occupancy:
    """The totals of (state, area) pairs; the rule is today's unless one is given."""
    areas: dict[str, Decimal] = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for state, area in rooms:
        areas[state] += area or 0
        counts[state] += 1
    return Occupancy(dict(areas), dict(counts), counting or counting_on(on), on)


def plan_of(actor: Actor, building_id: int, on: date | None = None) -> tuple[PlanFloor, ...]:
    """The floors of a building, top floor first, with the spaces of a day (default today) that the
    actor sees and what was said of them then."""
    fetch(Building, actor, building_id)
    day = on or timezone.localdate()
    said = said_on(building_id, day)
    by_floor: dict[int | None, list[PlanSpace]] = defaultdict(list)
    for space in spaces(actor, building_id).filter(standing(day)):
        by_floor[space.floor_id].append(
            PlanSpace(
                space.pk,
                space.number,
                space.state,
                space.area,
                space.use,
                space.get_condition_display(),
                space.rent,
                said.get(space.pk, ""),
            )
        )
    floors = Floor.objects.visible_to(actor).filter(building_id=building_id).order_by("-number")
    found = [
        PlanFloor(
            id=floor.pk,
            number=floor.number,
            label=floor.label or str(floor.number).replace("-", "B"),
            kind=floor.kind,
            area=floor.area,
            reported_vacancy=floor.reported_vacancy,
            spaces=tuple(by_floor.pop(floor.pk, ())),
        )
        for floor in floors.defer("outline")
    ]
    if rest := [space for spaces_ in by_floor.values() for space in spaces_]:
        found.append(PlanFloor(None, None, "—", Floor.Kind.NORMAL, None, None, tuple(rest)))
    return tuple(found)


standing = running
"""Which rooms there are on a day: the one rule (`Space.since`, `Space.until`), a condition that
every list, plan and total of rooms puts to `Space` (or by `prefix` to a relation that leads to it).
"""


def rooms_named(building_ids: Iterable[int]) -> "RoomsNamed":
    """The rooms of buildings that were checked by number, on any day."""
    found: dict[tuple[int, str], list[tuple[date | None, date | None, int]]] = defaultdict(list)
    ids = sorted(building_ids)
    for start in range(0, len(ids), 2_000):
        rows = Space.objects.unscoped("rooms of buildings that were checked").filter(
            building_id__in=ids[start : start + 2_000]
        )
        for home, number, *room in rows.order_by("pk").values_list(
            "building_id", "number", "since", "until", "pk"
        ):
            found[home, number].append(tuple(room))  # type: ignore[arg-type]
    return RoomsNamed(found)


@dataclass(frozen=True, slots=True)
class RoomsNamed:
    """Rooms by building and number; a number may have been given twice, one after the other."""

    rooms: Mapping[tuple[int, str], Sequence[tuple[date | None, date | None, int]]]

    def on(self, building_id: int, number: str, day: date) -> int | None:
        """The room of that number that stands on a day."""
        for since, until, pk in self.rooms.get((building_id, number), ()):
            if (since is None or since <= day) and (until is None or day < until):
                return pk
        return None

    def ever(self, building_id: int, number: str, day: date) -> int | None:
        """That room, else the last one that had the number."""
        held = self.rooms.get((building_id, number), ())
        return self.on(building_id, number, day) or (held[-1][2] if held else None)

    def gone(self, building_id: int, number: str, day: date) -> date | None:
        """Since when no room of that number stands, where it stood before that day."""
        if self.on(building_id, number, day):
            return None
        ends = [until for _s, until, _pk in self.rooms.get((building_id, number), ()) if until]
        return max((end for end in ends if end <= day), default=None)


def said_on(building_id: int, on: date) -> dict[int, str]:
    """Space id → what was said of it on a day, for a building that was checked."""
    return dict(
        SpaceState.objects.unscoped("states of a building that was checked")
        .filter(running(on), building_id=building_id)
        .values_list("space_id", "state")
    )


def said_history(space_id: int) -> list[tuple[str, date | None, date | None]]:
    """(label, since, until) of what was said of a space that was checked, the newest first."""
    rows = SpaceState.objects.unscoped("history of a space that was checked").filter(
        space_id=space_id
    )
    found = [(str(row.get_state_display()), row.since, row.until) for row in rows]
    return sorted(found, key=lambda one: one[1] or date.min, reverse=True)


def spaces(actor: Actor, building_id: int) -> QuerySet[Space]:
    """The visible spaces of a building, of all days, by floor (top first) and number."""
    return (
        Space.objects.visible_to(actor)
        .filter(building_id=building_id)
        .select_related("floor")
        .order_by(F("floor__number").desc(nulls_last=True), "number", "pk")
    )


def space_lines(actor: Actor, building_id: int, state: str = "") -> list[SpaceLine]:
    """The visible rooms of a visible building, optionally of one state; those gone come last."""
    building = fetch(Building, actor, building_id)
    rows = spaces(actor, building_id).select_related("floor", "unit").defer("floor__outline")
    today = timezone.localdate()
    if state:
        rows = rows.filter(standing(today), state=state)
    may_change = permits(actor, CHANGE, building)
    lines = [
        SpaceLine(
            id=row.pk,
            number=row.number,
            floor=row.floor.number if row.floor else None,
            area=row.area,
            use=row.use,
            condition=row.get_condition_display(),
            rent=row.rent,
            state=row.state,
            state_label=row.get_state_display(),
            unit=row.unit.name if row.unit else "",
            source=row.source,
            since=row.since,
            until=row.until,
            gone=row.until is not None and row.until <= today,
            may_change=may_change,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.gone)


def state_counts(building_id: int) -> list[tuple[str, str, int]]:
    """(state, label, rooms) of a building that was checked; states without rooms are left out."""
    counts = dict(
        Space.objects.unscoped("counting rooms of a building that was checked")
        .filter(standing(timezone.localdate()), building_id=building_id)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return [
        (state.value, str(state.label), counts[state.value])
        for state in Space.State
        if state.value in counts
    ]


def space_choices(actor: Actor, building_id: int) -> list[tuple[int, str]]:
    """(id, number) of the visible spaces of a building, for forms."""
    rows = (
        Space.objects.visible_to(actor)
        .filter(standing(timezone.localdate()), building_id=building_id)
        .order_by("number", "pk")
    )
    return list(rows.values_list("pk", "number"))


def space_values(actor: Actor, space_id: int) -> dict[str, Any]:
    """The stored values of a space for its form; NotVisible or Denied."""
    space = fetch(Space, actor, space_id, permission=CHANGE, related=("floor",))
    return {
        "building_id": space.building_id,
        "number": space.number,
        "floor_number": space.floor.number if space.floor else None,
        "unit_id": space.unit_id,
        "area": space.area,
        "use": space.use,
        "condition": space.condition,
        "rent": space.rent,
        "state": space.state,
        "since": space.since,
        "source": space.source,
    }


def exported_spaces(actor: Actor, building_ids: Iterable[int]) -> QuerySet[Space]:
    """Spaces of visible buildings for the export."""
    return (
        Space.objects.visible_to(actor)
        .filter(standing(timezone.localdate()), building_id__in=building_ids)
        .select_related("building", "floor")
        .order_by("building_id", "number", "pk")
    )
