"""The plan of a day: whom to see, in which order to walk, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import cos, hypot, radians

from django.utils import timezone

from loushi.casework.visits.models import PlanStop, Visit
from loushi.casework.visits.policy import RECORD
from loushi.casework.visits.queries.coverage import Coverage, in_charge, reached_by
from loushi.casework.visits.queries.quiet import Disturbance, disturbances
from loushi.casework.visits.queries.reasons import Reasons, reasons_for
from loushi.casework.visits.queries.rules import rules_on
from loushi.casework.visits.queries.teams import team_at
from loushi.foundation.core.actor import UNIT, Actor
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import Place

WHY = "the enterprises of a plan were checked"
METRES_A_MINUTE = 70
DETOUR = 1.3
DEGREE = 111_320.0
CANDIDATES = 2_000


@dataclass(frozen=True, slots=True)
class Stop:
    """One firm of a day. `stop_id` is None while the plan is only a suggestion."""

    number: int
    enterprise_id: int
    name: str
    place: Place | None
    sentence: str
    mark: str
    stop_id: int | None = None
    visit_id: int | None = None
    may_edit: bool = False
    despite: str = ""
    walk: int | None = None
    disturbance: Disturbance | None = None

    @property
    def is_done(self) -> bool:
        return self.visit_id is not None

    @property
    def room(self) -> str:
        """ "A 座 17 层 1707" as far as known."""
        return self.place.text if self.place else ""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Everything that the page of a day says."""

    on: date
    stops: tuple[Stop, ...]
    is_suggested: bool
    towers: tuple[tuple[str, int], ...]
    coverage: Coverage
    as_of: datetime

    @property
    def left(self) -> int:
        return sum(not stop.is_done for stop in self.stops)

    @property
    def next_number(self) -> int:
        """The first stop that is still to be done (0: none)."""
        return next((s.number for s in self.stops if not s.is_done and not s.disturbance), 0)


def day_plan(actor: Actor, on: date | None = None) -> DayPlan:
    """The stored plan of the person's day, or the suggestion while nothing was changed yet."""
    day = on or timezone.localdate()
    rows = list(
        PlanStop.objects.unscoped("the person's own plan")
        .filter(user_id=actor.user_id or 0, department=None, on=day)
        .exclude(state=PlanStop.State.DROPPED)
        .order_by("position", "pk")
    )
    stops = _stored(actor, rows, day) if rows else _numbered(suggestion(actor, day))
    towers: dict[str, int] = defaultdict(int)
    for stop in stops:
        if stop.place:
            towers[stop.place.building] += 1
    return DayPlan(
        on=day,
        stops=tuple(stops),
        is_suggested=not rows,
        towers=tuple(towers.items()),
        coverage=reached_by(actor, day),
        as_of=timezone.now(),
    )


def suggestion(actor: Actor, on: date) -> list[Reasons]:
    """Firms for one day in walking order: the weightiest and their neighbours in the same towers.

    Left out: whom another team saw or plans to see within the quiet days, and whom anybody saw
    within them.
    """
    rules = rules_on(on)
    ids = in_charge(actor)[:CANDIDATES]
    if not ids:
        return []
    found = reasons_for(ids, rules, on)
    busy = disturbances(ids, team="", on=on)
    free = [
        one
        for pk, one in found.items()
        if pk not in busy and one.sentences and one.place is not None
    ]
    free.sort(key=lambda one: (-one.weight, one.enterprise_id))
    chosen = _near(free, rules.plan_size)
    return walking_order(chosen)


def _near(free: Sequence[Reasons], size: int) -> list[Reasons]:
    """The weightiest firm, then the weightiest of its tower, then of the next best tower."""
    chosen: list[Reasons] = []
    left = list(free)
    while left and len(chosen) < size:
        tower = _tower(left[0])
        here = [one for one in left if _tower(one) == tower][: max(1, size - len(chosen))]
        if chosen or len(here) < size:
            chosen += here
        else:
            chosen += here[: size - 1] if size > 2 else here
        left = [one for one in left if _tower(one) != tower]
    return chosen[:size]


def _tower(one: Reasons) -> int:
    return one.place.building_id if one.place else 0


