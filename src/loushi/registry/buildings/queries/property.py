"""Reading owners, contracts, amenities, public spaces, files and tiers of a building."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import running
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.files.queries import attachments_by_parent, attachments_of
from loushi.registry.accounts.queries import running_on
from loushi.registry.buildings.models import (
    Amenity,
    AmenityKind,
    Building,
    CountingRule,
    ManagerContract,
    Ownership,
    Space,
    TaxTier,
    Venue,
)
from loushi.registry.buildings.policy import CHANGE, PROPERTY, REVEAL


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """An owner's share of a building or of a room; `share` is between 0 and 1."""

    id: int
    owner_id: int
    name: str
    kind: str
    credit_code: str
    contact: str
    phone: str
    room: str
    share: Decimal | None
    since: date | None
    until: date | None
    runs: bool
    may_reveal: bool


def may_see_property(actor: Actor, building_id: int) -> bool:
    """Whether the actor may see owners, contracts and documents of a visible building."""
    return permits(actor, PROPERTY, fetch(Building, actor, building_id))


def owners_of(actor: Actor, building_id: int) -> list[OwnerLine]:
    """Who owns a building and its rooms, today's first; Denied without the right."""
    building = fetch(Building, actor, building_id, permission=PROPERTY)
    reveal, today = permits(actor, REVEAL, building), timezone.localdate()
    rows = (
        Ownership.objects.unscoped("owners of a building that was checked")
        .filter(building_id=building_id)
        .select_related("owner", "space")
    )
    lines = [
        OwnerLine(
            id=row.pk,
            owner_id=row.owner_id,
            name=row.owner.name,
            kind=str(row.owner.get_kind_display()),
            credit_code=row.owner.credit_code or "",
            contact=row.owner.contact,
            phone=row.owner.phone,
            room=row.space.number if row.space else "",
            share=row.share,
            since=row.since,
            until=row.until,
            runs=(row.since is None or row.since <= today)
            and (row.until is None or row.until > today),
            may_reveal=reveal and bool(row.owner.phone),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda one: (not one.runs, one.room, -(one.share or 0), one.id))


def owners_of_space(actor: Actor, space_id: int, on: date) -> list[str]:
    """The names of who owns a visible space on a day: its own owners, else the building's; [] for
    those who may not see owners."""
    space = fetch(Space, actor, space_id, related=("building",))
    if not permits(actor, PROPERTY, space.building):
        return []
    rows = Ownership.objects.unscoped("owners of a building that was checked").filter(
        running(on), building_id=space.building_id
    )
    own = rows.filter(space_id=space_id)
    found = own if own.exists() else rows.filter(space__isnull=True)
    return list(found.order_by("-share", "pk").values_list("owner__name", flat=True))


def contracts_of(actor: Actor, building_id: int) -> list[ManagerContract]:
    """The contracts with property managers, the latest first; Denied without the right."""
    fetch(Building, actor, building_id, permission=PROPERTY)
    rows = ManagerContract.objects.unscoped("contracts of a building that was checked")
    return list(
        rows.filter(building_id=building_id).select_related("manager").order_by("-since", "pk")
    )


def contract_files(actor: Actor, building_id: int) -> dict[int, list[Any]]:
    """The documents of a building's contracts, by contract; Denied without the right."""
    ids = [contract.pk for contract in contracts_of(actor, building_id)]
    found = attachments_by_parent("buildings.managercontract", ids, internal=True)
    return {pk: found.get(pk, []) for pk in ids}


def owner_count(building_id: int) -> int:
    """How many owners a building that was checked has today."""
    rows = Ownership.objects.unscoped("owners of a building that was checked")
    return (
        rows.filter(running(timezone.localdate()), building_id=building_id)
        .values("owner_id")
        .distinct()
        .count()
    )


def amenities_of(actor: Actor, building_id: int) -> list[Amenity]:
    """What a visible building offers, by kind."""
    fetch(Building, actor, building_id)
    rows = Amenity.objects.unscoped("amenities of a building that was checked")
    return list(rows.filter(building_id=building_id).select_related("kind"))


def venues_of(actor: Actor, building_id: int) -> list[Venue]:
    """The public spaces of a visible building."""
    fetch(Building, actor, building_id)
    rows = Venue.objects.unscoped("public spaces of a building that was checked")
    return list(rows.filter(building_id=building_id).select_related("floor"))


def files_of(actor: Actor, building_id: int) -> list[Any]:
    """Photos and documents of a building; [] for those who may not see them."""
    building = fetch(Building, actor, building_id)
    if not permits(actor, PROPERTY, building):
        return []
    return list(attachments_of(("buildings.building", building.pk), internal=True))


def amenity_kinds() -> list[tuple[str, str]]:
    """(code, "name（measure）") of the kinds in use."""
    rows = AmenityKind.offered()
    return [(row.code, f"{row.name}（{row.measure}）") for row in rows]


def counting_rules() -> list[CountingRule]:
    """All rules, the latest first."""
    return list(CountingRule.objects.order_by("-since"))


def tax_tiers() -> list[TaxTier]:
    """All tiers, the highest first."""
    return list(TaxTier.objects.all())


def tier_of(amount: Decimal, on: date) -> TaxTier | None:
    """The highest tier that a year's tax in yuan reaches by the thresholds of a day; None below
    all. The caller knows the amount and who may see it."""
    rows = TaxTier.objects.filter(running_on(on), threshold__lte=amount)
    return rows.order_by("-threshold").first()


def exported_ownerships(actor: Actor) -> QuerySet[Ownership]:
    """Shares that the actor sees, for the export."""
    return (
        Ownership.objects.visible_to(actor)
        .select_related("owner", "space", "building")
        .order_by("building_id", "pk")
    )


def exported_contracts(actor: Actor) -> QuerySet[ManagerContract]:
    """Contracts that the actor sees, for the export."""
    rows = ManagerContract.objects.visible_to(actor).select_related("manager", "building")
    return rows.order_by("building_id", "pk")


def exported_amenities(actor: Actor) -> QuerySet[Amenity]:
    """Amenities that the actor sees, for the export."""
    rows = Amenity.objects.visible_to(actor).select_related("kind", "building")
    return rows.order_by("building_id", "pk")


def may_change_building(actor: Actor, building_id: int) -> bool:
    """Whether the actor may correct a visible building."""
    return permits(actor, CHANGE, fetch(Building, actor, building_id))


def hidden_phone(phone: str) -> str:
    """A phone as lists and exports show it: the first three and the last four digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****" * bool(phone)
