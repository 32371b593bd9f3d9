"""Moving in, moving out, moving: tenancies with everything that follows from them.

What follows, in the same transaction: the state of the spaces (let while an enterprise that is
really there holds a running tenancy), the enterprise's home (the unit of its main running tenancy),
the search index, and the event `enterprise_moved_out`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch, require
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.enterprises import (
    Upserted,
    chunks,
    clean_rows,
    put_home,
)
from loushi.registry.enterprises.commands.indexing import index_enterprises
from loushi.registry.enterprises.commands.values import (
    TenancyValues,
    clean_tenancy,
    wrong_dates,
)
from loushi.registry.enterprises.models import Enterprise, Presence, Tenancy
from loushi.registry.enterprises.policy import CHANGE, RUNNING, require_at


def move_in(*, actor: Actor, enterprise_id: int, values: TenancyValues, why: str = "") -> Tenancy:
    """Begins a tenancy; the actor may change the enterprise and the place it moves to.

    A room that somebody holds already is shared, which is allowed (two firms often share one).
    """
    with transaction.atomic():
        fetch(Enterprise, actor, enterprise_id, permission=CHANGE, lock=True)
        given: TenancyValues = {**values, "enterprise_id": enterprise_id}
        result = upsert_tenancies(actor=actor, rows=[given], why=why)
        if not result.created:
            raise Conflict(_("这家企业在这里的入驻已经登记过。请在企业页面查看。"))
        return fetch(Tenancy, actor, result.ids[0])


def move_out(*, actor: Actor, tenancy_id: int, on: date, why: str) -> Tenancy:
    """Ends a tenancy: `on` is the first day on which the enterprise is no longer there.

    Publishes `enterprise_moved_out` with the ids of enterprise, tenancy, building and space, the
    unit path of the place, the day, the reason and whether the enterprise sits anywhere else.
    """
    if on > timezone.localdate():
        raise Refused(_("迁出日期不能晚于今天。将来才迁出的，请先在“租约到期”中登记。"), field="on")
    if not why.strip():
        raise Refused(_("请写明迁出原因，例如“租约到期不续”。"), field="why")
    with transaction.atomic():
        row = fetch(Tenancy, actor, tenancy_id, lock=True)
        require(actor, CHANGE, row)
        if row.until is not None and row.until <= on:
            raise Conflict(_("这家企业已于 %(on)s 从这里迁出。") % {"on": row.until.isoformat()})
        if row.since and on < row.since:
            raise Refused(
                _("迁出日期早于入驻日期 %(since)s。请核对。") % {"since": row.since.isoformat()},
                field="on",
            )
        before = row.until
        row.until = on
        row.save(update_fields=["until"])
        record(
            actor=actor,
            action="enterprises.move_out",
            subject=row,
            before={"until": before},
            after={"until": on, "enterprise_id": row.enterprise_id},
            why=why,
        )
        settle([row])
        publish(
            "enterprise_moved_out",
            {
                "enterprise_id": row.enterprise_id,
                "tenancy_id": row.pk,
                "building_id": row.building_id,
                "space_id": row.space_id,
                "unit_path": row.unit_path,
                "on": on.isoformat(),
                "why": why,
                "elsewhere": _sits_somewhere(row.enterprise_id),
            },
        )
    return row


def move(*, actor: Actor, tenancy_id: int, on: date, values: TenancyValues, why: str) -> Tenancy:
    """Ends a tenancy and begins another one on the same day, in one transaction."""
    with transaction.atomic():
        old = fetch(Tenancy, actor, tenancy_id, permission=CHANGE)
        given: TenancyValues = {
            "presence": old.presence,
            "is_main": old.is_main,
            **values,
            "since": on,
        }
        fresh = move_in(actor=actor, enterprise_id=old.enterprise_id, values=given, why=why)
        move_out(actor=actor, tenancy_id=tenancy_id, on=on, why=why)
    return fresh


def change_tenancy(
    *, actor: Actor, tenancy_id: int, values: TenancyValues, why: str = ""
) -> Tenancy:
    """Corrects a tenancy: presence, area, dates, whether it is the main one."""
    changes, wrong = clean_tenancy(values, new=False)
    changes = {
        name: value
        for name, value in changes.items()
        if name in {"presence", "area", "since", "lease_until", "is_main"}
    }
    with transaction.atomic():
        row = fetch(Tenancy, actor, tenancy_id, lock=True)
        require(actor, CHANGE, row)
        dates = {name: getattr(row, name) for name in ("since", "until", "lease_until")}
        wrong |= wrong_dates({**dates, **changes})
        if wrong:
            raise Refused.many(wrong)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        record(
            actor=actor,
            action="enterprises.tenancy_update",
            subject=row,
            before=before,
            after=changes,
            why=why,
        )
        settle([row])
    return row


def upsert_tenancies(
    *,
    actor: Actor,
    rows: Sequence[TenancyValues],
    why: str = "",
    permission: str = CHANGE,
) -> Upserted:
    """Creates and changes tenancies, known by (source, external id) where both are given, else by
    enterprise, building, space and first day. The enterprises are the caller's responsibility:
    the actor needs the right to change at the place of each tenancy."""
    cleaned = clean_rows(rows, clean_tenancy, new=True)
    with transaction.atomic():
        homes = _buildings(cleaned)
        _name_spaces(actor, cleaned, why, permission)
        _place(cleaned, homes)
        for path in {row["unit_path"] for row in cleaned}:
            require_at(actor, permission, path)
        known = _known(cleaned)
        _refuse_twice(cleaned)
        result = Upserted(ids=[0] * len(cleaned))
        fresh: list[int] = []
        pending: list[tuple[Tenancy, dict[str, Any]]] = []
        for index, row in enumerate(cleaned):
            held = known.get(_identity(row))
            if held is None:
                fresh.append(index)
                continue
            result.ids[index] = held.pk
            if values := {k: v for k, v in row.items() if getattr(held, k) != v}:
                require_at(actor, permission, held.unit_path)
                pending.append((held, values))
        made = insert_rows([Tenancy(**cleaned[index]) for index in fresh])
        for index, thing in zip(fresh, made, strict=True):
            result.ids[index] = thing.pk
        lines = [
            Line(held, {name: getattr(held, name) for name in values}, values, why)
            for held, values in pending
        ]
        update_rows(Tenancy, [(held.pk, values) for held, values in pending])
        for held, values in pending:
            for name, value in values.items():
                setattr(held, name, value)
        record_many(actor=actor, action="enterprises.tenancy_update", lines=lines)
        record_many(
            actor=actor,
            action="enterprises.move_in",
            lines=[
                Line(thing, after=_told(cleaned[index]), why=why)
                for index, thing in zip(fresh, made, strict=True)
            ],
        )
        settle([*made, *(held for held, _values in pending)])
    result.created, result.changed = len(made), len(pending)
    result.unchanged = len(cleaned) - len(made) - len(pending)
    return result


def settle(tenancies: Iterable[Tenancy]) -> None:
    """Brings everything that follows from tenancies up to date: spaces, homes, search index."""
    rows = list(tenancies)
    enterprises = sorted({row.enterprise_id for row in rows})
    _settle_rooms(rows)
    put_home(_homes(enterprises))
    index_enterprises(enterprises)


def follow_building(payload: Mapping[str, Any]) -> None:
    """Listener of `building_placed`: tenancies, homes and the index follow their building."""
    building = (
        Building.objects.unscoped("tenancies follow their building")
        .filter(pk=payload["building_id"])
        .first()
    )
    if building is None:
        return
    rows = list(
        Tenancy.objects.unscoped("tenancies follow their building")
        .filter(building=building)
        .select_related("space")
        .order_by("pk")
    )
    update_rows(
        Tenancy,
        [
            (row.pk, {"unit_path": row.space.unit_path if row.space else building.unit_path})
            for row in rows
        ],
    )
    enterprises = sorted({row.enterprise_id for row in rows})
    put_home(_homes(enterprises))
    index_enterprises(enterprises)


def _settle_rooms(tenancies: Sequence[Tenancy]) -> None:
    """What was said of a room ends where a tenancy begins that runs today or later; the state of
    today follows; the totals of the buildings are to be made anew."""
    today = timezone.localdate()
    begins: dict[int, date] = {}
    for row in tenancies:
        if row.space_id is None or row.presence == Presence.REGISTERED_ONLY:
            continue
        if row.until is None or row.until > today:
            begin = row.since or today
            begins[row.space_id] = min(begin, begins.get(row.space_id, begin))
    buildings.end_said(since=begins)
    buildings.renew_states(space_ids=[row.space_id for row in tenancies if row.space_id])
    buildings.mark_totals(row.building_id for row in tenancies)


def _homes(enterprise_ids: Sequence[int]) -> dict[int, tuple[int | None, str]]:
    """The home (unit id, path) of each enterprise that has a running tenancy: of the main one
    where it is marked, else of the one that began last. Of several main ones the last stays."""
    best: dict[int, tuple[Any, ...]] = {}
    mains: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(enterprise_ids):
        rows = (
            Tenancy.objects.unscoped("the home follows all tenancies")
            .filter(RUNNING, enterprise_id__in=chunk)
            .values_list(
                "enterprise_id", "is_main", "since", "pk", "unit_path", "building__unit_id",
                "building__unit_path", "space__unit_id",
            )
        )  # fmt: skip
        for enterprise_id, main, since, pk, path, unit_id, building_path, space_unit in rows:
            unit = space_unit if space_unit and path != building_path else unit_id
            rank = (main, since or date.min, pk, unit, path)
            best[enterprise_id] = max(best.get(enterprise_id, rank), rank)
            if main:
                mains[enterprise_id].append(pk)
    demoted = [pk for key, held in mains.items() for pk in held if pk != best[key][2]]
    update_rows(Tenancy, [(pk, {"is_main": False}) for pk in demoted])
    return {pk: (rank[3], rank[4]) for pk, rank in best.items()}


def _buildings(cleaned: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, str]]:
    """Building id → (unit id, path); the right to change there is checked by path."""
    found: dict[int, tuple[int, str]] = {}
    for chunk in chunks(sorted({row["building_id"] for row in cleaned})):
        rows = Building.objects.unscoped("the place is checked by its path").filter(pk__in=chunk)
        values = rows.values_list("pk", "unit_id", "unit_path")
        found |= {pk: (unit, path) for pk, unit, path in values}
    if missing := {row["building_id"] for row in cleaned} - set(found):
        raise Refused(
            _("没有编号为 %(pk)s 的楼宇。请重新选择。") % {"pk": min(missing)}, field="building_id"
        )
    return found


def _name_spaces(
    actor: Actor, cleaned: Sequence[dict[str, Any]], why: str, permission: str
) -> None:
    """Replaces `space_number` by `space_id`; a room that the building lacks is made."""
    named = [row for row in cleaned if row.get("space_number") and not row.get("space_id")]
    keys = {(row["building_id"], row["space_number"].strip()) for row in named}
    ids: dict[tuple[int, str], int] = {}
    for chunk in chunks(sorted({building_id for building_id, _number in keys})):
        rows = Space.objects.unscoped("rooms of buildings that are checked by path")
        ids |= {
            (building_id, number): pk
            for pk, building_id, number in rows.filter(building_id__in=chunk).values_list(
                "pk", "building_id", "number"
            )
        }
    missing = sorted(keys - set(ids))
    if missing:
        made = buildings.upsert_spaces(
            actor=actor,
            rows=[{"building_id": home, "number": number} for home, number in missing],
            why=why,
            permission=permission,
        )
        ids |= dict(zip(missing, made.ids, strict=True))
    for row in cleaned:
        number = str(row.pop("space_number", "") or "").strip()
        if number and not row.get("space_id"):
            row["space_id"] = ids[(row["building_id"], number)]


def _place(cleaned: Sequence[dict[str, Any]], homes: Mapping[int, tuple[int, str]]) -> None:
    """Sets each row's unit path: the space's where one is named, else the building's."""
    spaces: dict[int, tuple[int, str]] = {}
    for chunk in chunks(sorted({row["space_id"] for row in cleaned if row.get("space_id")})):
        rows = Space.objects.unscoped("the place is checked by its path").filter(pk__in=chunk)
        values = rows.values_list("pk", "building_id", "unit_path")
        spaces |= {pk: (building, path) for pk, building, path in values}
    for row in cleaned:
        row["unit_path"] = homes[row["building_id"]][1]
        row.setdefault("space_id", None)
        if row["space_id"] is None:
            continue
        building_id, path = spaces.get(row["space_id"], (0, ""))
        if building_id != row["building_id"]:
            raise Refused(_("所选房间不在所选楼宇里。请重新选择。"), field="space_id")
        row["unit_path"] = path


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    if row.get("source") and row.get("external_id"):
        return (row["source"], row["external_id"])
    return (row["enterprise_id"], row["building_id"], row["space_id"], row.get("since"))


