"""How occupancy is counted: the state of a room, the dated rule of the denominator, the fraction.

The one place of this arithmetic; lists, plans, roll-ups and exports use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.registry.buildings.models import CountingRule, Space

OCCUPIED = (Space.State.LET, Space.State.SELF_USED)


def state_of(said: str, held: bool) -> str:
    """The state of a room on a day, from what was said of it ('' = nothing) and whether somebody
    who is really there holds a tenancy: self-used stays, a tenant makes it let, else what was
    said."""
    if said == Space.State.SELF_USED:
        return Space.State.SELF_USED
    if held:
        return Space.State.LET
    return said or Space.State.VACANT


@dataclass(frozen=True, slots=True)
class Counting:
    """入驻率口径 of a day: which states stay in the denominator. Both do before the first rule."""

    reserved: bool = True
    undelivered: bool = True
    since: date | None = None
    basis: str = ""

    def counts(self, state: str) -> bool:
        """Whether rooms in this state are part of the denominator."""
        if state == Space.State.RESERVED:
            return self.reserved
        return self.undelivered if state == Space.State.NOT_DELIVERED else True

    @property
    def sentence(self) -> str:
        """The treatment in words, shown beside every rate."""
        if self.reserved and self.undelivered:
            return _("已租与自用 ÷ 全部房源；预留、未交付计入分母")
        if self.reserved:
            return _("已租与自用 ÷ 可租房源；预留计入分母，未交付不计")
        if self.undelivered:
            return _("已租与自用 ÷ 可租房源；未交付计入分母，预留不计")
        return _("已租与自用 ÷ 可租房源；预留、未交付不计入分母")


def counting_on(on: date | None = None) -> Counting:
    """The rule of a day (default today): the one that began last."""
    return counting_between(on or timezone.localdate())(on or timezone.localdate())


def counting_between(last: date) -> "Countings":
    """The rules up to a day, read once: call the answer with a day."""
    rows = CountingRule.objects.filter(since__lte=last).order_by("-since")
    return Countings(
        tuple(Counting(row.reserved, row.undelivered, row.since, row.basis) for row in rows)
    )


@dataclass(frozen=True, slots=True)
class Countings:
    """Rules, the latest first."""

    rules: tuple[Counting, ...]

    def __call__(self, on: date) -> Counting:
        return next((r for r in self.rules if r.since is None or r.since <= on), Counting())


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Areas in m² and rooms by state on a day, and the rates that follow by the rule of the day."""

    by_state: Mapping[str, Decimal] = field(default_factory=dict)
    rooms_by_state: Mapping[str, int] = field(default_factory=dict)
    counting: Counting = Counting()
    on: date | None = None

    @property
    def occupied(self) -> Decimal:
        """The numerator by area: let and self-used."""
        return sum((self.by_state.get(state, Decimal(0)) for state in OCCUPIED), Decimal(0))

    @property
    def area(self) -> Decimal:
        """The denominator by area."""
        counts = self.counting.counts
        return sum((a for state, a in self.by_state.items() if counts(state)), Decimal(0))

    @property
    def rooms_occupied(self) -> int:
        """The numerator by room."""
        return sum(self.rooms_by_state.get(state, 0) for state in OCCUPIED)

    @property
    def rooms(self) -> int:
        """The denominator by room."""
        counts = self.counting.counts
        return sum(count for state, count in self.rooms_by_state.items() if counts(state))

    @property
    def all_rooms(self) -> int:
        return sum(self.rooms_by_state.values())

    @property
    def share(self) -> Decimal | None:
        """Occupied by area, between 0 and 1; None where no area is known."""
        return self.occupied / self.area if self.area else None

    @property
    def room_share(self) -> Decimal | None:
        """Occupied by room, between 0 and 1; None without rooms."""
        return Decimal(self.rooms_occupied) / self.rooms if self.rooms else None

    @property
    def vacant(self) -> Decimal:
        return self.by_state.get(Space.State.VACANT, Decimal(0))

    @property
    def vacant_rooms(self) -> int:
        return self.rooms_by_state.get(Space.State.VACANT, 0)


def added(parts: "list[Occupancy]", counting: Counting, on: date | None) -> Occupancy:
    """Several buildings as one."""
    areas: dict[str, Decimal] = {}
    rooms: dict[str, int] = {}
    for part in parts:
        for state, area in part.by_state.items():
            areas[state] = areas.get(state, Decimal(0)) + area
        for state, count in part.rooms_by_state.items():
            rooms[state] = rooms.get(state, 0) + count
    return Occupancy(areas, rooms, counting, on)
