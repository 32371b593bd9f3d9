"""What a tenancy's presence, as a form or a file states it, says about the registration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.transfer.commands import update_rows
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.facts import (
    CORRECTED,
    FIRST,
    FactValues,
    Statement,
    record_facts,
    running_facts,
)
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.models import Enterprise, Lies, PlaceFact, Presence, Tenancy
from loushi.registry.enterprises.policy import RUNNING

WHY = "claims about enterprises that the caller has checked"
CLAIMED = {
    Presence.HERE_REGISTERED: Lies.INSIDE,
    Presence.HERE_ONLY: Lies.OUTSIDE,
    Presence.REGISTERED_ONLY: Lies.INSIDE,
}
KIND = PlaceFact.Kind.REGISTRATION


@dataclass(frozen=True, slots=True)
class Claim:
    """ "This enterprise is (not) registered here", with the row that says so."""

    index: int
    enterprise_id: int
    presence: str
    building_id: int
    space_id: int | None
    since: date | None
    until: date | None
    source: str = ""


def contradiction(presence: str, held: PlaceFact | None, building_id: int | None) -> str:
    """The sentence about a claim that the registration contradicts, "" where they agree."""
    if held is None or held.lies == Lies.UNKNOWN or presence not in CLAIMED:
        return ""
    if held.lies != CLAIMED[Presence(presence)]:
        return _(
            "登记的注册地在%(lies)s，不能同时是“%(presence)s”。请先在企业页面更正注册地，"
            "或在企业名单的“注册地”一列写明。"
        ) % {"lies": Lies(held.lies).label, "presence": Presence(presence).label}
    if presence == Presence.REGISTERED_ONLY and held.building_id not in (None, building_id):
        return _("这家企业注册在另一幢楼，不能在这里登记为“在册不在地”。请先更正注册地。")
    return ""


def take_claims(*, actor: Actor, claims: Sequence[Claim], many: bool) -> None:
    """Opens the registration where none is known, completes a 待核 one, and refuses whatever the
    known one contradicts; of several claims about one enterprise the last begun one counts."""
    latest: dict[int, Claim] = {}
    for claim in sorted(claims, key=lambda one: (one.until or date.max, one.since or date.min)):
        latest[claim.enterprise_id] = claim
    held = running_facts(latest, KIND)
    addresses = _addresses(sorted(latest))
    rows: list[Statement] = []
    placed: list[tuple[int, dict[str, Any]]] = []
    today = timezone.localdate()
    for claim in claims:
        ended = claim.until is not None and claim.until <= today
        known = held.get(claim.enterprise_id)
        if not ended and (sentence := contradiction(claim.presence, known, claim.building_id)):
            raise Refused(sentence, field=f"{claim.index}.presence" if many else "presence")
        if latest[claim.enterprise_id] is not claim:
            continue
        if known is None or (known.lies == Lies.UNKNOWN and not ended):
            rows.append(_statement(claim, known, addresses.get(claim.enterprise_id, "")))
        elif claim.presence == Presence.REGISTERED_ONLY and known.building_id is None:
            place = {"building_id": claim.building_id, "space_id": claim.space_id}
            placed.append((known.pk, place))
    record_facts(actor=actor, rows=rows, audited=False)
    update_rows(PlaceFact, placed)


def resolve_addresses(ids: Sequence[int]) -> None:
    """Finds the building (and room) of a registration whose address names the building where the
    enterprise sits: the words of the address stay, they are only understood."""
    for chunk in chunks(ids):
        open_facts = {
            fact.enterprise_id: fact
            for fact in PlaceFact.objects.unscoped(WHY).filter(
                enterprise_id__among=chunk, kind=KIND, lies=Lies.INSIDE, building__isnull=True,
                until__isnull=True, withdrawn_at__isnull=True,
            ).exclude(address="")
        }  # fmt: skip
        if not open_facts:
            continue
        stays = (
            Tenancy.objects.unscoped(WHY)
            .filter(RUNNING, enterprise_id__in=list(open_facts), sits=True)
            .order_by("is_main", "pk")
            .values_list("enterprise_id", "building_id", "space_id")
        )
        names, numbers = _names(stays)
        found: dict[int, dict[str, Any]] = {}
        for pk, building_id, space_id in stays:
            address = open_facts[pk].address
            if names[building_id] not in address:
                continue
            number = numbers.get(space_id or 0, "")
            room = space_id if number and number in address else None
            found[open_facts[pk].pk] = {"building_id": building_id, "space_id": room}
        update_rows(PlaceFact, sorted(found.items()))


def _names(stays: Any) -> tuple[dict[int, str], dict[int, str]]:
    towers = sorted({building for _pk, building, _space in stays})
    rooms = sorted({space for _pk, _building, space in stays if space})
    names: dict[int, str] = {}
    numbers: dict[int, str] = {}
    for chunk in chunks(towers):
        held = Building.objects.unscoped(WHY).filter(pk__among=chunk)
        names |= dict(held.values_list("pk", "name"))
    for chunk in chunks(rooms):
        found = Space.objects.unscoped(WHY).filter(pk__among=chunk)
        numbers |= dict(found.values_list("pk", "number"))
    return names, numbers


def _statement(claim: Claim, known: PlaceFact | None, address: str) -> Statement:
    values: FactValues = {
        "lies": CLAIMED[Presence(claim.presence)],
        "address": known.address if known else address,
        "source": claim.source,
    }
    if claim.presence == Presence.REGISTERED_ONLY:
        values |= {"building_id": claim.building_id, "space_id": claim.space_id}
    if known is not None:
        return Statement(claim.enterprise_id, KIND, values, known.since, CORRECTED)
    return Statement(claim.enterprise_id, KIND, values, claim.since, FIRST)


def _addresses(ids: Sequence[int]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(ids):
        rows = Enterprise.objects.unscoped(WHY).filter(pk__among=chunk)
        found |= dict(rows.values_list("pk", "registered_address"))
    return found
