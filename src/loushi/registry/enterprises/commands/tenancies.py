"""Moving in, moving out, moving: tenancies with everything that follows from them.

What follows, in the same transaction (`commands.settling`): presence, the state of the spaces, the
enterprise's home, the search index, and the event `enterprise_moved_out`. A presence that a form
or a file states is a claim about the registration (`commands.claims`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import fetch, require
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import Building, Space
from loushi.registry.buildings.queries import rooms_named
from loushi.registry.enterprises.commands.claims import (
    CLAIMED,
    Claim,
    resolve_addresses,
    take_claims,
)
from loushi.registry.enterprises.commands.closing import publish_moved_out
from loushi.registry.enterprises.commands.enterprises import Upserted, clean_rows
from loushi.registry.enterprises.commands.homes import settle_homes
from loushi.registry.enterprises.commands.indexing import index_enterprises
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.commands.presence import find_presence
from loushi.registry.enterprises.commands.settling import MOVED_IN, MOVED_OUT, settle
from loushi.registry.enterprises.commands.values import (
    TenancyValues,
    clean_tenancy,
    wrong_dates,
)
from loushi.registry.enterprises.models import ChangeReason, Enterprise, Presence, Tenancy
from loushi.registry.enterprises.policy import CHANGE, NOT_ENDED, require_at


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


def move_out(
    *, actor: Actor, tenancy_id: int, on: date, why: str, reason: str = MOVED_OUT
) -> Tenancy:
    """Ends a tenancy: `on` is the first day on which the enterprise is no longer there; `reason`
    is the code of a `ChangeReason`.

    Publishes `enterprise_moved_out` with the ids of enterprise, tenancy, building and space, the
    unit path of the place, the day, the reason and whether the enterprise sits anywhere else.
    """
    if on > timezone.localdate():
        raise Refused(_("迁出日期不能晚于今天。将来才迁出的，请先在“租约到期”中登记。"), field="on")
    if not why.strip():
        raise Refused(_("请写明迁出原因，例如“租约到期不续”。"), field="why")
    if not ChangeReason.offered().filter(pk=reason, ends=True).exists():
        raise Refused(_("请选择变化的原因。"), field="reason")
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
        row.until, row.ended_id = on, reason
        row.save(update_fields=["until", "ended"])
        record(
            actor=actor,
            action="enterprises.move_out",
            subject=row,
            before={"until": before},
            after={"until": on, "reason": reason, "enterprise_id": row.enterprise_id},
            why=why,
        )
        settle([row])
        elsewhere = _sits_somewhere(row.enterprise_id)
        publish_moved_out(row, on=on, why=why, elsewhere=elsewhere)
    return row


def move(*, actor: Actor, tenancy_id: int, on: date, values: TenancyValues, why: str) -> Tenancy:
    """Ends a tenancy and begins another one on the same day, in one transaction."""
    with transaction.atomic():
        old = fetch(Tenancy, actor, tenancy_id, permission=CHANGE)
        given: TenancyValues = {
            "sits": old.sits,
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
    """Corrects a tenancy: area, dates, whether it is the main one.

    A `presence` is what was found there today (`commands.presence`): where it turns whether the
    enterprise really sits there, the row that runs from today is returned.
    """
    changes, wrong = clean_tenancy(values, new=False)
    found = str(changes.get("presence") or "")
    changes = {
        name: value
        for name, value in changes.items()
        if name in {"area", "since", "lease_until", "is_main"}
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
        row.refresh_from_db()
        row = find_presence(actor=actor, row=row, presence=found, why=why)
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
        _refuse_overlaps(cleaned, known)
        _refuse_cancelled(cleaned)
        claims = _claims(cleaned)
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
        take_claims(actor=actor, claims=claims, many=len(cleaned) > 1)
        touched = [*made, *(held for held, _values in pending)]
        resolve_addresses(sorted({row.enterprise_id for row in touched}))
        settle(
            [
                *touched,
                *(
                    known[_identity(cleaned[claim.index])]
                    for claim in claims
                    if _identity(cleaned[claim.index]) in known
                ),
            ]
        )
    result.created, result.changed = len(made), len(pending)
    result.unchanged = len(cleaned) - len(made) - len(pending)
    return result


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
    settle_homes(enterprises)
    index_enterprises(enterprises)


def _buildings(cleaned: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, str]]:
    """Building id → (unit id, path); the right to change there is checked by path."""
    found: dict[int, tuple[int, str]] = {}
    for chunk in chunks(sorted({row["building_id"] for row in cleaned})):
        rows = Building.objects.unscoped("the place is checked by its path").filter(pk__among=chunk)
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
    rooms, today = rooms_named({home for home, _number in keys}), timezone.localdate()
    for row in named:
        number = row["space_number"].strip()
        if gone := rooms.gone(row["building_id"], number, row.get("since") or today):
            raise Refused(
                _("房号 %(number)s 已于 %(day)s 撤销。请填拆分、合并以后的房号。")
                % {"number": number, "day": gone.isoformat()},
                field="space_number",
            )
    ids: dict[tuple[int, str], int] = {}
    if missing := sorted(keys - set(rooms.rooms)):
        made = buildings.upsert_spaces(
            actor=actor,
            rows=[{"building_id": home, "number": number} for home, number in missing],
            why=why,
            permission=permission,
        )
        ids = dict(zip(missing, made.ids, strict=True))
    for row in cleaned:
        number = str(row.pop("space_number", "") or "").strip()
        if number and not row.get("space_id"):
            place = (row["building_id"], number)
            row["space_id"] = ids.get(place) or rooms.ever(*place, row.get("since") or today)


def _place(cleaned: Sequence[dict[str, Any]], homes: Mapping[int, tuple[int, str]]) -> None:
    """Sets each row's unit path: the space's where one is named, else the building's."""
    spaces: dict[int, Space] = {}
    for chunk in chunks(sorted({row["space_id"] for row in cleaned if row.get("space_id")})):
        rows = Space.objects.unscoped("the place is checked by its path").filter(pk__among=chunk)
        spaces |= {
            room.pk: room
            for room in rows.only("building_id", "unit_path", "number", "since", "until")
        }
    for row in cleaned:
        row["unit_path"] = homes[row["building_id"]][1]
        row.setdefault("space_id", None)
        if row["space_id"] is None:
            continue
        room = spaces.get(row["space_id"])
        if room is None or room.building_id != row["building_id"]:
            raise Refused(_("所选房间不在所选楼宇里。请重新选择。"), field="space_id")
        row["unit_path"] = room.unit_path
        _refuse_outside(room, row)


