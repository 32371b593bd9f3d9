"""Writing buildings: one at a time, or many in few statements (with identical rows)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings.commands.indexing import index_buildings
from loushi.registry.buildings.commands.values import (
    BuildingValues,
    clean_building,
    clean_rows,
)
from loushi.registry.buildings.commands.writing import (
    differing,
    filled,
    shown,
    unit_paths,
    write_audit,
)
from loushi.registry.buildings.models import (
    Building,
    BuildingRole,
    Floor,
    PropertyManager,
    Space,
)
from loushi.registry.buildings.policy import CHANGE, require_at


@dataclass
class Upserted:
    """What a bulk upsert did; `ids` in the order of the given rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: list[int] = field(default_factory=list)


def create_building(*, actor: Actor, values: BuildingValues, why: str = "") -> Building:
    """Registers one building; Refused names the wrong fields."""
    return create_buildings(actor=actor, rows=[values], why=why)[0]


def create_buildings(
    *,
    actor: Actor,
    rows: Sequence[BuildingValues],
    why: str = "",
    permission: str = CHANGE,
) -> list[Building]:
    """Registers many buildings: all, or none and one Refused with every wrong field.

    An import passes its own permission; it must cover the place of every row all the same.
    """
    cleaned = clean_rows(rows, clean_building, new=True)
    with transaction.atomic():
        paths = unit_paths(values["unit_id"] for values in cleaned)
        for path in set(paths.values()):
            require_at(actor, permission, path)
        _refuse_known_codes([values.get("code") for values in cleaned])
        _resolve_managers(cleaned)
        now = timezone.now()
        made = insert_rows(
            [
                Building(
                    **values, unit_path=paths[values["unit_id"]], created_at=now, updated_at=now
                )
                for values in cleaned
            ]
        )
        write_audit(
            actor=actor,
            action="buildings.create",
            lines=[
                Line(building, after=filled(building, values), why=why)
                for building, values in zip(made, cleaned, strict=True)
            ],
        )
        index_buildings(made)
    return made


def update_building(
    *, actor: Actor, building_id: int, values: BuildingValues, why: str = ""
) -> Building:
    """Changes the given fields of one building and leaves the others as they are."""
    with transaction.atomic():
        building = fetch(Building, actor, building_id, permission=CHANGE, lock=True)
        update_buildings(actor=actor, changes=[(building_id, values)], why=why)
        building.refresh_from_db()
    return building


def update_buildings(
    *,
    actor: Actor,
    changes: Sequence[tuple[int, BuildingValues]],
    why: str = "",
    permission: str = CHANGE,
) -> list[int]:
    """Changes many buildings; returns the ids of those that really changed."""
    cleaned = clean_rows([values for _id, values in changes], clean_building, new=False)
    with transaction.atomic():
        found = {
            row.pk: row
            for row in Building.objects.visible_to(actor, permission)
            .filter(pk__in=[pk for pk, _values in changes])
            .order_by("pk")
            .select_for_update(of=("self",))
        }
        _all_found(changes, found)
        _resolve_managers(cleaned)
        pending = [
            (found[pk], differing(found[pk], values))
            for (pk, _values), values in zip(changes, cleaned, strict=True)
        ]
        pending = [(row, values) for row, values in pending if values]
        paths = unit_paths(values.get("unit_id") for _row, values in pending)
        for path in set(paths.values()):
            require_at(actor, permission, path)
        _refuse_known_codes([values.get("code") for _row, values in pending])
        _write_changes(actor, pending, paths, why)
    return [row.pk for row, _values in pending]


def upsert_buildings(*, actor: Actor, rows: Sequence[BuildingValues], why: str = "") -> Upserted:
    """Creates what is new and changes what differs; known by code, else by unit and name."""
    known = _known(rows)
    result = Upserted(ids=[0] * len(rows))
    fresh: list[int] = []
    changes: list[tuple[int, BuildingValues]] = []
    for index, values in enumerate(rows):
        pk = known.get(_identity(values))
        if pk is None:
            fresh.append(index)
        else:
            result.ids[index] = pk
            changes.append((pk, values))
    with transaction.atomic():
        result.changed = len(update_buildings(actor=actor, changes=changes, why=why))
        made = create_buildings(actor=actor, rows=[rows[index] for index in fresh], why=why)
    for index, building in zip(fresh, made, strict=True):
        result.ids[index] = building.pk
    result.created = len(made)
    result.unchanged = len(rows) - result.created - result.changed
    return result


