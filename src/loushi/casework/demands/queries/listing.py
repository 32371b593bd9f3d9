"""Lists of demands: filters that live in the address, keyset pages, counts for the chips.

Rows are frozen dataclasses built from `.values_list()`: a list never loads whole models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from loushi.casework.demands.models import Assignment, Demand, Referral, State
from loushi.casework.demands.workflow import GROUPS, OPEN
from loushi.foundation.core.actor import BUILDING, DEPARTMENT, Actor
from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.names import spoken
from loushi.foundation.core.scoping import path_range
from loushi.foundation.language.queries import Found, find, scope_of

PAGE = 50
COUNT_LIMIT = 1000
BEYOND_OPEN = frozenset({"unrated", "unhappy", "ended"})
"""Queues that hold demands that are not open."""
SORTS = {"due": ("due_at", "id"), "new": ("-id",), "old": ("id",)}
FIELDS = (
    "id", "prefix", "year", "title", "state", "urgency", "tier", "side", "due_at", "is_late",
    "submitted_at", "review_on", "hand_backs", "is_supervised", "hide_name", "contact_name",
    "enterprise__name", "building__name", "unit__name", "lead__name", "lead__short_name",
    "category__name", "category__name_en", "score", "solved",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address says; unknown or empty values mean no filter."""

    queue: str = ""
    state: str = ""
    q: str = ""
    category: str = ""
    urgency: str = ""
    tier: str = ""
    side: str = ""
    channel: str = ""
    unit_path: str = ""
    department: int | None = None
    building: int | None = None
    enterprise: int | None = None
    since: date | None = None
    until: date | None = None
    late: bool = False
    council: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    id: int
    number: str
    title: str
    state: str
    urgency: str
    tier: str
    side: str
    due_at: datetime | None
    is_late: bool
    submitted_at: datetime
    review_on: date | None
    hand_backs: int
    is_supervised: bool
    who: str
    building: str
    unit: str
    lead: str
    category: str
    score: int | None
    solved: str

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


@dataclass(frozen=True, slots=True)
class Page:
    """One keyset page; `next` is the cursor of the following one ('' when there is none)."""

    rows: tuple[Row, ...]
    count: int
    is_capped: bool
    next: str


def _end_of_today() -> datetime:
    return day_ends(timezone.localdate())


def queues() -> dict[str, Q]:
    """The chips of the inbox: name → condition."""
    now = timezone.now()
    return {
        "open": Q(state__in=OPEN),
        "waiting": Q(state=State.SUBMITTED),
        "to_dispatch": Q(state__in=[State.ACCEPTED, State.RETURNED]),
        "today": Q(state__in=OPEN, due_at__gte=now, due_at__lt=_end_of_today()),
        "overdue": Q(state__in=OPEN, due_at__lt=now),
        "returned": Q(state__in=[State.RETURNED, State.ARBITRATION]),
        "arbitration": Q(state=State.ARBITRATION),
        "suspended": Q(state=State.SUSPENDED),
        "need_info": Q(state=State.NEED_INFO),
        "unrated": Q(state=State.RESOLVED),
        "supervised": Q(state__in=OPEN, is_supervised=True),
        "to_sign": Q(state=State.DISPATCHED),
        "handling": Q(state__in=[State.SIGNED, State.HANDLING]),
        "unhappy": Q(state=State.CLOSED, solved="no"),
        "ended": Q(state__in=GROUPS["ended"]),
    }


def visible(actor: Actor) -> QuerySet[Demand]:
    """All demands the actor may see."""
    return Demand.objects.visible_to(actor)


