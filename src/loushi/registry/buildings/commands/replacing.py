"""Rooms that are split, joined or given up from a day on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.commands.histories import held_from, mark_totals, renew_states
from loushi.registry.buildings.commands.spaces import upsert_spaces
from loushi.registry.buildings.commands.values import SpaceValues
from loushi.registry.buildings.models import Building, Space
from loushi.registry.buildings.policy import CHANGE
from loushi.registry.buildings.queries.floors import rooms_named, standing

WHY = "rooms of a building that was checked"


def replace_spaces(
    *, actor: Actor, building_id: int, numbers: Sequence[str], rows: Sequence[Mapping[str, Any]],
    on: date, why: str,
) -> list[int]:  # fmt: skip
    """From a day on, the rooms `numbers` stand no longer and `rows` (number, area …) stand in their
    place: one into several is a split, several into one a joining, into none a giving up. Days
    before keep their rooms. Returns the ids of the new rooms.

    Refused: an unknown number, a room in which somebody stays on that day or after it, a number
    that another room has, no reason.
    """
    given = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if not given:
        raise Refused(_("请填写要拆分、合并或撤销的房号。"), field="numbers")
    if not why.strip():
        raise Refused(_("请写明依据，例如“房产分割登记 2026-05”。"), field="why")
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=CHANGE, lock=True)
        gone = _standing(building_id, given, on)
        _refuse_held(gone, on)
        fresh = [{**row, "number": str(row["number"]).strip()} for row in rows]
        _refuse_taken(building_id, {row["number"] for row in fresh}, set(given), on)
        first = gone[0]
        Space.objects.unscoped(WHY).filter(pk__in=[room.pk for room in gone]).update(until=on)
        defaults = {
            "building_id": building_id, "unit_id": first.unit_id, "use": first.use,
            "floor_number": first.floor.number if first.floor else None, "since": on,
            "source": _("由 %(numbers)s 变更") % {"numbers": "、".join(given)[:50]},
        }  # fmt: skip
        made: list[SpaceValues] = [{**defaults, **row} for row in fresh]  # type: ignore[typeddict-item]
        ids = list(upsert_spaces(actor=actor, rows=made, why=why, fresh=True).ids) if made else []
        mark_totals([building_id])
        record(
            actor=actor,
            action="buildings.spaces_replaced",
            subject=building,
            before={"rooms": [room.number for room in gone]},
            after={"rooms": [row["number"] for row in fresh], "on": on},
            why=why.strip()[:200],
        )
    return ids


def restore_space(*, actor: Actor, space_id: int) -> Space:
    """Takes back that a room was given up, where its number is free."""
    with transaction.atomic():
        room = fetch(Space, actor, space_id, permission=CHANGE, lock=True)
        if room.until is None:
            raise Conflict(_("房号 %(number)s 没有撤销。") % {"number": room.number})
        others = Space.objects.unscoped(WHY).filter(
            building_id=room.building_id, number=room.number, until__isnull=True
        )
        if others.exists():
            raise Conflict(_("已经另有一间 %(number)s 在用，不能恢复。") % {"number": room.number})
        held = room.until
        room.until = None
        room.save(update_fields=["until"])
        renew_states(space_ids=[room.pk])
        mark_totals([room.building_id])
        record(
            actor=actor, action="buildings.space_restored", subject=room, before={"until": held},
            after={"until": None},
        )  # fmt: skip
    return room


def _standing(building_id: int, numbers: Sequence[str], on: date) -> list[Space]:
    rows = Space.objects.unscoped(WHY).filter(
        standing(on), building_id=building_id, number__in=numbers
    )
    found = {room.number: room for room in rows.select_related("floor").order_by("pk")}
    if unknown := [number for number in numbers if number not in found]:
        raise Refused(
            _("%(day)s 这幢楼没有房号 %(numbers)s。请核对。")
            % {"day": on.isoformat(), "numbers": "、".join(unknown[:5])},
            field="numbers",
        )
    if begun := [number for number in numbers if found[number].since == on]:
        raise Refused(
            _("房号 %(numbers)s 当天才启用，请把日期往后选。") % {"numbers": "、".join(begun[:5])},
            field="on",
        )
    return [found[number] for number in numbers]


def _refuse_held(rooms: Sequence[Space], on: date) -> None:
    held = held_from([room.pk for room in rooms], on)
    if names := [room.number for room in rooms if room.pk in held]:
        raise Refused(
            _("%(numbers)s 在那天以后还有企业。请先登记迁出，或登记新房号换过去，再撤销。")
            % {"numbers": "、".join(names[:5])},
            field="numbers",
        )


def _refuse_taken(building_id: int, wanted: Collection[str], given: set[str], on: date) -> None:
    rooms, today = rooms_named([building_id]), timezone.localdate()
    taken = sorted(
        number
        for number in set(wanted) - given
        if rooms.on(building_id, number, on) or rooms.on(building_id, number, max(on, today))
    )
    if taken:
        raise Refused(
            _("房号 %(numbers)s 已经有了。请换一个房号。") % {"numbers": "、".join(taken[:5])},
            field="rows",
        )
