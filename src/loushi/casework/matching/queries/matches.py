"""Matches: what is proposed for which demand, as far as one sees both sides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.models import Comparison, Match
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.services.catalogue import queries as catalogue
from loushi.services.catalogue.models import Resource, ServiceItem

State = Match.State
MOST = 200
NIGHT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A match in a list. `what` is "resource" or "item", `offer` its name; `lapsed` when the
    proposal is older than it holds."""

    id: int
    demand: int
    number: str
    title: str
    side: str
    side_label: str
    what: str
    offer_id: int
    offer: str
    why: str
    score: float
    state: str
    state_label: str
    lapsed: bool
    proposed_at: datetime
    expires_on: date
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The last comparison within one's range: one night over `units`, or by `by_name`'s hand."""

    at: datetime
    by_name: str
    by_hand: bool
    units: int
    looked: int
    found: int


def last_compared(actor: Actor) -> Compared | None:
    """When what one sees was last compared; None where it never was."""
    rows = Comparison.objects.visible_to(actor)
    last = rows.order_by("-at", "-pk").first()
    if last is None:
        return None
    if last.by_hand:
        return Compared(last.at, last.by_name, True, 1, last.looked, last.found)
    night = rows.filter(by_hand=False, at__gte=last.at - NIGHT)
    sums = night.aggregate(units=Count("pk"), looked=Sum("looked"), found=Sum("found"))
    return Compared(last.at, last.by_name, False, **sums)


def matches(actor: Actor) -> QuerySet[Match]:
    """The matches of which the actor sees the demand and what is offered."""
    both = Q(resource__in=Resource.objects.visible_to(actor).values("pk"))
    both |= Q(item__in=ServiceItem.objects.visible_to(actor).values("pk"))
    rows = Match.objects.visible_to(actor).filter(
        both, demand__in=Demand.objects.visible_to(actor).values("pk")
    )
    return rows.select_related("demand", "resource")


def match_row(actor: Actor, match_id: int) -> Match:
    """One match; NotVisible where either side is."""
    row = matches(actor).filter(pk=match_id).first()
    if row is None:
        raise NotVisible
    return row


def match_lines(actor: Actor, state: str = "", side: str = "") -> list[MatchLine]:
    """The newest of one state ("" = proposals that hold, of demands that are open)."""
    return list(_lines(_narrowed(actor, state, side)[:MOST]))


def match_line(actor: Actor, match_id: int) -> MatchLine:
    """One match as a line; NotVisible where either side is."""
    rows = list(_lines(matches(actor).filter(pk=match_id)))
    if not rows:
        raise NotVisible
    return rows[0]


def match_counts(actor: Actor) -> dict[str, int]:
    """How many there are: proposed, confirmed, dismissed, lapsed."""
    return {one: _narrowed(actor, one, "").count() for one in (*State.values, "lapsed")}


def all_matches(actor: Actor) -> Iterable[MatchLine]:
    """For a file."""
    return _lines(matches(actor).order_by("-proposed_at", "-pk"))


def matches_of(actor: Actor, demand_id: int) -> list[MatchLine]:
    """What is proposed or confirmed for a demand."""
    rows = matches(actor).filter(demand=demand_id).exclude(state=State.DISMISSED)
    today = timezone.localdate()
    rows = rows.exclude(state=State.PROPOSED, expires_on__lt=today)
    return list(_lines(rows.order_by("-state", "-score", "pk")))


def own_confirmed(actor: Actor, demand_id: int) -> list[MatchLine]:
    """What was found for one's own demand, of what one may use."""
    if not Demand.objects.visible_to(actor).filter(pk=demand_id).exists():
        return []
    rows = Match.objects.unscoped("of a demand that was checked").filter(
        demand=demand_id, state=State.CONFIRMED
    )
    usable = {line.id for line in catalogue.usable(actor)}
    offered = {line.id for line in catalogue.own_menu(actor)}
    lines = _lines(rows.select_related("demand", "resource").order_by("-decided_at", "pk"))
    return [
        one for one in lines if one.offer_id in (usable if one.what == "resource" else offered)
    ]  # fmt: skip


def _narrowed(actor: Actor, state: str, side: str) -> QuerySet[Match]:
    rows, today = matches(actor), timezone.localdate()
    holds = Q(expires_on__gte=today, demand__state__in=OPEN)
    if side:
        rows = rows.filter(demand__side=side)
    if state == "lapsed":
        rows = rows.filter(state=State.PROPOSED).exclude(holds)
    elif state in (State.CONFIRMED, State.DISMISSED):
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(holds, state=State.PROPOSED)
    return rows.order_by("-score", "-proposed_at", "-pk")


def _lines(rows: QuerySet[Match]) -> Iterable[MatchLine]:
    found: Sequence[Match] = list(rows)
    wanted = {row.item_id for row in found if row.item_id}
    titles = catalogue.item_titles(wanted)
    today = timezone.localdate()
    for row in found:
        resource = row.resource
        offer = resource.name if resource else titles.get(row.item_id or 0, "")
        yield MatchLine(
            row.pk, row.demand_id, row.demand.number, row.demand.title, row.demand.side,
            row.demand.get_side_display(), "resource" if resource else "item",
            row.resource_id or row.item_id or 0, offer, row.why, row.score, row.state,
            row.get_state_display(),
            row.state == State.PROPOSED
            and (row.expires_on < today or row.demand.state not in OPEN),
            row.proposed_at, row.expires_on, row.decided_by_name, row.decided_at, row.note,
        )  # fmt: skip
