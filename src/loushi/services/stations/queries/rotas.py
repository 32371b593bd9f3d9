"""Rotas: list, month grid, and the problem that the solver is given."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.capacity import is_workday
from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.solvers.rota import Member, Problem, Rules, Slot
from loushi.registry.accounts.models import Department
from loushi.registry.accounts.queries import people_below
from loushi.services.stations.models import (
    DutyAway,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    DutyTemplate,
    Station,
)
from loushi.services.stations.policy import ROTA

WHY = "rows of a rota that was fetched"


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the month grid."""

    on: date
    workday: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A station on a day: who stands there, and how many are missing."""

    names: tuple[str, ...]
    missing: int
    title: str


@dataclass(frozen=True, slots=True)
class RotaPage:
    """Everything of a rota."""

    row: DutyRota
    days: tuple[Day, ...]
    grid: tuple[tuple[Station, tuple[Cell, ...]], ...]
    loads: tuple[tuple[DutyMember, int, int], ...]
    templates: tuple[DutyTemplate, ...]
    away: tuple[DutyAway, ...]
    open_slots: tuple[tuple[DutySlot, dict[str, Any]], ...]
    shifts: int
    may_plan: bool


def rota_list(actor: Actor) -> QuerySet[DutyRota]:
    """The visible rotas, newest first."""
    return DutyRota.objects.visible_to(actor).select_related("unit")


def rota_row(actor: Actor, rota_id: int) -> DutyRota:
    """A visible rota."""
    return fetch(DutyRota, actor, rota_id, related=("unit",))


def rota_page(actor: Actor, rota_id: int) -> RotaPage:
    """One rota with its month grid."""
    row = rota_row(actor, rota_id)
    slots = list(DutySlot.objects.unscoped(WHY).filter(rota=row).select_related("station"))
    shifts = list(DutyShift.objects.unscoped(WHY).filter(slot__rota=row).select_related("member"))
    by_slot: dict[int, list[DutyShift]] = defaultdict(list)
    for shift in shifts:
        by_slot[shift.slot_id].append(shift)
    days = tuple(Day(on, is_workday(on)) for on in days_of(row))
    stations = sorted({slot.station for slot in slots}, key=lambda one: (one.name, one.pk))
    here: dict[tuple[int, date], list[DutySlot]] = defaultdict(list)
    for slot in slots:
        here[slot.station_id, slot.on].append(slot)
    solved = row.state in (DutyRota.State.SOLVED, DutyRota.State.PUBLISHED)
    grid = tuple(
        (station, tuple(_cell(here[station.pk, day.on], by_slot, solved) for day in days))
        for station in stations
    )
    members = list(DutyMember.objects.unscoped(WHY).filter(rota=row))
    count = Counter(shift.member_id for shift in shifts)
    carried = carried_loads(row, members)
    why = {int(pk): told for pk, told in row.stands.get("uncovered", {}).items()}
    return RotaPage(
        row, days, grid,
        tuple((member, count[member.pk], carried[member.pk]) for member in members),
        tuple(DutyTemplate.objects.unscoped(WHY).filter(rota=row).select_related("station")),
        tuple(DutyAway.objects.unscoped(WHY).filter(member__rota=row).select_related("member")),
        tuple((slot, why[slot.pk]) for slot in slots if slot.pk in why),
        len(shifts), permits(actor, ROTA, row),
    )  # fmt: skip


def days_of(row: DutyRota) -> list[date]:
    """Every day of a rota."""
    return [row.first + timedelta(days=n) for n in range((row.last - row.first).days + 1)]


def station_choices(actor: Actor, row: DutyRota) -> list[tuple[int, str]]:
    """Stations of the rota's unit."""
    rows = Station.objects.visible_to(actor).filter(unit_path__startswith=row.unit_path)
    return list(rows.values_list("pk", "name"))


def member_choices(actor: Actor, row: DutyRota) -> list[tuple[str, str]]:
    """Departments of the directory and people of the unit, as "d1" and "u7"."""
    departments = Department.objects.filter(is_active=True)
    found = [(f"d{one.pk}", str(one)) for one in departments]
    people = {post.user_id: post.user.name for post in people_below(actor, row.unit_path)}
    return found + [(f"u{pk}", name) for pk, name in sorted(people.items(), key=lambda o: o[1])]


