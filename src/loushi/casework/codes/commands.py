"""Making and revoking codes."""

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.codes.models import PlaceCode, PublicCard
from loushi.casework.codes.policy import MAKE
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.models import Building, Space
from loushi.registry.buildings.queries import standing

# Without characters that are taken for each other when somebody types a code from a door.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 8
ENTRANCES = 20
ROOMS, ENTRANCE, WHOLE = "rooms", "entrances", "building"
WHY = "a building that was checked"


def make_codes(
    *, actor: Actor, building_id: int, kind: str, entrances: Iterable[str] = ()
) -> list[PlaceCode]:
    """The codes of the rooms, of entrances, or of the building; those in force stay as they are, so
    that a sheet printed again shows the same. Returns all codes of the kind."""
    names = list(dict.fromkeys(name.strip() for name in entrances if name.strip()))
    if kind not in (ROOMS, ENTRANCE, WHOLE):
        raise Refused(_("请选按房间、按入口还是整幢一张。"), field="kind")
    if kind == ENTRANCE and not names:
        raise Refused(_("请写入口的名称，一行一个，例如“东门”。"), field="entrances")
    if len(names) > ENTRANCES or any(len(name) > 20 for name in names):
        raise Refused(
            _("入口最多 %(limit)d 个，每个名称最多 20 个字。") % {"limit": ENTRANCES},
            field="entrances",
        )
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=MAKE, lock=True)
        wanted: list[tuple[Space | None, str]] = [(None, "")]
        if kind == ROOMS:
            rooms = Space.objects.unscoped(WHY).filter(
                standing(timezone.localdate()), building=building
            )
            wanted = [(space, "") for space in rooms.order_by("-floor__number", "number", "pk")]
            if not wanted:
                raise Refused(_("这幢楼还没有登记房间，请先登记，或只要整幢一张。"), field="kind")
        elif kind == ENTRANCE:
            wanted = [(None, name) for name in names]
        held = {
            (row.space_id, row.entrance): row
            for row in PlaceCode.objects.unscoped(WHY).filter(
                building=building, revoked_at__isnull=True
            )
        }
        made = [
            PlaceCode(
                building=building,
                space=space,
                entrance=name,
                unit_path=space.unit_path if space else building.unit_path,
                code=f"{building.pk}-{''.join(secrets.choice(LETTERS) for _n in range(LENGTH))}",
                created_by=actor.name[:80],
            )
            for space, name in wanted
            if (space.pk if space else None, name) not in held
        ]
        PlaceCode.objects.unscoped(WHY).bulk_create(made)
        if made:
            record(
                actor=actor,
                action="codes.make",
                subject=building,
                after={"kind": kind, "codes": len(made)},
            )
    fresh = {(row.space_id, row.entrance): row for row in made} | held
    return [fresh[space.pk if space else None, name] for space, name in wanted]


def revoke_code(*, actor: Actor, code_id: int) -> PlaceCode:
    """A code that was lost or misused leads nowhere from now on; the next sheet gets a new one."""
    with transaction.atomic():
        row = fetch(PlaceCode, actor, code_id, permission=MAKE, lock=True)
        if row.revoked_at is not None:
            raise Refused(_("这个二维码已经作废。"))
        row.revoked_at = timezone.now()
        row.revoked_by = actor.name[:80]
        row.save()
        record(actor=actor, action="codes.revoke", subject=row, after={"code": row.code})
    return row


def show_phone(*, actor: Actor, building_id: int, shows: bool) -> None:
    """Whether the public card shows the property manager's telephone."""
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=MAKE, lock=True)
        card, _made = PublicCard.objects.unscoped(WHY).get_or_create(
            building=building, defaults={"unit_path": building.unit_path}
        )
        if card.shows_phone == shows:
            return
        card.shows_phone = shows
        card.save()
        record(actor=actor, action="codes.phone", subject=building, after={"shows_phone": shows})
