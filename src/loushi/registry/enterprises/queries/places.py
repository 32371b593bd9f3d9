"""Where an enterprise sits: its running tenancies and the main one among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.models import Building
from loushi.registry.buildings.queries import choices as visible_building_choices
from loushi.registry.enterprises.models import Enterprise, Presence, Tenancy
from loushi.registry.enterprises.policy import RUNNING


@dataclass(frozen=True, slots=True)
class Place:
    """One tenancy as other pages need it; `space_id` is None where only the building is known."""

    tenancy_id: int
    building_id: int
    building: str
    address: str
    space_id: int | None
    space: str
    floor: int | None
    unit_path: str
    presence: str
    area: Decimal | None
    since: date | None
    until: date | None
    lease_until: date | None
    is_main: bool
    sits: bool = True

    @property
    def text(self) -> str:
        """ "望澜中心 A 座 1703"."""
        return f"{self.building} {self.space}".strip()

    @property
    def presence_label(self) -> str:
        return str(Presence(self.presence).label)

    @property
    def lease_days(self) -> int | None:
        """Days until the lease ends; negative when it has ended; None without a lease."""
        return (self.lease_until - timezone.localdate()).days if self.lease_until else None


def places_of(enterprise_ids: Sequence[int]) -> dict[int, list[Place]]:
    """The running tenancies of enterprises that the caller has checked, main ones first."""
    found: dict[int, list[Place]] = {pk: [] for pk in enterprise_ids}
    for row in _running(list(enterprise_ids)):
        found[row.enterprise_id].append(_place(row))
    return found


def _running_of(enterprise_ids: Sequence[int]) -> QuerySet[Tenancy]:
    rows = Tenancy.objects.unscoped("places of enterprises that were checked").filter(
        RUNNING, enterprise_id__among=enterprise_ids
    )
    return _joined(rows.order_by("enterprise_id", "-is_main", "-since", "-pk"))


_running: Prepared[Tenancy] = Prepared(_running_of)


class Home(NamedTuple):
    """Where a firm mainly sits, in bare ids: for bulk commands."""

    building_id: int
    space_id: int | None
    unit_path: str


def homes_of(enterprise_ids: Sequence[int]) -> dict[int, Home]:
    """The main running tenancy of enterprises that the caller has checked, where there is one."""
    rows = (
        Tenancy.objects.unscoped("homes of enterprises that were checked")
        .filter(RUNNING, enterprise_id__in=enterprise_ids)
        .order_by("enterprise_id", "is_main", "since", "pk")
    )
    columns = ("enterprise_id", "building_id", "space_id", "unit_path")
    return {pk: Home(*home) for pk, *home in rows.values_list(*columns)}


def place_of(enterprise_id: int) -> Place | None:
    """The main running tenancy of an enterprise that the caller has checked."""
    places = places_of([enterprise_id])[enterprise_id]
    return places[0] if places else None


def spaces_of(actor: Actor, enterprise_id: int) -> list[Place]:
    """Where a visible enterprise sits today, main place first; its own people see here what their
    towers show to everybody: name and address."""
    fetch(Enterprise, actor, enterprise_id)
    return places_of([enterprise_id])[enterprise_id]


def tenancies_of(actor: Actor, enterprise_id: int) -> list[Place]:
    """All tenancies of a visible enterprise that the actor may see, the newest first."""
    rows = (
        Tenancy.objects.visible_to(actor)
        .filter(enterprise_id=enterprise_id)
        .order_by("-since", "-pk")
    )
    return [_place(row) for row in _joined(rows)]


def building_choices(actor: Actor, text: str = "", limit: int = 50) -> list[tuple[int, str]]:
    """(id, name) of buildings for a form: those the actor sees, and for an enterprise's people
    the ones where it sits."""
    found = dict(visible_building_choices(actor, text, limit))
    own = [int(key) for key in actor.keys(ENTERPRISE)]
    if own:
        rows = (
            Building.objects.unscoped("the public face of the towers where one's firm sits")
            .filter(
                pk__in=Tenancy.objects.unscoped("own tenancies")
                .filter(RUNNING, enterprise_id__in=own)
                .values("building_id"),
                name__icontains=text.strip(),
            )
            .order_by("name", "pk")
        )
        found |= dict(rows.values_list("pk", "name")[:limit])
    return sorted(found.items(), key=lambda pair: pair[1])[:limit]


def _joined(rows: QuerySet[Tenancy]) -> QuerySet[Tenancy]:
    return rows.select_related("building", "space__floor").defer(
        "building__outline", "space__floor__outline"
    )


def _place(row: Tenancy) -> Place:
    space = row.space
    return Place(
        tenancy_id=row.pk,
        building_id=row.building_id,
        building=row.building.name,
        address=row.building.address,
        space_id=row.space_id,
        space=space.number if space else "",
        floor=space.floor.number if space and space.floor else None,
        unit_path=row.unit_path,
        presence=row.presence,
        area=row.area if row.area is not None else (space.area if space else None),
        since=row.since,
        until=row.until,
        lease_until=row.lease_until,
        is_main=row.is_main,
        sits=row.sits,
    )
