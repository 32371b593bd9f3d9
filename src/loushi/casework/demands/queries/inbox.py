"""The inbox of whoever handles demands: chips, one page of lines, saved views, choices of forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from loushi.casework.demands.models import Demand, DemandCategory, SavedView
from loushi.casework.demands.queries.lines import Line, lines
from loushi.casework.demands.queries.listing import PAGE, Filters, chip_counts, filtered, page
from loushi.foundation.core.actor import BUILDING, DEPARTMENT, UNIT, Actor
from loushi.foundation.core.stamps import Kept
from loushi.registry.accounts.models import Department

CENTRE = ("open", "waiting", "to_dispatch", "today", "overdue", "returned", "suspended", "unrated")
UNIT_CHIPS = ("open", "to_sign", "handling", "today", "overdue", "need_info", "suspended")
_counts: Kept[Mapping[str, tuple[int, bool]]] = Kept("demands", most=1000)
SECRETARY = ("open", "overdue", "today", "arbitration", "returned", "suspended", "supervised")


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of an inbox. `chips` are (queue, count, capped)."""

    lines: tuple[Line, ...]
    chips: tuple[tuple[str, int, bool], ...]
    count: int
    is_capped: bool
    next: str
    total_open: int


def queues_for(actor: Actor) -> Sequence[str]:
    """Which chips a role gets: the centre's, a secretary's, or a handling unit's."""
    if actor.keys(UNIT, "demands.arbitrate"):
        return SECRETARY
    if actor.keys(UNIT, "demands.accept"):
        return CENTRE
    if actor.keys(DEPARTMENT, "demands.handle") or actor.keys(BUILDING, "demands.handle"):
        return UNIT_CHIPS
    return ("open", "today", "overdue", "suspended", "unrated", "ended")


def minute() -> int:
    """The running minute: lists tell times no finer, so what they show stays true within it."""
    return int(timezone.now().timestamp()) // 60


def inbox(actor: Actor, filters: Filters, *, after: str = "", size: int = PAGE) -> Inbox:
    """The actor's inbox under the filters."""
    found = page(actor, filters, after=after, size=size)
    counts = open_counts(actor)
    return Inbox(
        lines=tuple(lines(found.rows)),
        chips=tuple((name, *count) for name, count in counts.items()),
        count=found.count,
        is_capped=found.is_capped,
        next=found.next,
        total_open=counts["open"][0],
    )


def open_counts(actor: Actor) -> Mapping[str, tuple[int, bool]]:
    """The chips of the actor's role with their counts; asked anew when a demand has changed, and
    every minute because time alone makes demands late."""
    names = tuple(queues_for(actor))
    return _counts.get((actor, minute()), lambda: chip_counts(actor, names))


def waiting_count(actor: Actor) -> int:
    """How many demands wait for the actor's own next step: to accept, to sign for or to arbitrate
    (as its chip counts them); 0 for whoever only looks on."""
    counts = open_counts(actor)
    own = next((name for name in ("waiting", "to_sign", "arbitration") if name in counts), "")
    return counts[own][0] if own else 0


def saved_views(actor: Actor) -> list[SavedView]:
    """The person's own saved filters."""
    return list(SavedView.objects.visible_to(actor).order_by("position", "id"))


def categories() -> list[tuple[str, list[tuple[int, str]]]]:
    """The choices of the category field: top level with its second level."""
    top: dict[int, tuple[str, list[tuple[int, str]]]] = {}
    for row in DemandCategory.objects.filter(is_active=True, parent=None):
        top[row.pk] = (row.label, [])
    for row in DemandCategory.objects.filter(is_active=True, parent__isnull=False):
        if row.parent_id in top:
            top[row.parent_id][1].append((row.pk, row.label))
    return [group for group in top.values() if group[1]]


def departments(actor: Actor) -> list[tuple[int, str]]:
    """The departments to which a demand can be dispatched."""
    return list(
        Department.objects.filter(is_active=True).order_by("code").values_list("pk", "name")
    )


def export_rows(actor: Actor, filters: Filters) -> Any:
    """The rows of an export: visible under the export permission, in the order of submission."""
    allowed = Demand.objects.visible_to(actor, "demands.export").values("pk")
    return (
        filtered(actor, filters)
        .filter(pk__in=allowed)
        .select_related("category__parent", "enterprise", "building", "unit", "lead")
        .order_by("id")
    )