def _refuse_outside(room: Space, row: Mapping[str, Any]) -> None:
    """Whoever sits in a room begins on a day on which it stands, and leaves it when it is gone."""
    begins = row.get("since")
    if begins is None or row.get("presence") == Presence.REGISTERED_ONLY:
        return
    if room.since is not None and begins < room.since:
        raise Refused(
            _("房号 %(number)s 从 %(day)s 起才有。请填那一天以前的房号，或改入驻日期。")
            % {"number": room.number, "day": room.since.isoformat()},
            field="since",
        )
    if room.until is not None and (row.get("until") or date.max) > room.until:
        raise Refused(
            _("房号 %(number)s 已于 %(day)s 撤销。请填拆分、合并以后的房号。")
            % {"number": room.number, "day": room.until.isoformat()},
            field="space_number",
        )


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


def _refuse_overlaps(
    cleaned: Sequence[dict[str, Any]], known: dict[tuple[Any, ...], Tenancy]
) -> None:
    """One enterprise holds one place once at a time. A row without a first day means the tenancy
    that runs there; one with another first day contradicts it."""
    held: dict[tuple[Any, ...], list[Tenancy]] = defaultdict(list)
    for stay in {row.pk: row for row in known.values()}.values():
        held[stay.enterprise_id, stay.building_id, stay.space_id].append(stay)
    for index, row in enumerate(cleaned):
        if _identity(row) in known:
            continue
        there = held[row["enterprise_id"], row["building_id"], row["space_id"]]
        running = [stay for stay in there if stay.until is None]
        if row.get("since") is None and row.get("until") is None and running:
            row["since"] = running[-1].since
            continue
        begins, ends = row.get("since") or date.min, row.get("until") or date.max
        for stay in there:
            if stay.sits and begins < (stay.until or date.max) and (stay.since or date.min) < ends:
                prefix = f"{index}." if len(cleaned) > 1 else ""
                raise Refused(overlap_sentence(stay.since), field=f"{prefix}since")