def _refuse_twice(cleaned: Sequence[Mapping[str, Any]]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for index, row in enumerate(cleaned):
        key = _identity(row)
        if key in seen:
            raise Refused(
                _("同一企业在同一处、同一天的入驻出现了两次。请合并后再提交。"),
                field=f"{index}.since",
            )
        seen.add(key)


def _known(cleaned: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Tenancy]:
    found: dict[tuple[Any, ...], Tenancy] = {}
    everything = Tenancy.objects.unscoped("an upsert recognises tenancies of all units")
    for chunk in chunks(sorted({row["enterprise_id"] for row in cleaned})):
        for held in everything.filter(enterprise_id__in=chunk).order_by("pk"):
            found[(held.enterprise_id, held.building_id, held.space_id, held.since)] = held
            if held.source and held.external_id:
                found[(held.source, held.external_id)] = held
    external: dict[str, list[str]] = defaultdict(list)
    for row in cleaned:
        if row.get("source") and row.get("external_id"):
            external[row["source"]].append(row["external_id"])
    for source, ids in external.items():
        for chunk in chunks(sorted(set(ids))):
            for held in everything.filter(source=source, external_id__in=chunk):
                found[(held.source, held.external_id)] = held
    return found


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name != "unit_path" and value not in (None, "")
    }


def _sits_somewhere(enterprise_id: int) -> bool:
    return (
        Tenancy.objects.unscoped("whether the enterprise sits anywhere")
        .filter(RUNNING, enterprise_id=enterprise_id)
        .exclude(presence=Presence.REGISTERED_ONLY)
        .exists()
    )
