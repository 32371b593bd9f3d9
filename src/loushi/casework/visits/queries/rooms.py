"""What the register says about a room: preloaded on the form, stamped so that a save can tell
whether somebody else changed it meanwhile."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from loushi.casework.visits.models import SweepTask
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.models import EnterpriseContact, Presence, Tenancy
from loushi.registry.enterprises.policy import RUNNING

WHY = "the rooms of sweep tasks that were checked"


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """One firm that the register has in a room."""

    tenancy_id: int
    enterprise_id: int
    name: str
    short_name: str
    credit_code: str
    presence: str
    area: Decimal | None
    since: date | None
    lease_until: date | None
    staff_count: int | None
    contact: str
    contact_title: str

    @property
    def presence_label(self) -> str:
        return str(Presence(self.presence).label)

    @property
    def is_here(self) -> bool:
        return self.presence != Presence.REGISTERED_ONLY


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room with its firms as the register has them now."""

    space_id: int
    building_id: int
    number: str
    state: str
    area: Decimal | None
    tenants: tuple[TenantFacts, ...]

    @property
    def state_label(self) -> str:
        return str(Space.State(self.state).label)

    @property
    def stamp(self) -> str:
        """Changes whenever anything that the form shows changes."""
        told = json.dumps(self.told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def told(self) -> dict[str, Any]:
        """The facts as plain data: for the base list, for a device that goes offline, for the
        other side of a conflict."""
        return {
            "state": self.state,
            "area": _plain(self.area),
            "tenants": [
                {name: _plain(value) for name, value in asdict(tenant).items()}
                for tenant in self.tenants
            ],
        }


def facts_of(space_ids: Sequence[int]) -> dict[int, RoomFacts]:
    """The facts of rooms that the caller has checked; three queries however many rooms."""
    tenants: dict[int, list[TenantFacts]] = defaultdict(list)
    rows = list(
        Tenancy.objects.unscoped(WHY)
        .filter(RUNNING, space_id__in=space_ids)
        .select_related("enterprise")
        .order_by("-is_main", "pk")
    )
    contacts: dict[int, EnterpriseContact] = {}
    people = EnterpriseContact.objects.unscoped(WHY).filter(
        enterprise_id__in={row.enterprise_id for row in rows}
    )
    for person in people.order_by("enterprise_id", "-is_primary", "pk"):
        contacts.setdefault(person.enterprise_id, person)
    for row in rows:
        contact = contacts.get(row.enterprise_id)
        tenants[row.space_id or 0].append(
            TenantFacts(
                tenancy_id=row.pk,
                enterprise_id=row.enterprise_id,
                name=row.enterprise.name,
                short_name=row.enterprise.short_name,
                credit_code=row.enterprise.credit_code or "",
                presence=row.presence,
                area=row.area,
                since=row.since,
                lease_until=row.lease_until,
                staff_count=row.enterprise.staff_count,
                contact=contact.name if contact else "",
                contact_title=contact.title if contact else "",
            )
        )
    spaces = Space.objects.unscoped(WHY).filter(pk__in=space_ids).order_by("pk")
    return {
        space.pk: RoomFacts(
            space_id=space.pk,
            building_id=space.building_id,
            number=space.number,
            state=space.state,
            area=space.area,
            tenants=tuple(tenants.get(space.pk, ())),
        )
        for space in spaces
    }


def facts_of_task(task: SweepTask) -> RoomFacts:
    """The facts of one task's room."""
    return facts_of([task.space_id])[task.space_id]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value
