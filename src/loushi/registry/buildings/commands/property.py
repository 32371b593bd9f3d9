"""Owners with their shares, and the looks at their phones."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_look, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings.commands.buildings import Upserted
from loushi.registry.buildings.models import Building, Owner, Ownership
from loushi.registry.buildings.policy import CHANGE, REVEAL
from loushi.registry.buildings.queries.floors import rooms_named

SHORTEST_PURPOSE = 4
WHY = "owners of buildings that were checked"


class OwnershipValues(TypedDict, total=False):
    """An owner of a building, or of the room `number`. `share` is per cent, `until` the first day
    after."""

    building_id: int
    number: str
    owner: str
    kind: str
    credit_code: str | None
    contact: str
    phone: str
    share: Decimal | float | str | None
    since: date | None
    until: date | None
    source: str


def add_ownership(*, actor: Actor, values: OwnershipValues, why: str = "") -> Ownership:
    """Registers one owner of a building or of a room of it; Refused names the wrong fields."""
    result = upsert_ownerships(actor=actor, rows=[values], why=why)
    return fetch(Ownership, actor, result.ids[0], permission=CHANGE)


def upsert_ownerships(
    *, actor: Actor, rows: Sequence[OwnershipValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes shares, known by building, room, owner and first day.

    An owner is known by credit code, else by name among the owners of the same building. Refused
    where the known shares of one thing would add up to more than 100 % on any day.
    """
    cleaned = _clean(rows)
    result = Upserted(ids=[0] * len(cleaned))
    with transaction.atomic():
        homes = _homes(actor, {row["building_id"] for row in cleaned}, permission)
        _name_spaces(cleaned)
        _name_owners(cleaned)
        known = {
            (row.building_id, row.space_id, row.owner_id, row.since): row
            for row in Ownership.objects.unscoped(WHY).filter(building_id__in=list(homes))
        }
        fresh, lines, writes = [], [], []
        for index, row in enumerate(cleaned):
            held = known.get((row["building_id"], row["space_id"], row["owner_id"], row["since"]))
            if held is None:
                fresh.append(index)
                continue
            result.ids[index] = held.pk
            changes = {k: v for k, v in row.items() if getattr(held, k) != v}
            if changes:
                before = {k: getattr(held, k) for k in changes}
                lines.append(Line(held, before, changes, why))
                writes.append((held.pk, changes))
        made = insert_rows([Ownership(**cleaned[index]) for index in fresh])
        for index, thing in zip(fresh, made, strict=True):
            result.ids[index] = thing.pk
        update_rows(Ownership, writes)
        _refuse_too_much(list(homes))
        record_many(actor=actor, action="buildings.owner_update", lines=lines)
        record_many(
            actor=actor,
            action="buildings.owner_create",
            lines=[
                Line(thing, after={k: v for k, v in cleaned[i].items() if v is not None}, why=why)
                for i, thing in zip(fresh, made, strict=True)
            ],
        )
    result.created, result.changed = len(made), len(writes)
    result.unchanged = len(cleaned) - len(made) - len(writes)
    return result


def end_ownership(*, actor: Actor, ownership_id: int, until: date) -> Ownership:
    """Ends a share; `until` is the first day on which it is no longer held."""
    with transaction.atomic():
        row = fetch(Ownership, actor, ownership_id, permission=CHANGE, lock=True)
        if row.since is not None and until <= row.since:
            raise Refused(_("结束日期应晚于开始日期。"), field="until")
        before, row.until = row.until, until
        row.save(update_fields=["until"])
        record(
            actor=actor, action="buildings.owner_update", subject=row,
            before={"until": before}, after={"until": until},
        )  # fmt: skip
    return row


def reveal_owner_phone(*, actor: Actor, owner_id: int, purpose: str) -> str:
    """The full phone of an owner; the look is recorded with its purpose.

    Denied without buildings.reveal at a place that covers the owner.
    """
    with transaction.atomic():
        row = fetch(Owner, actor, owner_id)
        if not permits(actor, REVEAL, row):
            raise Denied
        if len(purpose.strip()) < SHORTEST_PURPOSE:
            raise Refused(
                _("请写明用途，至少 4 个字，例如“联系消防整改”。用途会留痕。"), field="purpose"
            )
        record_look(actor=actor, subject=row, purpose=purpose.strip(), fields=["phone"])
    return row.phone


def _clean(rows: Sequence[OwnershipValues]) -> list[dict[str, Any]]:
    cleaned: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for index, row in enumerate(rows):
        values, errors = _one(row)
        cleaned.append(values)
        prefix = f"{index}." if len(rows) > 1 else ""
        wrong |= {f"{prefix}{name}": text for name, text in errors.items()}
    if wrong:
        raise Refused.many(wrong)
    return cleaned