def overlap_sentence(since: date | None) -> str:
    """What to say about a second tenancy of one enterprise in one place at one time."""
    return _("这家企业从 %(day)s 起已经登记在这里入驻。要改日期，请更正原来的入驻。") % {
        "day": since.isoformat() if since else _("未填的日期")
    }


def _known(cleaned: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Tenancy]:
    found: dict[tuple[Any, ...], Tenancy] = {}
    everything = Tenancy.objects.unscoped("an upsert recognises tenancies of all units")
    for chunk in chunks(sorted({row["enterprise_id"] for row in cleaned})):
        for held in everything.filter(enterprise_id__among=chunk).order_by("pk"):
            found[(held.enterprise_id, held.building_id, held.space_id, held.since)] = held
            if held.source and held.external_id:
                found[(held.source, held.external_id)] = held
    external: dict[str, list[str]] = defaultdict(list)
    for row in cleaned:
        if row.get("source") and row.get("external_id"):
            external[row["source"]].append(row["external_id"])
    for source, ids in external.items():
        for chunk in chunks(sorted(set(ids))):
            for held in everything.filter(source=source, external_id__among=chunk):
                found[(held.source, held.external_id)] = held
    return found


def _claims(cleaned: Sequence[dict[str, Any]]) -> list[Claim]:
    """Takes the stated presence out of the rows: it is no column to write."""
    found = []
    for index, row in enumerate(cleaned):
        presence = row.pop("presence", "")
        row.setdefault("began_id", MOVED_IN)
        if row.get("until") is not None:
            row.setdefault("ended_id", MOVED_OUT)
        if presence in CLAIMED:
            found.append(
                Claim(
                    index, row["enterprise_id"], presence, row["building_id"], row["space_id"],
                    row.get("since"), row.get("until"), str(row.get("source") or ""),
                )
            )  # fmt: skip
    return found


def _refuse_cancelled(cleaned: Sequence[Mapping[str, Any]]) -> None:
    today = timezone.localdate()
    running = {
        row["enterprise_id"]: index
        for index, row in enumerate(cleaned)
        if row.get("until") is None or row["until"] > today
    }
    for chunk in chunks(sorted(running)):
        rows = Enterprise.objects.unscoped("an enterprise that ended moves nowhere")
        gone = rows.filter(pk__among=chunk, status=Enterprise.Status.CANCELLED).order_by("pk")
        if (pk := gone.values_list("pk", flat=True).first()) is not None:
            prefix = f"{running[pk]}." if len(cleaned) > 1 else ""
            raise Refused(
                _("这家企业已经注销，不能登记入驻。若没有注销，请先更正经营状态。"),
                field=f"{prefix}enterprise_id",
            )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name != "unit_path" and value not in (None, "")
    }


def _sits_somewhere(enterprise_id: int) -> bool:
    return (
        Tenancy.objects.unscoped("whether the enterprise sits anywhere")
        .filter(NOT_ENDED, enterprise_id=enterprise_id, sits=True)
        .exists()
    )
