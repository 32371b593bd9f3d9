"""Who is in a building on a day: stacking plan with tenants, occupancy, presence, lease ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.buildings.policy import CHANGE as CHANGE_SPACE
from loushi.registry.buildings.queries import (
    Counting,
    Occupancy,
    PlanFloor,
    PlanSpace,
    area_sum,
    counting_on,
    covering,
    occupancy_of,
    plan_of,
    state_of,
)
from loushi.registry.enterprises.models import IndustryCode, Presence, Tenancy
from loushi.registry.enterprises.policy import CHANGE
from loushi.registry.enterprises.queries.facts import presences_on

LEASE_WARNING = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Tenant:
    """An enterprise in a space on a day."""

    enterprise_id: int
    name: str
    short_name: str
    presence: str
    tenancy_id: int
    lease_until: date | None
    area: Decimal | None
    section: str
    section_name: str
    staff_count: int | None
    officer: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Stay:
    """One tenancy in the history of a room, or the time that it stood empty (no `name`)."""

    name: str
    since: date | None
    until: date | None
    lease_until: date | None = None
    days: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody moved into a building (`arrived`) or out of it, on a day."""

    on: date
    name: str
    room: str
    arrived: bool


@dataclass(frozen=True, slots=True)
class OccupiedSpace:
    """A space on a day with who is in it (`tenants`) and who is only registered there; `state` is
    that of the day."""

    space: PlanSpace
    state: str
    tenants: tuple[Tenant, ...]
    registered_only: tuple[Tenant, ...]
    ending: bool

    @property
    def label(self) -> str:
        return "、".join(tenant.short_name or tenant.name for tenant in self.tenants)