def _one(row: OwnershipValues) -> tuple[dict[str, Any], dict[str, str]]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {
        "building_id": row["building_id"], "since": row.get("since"), "until": row.get("until"),
        "share": None, "source": str(row.get("source") or "")[:60],
        "number": str(row.get("number") or "").strip(),
        "owner": " ".join(str(row.get("owner") or "").split()),
        "kind": row.get("kind") or Owner.Kind.COMPANY,
        "credit_code": str(row.get("credit_code") or "").strip().upper() or None,
        "contact": str(row.get("contact") or "").strip(),
        "phone": str(row.get("phone") or "").strip(),
    }  # fmt: skip
    if not values["owner"]:
        errors["owner"] = _("请填写产权人名称。")
    elif len(values["owner"]) > 100:
        errors["owner"] = _("产权人名称最多 100 个字。")
    if values["kind"] not in Owner.Kind.values:
        errors["kind"] = _("请选择产权人类型。")
    if values["credit_code"] and len(values["credit_code"]) != 18:
        errors["credit_code"] = _("统一社会信用代码应为 18 位。")
    if row.get("share") not in (None, ""):
        try:
            share = Decimal(str(row["share"])) / 100
        except InvalidOperation:
            share = Decimal(0)
        if not 0 < share <= 1:
            errors["share"] = _("份额应大于 0、不超过 100，单位 %。")
        values["share"] = share.quantize(Decimal("0.000001"))
    if values["since"] and values["until"] and values["until"] <= values["since"]:
        errors["until"] = _("结束日期应晚于开始日期。")
    return values, errors


def _homes(actor: Actor, ids: set[int], permission: str) -> dict[int, Building]:
    found = Building.objects.visible_to(actor, permission).in_bulk(sorted(ids))
    if ids - set(found):
        raise Refused(
            _("有楼宇不存在，或不在您可更正的范围内。请核对后重试。"), field="building_id"
        )
    return found


def _name_spaces(cleaned: Sequence[dict[str, Any]]) -> None:
    named = {row["building_id"] for row in cleaned if row["number"]}
    rooms, today = rooms_named(named), timezone.localdate()
    for row in cleaned:
        number, day = row.pop("number"), row.get("since") or today
        row["space_id"] = rooms.ever(row["building_id"], number, day) if number else None
        if number and row["space_id"] is None:
            raise Refused(
                _("这幢楼没有登记房号 %(number)s。请先登记房源，或改正房号。") % {"number": number},
                field="number",
            )


def _name_owners(cleaned: Sequence[dict[str, Any]]) -> None:
    """Replaces what names the owner by `owner_id`; contact and phone of a known one are filled in
    where they are given."""
    codes = [row["credit_code"] for row in cleaned if row["credit_code"]]
    by_code = {row.credit_code: row for row in Owner.objects.unscoped(WHY).filter(
        credit_code__in=codes)}  # fmt: skip
    here = Ownership.objects.unscoped(WHY).filter(
        building_id__in={row["building_id"] for row in cleaned}
    )
    by_name = {(h.building_id, h.owner.name): h.owner for h in here.select_related("owner")}
    for row in cleaned:
        code, name = row.pop("credit_code"), row.pop("owner")
        given = {key: row.pop(key) for key in ("kind", "contact", "phone")}
        owner = by_code.get(code) if code else by_name.get((row["building_id"], name))
        if owner is None:
            owner = insert_rows(
                [Owner(name=name, credit_code=code, source=row["source"], **given)]
            )[0]
        elif changes := {k: v for k, v in given.items() if v and getattr(owner, k) != v}:
            update_rows(Owner, [(owner.pk, changes)])
        by_name[(row["building_id"], name)] = owner
        if code:
            by_code[code] = owner
        row["owner_id"] = owner.pk


def _refuse_too_much(building_ids: Sequence[int]) -> None:
    """The known shares of one thing add up to no more than 1 on any day."""
    things: dict[tuple[int, int | None], list[Ownership]] = defaultdict(list)
    rows = Ownership.objects.unscoped(WHY).filter(building_id__in=building_ids, share__isnull=False)
    for row in rows:
        things[(row.building_id, row.space_id)].append(row)
    for held in things.values():
        for day in {row.since or date.min for row in held}:
            total = sum(
                (row.share or 0 for row in held
                 if (row.since or date.min) <= day < (row.until or date.max)), Decimal(0)
            )  # fmt: skip
            if total > 1:
                raise Refused(
                    _("份额合计 %(total)s，超过 100%%。请先结束原产权人的份额，或改小这一份。")
                    % {"total": f"{total:.2%}"},
                    field="share",
                )
