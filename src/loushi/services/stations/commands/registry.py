"""Stations: registered, corrected, inspected."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.capacity import read_hours
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import Building
from loushi.registry.territory.models import Unit
from loushi.services.stations.models import (
    Inspection,
    InspectionResult,
    Kind,
    StandardItem,
    Station,
    StationService,
    StationSpace,
    Tenure,
)
from loushi.services.stations.policy import CHANGE
from loushi.services.stations.queries import standard_on

from .bookings import offer_again

BOOKING: Mapping[str, tuple[int, int]] = {
    "slot_minutes": (5, 480), "slot_places": (1, 500), "days_ahead": (0, 60),
    "release_minutes": (1, 240),
}  # fmt: skip
"""The numbers of bookings, with their bounds. Without `slot_minutes` nobody books."""
FIELDS = frozenset(
    (
        "name", "kind", "building_id", "address", "phone", "tenure", "area", "workday_hours",
        "restday_hours", "extended_hours", "since", "until", "note", *BOOKING,
    )
)  # fmt: skip
STANDARD = Path(__file__).parent.parent / "data" / "standard.json"
"""The sources name "六有" without listing them: these are invented, to be changed on the spot."""


def create_station(
    *, actor: Actor, unit_id: int, values: Mapping[str, Any], permission: str = CHANGE
) -> Station:
    """Registers a station at a unit; `values` may carry its `services` and `spaces`."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择站点归哪个社区。"), field="unit_id")
    if not can_at(actor, permission, unit.path):
        raise Denied
    found = _cleaned(actor, values, unit, None)
    with transaction.atomic():
        made = Station.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, **found
        )
        record(actor=actor, action="stations.create", subject=made, after=_told(found))
        _parts(actor, made.pk, values)
    return made


def update_station(*, actor: Actor, station_id: int, values: Mapping[str, Any]) -> Station:
    """Corrects a station, with its `services` and `spaces` where `values` carry them."""
    with transaction.atomic():
        row = fetch(Station, actor, station_id, permission=CHANGE, lock=True)
        full = {name: getattr(row, name) for name in FIELDS} | dict(values)
        found = _cleaned(actor, full, row.unit, row.pk)
        before = {name: getattr(row, name) for name in found}
        for name, value in found.items():
            setattr(row, name, value)
        row.save()
        offer_again(station=row)
        record(actor=actor, action="stations.update", subject=row, before=_told(before),
               after=_told(found))  # fmt: skip
        _parts(actor, row.pk, values)
    return row


def _parts(actor: Actor, station_id: int, values: Mapping[str, Any]) -> None:
    if values.get("services") is not None:
        set_services(actor=actor, station_id=station_id, lines=values["services"])
    if values.get("spaces") is not None:
        set_spaces(actor=actor, station_id=station_id, lines=values["spaces"])


def set_services(*, actor: Actor, station_id: int, lines: Sequence[tuple[str, str]]) -> Station:
    """Replaces what a station offers: (category, name)."""
    with transaction.atomic():
        row = fetch(Station, actor, station_id, permission=CHANGE, lock=True)
        rows = StationService.objects.unscoped("services of a station that was checked")
        rows.filter(station=row).delete()
        names = {name: category for category, name in lines}
        rows.bulk_create(
            StationService(station=row, unit_path=row.unit_path, category=category, name=name)
            for name, category in names.items()
        )
        record(actor=actor, action="stations.services", subject=row,
               after={"services": sorted(names)})  # fmt: skip
    return row


def set_spaces(
    *, actor: Actor, station_id: int, lines: Sequence[tuple[str, Decimal, int | None, str]]
) -> Station:
    """Replaces the space ledger: (name, area, seats, use). Refused beyond the station's area."""
    with transaction.atomic():
        row = fetch(Station, actor, station_id, permission=CHANGE, lock=True)
        total = sum((line[1] for line in lines), Decimal(0))
        if row.area is not None and total > row.area:
            raise Refused(
                _("各空间合计 %(total)s ㎡，超过站点面积 %(area)s ㎡。请改空间或先更正站点面积。")
                % {"total": total, "area": row.area},
                field="spaces",
            )
        rows = StationSpace.objects.unscoped("spaces of a station that was checked")
        rows.filter(station=row).delete()
        rows.bulk_create(
            StationSpace(station=row, unit_path=row.unit_path, name=name, area=area, seats=seats,
                         use=use)
            for name, area, seats, use in lines
        )  # fmt: skip
        record(actor=actor, action="stations.spaces", subject=row, after={"area": str(total)})
    return row


