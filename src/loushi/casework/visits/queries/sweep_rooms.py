"""The rooms of a sweep as rows: filtered lists, the export, and the report that opens to them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask
from loushi.casework.visits.models.sweeps import REACHED, Outcome
from loushi.casework.visits.queries.sweeps import (
    OPEN,
    WHY,
    Tally,
    campaign_page,
    in_walking_order,
    tasks_of,
)
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.queries import Page, page_of


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room in the list and in the export of results."""

    id: int
    building: str
    floor: int | None
    number: str
    unit: str
    base: str
    outcome: str
    outcome_label: str
    attempts: int
    note: str
    changes: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RoomFilters:
    """Which rooms: an outcome ("open", "revisit", "tried" or one of Outcome), building, unit; a
    kind of change ("moved_in" …)."""

    outcome: str = ""
    building: int | None = None
    unit: int | None = None
    change: str = ""


def rooms(actor: Actor, campaign_id: int, wanted: RoomFilters) -> QuerySet[SweepTask]:
    """The visible rooms of a visible sweep, narrowed; in walking order."""
    row = fetch(SweepCampaign, actor, campaign_id)
    found = tasks_of(actor, row)
    if wanted.outcome == "open":
        found = found.filter(outcome=OPEN)
    elif wanted.outcome == "revisit":
        found = found.filter(outcome__in=(Outcome.ABSENT, Outcome.REFUSED))
    elif wanted.outcome == "reached":
        found = found.filter(outcome__in=REACHED)
    elif wanted.outcome in Outcome.values:
        found = found.filter(outcome=wanted.outcome)
    if wanted.building:
        found = found.filter(building_id=wanted.building)
    if wanted.unit:
        found = found.filter(unit_id=wanted.unit)
    if wanted.change:
        found = found.filter(pk__in=_with_change(found, wanted.change))
    return in_walking_order(found)


def _with_change(tasks: QuerySet[SweepTask], kind: str) -> list[int]:
    rows = SweepResult.objects.unscoped(WHY).filter(task__in=tasks.order_by())
    return [
        pk
        for pk, changes in rows.exclude(changes=[]).values_list("task_id", "changes")
        if any(_kind(one["kind"]) == kind for one in changes)
    ]


def room_list(
    actor: Actor, campaign_id: int, wanted: RoomFilters, *, after: str = "", before: str = ""
) -> Page[RoomLine]:
    """One page of rooms with results."""
    rows = rooms(actor, campaign_id, wanted).select_related("building", "unit")
    page = page_of(
        rows,
        order=("building_id", "number"),
        after=after,
        before=before,
    )
    return Page(
        list(room_lines(page.rows)),
        page.first,
        page.last,
        page.total,
        page.capped,
        page.before,
        page.after,
    )


def all_rooms(actor: Actor, campaign_id: int, wanted: RoomFilters) -> Iterator[RoomLine]:
    """Every room, for the export; in portions."""
    ids = list(rooms(actor, campaign_id, wanted).values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        held = SweepTask.objects.unscoped(WHY).select_related("building", "unit").in_bulk(chunk)
        yield from room_lines([held[pk] for pk in chunk])


def room_lines(tasks: Sequence[SweepTask]) -> Iterator[RoomLine]:
    changes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = SweepResult.objects.unscoped(WHY).filter(task_id__in=[task.pk for task in tasks])
    for pk, found in rows.order_by("pk").values_list("task_id", "changes"):
        changes[pk] += found
    for task in tasks:
        yield RoomLine(
            id=task.pk,
            building=task.building.name,
            floor=task.floor,
            number=task.number,
            unit=task.unit.name,
            base="、".join(one["name"] for one in task.base),
            outcome=task.outcome,
            outcome_label=str(Outcome(task.outcome).label) if task.outcome else _("未到"),
            attempts=task.attempts,
            note=task.note,
            changes="；".join(change_text(one) for one in changes[task.pk]),
            at=task.done_at,
        )


def change_words() -> dict[str, str]:
    """What a result may have changed, in words."""
    return {
        "registered": _("新登记"),
        "moved_in": _("迁入"),
        "moved_out": _("迁出"),
        "presence": _("在地状态"),
        "area": _("面积"),
        "lease_until": _("租约到期"),
        "staff_count": _("员工数"),
        "contact": _("联系人"),
        "room": _("房间"),
    }


def _kind(kind: str) -> str:
    return "room" if kind.startswith("room_") else kind


def change_text(one: dict[str, Any]) -> str:
    """ "迁出 云栈智联" or "面积 云栈智联 700 → 412"."""
    word = change_words().get(_kind(one["kind"]), one["kind"])
    sides = " → ".join(str(one[side]) for side in ("before", "after") if one.get(side))
    if one["kind"] in ("registered", "moved_in", "moved_out"):
        return f"{word} {one['name']}"
    return f"{word} {one['name']} {sides}"


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """One figure of the report: numerator, denominator, and where its rows are."""

    label: str
    part: int
    whole: int
    what: str
    query: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a sweep found; every number opens to its rows."""

    figures: tuple[ReportFigure, ...]
    outcomes: tuple[tuple[str, str, int], ...]
    changes: tuple[tuple[str, str, int, int], ...]
    as_of: datetime


def report(actor: Actor, campaign_id: int) -> Report:
    """The report of a sweep as far as the actor sees its rooms."""
    page = campaign_page(actor, campaign_id)
    tally = page.tally
    tasks = tasks_of(actor, page.campaign)
    counts: Counter[str] = Counter()
    held: dict[str, set[int]] = defaultdict(set)
    rows = SweepResult.objects.unscoped(WHY).filter(task__in=tasks.order_by())
    for pk, found in rows.exclude(changes=[]).values_list("task_id", "changes"):
        for one in found:
            counts[_kind(one["kind"])] += 1
            held[_kind(one["kind"])].add(pk)
    corrected = tally.by.get(Outcome.CORRECTED, 0)
    vacant = tally.by.get(Outcome.VACANT, 0)
    figures = (
        ReportFigure(_("核实"), tally.reached, tally.total, _("间，占名单"), "outcome=reached"),
        ReportFigure(_("有更正"), corrected, tally.reached, _("间，占核实"), "outcome=corrected"),
        ReportFigure(_("空置"), vacant, tally.reached, _("间，占核实"), "outcome=vacant"),
        ReportFigure(_("待回访"), tally.revisit, tally.total, _("间，占名单"), "outcome=revisit"),
    )
    return Report(
        figures=figures,
        outcomes=tuple(_outcomes(tally)),
        changes=tuple(
            (kind, word, counts[kind], len(held[kind]))
            for kind, word in change_words().items()
            if counts[kind]
        ),
        as_of=page.as_of,
    )


def _outcomes(tally: Tally) -> Iterable[tuple[str, str, int]]:
    for code, label in Outcome.choices:
        yield code, str(label), tally.by.get(code, 0)
    yield "open", _("未到"), tally.open
