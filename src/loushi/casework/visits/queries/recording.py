"""What the form of a visit is preloaded with, so that little is left to tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import PlanStop, Visit
from loushi.casework.visits.policy import RECORD
from loushi.casework.visits.queries.quiet import Disturbance, disturbances
from loushi.casework.visits.queries.reasons import reasons_for
from loushi.casework.visits.queries.rules import rules_on
from loushi.casework.visits.queries.teams import team_at
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import Place, contacts_of, places_of

PURPOSES = {
    "late": Visit.Purpose.RETURN.value,
    "new": Visit.Purpose.RETURN.value,
    "lease": Visit.Purpose.LEASE.value,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The firm of a visit. `whats` are the corrections on offer: ("area|17|180", label)."""

    id: int
    name: str
    place: str
    contact: str
    contact_title: str
    purpose: str
    sentence: str
    near: tuple[Disturbance, ...]
    despite: str
    whats: tuple[tuple[str, str], ...]
    now: datetime

    @property
    def contact_label(self) -> str:
        """ "许念青 行政主管" """
        return f"{self.contact} {self.contact_title}".strip()


def subject_of(actor: Actor, enterprise_id: int) -> Subject:
    """The firm as its visitor needs it; NotVisible or Denied."""
    firm = fetch(Enterprise, actor, enterprise_id, permission=RECORD)
    today = timezone.localdate()
    reasons = reasons_for([firm.pk], rules_on(today), today)[firm.pk]
    places = places_of([firm.pk])[firm.pk]
    contact = next(iter(contacts_of(actor, firm.pk)), None)
    path = places[0].unit_path if places else firm.unit_path
    near = disturbances([firm.pk], team=team_at(actor, path).code, on=today).get(firm.pk, [])
    stop = PlanStop.objects.unscoped("the person's own plan").filter(
        user_id=actor.user_id or 0, on=today, enterprise=firm
    )
    return Subject(
        id=firm.pk,
        name=firm.name,
        place=places[0].text if places else "",
        contact=contact.name if contact else "",
        contact_title=contact.title if contact else "",
        purpose=PURPOSES.get(reasons.mark, Visit.Purpose.ROUTINE.value),
        sentence=reasons.sentence,
        near=tuple(one for one in near if not one.is_planned),
        despite=stop.values_list("despite", flat=True).first() or "",
        whats=tuple(_whats(firm, places)),
        now=timezone.now(),
    )


def _whats(firm: Enterprise, places: Sequence[Place]) -> list[tuple[str, str]]:
    staff = "" if firm.staff_count is None else str(firm.staff_count)
    found = [
        (f"staff_count||{staff}", _("员工数（现 %(value)s）") % {"value": staff or _("未填")}),
        ("contact||", _("联系人")),
    ]
    for place in places:
        area = "" if place.area is None else f"{place.area.normalize():f}"
        lease = place.lease_until.isoformat() if place.lease_until else ""
        key, where = place.tenancy_id, place.text
        found += [
            (
                f"area|{key}|{_own_area(place, area)}",
                _("%(where)s 面积（现 %(value)s ㎡）")
                % {"where": where, "value": area or _("未填")},
            ),
            (
                f"lease_until|{key}|{lease}",
                _("%(where)s 租约到期（现 %(value)s）")
                % {"where": where, "value": lease or _("未填")},
            ),
            (f"moved_out|{key}|", _("已从%(where)s迁出") % {"where": where}),
        ]
    return found


def _own_area(place: Place, shown: str) -> str:
    """The tenancy's own area, which a save compares: the room's is only shown in its stead."""
    from loushi.registry.enterprises.models import Tenancy

    row = Tenancy.objects.unscoped("a tenancy of a checked enterprise").get(pk=place.tenancy_id)
    return "" if row.area is None else shown