def filtered(actor: Actor, filters: Filters) -> QuerySet[Demand]:
    """Visible demands under the filters, unordered."""
    rows = Demand.objects.visible_to(actor)
    known = queues()
    if filters.queue in known:
        rows = rows.filter(known[filters.queue])
    if filters.state in State.values:
        rows = rows.filter(state=filters.state)
    for name in ("urgency", "tier", "side", "channel", "building_id", "enterprise_id"):
        value = getattr(filters, name.removesuffix("_id"))
        if value:
            rows = rows.filter(**{name: value})
    return rows.filter(
        _category(filters), _where(filters), _when(filters), counted(filters.council)
    )


def _category(filters: Filters) -> Q:
    """A top-level category holds its second level too."""
    code = filters.category
    return Q(category__code=code) | Q(category__parent__code=code) if code else Q()


def _where(filters: Filters) -> Q:
    where = path_range("unit_path", filters.unit_path) if filters.unit_path else Q()
    if filters.department:
        parts = Assignment.objects.unscoped("narrows rows that are scoped already")
        where &= Q(pk__in=parts.filter(department_id=filters.department).values("demand_id"))
    return where


Outcome = Referral.Outcome


def counted(which: str) -> Q:
    """Demands that a figure of `towers` counts; '' and unknown words narrow nothing."""
    conditions: Mapping[str, Q] = {
        "referred": Q(),
        "solved": Q(outcome=Outcome.SOLVED),
        "settled": Q(outcome__in=[Outcome.SOLVED, Outcome.ESCALATED, Outcome.LEFT]),
        "open": Q(outcome=Outcome.OPEN),
        "closed": Q(demand__state__in=[State.RESOLVED, State.CLOSED]),
    }
    if which not in conditions:
        return Q()
    rows = Referral.objects.unscoped("narrows rows that are scoped already").filter(
        conditions[which]
    )
    rows = rows.exclude(outcome__in=[Outcome.REOPENED, Outcome.ENDED])
    return Q(pk__in=rows.order_by().values("demand_id"))


def _when(filters: Filters) -> Q:
    """Submitted from `since` to `until`, both days included; `late` ones only."""
    when = Q(is_late=True) if filters.late else Q()
    if filters.since:
        when &= Q(submitted_at__gte=day_begins(filters.since))
    if filters.until:
        when &= Q(submitted_at__lt=day_ends(filters.until))
    return when


def page(actor: Actor, filters: Filters, *, after: str = "", size: int = PAGE) -> Page:
    """One page of the list; text search goes through the index under the same scope."""
    rows = filtered(actor, filters)
    if filters.q:
        return _found(actor, rows, filters, after, size)
    order = SORTS.get(filters.sort, SORTS["due"])
    rows = _after(rows.order_by(*_ordering(order)), order, after)
    found = [row_of(values) for values in rows.values_list(*FIELDS)[: size + 1]]
    more = len(found) > size
    found = found[:size]
    count, capped = capped_count(filtered(actor, filters))
    return Page(tuple(found), count, capped, _cursor(found[-1], order) if more else "")


def _ordering(order: tuple[str, ...]) -> list[Any]:
    """Demands without a due time (paused, ended) come last."""
    return [F("due_at").asc(nulls_last=True) if name == "due_at" else name for name in order]


def _cursor(row: Row, order: tuple[str, ...]) -> str:
    if order[0] != "due_at":
        return str(row.id)
    return f"{row.due_at.timestamp() if row.due_at else ''}~{row.id}"


def _after(rows: QuerySet[Demand], order: tuple[str, ...], after: str) -> QuerySet[Demand]:
    if not after:
        return rows
    due_text, _, id_text = after.rpartition("~")
    if not id_text.isdigit():
        return rows
    last = int(id_text)
    if order == ("-id",):
        return rows.filter(id__lt=last)
    if order == ("id",):
        return rows.filter(id__gt=last)
    if not due_text:
        return rows.filter(due_at__isnull=True, id__gt=last)
    try:
        due = datetime.fromtimestamp(float(due_text), tz=timezone.get_current_timezone())
    except (ValueError, OverflowError):
        return rows
    return rows.filter(Q(due_at__gt=due) | Q(due_at=due, id__gt=last) | Q(due_at__isnull=True))


