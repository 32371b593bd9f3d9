"""Writing floors and spaces: one at a time, or tens of thousands in few statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings.commands.buildings import Upserted
from loushi.registry.buildings.commands.indexing import index_again
from loushi.registry.buildings.commands.values import (
    FloorValues,
    SpaceValues,
    clean_floor,
    clean_rows,
    clean_space,
)
from loushi.registry.buildings.commands.writing import (
    differing,
    filled,
    shown,
    unit_paths,
    write_audit,
)
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.buildings.policy import CHANGE

CHUNK = 2_000


def save_floor(*, actor: Actor, values: FloorValues, why: str = "") -> Floor:
    """Registers or changes one floor of a building (known by its number)."""
    result = upsert_floors(actor=actor, rows=[values], why=why)
    return fetch(Floor, actor, result.ids[0])


def save_space(*, actor: Actor, values: SpaceValues, why: str = "") -> Space:
    """Registers or changes one space of a building (known by its room number)."""
    result = upsert_spaces(actor=actor, rows=[values], why=why)
    return fetch(Space, actor, result.ids[0])


def upsert_floors(
    *, actor: Actor, rows: Sequence[FloorValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes floors, known by building and number."""
    cleaned = clean_rows(rows, clean_floor, new=True)
    _refuse_twice([(row["building_id"], row["number"]) for row in cleaned], "number")
    with transaction.atomic():
        homes = _homes(actor, {row["building_id"] for row in cleaned}, permission)
        for row in cleaned:
            row.setdefault("label", "")
        return _upsert(
            actor, Floor, cleaned, "floors", why,
            new=lambda row: {"unit_path": homes[row["building_id"]].unit_path},
        )  # fmt: skip