def _identity(values: Mapping[str, Any]) -> tuple[Any, ...]:
    code = (values.get("code") or "").strip()
    return (code,) if code else (values.get("unit_id"), str(values.get("name") or "").strip())


def _known(rows: Sequence[BuildingValues]) -> dict[tuple[Any, ...], int]:
    everything = Building.objects.unscoped("an upsert recognises buildings of all units")
    codes = [code for row in rows if (code := (row.get("code") or "").strip())]
    names = [str(row.get("name") or "").strip() for row in rows if not row.get("code")]
    found: dict[tuple[Any, ...], int] = {
        (code,): pk for pk, code in everything.filter(code__in=codes).values_list("pk", "code")
    }
    for pk, unit_id, name in everything.filter(name__in=names).values_list("pk", "unit_id", "name"):
        found[(unit_id, name)] = pk
    return found


def _all_found(changes: Sequence[tuple[int, Any]], found: Mapping[int, Building]) -> None:
    if any(pk not in found for pk, _values in changes):
        raise Refused(_("有楼宇不存在，或不在您可更正的范围内。请核对后重试。"))


def _refuse_known_codes(codes: Sequence[str | None]) -> None:
    given = [code for code in codes if code]
    taken = set(
        Building.objects.unscoped("a code is unique over all units")
        .filter(code__in=given)
        .values_list("code", flat=True)
    )
    twice = {code for code, count in Counter(given).items() if count > 1}
    for code in sorted(filter(None, taken | twice)):
        raise Refused(
            _("楼宇编码 %(code)s 已被使用。请核对编码，或留空由系统按来源识别。") % {"code": code},
            field="code",
        )


def _resolve_managers(cleaned: Sequence[dict[str, Any]]) -> None:
    """Replaces `manager` (a name) by `manager_id`, making managers that are new."""
    names = {
        " ".join(str(values["manager"]).split()) for values in cleaned if values.get("manager")
    }
    everything = PropertyManager.objects.unscoped("managers are known by name over all units")
    ids: dict[str, int] = dict(everything.filter(name__in=names).values_list("name", "pk"))
    for row in insert_rows([PropertyManager(name=name) for name in sorted(names - set(ids))]):
        ids[row.name] = row.pk
    for values in cleaned:
        if "manager" in values:
            name = " ".join(str(values.pop("manager") or "").split())
            values["manager_id"] = ids.get(name)


def _write_changes(
    actor: Actor,
    pending: Sequence[tuple[Building, dict[str, Any]]],
    paths: Mapping[int, str],
    why: str,
) -> None:
    lines = []
    moved: list[tuple[Building, str, str]] = []
    writes: list[tuple[int, dict[str, Any]]] = []
    now = timezone.now()
    for row, values in pending:
        before = {name: shown(name, getattr(row, name)) for name in values}
        after = {name: shown(name, value) for name, value in values.items()}
        fields = {**values, "updated_at": now}
        path = paths[values["unit_id"]] if "unit_id" in values else row.unit_path
        if path != row.unit_path:
            fields["unit_path"] = path
            moved.append((row, row.unit_path, path))
        writes.append((row.pk, fields))
        for name, value in fields.items():
            setattr(row, name, value)
        lines.append(Line(row, before=before, after=after, why=why))
    update_rows(Building, writes)
    for row, old, new in moved:
        _carry_along(row, new)
        publish("building_placed", {"building_id": row.pk, "old_path": old, "new_path": new})
    write_audit(actor=actor, action="buildings.update", lines=lines)
    index_buildings([row for row, _values in pending])


def _carry_along(building: Building, path: str) -> None:
    """A building under another unit takes its floors, roles and spaces along; a space that was
    assigned to a micro-grid elsewhere loses that assignment."""
    reason = "a building's parts follow it"
    Floor.objects.unscoped(reason).filter(building=building).update(unit_path=path)
    BuildingRole.objects.unscoped(reason).filter(building=building).update(unit_path=path)
    spaces = Space.objects.unscoped(reason).filter(building=building)
    away = [pk for pk, held in spaces.values_list("pk", "unit_path") if not covers(path, held)]
    spaces.filter(pk__in=away).update(unit=None, unit_path=path)
