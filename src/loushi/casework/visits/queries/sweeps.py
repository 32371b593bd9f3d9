"""Reading sweeps: the list, the progress by building and floor, rooms, the report."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask
from loushi.casework.visits.models.sweeps import REACHED, Outcome
from loushi.casework.visits.policy import CAMPAIGN, SWEEP
from loushi.casework.visits.queries.rooms import RoomFacts, facts_of, facts_of_task
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.buildings.models import Building
from loushi.registry.buildings.queries import Page, page_of, standing, unit_choices

PAGE_SIZE = 20
WHY = "rooms of a sweep that was checked"
OPEN = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of rooms by outcome; "" is: nobody was there yet."""

    by: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.by.values())

    @property
    def reached(self) -> int:
        return sum(self.by.get(code, 0) for code in REACHED)

    @property
    def tried(self) -> int:
        return self.total - self.by.get(OPEN, 0)

    @property
    def revisit(self) -> int:
        return self.by.get(Outcome.ABSENT, 0) + self.by.get(Outcome.REFUSED, 0)

    @property
    def open(self) -> int:
        return self.by.get(OPEN, 0)

    @property
    def share(self) -> float | None:
        return self.reached / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One sweep in the list."""

    id: int
    name: str
    unit: str
    state: str
    state_label: str
    starts_on: date
    due_on: date
    tally: Tally
    days_left: int


@dataclass(frozen=True, slots=True)
class PlaceTally:
    """A building or a unit within a sweep."""

    id: int
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One sweep as far as the actor sees its rooms."""

    campaign: SweepCampaign
    tally: Tally
    buildings: tuple[PlaceTally, ...]
    units: tuple[PlaceTally, ...]
    may_close: bool
    may_sweep: bool
    is_whole: bool
    next_task: int | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SweptRoom:
    """One room of a floor."""

    id: int
    space_id: int
    number: str
    outcome: str
    area: Any
    tenants: str

    @property
    def label(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome else _("未到")


@dataclass(frozen=True, slots=True)
class SweptFloor:
    number: int | None
    rooms: tuple[SweptRoom, ...]
    tally: Tally

    @property
    def name(self) -> str:
        return "—" if self.number is None else str(self.number).replace("-", "B")


@dataclass(frozen=True, slots=True)
class RoomPage:
    """The form of one room: what the register says, what was found before, where to go next."""

    task: SweepTask
    campaign: SweepCampaign
    building: str
    floor: str
    facts: RoomFacts
    results: tuple[SweepResult, ...]
    next_task: int | None
    position: int
    total: int
    may_sweep: bool
    changed_since: bool


def campaigns(actor: Actor) -> QuerySet[SweepCampaign]:
    """The sweeps that have rooms in the actor's range."""
    return SweepCampaign.objects.visible_to(actor)


def campaign_list(actor: Actor, *, after: str = "", before: str = "") -> Page[CampaignLine]:
    """Sweeps with progress of the rooms that the actor sees, running ones first."""
    rows = campaigns(actor).select_related("unit").order_by()
    page = page_of(rows, order=("-state", "-starts_on"), after=after, before=before, size=PAGE_SIZE)
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    tasks = SweepTask.objects.visible_to(actor).filter(campaign__in=[r.pk for r in page.rows])
    for pk, outcome, number in (
        tasks.order_by().values_list("campaign_id", "outcome").annotate(n=Count("pk"))
    ):
        counts[pk][outcome] = number
    today = timezone.localdate()
    lines = [
        CampaignLine(
            id=row.pk,
            name=row.name,
            unit=row.unit.name,
            state=row.state,
            state_label=str(row.get_state_display()),
            starts_on=row.starts_on,
            due_on=row.due_on,
            tally=Tally(counts[row.pk]),
            days_left=(row.due_on - today).days,
        )
        for row in page.rows
    ]
    return Page(lines, page.first, page.last, page.total, page.capped, page.before, page.after)


def campaign_page(actor: Actor, campaign_id: int) -> CampaignPage:
    """One sweep: progress by building and by unit; NotVisible for strangers."""
    row = fetch(SweepCampaign, actor, campaign_id, related=("unit",))
    tasks = tasks_of(actor, row)
    by_building: dict[int, dict[str, int]] = defaultdict(dict)
    by_unit: dict[int, dict[str, int]] = defaultdict(dict)
    names: dict[int, str] = {}
    units: dict[int, str] = {}
    for pk, name, outcome, number in (
        tasks.order_by()
        .values_list("building_id", "building__name", "outcome")
        .annotate(n=Count("pk"))
    ):
        by_building[pk][outcome] = number
        names[pk] = name
    for pk, name, outcome, number in (
        tasks.order_by().values_list("unit_id", "unit__name", "outcome").annotate(n=Count("pk"))
    ):
        by_unit[pk][outcome] = number
        units[pk] = name
    total: Counter[str] = Counter()
    for counted in by_building.values():
        total.update(counted)
    everything = SweepTask.objects.unscoped(WHY).filter(campaign=row).count()
    return CampaignPage(
        campaign=row,
        tally=Tally(dict(total)),
        buildings=_places(by_building, names),
        units=tuple(PlaceTally(pk, units[pk], Tally(by_unit[pk])) for pk in sorted(units)),
        may_close=row.state == SweepCampaign.State.RUNNING and permits(actor, CAMPAIGN, row),
        may_sweep=row.state == SweepCampaign.State.RUNNING and actor.has(SWEEP),
        is_whole=sum(total.values()) == everything,
        next_task=next_task(actor, row),
        as_of=row.closed_at or timezone.now(),
    )


def _places(counts: dict[int, dict[str, int]], names: dict[int, str]) -> tuple[PlaceTally, ...]:
    """Places in the order of their names, never of their results: nobody is ranked."""
    return tuple(
        PlaceTally(pk, names[pk], Tally(counts[pk]))
        for pk in sorted(counts, key=lambda k: names[k])
    )


def swept_floors(actor: Actor, campaign_id: int, building_id: int) -> tuple[SweptFloor, ...]:
    """The floors of one building in a sweep, top first, with the result of every visible room."""
    row = fetch(SweepCampaign, actor, campaign_id)
    tasks = list(
        tasks_of(actor, row)
        .filter(building_id=building_id)
        .order_by(F("floor").desc(nulls_last=True), "number", "pk")
    )
    facts: dict[int, RoomFacts] = {}
    ids = [task.space_id for task in tasks]
    for start in range(0, len(ids), 500):
        facts |= facts_of(ids[start : start + 500])
    floors: dict[int | None, list[SweptRoom]] = {}
    for task in tasks:
        held = facts[task.space_id]
        floors.setdefault(task.floor, []).append(
            SweptRoom(
                id=task.pk,
                space_id=task.space_id,
                number=task.number,
                outcome=task.outcome,
                area=held.area,
                tenants="、".join(t.short_name or t.name for t in held.tenants if t.is_here),
            )
        )
    return tuple(
        SweptFloor(number, tuple(rooms), Tally(dict(Counter(room.outcome for room in rooms))))
        for number, rooms in floors.items()
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """The running sweep of one building: outcome by space ("" = nobody was there yet), and the
    tally of each floor."""

    name: str
    outcomes: dict[int, str]
    floors: dict[int, Tally]

    @property
    def tally(self) -> Tally:
        return Tally(dict(Counter(self.outcomes.values())))


def progress_of(actor: Actor, building_id: int) -> Progress | None:
    """For the stacking plan: the newest running sweep as far as the actor sees its rooms; None
    where there is none. The caller has checked the building."""
    task = (
        SweepTask.objects.visible_to(actor)
        .filter(building_id=building_id, campaign__state=SweepCampaign.State.RUNNING)
        .select_related("campaign")
        .order_by("-campaign_id")
        .first()
    )
    if task is None:
        return None
    rows = SweepTask.objects.visible_to(actor).filter(
        building_id=building_id, campaign_id=task.campaign_id
    )
    outcomes: dict[int, str] = {}
    floors: dict[int, Counter[str]] = defaultdict(Counter)
    for space_id, floor, outcome in rows.order_by("pk").values_list("space_id", "floor", "outcome"):
        outcomes[space_id] = outcome
        if floor is not None:
            floors[floor][outcome] += 1
    tallies = {number: Tally(dict(counted)) for number, counted in floors.items()}
    return Progress(task.campaign.name, outcomes, tallies)


def room_page(actor: Actor, task_id: int) -> RoomPage:
    """The form of one room; NotVisible for those in whose range it does not lie."""
    task = fetch(SweepTask, actor, task_id, related=("building", "campaign", "unit", "done_by"))
    facts = facts_of_task(task)
    results = SweepResult.objects.unscoped("results of a visible room").filter(task=task)
    in_building = list(
        in_walking_order(
            _mine(actor, task.campaign).filter(building_id=task.building_id)
        ).values_list("pk", flat=True)
    )
    return RoomPage(
        task=task,
        campaign=task.campaign,
        building=task.building.name,
        floor="" if task.floor is None else str(task.floor).replace("-", "B"),
        facts=facts,
        results=tuple(results.order_by("-pk")),
        next_task=next_task(actor, task.campaign, after=task),
        position=in_building.index(task.pk) + 1 if task.pk in in_building else 0,
        total=len(in_building),
        may_sweep=task.campaign.state == SweepCampaign.State.RUNNING
        and permits(actor, SWEEP, task),
        changed_since=facts.told["tenants"] != task.base,
    )


def next_task(actor: Actor, campaign: SweepCampaign, after: SweepTask | None = None) -> int | None:
    """The next room on the walk that nobody has been to: same building first, top floor down; then
    those where nobody opened."""
    if campaign.state == SweepCampaign.State.CLOSED:
        return None
    rows = _mine(actor, campaign).filter(outcome=OPEN)
    if after is not None:
        here = rows.filter(building_id=after.building_id).exclude(pk=after.pk)
        floor = -999 if after.floor is None else after.floor
        ahead = here.filter(Q(floor__lt=floor) | Q(floor=after.floor, number__gt=after.number))
        found = _first(ahead) or _first(here)
        if found:
            return found
        rows = rows.exclude(pk=after.pk)
    return _first(rows)


def _first(rows: QuerySet[SweepTask]) -> int | None:
    return in_walking_order(rows).values_list("pk", flat=True).first()


def in_walking_order(rows: QuerySet[SweepTask]) -> QuerySet[SweepTask]:
    """Building by building, top floor down."""
    return rows.order_by("building_id", F("floor").desc(nulls_last=True), "number", "pk")


def _mine(actor: Actor, campaign: SweepCampaign) -> QuerySet[SweepTask]:
    return SweepTask.objects.visible_to(actor, SWEEP).filter(campaign=campaign)


def tasks_of(actor: Actor, campaign: SweepCampaign) -> QuerySet[SweepTask]:
    """The rooms of a sweep that the actor sees."""
    return SweepTask.objects.visible_to(actor).filter(campaign=campaign)


def open_buildings(actor: Actor) -> list[tuple[SweepCampaign, Building, list[int]]]:
    """The buildings of running sweeps with the actor's rooms in walking order, to take along."""
    rows = in_walking_order(
        SweepTask.objects.visible_to(actor, SWEEP).filter(
            campaign__state=SweepCampaign.State.RUNNING
        )
    )
    found: dict[tuple[int, int], list[int]] = {}
    for campaign, building, pk in rows.values_list("campaign_id", "building_id", "pk"):
        found.setdefault((campaign, building), []).append(pk)
    why = "the sweeps and buildings of the actor's rooms"
    sweeps = SweepCampaign.objects.unscoped(why).in_bulk({one for one, _other in found})
    towers = Building.objects.unscoped(why).in_bulk({one for _other, one in found})
    return [(sweeps[one], towers[other], rooms) for (one, other), rooms in found.items()]


def building_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name with rooms) of the buildings that a sweep may cover."""
    rows = (
        Building.objects.visible_to(actor, CAMPAIGN)
        .order_by("unit_path", "name", "pk")
        .annotate(rooms=Count("spaces", filter=standing(timezone.localdate(), "spaces__")))
        .filter(rooms__gt=0)
    )
    return [
        (pk, _("%(name)s（%(n)d 间）") % {"name": name, "n": number})
        for pk, name, number in rows.values_list("pk", "name", "rooms")
    ]


def campaign_units(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the units whose rooms a sweep may be limited to."""
    return unit_choices(actor, CAMPAIGN)
