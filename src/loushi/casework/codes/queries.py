"""Reading codes: those of a building, what a scan leads to, the public card."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from loushi.casework.codes.models import PlaceCode, PublicCard
from loushi.casework.codes.policy import MAKE
from loushi.casework.visits.models import SweepCampaign, SweepTask
from loushi.casework.visits.policy import RECORD, SWEEP
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.enterprises.policy import RUNNING
from loushi.registry.territory import queries as territory

WHY = "codes of a building that was checked"


@dataclass(frozen=True, slots=True)
class Card:
    """What anybody may read: nothing about firms or people."""

    name: str
    address: str
    manager: str
    phone: str
    centre: str
    place: str


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a scan leads: an address, or the public card with the firms to choose from."""

    address: str
    card: Card
    firms: tuple[tuple[str, str], ...] = ()
    acts: tuple[tuple[str, str], ...] = ()


def building_for_codes(actor: Actor, building_id: int) -> Building:
    """The building whose codes the actor keeps; NotVisible or Denied otherwise."""
    return fetch(Building, actor, building_id, permission=MAKE, related=("manager",))


def codes_of(actor: Actor, building_id: int) -> list[PlaceCode]:
    """Every code in force, rooms from the top down, then entrances."""
    building_for_codes(actor, building_id)
    rows = PlaceCode.objects.unscoped(WHY).filter(building_id=building_id, revoked_at__isnull=True)
    return list(
        rows.select_related("space", "space__floor").order_by(
            "-space__floor__number", "space__number", "entrance", "pk"
        )
    )


def shows_phone(building_id: int) -> bool:
    """Whether the building's public card names the manager's telephone."""
    return PublicCard.objects.unscoped(WHY).filter(building=building_id, shows_phone=True).exists()


def scanned(code: str) -> PlaceCode:
    """The code in force; NotVisible for unknown and revoked ones alike."""
    if not code.isprintable():
        raise NotVisible
    row = (
        PlaceCode.objects.unscoped("whoever stands at the door may scan it")
        .filter(code=code.lower(), revoked_at__isnull=True)
        .select_related("building", "building__manager", "building__unit", "space")
        .first()
    )
    if row is None:
        raise NotVisible
    return row


def landing(actor: Actor, code: str) -> Landing:
    """Officers and chiefs come to the form of the room or the sweep, an enterprise's people to the
    demand form with the place, everybody else to the public card."""
    row = scanned(code)
    card = _card(row)
    if any(grant.kind == ENTERPRISE for grant in actor.holding("demands.submit")):
        room = f"&space={row.space_id}" if row.space_id else ""
        return Landing(f"{reverse('demands:submit')}?building={row.building_id}{room}", card)
    if actor.has(SWEEP) or actor.has(RECORD):
        return _for_visitor(actor, row, card)
    return Landing("", card)


def _for_visitor(actor: Actor, row: PlaceCode, card: Card) -> Landing:
    room = row.space_id
    if not Building.objects.visible_to(actor).filter(pk=row.building_id).exists():
        return Landing("", card)
    tasks = SweepTask.objects.visible_to(actor, SWEEP).filter(
        building_id=row.building_id, campaign__state=SweepCampaign.State.RUNNING
    )
    if room is not None:
        task = tasks.filter(space_id=room).order_by("-campaign_id").first()
        if task is not None:
            return Landing(reverse("visits:room", args=[task.pk]), card)
    firms = _firms(actor, room) if room is not None else []
    if len(firms) == 1:
        return Landing(firms[0][1], card)
    sweep = tasks.order_by("-campaign_id").values_list("campaign_id", flat=True).first()
    if sweep and room is None:
        return Landing(reverse("visits:sweep_building", args=[sweep, row.building_id]), card)
    page = reverse("buildings:page", args=[row.building_id])
    return Landing("", card, tuple(firms), ((page, "building"), (reverse("visits:today"), "today")))


def _firms(actor: Actor, space_id: int) -> list[tuple[str, str]]:
    """The firms of a room that the actor may record a visit to."""
    here = Tenancy.objects.unscoped("tenancies of a visible room").filter(
        RUNNING, space_id=space_id
    )
    found = Enterprise.objects.visible_to(actor, RECORD).filter(
        pk__in=here.values_list("enterprise_id", flat=True)
    )
    return [(firm.name, reverse("visits:record", args=[firm.pk])) for firm in found.order_by("pk")]


def _card(row: PlaceCode) -> Card:
    building = row.building
    manager = building.manager
    return Card(
        name=building.name,
        address=building.address,
        manager=manager.name if manager else "",
        phone=manager.phone if manager and shows_phone(building.pk) else "",
        centre="·".join(name for _pk, name in territory.breadcrumbs(building.unit_path)[-2:]),
        place=row.space.number if row.space else row.entrance,
    )


def labels(codes: Sequence[PlaceCode]) -> list[tuple[str, str]]:
    """(what is printed below a code, its code): room number, entrance, or the building's name."""
    return [
        (row.space.number if row.space else row.entrance or row.building.name, row.code)
        for row in codes
    ]
