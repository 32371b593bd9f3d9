"""Writing what a building offers: amenities by kind, public spaces; and its files."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.files.commands import attach, remove
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings.commands.buildings import Upserted
from loushi.registry.buildings.models import Amenity, AmenityKind, Building, Floor, Venue
from loushi.registry.buildings.policy import CHANGE

WHY = "amenities of buildings that were checked"
FILES = "buildings.building"
LENGTHS = {
    "name": 40, "place": 60, "hours": 60, "note": 200, "equipment": 200, "terms": 200, "source": 60,
}  # fmt: skip


class AmenityValues(TypedDict, total=False):
    """`kind` is the code of a kind; known by building, kind and name."""

    building_id: int
    kind: str
    name: str
    place: str
    count: int | None
    capacity: int | None
    hours: str
    is_public: bool
    note: str
    source: str


class VenueValues(TypedDict, total=False):
    """`floor_number` names a registered floor; known by building and name."""

    building_id: int
    name: str
    floor_number: int | None
    area: Decimal | None
    capacity: int | None
    hours: str
    equipment: str
    terms: str
    is_open: bool
    source: str


def save_amenity(*, actor: Actor, values: AmenityValues, why: str = "") -> Amenity:
    """Registers or changes one amenity."""
    result = upsert_amenities(actor=actor, rows=[values], why=why)
    return fetch(Amenity, actor, result.ids[0])


def save_venue(*, actor: Actor, values: VenueValues, why: str = "") -> Venue:
    """Registers or changes one public space."""
    result = upsert_venues(actor=actor, rows=[values], why=why)
    return fetch(Venue, actor, result.ids[0])


def upsert_amenities(
    *, actor: Actor, rows: Sequence[AmenityValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes amenities; absent values stay as they are."""
    kinds = set(AmenityKind.offered().values_list("code", flat=True))
    cleaned = []
    for index, row in enumerate(rows):
        values = _texts({**row})
        prefix = f"{index}." if len(rows) > 1 else ""
        if values.get("kind") not in kinds:
            raise Refused(_("请选择配套种类。"), field=f"{prefix}kind")
        values["kind_id"] = values.pop("kind")
        values.setdefault("name", "")
        _counts(values, ("count", "capacity"), prefix)
        cleaned.append(values)
    return _upsert(
        actor, Amenity, cleaned, ("building_id", "kind_id", "name"), "amenity", why, permission
    )


def upsert_venues(
    *, actor: Actor, rows: Sequence[VenueValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes public spaces; absent values stay as they are."""
    cleaned = []
    floors = {
        (b, n): pk
        for pk, b, n in Floor.objects.unscoped(WHY)
        .filter(building_id__in={row["building_id"] for row in rows})
        .values_list("pk", "building_id", "number")
    }
    for index, row in enumerate(rows):
        values = _texts({**row})
        prefix = f"{index}." if len(rows) > 1 else ""
        if not values.get("name"):
            raise Refused(_("请填写公共空间的名称。"), field=f"{prefix}name")
        if "floor_number" in values:
            number = values.pop("floor_number")
            values["floor_id"] = floors.get((row["building_id"], number)) if number else None
            if number and values["floor_id"] is None:
                raise Refused(_("这幢楼没有登记这一层。"), field=f"{prefix}floor_number")
        _counts(values, ("capacity",), prefix)
        if values.get("area") is not None:
            values["area"] = _area(values["area"], f"{prefix}area")
        cleaned.append(values)
    return _upsert(actor, Venue, cleaned, ("building_id", "name"), "venue", why, permission)


def remove_amenity(*, actor: Actor, amenity_id: int) -> None:
    """Takes an amenity off the register."""
    _remove(actor, Amenity, amenity_id, "buildings.amenity_remove")


def remove_venue(*, actor: Actor, venue_id: int) -> None:
    """Takes a public space off the register."""
    _remove(actor, Venue, venue_id, "buildings.venue_remove")


def add_files(*, actor: Actor, building_id: int, uploads: Sequence[Any], label: str) -> int:
    """Attaches photos and documents to a building; returns how many."""
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=CHANGE)
        if not uploads:
            raise Refused(_("请选择要上传的照片或文件。"), field="attachments")
        files = attach(actor=actor, parent=(FILES, building.pk), uploads=uploads, label=label[:40])
        record(
            actor=actor, action="buildings.files_add", subject=building,
            after={"files": [file.name for file in files]},
        )  # fmt: skip
    return len(files)


def remove_file(*, actor: Actor, building_id: int, file_id: int) -> None:
    """Takes a file away from a building."""
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=CHANGE)
        remove(actor=actor, parent=(FILES, building.pk), pk=file_id)
        record(
            actor=actor, action="buildings.files_remove", subject=building, before={"file": file_id}
        )


def _remove(actor: Actor, model: Any, pk: int, action: str) -> None:
    with transaction.atomic():
        row = fetch(model, actor, pk, permission=CHANGE, lock=True)
        record(actor=actor, action=action, subject=row.building, before={"name": str(row)})
        row.delete()


def _upsert(
    actor: Actor,
    model: Any,
    cleaned: Sequence[dict[str, Any]],
    key: tuple[str, ...],
    name: str,
    why: str,
    permission: str,
) -> Upserted:
    result = Upserted(ids=[0] * len(cleaned))
    with transaction.atomic():
        ids = {row["building_id"] for row in cleaned}
        if ids - set(Building.objects.visible_to(actor, permission).in_bulk(sorted(ids))):
            raise Refused(
                _("有楼宇不存在，或不在您可更正的范围内。请核对后重试。"), field="building_id"
            )
        known = {
            tuple(getattr(row, field) for field in key): row
            for row in model.objects.unscoped(WHY).filter(building_id__in=ids)
        }
        fresh, lines, writes = [], [], []
        for index, row in enumerate(cleaned):
            held = known.get(tuple(row[field] for field in key))
            if held is None:
                fresh.append(index)
                continue
            result.ids[index] = held.pk
            if changes := {k: v for k, v in row.items() if getattr(held, k) != v}:
                lines.append(Line(held, {k: getattr(held, k) for k in changes}, changes, why))
                writes.append((held.pk, changes))
        made = insert_rows([model(**cleaned[index]) for index in fresh])
        for index, thing in zip(fresh, made, strict=True):
            result.ids[index] = thing.pk
        update_rows(model, writes)
        record_many(actor=actor, action=f"buildings.{name}_update", lines=lines)
        record_many(
            actor=actor,
            action=f"buildings.{name}_create",
            lines=[
                Line(thing, after={k: v for k, v in cleaned[i].items() if v not in (None, "")},
                     why=why)
                for i, thing in zip(fresh, made, strict=True)
            ],
        )  # fmt: skip
    result.created, result.changed = len(made), len(writes)
    result.unchanged = len(cleaned) - len(made) - len(writes)
    return result


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    for name, limit in LENGTHS.items():
        if name in values:
            values[name] = " ".join(str(values[name] or "").split())[:limit]
    return values


def _counts(values: dict[str, Any], names: Sequence[str], prefix: str) -> None:
    for name in names:
        value = values.get(name)
        if value in (None, ""):
            if name in values:
                values[name] = None
        elif not (str(value).isascii() and str(value).isdigit() and int(value) < 10**6):
            raise Refused(_("应为 0 或正整数。"), field=f"{prefix}{name}")
        else:
            values[name] = int(value)


def _area(value: Any, field: str) -> Decimal:
    try:
        area = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        area = Decimal(-1)
    if not 0 <= area < 10**8:
        raise Refused(_("面积应为 0 或正数，单位平方米。"), field=field)
    return area