def inspect(
    *, actor: Actor, station_id: int, on: date, met: Sequence[int], note: str = ""
) -> Inspection:
    """Goes through the standard of that day; `met` are the ids of the items that hold."""
    with transaction.atomic():
        row = fetch(Station, actor, station_id, permission=CHANGE, lock=True)
        if on > timezone.localdate() or on < row.since:
            raise Refused(_("检查日期应在站点启用之后、今天或以前。"), field="on")
        items = standard_on(on)
        if not items:
            raise Refused(_("那一天没有起用的标准。请联系区里设置标准条目。"), field="on")
        made = Inspection.objects.unscoped("of a station that was checked").create(
            station=row, unit_path=row.unit_path, on=on, user_id=actor.user_id, note=note.strip()
        )
        InspectionResult.objects.unscoped("of an inspection just made").bulk_create(
            InspectionResult(inspection=made, unit_path=row.unit_path, item=item, name=item.name,
                             met=item.pk in met)
            for item in items
        )  # fmt: skip
        record(actor=actor, action="stations.inspect", subject=row,
               after={"on": str(on), "met": len(set(met)), "items": len(items)})  # fmt: skip
    return made


def install_standard(*, since: date) -> int:
    """The invented "六有" as a first standard, where there is none; returns how many were made."""
    if StandardItem.objects.exists():
        return 0
    made = StandardItem.objects.bulk_create(
        StandardItem(code=f"{n:02}", since=since, **one)
        for n, one in enumerate(json.loads(STANDARD.read_text(encoding="utf-8")), 1)
    )
    return len(made)


def _cleaned(
    actor: Actor, values: Mapping[str, Any], unit: Unit, station_id: int | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name in FIELDS
    }
    found["since"] = found.get("since") or timezone.localdate()
    found["building_id"] = found.get("building_id") or None
    for name in ("workday_hours", "restday_hours", "extended_hours"):
        found[name] = read_hours(str(found.get(name) or ""), name)
    wrong: dict[str, Any] = {}
    if not found.get("name"):
        wrong["name"] = _("请填写站点名称。")
    if found.get("kind") not in Kind.values:
        wrong["kind"] = _("请从列表里选择类型。")
    if found.get("tenure") not in Tenure.values:
        wrong["tenure"] = _("请从列表里选择场地来源。")
    if found.get("area") is not None and found["area"] <= 0:
        wrong["area"] = _("面积应大于 0。")
    if found.get("until") and found["until"] < found["since"]:
        wrong["until"] = _("停用日期不能早于启用日期。")
    seen = Building.objects.visible_to(actor)
    if found["building_id"] and not seen.filter(pk=found["building_id"]).exists():
        wrong["building_id"] = _("请从列表里选择楼宇。")
    twins = Station.objects.unscoped("a name is given once in a unit").exclude(pk=station_id or 0)
    if twins.filter(unit=unit, name=found.get("name")).exists():
        wrong["name"] = _("这个社区已有同名站点。请换一个名称。")
    wrong |= _out_of_bounds(found)
    if wrong:
        raise Refused.many(wrong)
    return found


def _out_of_bounds(found: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with the numbers of bookings; those left empty stay as they are."""
    for name in set(BOOKING) - {"slot_minutes"}:
        if found.get(name) is None:
            found.pop(name, None)
    return {
        name: _("应在 %(least)d 到 %(most)d 之间。") % {"least": least, "most": most}
        for name, (least, most) in BOOKING.items()
        if found.get(name) is not None and not least <= found[name] <= most
    }


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, (Decimal, date)) else value
        for name, value in values.items()
        if value not in (None, "")
    }