def upsert_spaces(
    *, actor: Actor, rows: Sequence[SpaceValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes spaces, known by building and room number; makes missing floors."""
    cleaned = clean_rows(rows, clean_space, new=True)
    _refuse_twice([(row["building_id"], row["number"]) for row in cleaned], "number")
    with transaction.atomic():
        homes = _homes(actor, {row["building_id"] for row in cleaned}, permission)
        paths = unit_paths(row.get("unit_id") for row in cleaned)
        floors = _floors(actor, cleaned, why, permission)
        for index, row in enumerate(cleaned):
            home = homes[row["building_id"]]
            if "floor_number" in row:
                number = row.pop("floor_number")
                row["floor_id"] = floors.get((row["building_id"], number))
            if "unit_id" in row:
                path = paths.get(row["unit_id"] or 0, home.unit_path)
                if not covers(home.unit_path, path):
                    raise Refused(
                        _("房号 %(number)s：所选微网格不在楼宇所属单元之内。请重新选择。")
                        % {"number": row["number"]},
                        field="unit_id" if len(rows) == 1 else f"{index}.unit_id",
                    )
                row["unit_path"] = path
        result = _upsert(
            actor, Space, cleaned, "spaces", why,
            new=lambda row: {"unit_path": homes[row["building_id"]].unit_path},
        )  # fmt: skip
        # a micro-grid that holds some floors finds the tower in the search
        index_again(sorted({row["building_id"] for row in cleaned if row.get("unit_id")}))
    return result


def set_states(*, states: Mapping[int, str]) -> int:
    """Sets the state of spaces by id, because tenancies began or ended; returns how many changed.

    The tenancy is the fact that was checked and recorded; the state follows from it and leaves no
    entry of its own in the audit.
    """
    with transaction.atomic():
        wanted: dict[str, list[int]] = defaultdict(list)
        for chunk in _chunks(sorted(states)):
            rows = Space.objects.unscoped("the state follows a tenancy that was checked")
            for pk, state in rows.filter(pk__in=chunk).values_list("pk", "state"):
                if state != states[pk]:
                    wanted[states[pk]].append(pk)
        for state, ids in wanted.items():
            for chunk in _chunks(ids):
                Space.objects.unscoped("the state follows a tenancy that was checked").filter(
                    pk__in=chunk
                ).update(state=state)
    return sum(len(ids) for ids in wanted.values())


def _homes(actor: Actor, building_ids: set[int], permission: str) -> dict[int, Building]:
    found: dict[int, Building] = {}
    for chunk in _chunks(sorted(building_ids)):
        found |= Building.objects.visible_to(actor, permission).in_bulk(chunk)
    if building_ids - set(found):
        raise Refused(
            _("有楼宇不存在，或不在您可更正的范围内。请核对后重试。"), field="building_id"
        )
    return found


def _floors(
    actor: Actor, rows: Sequence[Mapping[str, Any]], why: str, permission: str
) -> dict[tuple[int, int], int]:
    """(building, number) → floor id for all floors that the rows name; missing ones are made."""
    wanted = {
        (row["building_id"], row["floor_number"])
        for row in rows
        if row.get("floor_number") is not None
    }
    known = _floor_ids({building_id for building_id, _number in wanted})
    missing: list[FloorValues] = [
        {"building_id": building_id, "number": number}
        for building_id, number in sorted(wanted - set(known))
    ]
    if missing:
        upsert_floors(actor=actor, rows=missing, why=why, permission=permission)
        known = _floor_ids({building_id for building_id, _number in wanted})
    return known


def _floor_ids(building_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    return {
        (building_id, number): pk
        for chunk in _chunks(sorted(building_ids))
        for pk, building_id, number in Floor.objects.unscoped("floors of checked buildings")
        .filter(building_id__in=chunk)
        .values_list("pk", "building_id", "number")
    }


def _refuse_twice(keys: Sequence[tuple[Any, ...]], field: str) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise Refused(
                _("同一楼宇里“%(number)s”出现了 %(count)d 次。请合并后再提交。")
                % {"number": key[1], "count": count},
                field=field,
            )


def _upsert(
    actor: Actor,
    model: type[models.Model],
    cleaned: Sequence[dict[str, Any]],
    name: str,
    why: str,
    *,
    new: Any,
) -> Upserted:
    """Inserts rows whose (building, number) is new, updates what differs, records both."""
    known = _stored(model, {row["building_id"] for row in cleaned})
    result = Upserted(ids=[0] * len(cleaned))
    fresh: list[int] = []
    pending: list[tuple[Any, dict[str, Any]]] = []
    for index, row in enumerate(cleaned):
        held = known.get((row["building_id"], row["number"]))
        if held is None:
            fresh.append(index)
            continue
        result.ids[index] = held.pk
        if values := differing(held, row):
            pending.append((held, values))
    made = insert_rows([model(**{**new(cleaned[i]), **cleaned[i]}) for i in fresh])
    for index, thing in zip(fresh, made, strict=True):
        result.ids[index] = thing.pk
    update_rows(model, [(held.pk, values) for held, values in pending])
    write_audit(
        actor=actor,
        action=f"buildings.{name}_create",
        lines=[
            Line(thing, after=filled(thing, cleaned[index]), why=why)
            for index, thing in zip(fresh, made, strict=True)
        ],
    )
    write_audit(
        actor=actor,
        action=f"buildings.{name}_update",
        lines=[
            Line(
                held,
                before={name: shown(name, getattr(held, name)) for name in values},
                after={name: shown(name, value) for name, value in values.items()},
                why=why,
            )
            for held, values in pending
        ],
    )
    result.created, result.changed = len(made), len(pending)
    result.unchanged = len(cleaned) - len(made) - len(pending)
    return result


def _stored(model: Any, building_ids: Iterable[int]) -> dict[tuple[int, Any], Any]:
    return {
        (row.building_id, row.number): row
        for chunk in _chunks(sorted(building_ids))
        for row in model.objects.unscoped("parts of checked buildings").filter(
            building_id__in=chunk
        )
    }


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
