"""Why to go to a firm, in a sentence: long unvisited, an open or late demand, a lease that ends.

The weights only order the firms of one person's own day; they are shown to nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loushi.casework.demands.models import Assignment, Demand
from loushi.casework.demands.queries import OPEN
from loushi.casework.visits.models import Visit
from loushi.casework.visits.queries.rules import Rules
from loushi.registry.enterprises.queries import Place, places_of

WHY = "reasons to visit enterprises that were checked"
FRESH = timedelta(days=2)
LATE, CO_LATE, NEW, LEASE, OPEN_DEMAND = 100, 90, 60, 50, 30
ENDED_PARTS = ("answered", "handed_back", "transferred", "cancelled")


@dataclass(slots=True)
class Reasons:
    """Why to see one firm now; `mark` is the pill: late, new, lease, unseen or ''."""

    enterprise_id: int
    weight: int = 0
    sentences: list[str] = field(default_factory=list)
    mark: str = ""
    last: date | None = None
    places: list[Place] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        if not self.sentences:
            return ""
        return pgettext("between reasons", "；").join(self.sentences) + pgettext("end", "。")

    @property
    def place(self) -> Place | None:
        return self.places[0] if self.places else None

    def add(self, weight: int, sentence: str, mark: str = "") -> None:
        self.weight += weight
        self.sentences.append(sentence)
        self.mark = self.mark or mark


def reasons_for(ids: Sequence[int], rules: Rules, on: date) -> dict[int, Reasons]:
    """The reasons for enterprises that the caller has checked; five queries however many."""
    found = {pk: Reasons(pk) for pk in ids}
    _demands(found, on)
    for pk, places in places_of(ids).items():
        found[pk].places = places
    asked = _lease_asked(ids, on, rules)
    for one in found.values():
        _lease(one, rules, on, asked)
    _unseen(found, rules, on)
    return found


def _demands(found: dict[int, Reasons], on: date) -> None:
    rows = Demand.objects.unscoped(WHY).filter(enterprise_id__in=found, state__in=OPEN)
    late: dict[int, int] = defaultdict(int)
    fresh: dict[int, int] = defaultdict(int)
    open_: dict[int, int] = defaultdict(int)
    titles: dict[int, str] = {}
    now = timezone.now()
    firm_of: dict[int, int] = {}
    for row in rows.order_by("pk").only("pk", "enterprise_id", "title", "due_at", "submitted_at"):
        pk = row.enterprise_id or 0
        firm_of[row.pk] = pk
        open_[pk] += 1
        titles[pk] = row.title
        if row.due_at and row.due_at < now:
            late[pk] += 1
        elif row.submitted_at > now - FRESH:
            fresh[pk] += 1
    parts = Assignment.objects.unscoped(WHY).filter(
        demand_id__in=firm_of, part="co", is_active=True, due_at__lt=now
    )
    for demand_id in parts.exclude(state__in=ENDED_PARTS).values_list("demand_id", flat=True):
        one = found[firm_of[demand_id]]
        if not late[one.enterprise_id]:
            one.add(CO_LATE, _("1 件诉求协办超时，建议当面说明进度"), "late")
            open_[one.enterprise_id] = 0
            fresh[one.enterprise_id] = 0
    for pk, one in found.items():
        if late[pk]:
            one.add(LATE, _("%(n)d 件诉求超时，建议当面说明进度") % {"n": late[pk]}, "late")
        elif fresh[pk]:
            one.add(NEW, _("刚提了诉求“%(title)s”，正好问材料") % {"title": titles[pk]}, "new")
        elif open_[pk]:
            one.add(OPEN_DEMAND, _("%(n)d 件诉求在办，可以问问进展") % {"n": open_[pk]})


def _lease_asked(ids: Sequence[int], on: date, rules: Rules) -> frozenset[int]:
    since = timezone.now() - timedelta(days=rules.lease_days)
    rows = Visit.objects.unscoped(WHY).filter(
        enterprise_id__in=ids,
        purpose=Visit.Purpose.LEASE,
        state=Visit.State.RECORDED,
        at__gte=since,
    )
    return frozenset(rows.values_list("enterprise_id", flat=True))


def _lease(one: Reasons, rules: Rules, on: date, asked: frozenset[int]) -> None:
    days = [
        (place.lease_until - on).days
        for place in one.places
        if place.lease_until and 0 <= (place.lease_until - on).days <= rules.lease_days
    ]
    if days and one.enterprise_id not in asked:
        one.add(LEASE, _("租约剩 %(n)d 天，没问过续租") % {"n": min(days)}, "lease")


def _unseen(found: dict[int, Reasons], rules: Rules, on: date) -> None:
    rows = (
        Visit.objects.unscoped(WHY)
        .filter(enterprise_id__in=found, state=Visit.State.RECORDED)
        .exclude(met=Visit.Met.NOBODY)
        .order_by()
        .values_list("enterprise_id")
        .annotate(last=Max("at"))
    )
    for pk, last in rows:
        found[pk].last = timezone.localdate(last)
    for one in found.values():
        if one.last is None:
            one.add(20, _("还没有联系过"), "unseen")
            continue
        days = (on - one.last).days
        if days >= rules.unvisited_days:
            one.add(min(45, days // 5), _("%(n)d 天没有联系过") % {"n": days}, "unseen")
