"""Who is in a building on a day: stacking plan with tenants, occupancy, presence, lease ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.buildings.queries import PlanFloor, PlanSpace, area_sum, plan_of
from loushi.registry.enterprises.models import Presence, Tenancy
from loushi.registry.enterprises.policy import CHANGE

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
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Stay:
    """One tenancy in the history of a room."""

    name: str
    since: date | None
    until: date | None
    lease_until: date | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody moved into a building (`arrived`) or out of it, on a day."""

    on: date
    name: str
    room: str
    arrived: bool


@dataclass(frozen=True, slots=True)
class OccupiedSpace:
    """A space on a day with who is in it; `state` is that of the day."""

    space: PlanSpace
    state: str
    tenants: tuple[Tenant, ...]
    ending: bool

    @property
    def label(self) -> str:
        return "、".join(tenant.short_name or tenant.name for tenant in self.tenants)


@dataclass(frozen=True, slots=True)
class OccupiedFloor:
    floor: PlanFloor
    spaces: tuple[OccupiedSpace, ...]

    @property
    def share(self) -> Decimal | None:
        """Occupied share by area; from the reported vacancy while the floor has no spaces."""
        total = area_sum(item.space.area for item in self.spaces)
        if not total:
            return self.floor.share if not self.spaces else None
        return area_sum(i.space.area for i in self.spaces if i.state in TAKEN) / total


@dataclass(frozen=True, slots=True)
class Plan:
    """A building on a day: floors top first, and the figures with numerator and denominator."""

    on: date
    floors: tuple[OccupiedFloor, ...]
    area_by_state: Mapping[str, Decimal] = field(default_factory=dict)
    rooms_by_state: Mapping[str, int] = field(default_factory=dict)
    presence: Mapping[str, int] = field(default_factory=dict)
    ending_area: Decimal = Decimal(0)
    ending: int = 0
    leases: int = 0
    reported: int = 0

    @property
    def occupied(self) -> Decimal:
        return sum((self.area_by_state.get(state, Decimal(0)) for state in TAKEN), Decimal(0))

    @property
    def area(self) -> Decimal:
        """The denominator: all space, with what is reserved or not delivered."""
        return sum(self.area_by_state.values(), Decimal(0))

    @property
    def rooms(self) -> int:
        return sum(self.rooms_by_state.values())

    @property
    def share(self) -> Decimal | None:
        return self.occupied / self.area if self.area else None

    @property
    def registered(self) -> tuple[int, int]:
        """属地注册率: registered here over all that sit here."""
        here = self.presence.get(Presence.HERE_REGISTERED, 0)
        return here, here + self.presence.get(Presence.HERE_ONLY, 0)


TAKEN = (Space.State.LET, Space.State.SELF_USED)


def running_on(on: date) -> Q:
    """The condition "runs on that day" for tenancies (`until` is the first day after)."""
    return (Q(since__isnull=True) | Q(since__lte=on)) & (Q(until__isnull=True) | Q(until__gt=on))


def plan_on(actor: Actor, building_id: int, on: date | None = None) -> Plan:
    """The stacking plan of a visible building on a day (default today).

    A past day is drawn from the tenancies of that day; the states reserved, self-used and not
    delivered are today's, because their history is not kept.
    """
    day = on or timezone.localdate()
    floors = plan_of(actor, building_id)
    tenants = _tenants(actor, building_id, day)
    drawn = tuple(
        OccupiedFloor(floor, tuple(_space(space, tenants, day) for space in floor.spaces))
        for floor in floors
    )
    return _totals(day, drawn, [tenant for held in tenants.values() for tenant in held])


def tenants_of(actor: Actor, building_id: int, on: date | None = None) -> QuerySet[Tenancy]:
    """Tenancies of a visible building that run on a day, as far as the actor sees them."""
    fetch(Building, actor, building_id)
    return (
        Tenancy.objects.visible_to(actor)
        .filter(running_on(on or timezone.localdate()), building_id=building_id)
        .select_related("enterprise__industry", "space__floor")
        .defer("space__floor__outline")
        .order_by("space__number", "pk")
    )


def history_of_space(actor: Actor, space_id: int) -> list[Stay]:
    """Who was in a visible space, the newest first."""
    space = fetch(Space, actor, space_id)
    rows = (
        Tenancy.objects.visible_to(actor)
        .filter(space=space)
        .select_related("enterprise")
        .order_by("-since", "-pk")
    )
    return [Stay(row.enterprise.name, row.since, row.until, row.lease_until) for row in rows]


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
    for row in tenants_of(actor, building_id, on):
        found[row.space_id].append(
            Tenant(
                enterprise_id=row.enterprise_id,
                name=row.enterprise.name,
                short_name=row.enterprise.short_name,
                presence=row.presence,
                tenancy_id=row.pk,
                lease_until=row.lease_until,
                area=row.area,
                section=row.enterprise.industry.section if row.enterprise.industry else "",
                since=row.since,
                until=row.until,
            )
        )
    return found


def _space(space: PlanSpace, tenants: Mapping[int | None, list[Tenant]], on: date) -> OccupiedSpace:
    held = tuple(tenants.get(space.id, ()))
    really = [tenant for tenant in held if tenant.presence != Presence.REGISTERED_ONLY]
    state = space.state
    if really and state != Space.State.SELF_USED:
        state = Space.State.LET
    elif not really and state == Space.State.LET:
        state = Space.State.VACANT
    return OccupiedSpace(space, state, tuple(really), any(_ends(t, on) for t in really))


def _ends(tenant: Tenant, on: date) -> bool:
    return tenant.lease_until is not None and on <= tenant.lease_until <= on + LEASE_WARNING


def _totals(on: date, floors: tuple[OccupiedFloor, ...], tenants: Iterable[Tenant]) -> Plan:
    area: dict[str, Decimal] = defaultdict(Decimal)
    rooms: dict[str, int] = defaultdict(int)
    ending_area = Decimal(0)
    for floor in floors:
        for item in floor.spaces:
            area[item.state] += item.space.area or 0
            rooms[item.state] += 1
            ending_area += (item.space.area or 0) if item.ending else 0
    known = {tenant.enterprise_id: tenant.presence for tenant in tenants}
    presence: dict[str, int] = defaultdict(int)
    for state in known.values():
        presence[state] += 1
    leases = [t for f in floors for i in f.spaces for t in i.tenants if t.lease_until]
    return Plan(
        on=on,
        floors=floors,
        area_by_state=dict(area),
        rooms_by_state=dict(rooms),
        presence=dict(presence),
        ending_area=ending_area,
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
