"""Occupancy of buildings on any day and month by month, from kept totals or from the facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, FilteredRelation, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.models import Building, Space, SpaceState, TotalsMark
from loushi.registry.buildings.queries import Filters as BuildingFilters
from loushi.registry.buildings.queries import (
    Occupancy,
    added,
    buildings,
    counting_between,
    counting_on,
    covering,
    standing,
)
from loushi.registry.enterprises.models import BuildingTotals, Tenancy
from loushi.registry.enterprises.queries.holding import REALLY_THERE, holding_on
from loushi.registry.enterprises.queries.steps import STATES, Room, Step, steps_of

WHY = "totals of buildings that were checked"
CHUNK = 2_000
ROOMS = tuple(f"rooms_{state}" for state in STATES)
Totals = tuple[dict[str, Decimal], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Month:
    """The occupancy of some buildings on the last day of a month (or today, in the running one)."""

    on: date
    occupancy: Occupancy


def occupancy_on(actor: Actor, on: date, unit: int | None = None) -> dict[int, Occupancy]:
    """Building id → occupancy on a day, for the visible buildings (of a unit)."""
    return _occupancies(buildings(actor, BuildingFilters(unit=unit)), on)


def occupancy_of_building(building_id: int, on: date) -> Occupancy:
    """The occupancy of one building that was checked."""
    one = Building.objects.unscoped(WHY).filter(pk=building_id)
    return _occupancies(one, on).get(building_id) or Occupancy({}, {}, counting_on(on), on)


def occupancy_of_unit(actor: Actor, unit: int, on: date) -> Occupancy:
    """All visible buildings of a unit as one."""
    return added(list(occupancy_on(actor, on, unit).values()), counting_on(on), on)


def monthly(actor: Actor, days: Sequence[date], unit: int | None = None) -> list[Month]:
    """The visible buildings (of a unit) as one, on each of these days."""
    return _monthly(buildings(actor, BuildingFilters(unit=unit)), days)


def monthly_of_building(building_id: int, days: Sequence[date]) -> list[Month]:
    """One building that was checked, on each of these days."""
    return _monthly(Building.objects.unscoped(WHY).filter(pk=building_id), days)


def month_ends(last: date, count: int = 24) -> list[date]:
    """The last days of the months before that of a day, and the day itself: `count` in all."""
    days = [last]
    while len(days) < count:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def raw_totals(on: date, building_ids: Collection[int] | None = None) -> dict[int, Totals]:
    """Totals by building from the facts of a day; all buildings where none are named."""
    said = FilteredRelation("said", condition=covering(on, "said__"))
    rooms = Space.objects.unscoped(WHY).filter(standing(on)).alias(of_day=said).order_by()
    if building_ids is not None:
        rooms = rooms.filter(building_id__in=building_ids)
    everything = _summed(rooms)
    held = _summed(rooms.filter(pk__in=holding_on(on).order_by().values("space_id")))
    found: dict[int, Totals] = defaultdict(lambda: (defaultdict(Decimal), defaultdict(int)))
    for (building_id, state), (area, count) in everything.items():
        let_area, let_rooms = held.get((building_id, state), (Decimal(0), 0))
        areas, rooms_of = found[building_id]
        if state == Space.State.SELF_USED:
            let_area, let_rooms = Decimal(0), 0
        areas[state or Space.State.VACANT] += area - let_area
        rooms_of[state or Space.State.VACANT] += count - let_rooms
        areas[Space.State.LET] += let_area
        rooms_of[Space.State.LET] += let_rooms
    return {
        pk: (dict(areas), {state: count for state, count in rooms_of.items() if count})
        for pk, (areas, rooms_of) in found.items()
    }


def kept_totals(on: date, of: QuerySet[Building]) -> dict[int, Totals]:
    """Totals by building from the kept rows of a day."""
    latest = Subquery(_latest(on))
    wanted = of.order_by().annotate(step=latest).values("step")
    rows = BuildingTotals.objects.unscoped(WHY).filter(pk__in=wanted).order_by()
    return {row[0]: _totals(row[1:]) for row in rows.values_list("building_id", *STATES, *ROOMS)}


def fresh_steps(building_ids: Collection[int]) -> dict[int, list[Step]]:
    """The steps of buildings made from the facts, for the job and for buildings with a mark."""
    said: dict[int, list[tuple[str, date | None, date | None]]] = defaultdict(list)
    held: dict[int, list[tuple[date | None, date | None]]] = defaultdict(list)
    rooms: dict[int, list[Room]] = {pk: [] for pk in building_ids}
    for chunk in _chunks(sorted(building_ids)):
        states = SpaceState.objects.unscoped(WHY).filter(building_id__among=chunk).order_by()
        for pk, *span in states.values_list("space_id", "state", "since", "until"):
            said[pk].append(tuple(span))  # type: ignore[arg-type]
        stays = Tenancy.objects.unscoped(WHY).filter(REALLY_THERE, space__building_id__among=chunk)
        for pk, since, until in stays.order_by().values_list("space_id", "since", "until"):
            held[pk or 0].append((since, until))
        found = Space.objects.unscoped(WHY).filter(building_id__among=chunk).order_by()
        for pk, building_id, area, *days in found.values_list(
            "pk", "building_id", "area", "since", "until"
        ):
            room = Room(area or Decimal(0), said.get(pk, ()), held.get(pk, ()), *days)
            rooms[building_id].append(room)
    return {pk: steps_of(held_rooms) for pk, held_rooms in rooms.items()}


def differing_totals(on: date | None = None) -> list[int]:
    """Buildings whose kept totals of a day (default today) are not those of the facts; buildings
    that wait to be made anew do not count."""
    day = on or timezone.localdate()
    everything = Building.objects.unscoped("kept totals are checked for all buildings")
    kept, raw, waiting = kept_totals(day, everything.all()), raw_totals(day), marked(None)
    return sorted(
        pk for pk in (set(kept) | set(raw)) - waiting if _solid(kept.get(pk)) != _solid(raw.get(pk))
    )


def marked(building_ids: Collection[int] | None) -> set[int]:
    """Which buildings have totals that wait to be made anew."""
    rows = TotalsMark.objects.unscoped(WHY).order_by()
    if building_ids is not None and len(building_ids) < CHUNK:
        rows = rows.filter(building_id__in=building_ids)
    return set(rows.values_list("building_id", flat=True).distinct())


def _occupancies(of: QuerySet[Building], on: date) -> dict[int, Occupancy]:
    kept = kept_totals(on, of)
    waiting = marked(None)
    if waiting:
        stale = set(of.filter(pk__in=waiting).order_by().values_list("pk", flat=True))
        kept = {pk: totals for pk, totals in kept.items() if pk not in stale}
        kept |= raw_totals(on, stale) if stale else {}
    rule = counting_on(on)
    return {pk: Occupancy(areas, rooms, rule, on) for pk, (areas, rooms) in kept.items()}


def _monthly(of: QuerySet[Building], days: Sequence[date]) -> list[Month]:
    """One query finds the step of each building on each day, one reads the steps."""
    names = [f"m{index}" for index in range(len(days))]
    marks = {name: Subquery(_latest(day)) for name, day in zip(names, days, strict=True)}
    rows = list(of.order_by().annotate(**marks).values_list("pk", *names))
    stale = marked([row[0] for row in rows]) & {row[0] for row in rows}
    wanted = {pk for row in rows if row[0] not in stale for pk in row[1:] if pk}
    steps: dict[int, tuple[int | Decimal, ...]] = {}
    for chunk in _chunks(sorted(wanted)):
        found = BuildingTotals.objects.unscoped(WHY).filter(pk__among=chunk).order_by()
        steps |= {row[0]: row[1:] for row in found.values_list("pk", *STATES, *ROOMS)}
    fresh = fresh_steps(stale) if stale else {}
    counting = counting_between(max(days))
    months = []
    for index, day in enumerate(days):
        sums: list[int | Decimal] = [Decimal(0)] * len(STATES) + [0] * len(ROOMS)
        parts = [steps[row[index + 1]] for row in rows if row[index + 1] in steps]
        parts += [part for listed in fresh.values() if (part := _step_on(listed, day))]
        for part in parts:
            sums = [total + value for total, value in zip(sums, part, strict=True)]
        areas, counts = _totals(sums)
        months.append(Month(day, Occupancy(areas, counts, counting(day), day)))
    return months


def _step_on(steps: Sequence[Step], on: date) -> tuple[int | Decimal, ...]:
    step = next((one for one in reversed(steps) if one.on <= on), None)
    return (*step.areas, *step.rooms) if step else ()


def _latest(on: date) -> QuerySet[Any, Any]:
    rows = BuildingTotals.objects.unscoped(WHY).filter(building_id=OuterRef("pk"), on__lte=on)
    return rows.order_by("-on").values("pk")[:1]


def _summed(rooms: QuerySet[Any]) -> Mapping[tuple[int, str], tuple[Decimal, int]]:
    sums = rooms.values_list("building_id", "of_day__state").annotate(
        area_sum=Coalesce(Sum("area"), Decimal(0)), rooms=Count("pk")
    )
    return {(pk, state or ""): (area, count) for pk, state, area, count in sums}


def _totals(values: Sequence[int | Decimal]) -> Totals:
    areas = {s: Decimal(v) for s, v in zip(STATES, values[: len(STATES)], strict=True) if v}
    rooms = {s: int(v) for s, v in zip(STATES, values[len(STATES) :], strict=True) if v}
    return areas, rooms


def _solid(totals: Totals | None) -> Totals:
    if totals is None:
        return {}, {}
    return (
        {state: area for state, area in totals[0].items() if area},
        {state: count for state, count in totals[1].items() if count},
    )


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