def carried_loads(row: DutyRota, members: Sequence[DutyMember]) -> dict[int, int]:
    """Published shifts of the year before this rota, for each member."""
    departments = [one.department_id for one in members if one.department_id]
    users = [one.user_id for one in members if one.user_id]
    rows = DutyShift.objects.unscoped("the year's load of members of a rota").filter(
        Q(department__in=departments) | Q(user__in=users),
        published=True, slot__on__year=row.first.year, slot__on__lt=row.first,
    )  # fmt: skip
    count: Counter[tuple[int | None, int | None]] = Counter(
        rows.order_by().values_list("department_id", "user_id")
    )
    return {one.pk: count[one.department_id, one.user_id] for one in members}


def problem_of(row: DutyRota, *, anew: bool = False) -> Problem:
    """The rota as the solver's problem. What is past or attended stays; what was published or
    solved before is kept as far as possible, unless everything is wanted `anew`."""
    members = list(DutyMember.objects.unscoped(WHY).filter(rota=row))
    slots = list(DutySlot.objects.unscoped(WHY).filter(rota=row))
    shifts = list(DutyShift.objects.unscoped(WHY).filter(slot__rota=row).select_related("slot"))
    carried = carried_loads(row, members)
    away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for one in DutyAway.objects.unscoped(WHY).filter(member__rota=row):
        away[one.member_id].append((day_begins(one.first), day_ends(one.last)))
    earlier = _elsewhere(row, members)
    now = timezone.now()
    fixed = frozenset(
        pair(shift) for shift in shifts
        if shift.slot.starts_at <= now or shift.attended is not None
    )  # fmt: skip
    return Problem(
        [
            Member(
                str(one.pk), frozenset(one.skills), tuple(away[one.pk]),
                tuple(earlier.get(one.pk, ())), carried[one.pk], one.most,
            )
            for one in members
        ],
        [
            Slot(
                str(one.pk), str(one.station_id), timezone.localtime(one.starts_at),
                timezone.localtime(one.ends_at), one.needed, one.skill,
            )
            for one in slots
        ],
        Rules(row.rest_hours * 60, row.longest_run, row.most),
        fixed=fixed,
        previous=frozenset() if anew else frozenset(map(pair, shifts)),
    )  # fmt: skip


def pair(shift: DutyShift) -> tuple[str, str]:
    """A shift as the solver names it."""
    return str(shift.member_id), str(shift.slot_id)


def _elsewhere(
    row: DutyRota, members: Sequence[DutyMember]
) -> Mapping[int, list[tuple[datetime, datetime]]]:
    """Published shifts of the same departments and people in other rotas around this one."""
    of = {(one.department_id, one.user_id): one.pk for one in members}
    margin = timedelta(days=row.longest_run + 1)
    rows = DutyShift.objects.unscoped("other duties of members of a rota").filter(
        Q(department__in=[one.department_id for one in members if one.department_id])
        | Q(user__in=[one.user_id for one in members if one.user_id]),
        published=True, slot__on__gte=row.first - margin, slot__on__lte=row.last + margin,
    ).exclude(slot__rota=row)  # fmt: skip
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for shift in rows.select_related("slot"):
        key = of.get((shift.department_id, shift.user_id))
        if key is not None:
            span = (
                timezone.localtime(shift.slot.starts_at),
                timezone.localtime(shift.slot.ends_at),
            )
            found[key].append(span)
    return found


def _cell(slots: Sequence[DutySlot], by_slot: Mapping[int, list[DutyShift]], solved: bool) -> Cell:
    names, missing, words = [], 0, []
    for slot in slots:
        there = [shift.member.name for shift in by_slot.get(slot.pk, [])]
        names += there
        missing += max(0, slot.needed - len(there)) if solved else 0
        start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
        words.append(f"{start:%H:%M}-{end:%H:%M} {'、'.join(there)} {slot.skill}".strip())
    return Cell(tuple(names), missing, "\n".join(words))
