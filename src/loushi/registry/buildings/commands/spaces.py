"""Writing floors and spaces: one at a time, or tens of thousands in few statements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings.commands.buildings import Upserted
from loushi.registry.buildings.commands.histories import (
    held_today,
    histories,
    mark_totals,
    write_histories,
)
from loushi.registry.buildings.commands.indexing import index_again
from loushi.registry.buildings.commands.intervals import assign
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
from loushi.registry.buildings.queries.counting import state_of

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
    *,
    actor: Actor,
    rows: Sequence[SpaceValues],
    why: str = "",
    permission: str = CHANGE,
    fresh: bool = False,
) -> Upserted:
    """Creates and changes spaces, known by building and room number among those that are not gone;
    makes missing floors. `fresh`: all of them are new."""
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
        known = {} if fresh else _stored(Space, {row["building_id"] for row in cleaned})
        said = _take_states(cleaned, known)
        result = _upsert(
            actor, Space, cleaned, "spaces", why,
            new=lambda row: {"unit_path": homes[row["building_id"]].unit_path},
            known=known,
        )  # fmt: skip
        _say_states(cleaned, result.ids, said)
        if result.created or result.changed:
            mark_totals({row["building_id"] for row in cleaned})
        # a micro-grid that holds some floors finds the tower in the search
        index_again(sorted({row["building_id"] for row in cleaned if row.get("unit_id")}))
    return result


def _take_states(
    cleaned: Sequence[dict[str, Any]], known: Mapping[tuple[int, Any], Space]
) -> dict[int, tuple[str, date | None]]:
    """Row index → (state, since) of the rows that say a state which is not held already; the row
    keeps the state of today that follows from it."""
    today = timezone.localdate()
    found: dict[int, tuple[str, date | None]] = {}
    stored = [known.get((row["building_id"], row["number"])) for row in cleaned]
    asked = [held.pk for held, row in zip(stored, cleaned, strict=True) if held and "state" in row]
    tenanted = held_today(asked) if asked else set()
    for index, (row, held) in enumerate(zip(cleaned, stored, strict=True)):
        since = row.pop("state_since", None)
        if "state" not in row:
            continue
        if held is not None and held.state == row["state"] and since is None:
            del row["state"]
            continue
        found[index] = (row["state"], since if held is None else since or today)
        if since is None or since <= today:
            row["state"] = state_of(row["state"], held is not None and held.pk in tenanted)
        else:
            row["state"] = held.state if held else Space.State.VACANT
    return found


def _say_states(
    cleaned: Sequence[Mapping[str, Any]], ids: Sequence[int],
    said: Mapping[int, tuple[str, date | None]],
) -> None:  # fmt: skip
    """Writes what was said into the histories of the spaces."""
    before = histories([ids[index] for index in said])
    after = {
        ids[index]: assign(
            before[ids[index]], state, since, None, str(cleaned[index].get("source") or "")
        )
        for index, (state, since) in said.items()
    }
    homes = {ids[index]: cleaned[index]["building_id"] for index in said}
    write_histories(before, after, homes)


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
        .filter(building_id__among=chunk)
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
    known: Mapping[tuple[int, Any], Any] | None = None,
) -> Upserted:
    """Inserts rows whose (building, number) is new, updates what differs, records both."""
    if known is None:
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
    """Floors, or the spaces that are not gone, by building and number."""
    rows = model.objects.unscoped("parts of checked buildings").order_by("pk")
    if model is Space:
        rows = rows.filter(Q(until__isnull=True) | Q(until__gt=timezone.localdate()))
    return {
        (row.building_id, row.number): row
        for chunk in _chunks(sorted(building_ids))
        for row in rows.filter(building_id__among=chunk)
    }


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