def walking_order(chosen: Iterable[Reasons]) -> list[Reasons]:
    """Tower by tower in the order of weight, in each from the top floor down."""
    rows = list(chosen)
    weight: dict[int, int] = defaultdict(int)
    for one in rows:
        weight[_tower(one)] += one.weight
    return sorted(
        rows,
        key=lambda one: (
            -weight[_tower(one)],
            _tower(one),
            -(one.place.floor if one.place and one.place.floor is not None else -99),
            one.place.space if one.place else "",
            one.enterprise_id,
        ),
    )


def _numbered(found: Sequence[Reasons]) -> list[Stop]:
    names = dict(
        Enterprise.objects.unscoped(WHY)
        .filter(pk__in=[one.enterprise_id for one in found])
        .values_list("pk", "name")
    )
    walks = _walks([one.place for one in found])
    return [
        Stop(
            number=number,
            enterprise_id=one.enterprise_id,
            name=names[one.enterprise_id],
            place=one.place,
            sentence=one.sentence,
            mark=one.mark,
            walk=walks[number - 1],
        )
        for number, one in enumerate(found, 1)
    ]


def _stored(actor: Actor, rows: Sequence[PlanStop], on: date) -> list[Stop]:
    from loushi.casework.visits.queries.visits import editable

    ids = [row.enterprise_id for row in rows]
    seen = Enterprise.objects.visible_to(actor, RECORD).filter(pk__in=ids)
    names = dict(seen.values_list("pk", "name"))
    rows = [row for row in rows if row.enterprise_id in names]
    ids = [row.enterprise_id for row in rows]
    reasons = reasons_for(ids, rules_on(on), on)
    busy: dict[int, list[Disturbance]] = {}
    by_team: dict[str, list[int]] = defaultdict(list)
    for pk, one in reasons.items():
        by_team[team_at(actor, one.place.unit_path if one.place else "").code].append(pk)
    for team, firms in by_team.items():
        busy |= disturbances(firms, team=team, on=on)
    visits = Visit.objects.unscoped("visits of the person's own plan").in_bulk(
        [row.visit_id for row in rows if row.visit_id]
    )
    walks = _walks([reasons[pk].place for pk in ids])
    return [
        Stop(
            number=number,
            enterprise_id=row.enterprise_id,
            name=names[row.enterprise_id],
            place=reasons[row.enterprise_id].place,
            sentence=reasons[row.enterprise_id].sentence,
            mark=reasons[row.enterprise_id].mark,
            stop_id=row.pk,
            visit_id=row.visit_id,
            may_edit=bool(row.visit_id and editable(actor, visits[row.visit_id])),
            despite=row.despite,
            walk=walks[number - 1],
            disturbance=next(iter(busy.get(row.enterprise_id, [])), None)
            if not row.despite and not row.visit_id
            else None,
        )
        for number, row in enumerate(rows, 1)
    ]


def _walks(places: Sequence[Place | None]) -> list[int | None]:
    """Minutes on foot from the tower before; None within the same tower or where unknown."""
    ids = {place.building_id for place in places if place}
    spots = {
        pk: (float(lon or 0), float(lat or 0), crs)
        for pk, lon, lat, crs in Building.objects.unscoped(WHY)
        .filter(pk__in=ids, longitude__isnull=False, latitude__isnull=False)
        .values_list("pk", "longitude", "latitude", "crs")
    }
    found: list[int | None] = []
    before: Place | None = None
    for place in places:
        minutes = None
        if before and place and before.building_id != place.building_id:
            a, b = spots.get(before.building_id), spots.get(place.building_id)
            if a and b and a[2] == b[2]:
                east = (a[0] - b[0]) * DEGREE * cos(radians(a[1]))
                metres = hypot(east, (a[1] - b[1]) * DEGREE) * DETOUR
                minutes = max(1, round(metres / METRES_A_MINUTE))
        found.append(minutes)
        before = place or before
    return found


def addable(actor: Actor, text: str, limit: int = 8) -> list[tuple[int, str, str]]:
    """(id, name, place) of firms that the person may add to a plan, by name or code."""
    from loushi.registry.enterprises.queries import search

    allowed = Enterprise.objects.visible_to(actor, RECORD)
    cards = search(actor, text, limit * 2)
    ids = set(allowed.filter(pk__in=[card.id for card in cards]).values_list("pk", flat=True))
    return [(card.id, card.name, card.place_text) for card in cards if card.id in ids][:limit]


def may_plan(actor: Actor) -> bool:
    """Whether the person holds the right to record anywhere in a unit."""
    return bool(actor.keys(UNIT, RECORD))