def _found(actor: Actor, rows: QuerySet[Demand], filters: Filters, after: str, size: int) -> Page:
    """Hits of the text index, newest first, then checked again against scope and filters.

    The newest thousand hits are checked at once: the index has looked that far for its count.
    """
    hits = _hits(actor, filters.q, after)
    kept = set(rows.filter(pk__in=hits.ids).order_by().values_list("pk", flat=True))
    places = [(pk, place) for pk, place in zip(hits.ids, hits.places, strict=True) if pk in kept]
    shown = [pk for pk, _place in places[:size]]
    values = {row[0]: row for row in rows.filter(pk__in=shown).values_list(*FIELDS)}
    following = places[size - 1][1] if len(places) > size else hits.next
    all_hits = _hits(actor, filters.q, "") if after else hits
    count = rows.filter(pk__in=all_hits.ids).count() if after else len(kept)
    found = tuple(row_of(values[pk]) for pk in shown if pk in values)
    return Page(found, count, bool(all_hits.next), following)


def _hits(actor: Actor, query: str, after: str) -> Found:
    scope = scope_of(actor, Demand)
    try:
        return find(kind="demand", query=query, scope=scope, limit=COUNT_LIMIT, before=after)
    except ValueError:  # a place of another list
        return find(kind="demand", query=query, scope=scope, limit=COUNT_LIMIT)


def capped_count(rows: QuerySet[Any], limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many rows, counted up to `limit`; (limit, True) means "more than limit"."""
    count = rows.order_by()[: limit + 1].count()
    return min(count, limit), count > limit


def chip_counts(
    actor: Actor, names: tuple[str, ...], base: Filters | None = None
) -> Mapping[str, tuple[int, bool]]:
    """Capped counts of the queues, each under the same scope; those of open demands at once."""
    known = {name: condition for name, condition in queues().items() if name in names}
    rows = filtered(actor, base or Filters())
    counts = {name: capped_count(rows.filter(known[name])) for name in known if name in BEYOND_OPEN}
    within = [name for name in known if name not in BEYOND_OPEN]
    found = rows.filter(state__in=OPEN).aggregate(
        **{name: Count("pk", filter=known[name]) for name in within}
    )
    counts |= {name: (min(n, COUNT_LIMIT), n > COUNT_LIMIT) for name, n in found.items()}
    return {name: counts[name] for name in names if name in counts}


def rows_of(rows: QuerySet[Demand]) -> list[Row]:
    """Scoped demands as rows of a list, in the order given."""
    return [row_of(values) for values in rows.values_list(*FIELDS)]


def own_bodies(actor: Actor) -> tuple[list[int], list[int]]:
    """Departments and buildings for which the actor handles demands."""
    return (
        sorted(int(key) for key in actor.keys(DEPARTMENT, "demands.handle")),
        sorted(int(key) for key in actor.keys(BUILDING, "demands.handle")),
    )


def row_of(values: tuple[Any, ...]) -> Row:
    (
        pk, prefix, year, title, state, urgency, tier, side, due_at, is_late, submitted_at,
        review_on, hand_backs, is_supervised, hide_name, contact, enterprise, building, unit,
        lead, lead_short, category, category_en, score, solved,
    ) = values  # fmt: skip
    return Row(
        id=pk,
        number=f"{prefix}-{year}-{pk:06d}",
        title=title,
        state=state,
        urgency=urgency,
        tier=tier,
        side=side,
        due_at=due_at,
        is_late=is_late,
        submitted_at=submitted_at,
        review_on=review_on,
        hand_backs=hand_backs,
        is_supervised=is_supervised,
        who=enterprise or ("" if hide_name else contact),
        building=building or "",
        unit=unit or "",
        lead=lead_short or lead or "",
        category=spoken(category or "", category_en or ""),
        score=score,
        solved=solved,
    )
