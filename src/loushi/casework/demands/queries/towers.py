"""楼事楼办: what became of the demands that were referred to the bodies of buildings.

Each figure is a set of demands, and the same condition narrows the list that it opens (story 8):

| condition | demands that were referred, and |
|---|---|
| referred | nothing more; withdrawn and merged ones are left out everywhere |
| solved | the body answered them |
| settled | solved, or went up or out of the building |
| closed | have been answered, wherever |
| open | are with the body |

楼内解决率 = solved / settled, 办结率 = closed / referred.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from loushi.casework.demands.models import Demand, Referral
from loushi.casework.demands.queries.listing import Filters, counted, filtered
from loushi.foundation.core.actor import Actor
from loushi.services.governance.models import AgendaItem
from loushi.services.governance.queries import body_for

WHY = "narrows demands that are scoped already"


@dataclass(frozen=True, slots=True)
class Tower:
    """One building's counts; a rate is None where nothing can be counted."""

    id: int
    name: str
    referred: int
    solved: int
    settled: int
    closed: int
    open: int


def towers(
    actor: Actor, *, since: date | None = None, until: date | None = None, unit_path: str = "",
    building: int | None = None,
) -> list[Tower]:  # fmt: skip
    """The buildings whose demands were referred, submitted within the period; by name."""
    base = Filters(since=since, until=until, unit_path=unit_path, building=building)
    rows = filtered(actor, base).filter(building__isnull=False)
    found: dict[tuple[int, str], dict[str, int]] = {}
    for which in ("referred", "solved", "settled", "closed", "open"):
        counts = _by_building(rows.filter(counted(which)))
        for pk, name, number in counts:
            found.setdefault((pk, name), {})[which] = number
    return [
        Tower(pk, name, *(numbers.get(which, 0) for which in
                          ("referred", "solved", "settled", "closed", "open")))
        for (pk, name), numbers in sorted(found.items(), key=lambda one: (one[0][1], one[0][0]))
    ]  # fmt: skip


def _by_building(rows: QuerySet[Demand]) -> list[tuple[int, str, int]]:
    grouped = rows.order_by().values("building_id", "building__name").annotate(n=Count("pk"))
    return list(grouped.values_list("building_id", "building__name", "n"))


def total(rows: list[Tower]) -> Tower:
    """All buildings together."""
    return Tower(
        0, "", *(sum(getattr(row, which) for row in rows) for which in
                 ("referred", "solved", "settled", "closed", "open"))
    )  # fmt: skip


def referrals_of(actor: Actor, demand: Demand) -> list[tuple[Referral, bool]]:
    """The referrals of a demand that was fetched under its scope, newest first, each with whether
    the actor sees its agenda item."""
    rows = Referral.objects.unscoped("referrals of a demand that was fetched under its scope")
    found = list(rows.filter(demand=demand).select_related("item__body").order_by("-id"))
    items = AgendaItem.objects.visible_to(actor).filter(pk__in=[row.item_id for row in found])
    seen = set(items.values_list("pk", flat=True))
    return [(row, row.item_id in seen) for row in found]


def joinable_items(actor: Actor, demand: Demand) -> list[tuple[int, str]]:
    """Items that wait before the body to which a demand would be referred, newest first."""
    body = body_for(demand.building) if demand.building is not None else None
    if body is None:
        return []
    waits = (AgendaItem.State.WAITING, AgendaItem.State.SCHEDULED)
    rows = AgendaItem.objects.visible_to(actor).filter(body=body, state__in=waits)
    return list(rows.order_by("-id").values_list("pk", "title")[:50])


def demands_behind(actor: Actor, item_id: int) -> list[Demand]:
    """The demands behind an agenda item that the actor may see."""
    behind = Referral.objects.unscoped(WHY).filter(item=item_id).order_by()
    rows = Demand.objects.visible_to(actor).filter(pk__in=behind.values("demand_id"))
    return list(rows.order_by("id"))