@dataclass(frozen=True, slots=True)
class OccupiedFloor:
    floor: PlanFloor
    spaces: tuple[OccupiedSpace, ...]
    totals: Occupancy | None = None

    @property
    def share(self) -> Decimal | None:
        """Occupied share by area; from the reported vacancy while the floor has no spaces."""
        if not self.spaces:
            return self.floor.share
        return self.totals.share if self.totals else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A building on a day: floors top first, and the figures with numerator and denominator."""

    on: date
    floors: tuple[OccupiedFloor, ...]
    totals: Occupancy = Occupancy()
    presence: Mapping[str, int] = field(default_factory=dict)
    ending_area: Decimal = Decimal(0)
    ending: int = 0
    leases: int = 0
    reported: int = 0

    @property
    def largest_vacancy(self) -> "tuple[PlanFloor, OccupiedSpace] | None":
        """The vacant room with most area, and its floor."""
        rooms = [
            (item.space.area, -index, floor.floor, item)
            for index, floor in enumerate(self.floors)
            for item in floor.spaces
            if item.state == Space.State.VACANT and item.space.area
        ]
        best = max(rooms, key=lambda one: one[:2], default=None)
        return (best[2], best[3]) if best else None

    @property
    def registered(self) -> tuple[int, int]:
        """属地注册率: registered here over all that sit here."""
        here = self.presence.get(Presence.HERE_REGISTERED, 0)
        return here, here + self.presence.get(Presence.HERE_ONLY, 0)


def plan_on(actor: Actor, building_id: int, on: date | None = None) -> Plan:
    """The stacking plan of a visible building on a day (default today).

    Any day is drawn from the tenancies of that day and from what was said of the rooms then.
    """
    day = on or timezone.localdate()
    floors = plan_of(actor, building_id, day)
    tenants = _tenants(actor, building_id, day)
    counting = counting_on(day)
    drawn = tuple(_floor(floor, tenants, counting, day) for floor in floors)
    return _totals(day, drawn, counting, [t for held in tenants.values() for t in held])


def tenants_of(actor: Actor, building_id: int, on: date | None = None) -> QuerySet[Tenancy]:
    """Tenancies of a visible building that run on a day, as far as the actor sees them."""
    fetch(Building, actor, building_id)
    return (
        Tenancy.objects.visible_to(actor)
        .filter(covering(on or timezone.localdate()), building_id=building_id)
        .select_related("enterprise__industry", "enterprise__officer", "space__floor")
        .defer("space__floor__outline")
        .order_by("space__number", "pk")
    )


def stays_of_space(actor: Actor, space_id: int, on: date) -> list[Stay]:
    """Who was in a visible space up to a day and how long it stood empty between, newest first.

    Only firms that really sat there; a gap is known where both its days are.
    """
    space = fetch(Space, actor, space_id)
    rows = (
        Tenancy.objects.visible_to(actor)
        .filter(Q(since__isnull=True) | Q(since__lte=on), space=space)
        .exclude(presence=Presence.REGISTERED_ONLY)
        .select_related("enterprise")
    )
    ordered = sorted(rows, key=lambda row: (row.since or date.min, row.pk))
    stays: list[Stay] = []
    free: date | None = None
    for index, row in enumerate(ordered):
        if index and free and row.since and row.since > free:
            stays.append(Stay("", free, row.since, days=(row.since - free).days))
        stays.append(Stay(row.enterprise.name, row.since, row.until, row.lease_until))
        ends = [held.until for held in ordered[: index + 1]]
        free = None if None in ends else max(end for end in ends if end)
    if free and free <= on:
        stays.append(Stay("", free, None, days=(on - free).days))
    return stays[::-1]


def may_change_space(actor: Actor, space_id: int) -> bool:
    """Whether the actor may correct a visible space."""
    return permits(actor, CHANGE_SPACE, fetch(Space, actor, space_id))


def comings_and_goings(actor: Actor, building_id: int, limit: int = 20) -> list[Passage]:
    """Moves into and out of a visible building that have a date, the newest first."""
    fetch(Building, actor, building_id)
    rows = (
        Tenancy.objects.visible_to(actor)
        .filter(building_id=building_id)
        .select_related("enterprise", "space")
    )
    found = [
        Passage(row.since, row.enterprise.name, _room(row), arrived=True)
        for row in rows.filter(since__isnull=False).order_by("-since", "-pk")[:limit]
        if row.since
    ]
    found += [
        Passage(row.until, row.enterprise.name, _room(row), arrived=False)
        for row in rows.filter(until__isnull=False).order_by("-until", "-pk")[:limit]
        if row.until
    ]
    return sorted(found, key=lambda item: item.on, reverse=True)[:limit]


def tenancy_for_change(actor: Actor, tenancy_id: int) -> tuple[str, int, str]:
    """(place, enterprise id, enterprise name) for the form of moving out; NotVisible or Denied."""
    row = fetch(
        Tenancy, actor, tenancy_id, permission=CHANGE, related=("enterprise", "building", "space")
    )
    return f"{row.building.name} {_room(row)}".strip(), row.enterprise_id, row.enterprise.name


def _room(row: Tenancy) -> str:
    return row.space.number if row.space else ""


def _tenants(actor: Actor, building_id: int, on: date) -> dict[int | None, list[Tenant]]:
    found: dict[int | None, list[Tenant]] = defaultdict(list)
    names = dict(IndustryCode.objects.filter(level=1).values_list("section", "name"))
    rows = list(tenants_of(actor, building_id, on))
    presences = presences_on(rows, on)
    for row in rows:
        found[row.space_id].append(
            Tenant(
                enterprise_id=row.enterprise_id,
                name=row.enterprise.name,
                short_name=row.enterprise.short_name,
                presence=presences[row.pk],
                tenancy_id=row.pk,
                lease_until=row.lease_until,
                area=row.area,
                section=row.enterprise.industry.section if row.enterprise.industry else "",
                section_name=names.get(
                    row.enterprise.industry.section if row.enterprise.industry else "", ""
                ),
                staff_count=row.enterprise.staff_count,
                officer=row.enterprise.officer.name if row.enterprise.officer else "",
                since=row.since,
                until=row.until,
            )
        )
    return found


def _floor(
    floor: PlanFloor, tenants: Mapping[int | None, list[Tenant]], counting: Counting, on: date
) -> OccupiedFloor:
    spaces = tuple(_space(space, tenants, on) for space in floor.spaces)
    pairs = ((item.state, item.space.area) for item in spaces)
    return OccupiedFloor(floor, spaces, occupancy_of(pairs, counting, on))


def _space(space: PlanSpace, tenants: Mapping[int | None, list[Tenant]], on: date) -> OccupiedSpace:
    held = tuple(tenants.get(space.id, ()))
    really = tuple(t for t in held if t.presence != Presence.REGISTERED_ONLY)
    only = tuple(t for t in held if t.presence == Presence.REGISTERED_ONLY)
    state = state_of(space.said, bool(really))
    return OccupiedSpace(space, state, really, only, any(_ends(t, on) for t in really))


def _ends(tenant: Tenant, on: date) -> bool:
    return tenant.lease_until is not None and on <= tenant.lease_until <= on + LEASE_WARNING


def _totals(
    on: date,
    floors: tuple[OccupiedFloor, ...],
    counting: Counting,
    tenants: Iterable[Tenant],
) -> Plan:
    rooms = [item for floor in floors for item in floor.spaces]
    known = {tenant.enterprise_id: tenant.presence for tenant in tenants}
    presence: dict[str, int] = defaultdict(int)
    for state in known.values():
        presence[state] += 1
    leases = [t for item in rooms for t in item.tenants if t.lease_until]
    return Plan(
        on=on,
        floors=floors,
        totals=occupancy_of(((item.state, item.space.area) for item in rooms), counting, on),
        presence=dict(presence),
        ending_area=area_sum(item.space.area for item in rooms if item.ending),
        ending=sum(_ends(tenant, on) for tenant in leases),
        leases=len(leases),
        reported=sum(
            1
            for floor in floors
            if floor.floor.reported_vacancy is not None
            and not floor.spaces
            and floor.floor.kind == Floor.Kind.NORMAL
        ),
    )
