"""Contracts of property managers: who looks after a building follows from them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.files.commands import attach
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.accounts.queries import running_on
from loushi.registry.buildings.commands.buildings import Upserted, update_buildings
from loushi.registry.buildings.models import Building, ManagerContract, PropertyManager
from loushi.registry.buildings.policy import CHANGE

WHY = "contracts of buildings that were checked"


class ContractValues(TypedDict, total=False):
    """`manager` is a name; `until` is the last day, empty while there is no end."""

    building_id: int
    manager: str
    scope: str
    since: date | None
    until: date | None
    contact: str
    phone: str
    source: str


def save_contract(
    *, actor: Actor, values: ContractValues, why: str = "", uploads: Sequence[Any] = ()
) -> ManagerContract:
    """Registers one contract with its documents; Refused names the wrong fields."""
    with transaction.atomic():
        result = upsert_contracts(actor=actor, rows=[values], why=why)
        contract = fetch(ManagerContract, actor, result.ids[0], permission=CHANGE)
        if uploads:
            label = _("物业合同")
            files = attach(actor=actor, parent=contract, uploads=uploads, label=label)
            record(
                actor=actor, action="buildings.files_add", subject=contract.building,
                after={"files": [file.name for file in files]},
            )  # fmt: skip
    return contract


def upsert_contracts(
    *, actor: Actor, rows: Sequence[ContractValues], why: str = "", permission: str = CHANGE
) -> Upserted:
    """Creates and changes contracts, known by building, manager and first day. Two contracts for
    the same scope of one building must not overlap."""
    cleaned = _clean(rows)
    result = Upserted(ids=[0] * len(cleaned))
    with transaction.atomic():
        ids = {row["building_id"] for row in cleaned}
        found = Building.objects.visible_to(actor, permission).in_bulk(sorted(ids))
        if ids - set(found):
            raise Refused(
                _("有楼宇不存在，或不在您可更正的范围内。请核对后重试。"), field="building_id"
            )
        _name_managers(cleaned)
        known = {
            (row.building_id, row.manager_id, row.since): row
            for row in ManagerContract.objects.unscoped(WHY).filter(building_id__in=ids)
        }
        lines, writes, fresh = [], [], []
        for index, row in enumerate(cleaned):
            held = known.get((row["building_id"], row["manager_id"], row["since"]))
            if held is None:
                fresh.append(index)
                continue
            result.ids[index] = held.pk
            if changes := {k: v for k, v in row.items() if getattr(held, k) != v}:
                lines.append(Line(held, {k: getattr(held, k) for k in changes}, changes, why))
                writes.append((held.pk, changes))
        made = insert_rows([ManagerContract(**cleaned[index]) for index in fresh])
        for index, thing in zip(fresh, made, strict=True):
            result.ids[index] = thing.pk
        update_rows(ManagerContract, writes)
        _refuse_overlaps(ids)
        record_many(actor=actor, action="buildings.contract_update", lines=lines)
        record_many(
            actor=actor,
            action="buildings.contract_create",
            lines=[
                Line(thing, after={k: v for k, v in cleaned[i].items() if v}, why=why)
                for i, thing in zip(fresh, made, strict=True)
            ],
        )
        follow_contracts(ids)
    result.created, result.changed = len(made), len(writes)
    result.unchanged = len(cleaned) - len(made) - len(writes)
    return result


def follow_contracts(building_ids: Iterable[int] | None = None) -> int:
    """Makes the manager of each building that of its running contract; returns how many changed.

    A building without any running contract keeps the manager that was said of it.
    """
    today = timezone.localdate()
    rows = ManagerContract.objects.unscoped(WHY).filter(running_on(today))
    if building_ids is not None:
        rows = rows.filter(building_id__in=list(building_ids))
    latest = {row.building_id: row.manager for row in
              rows.select_related("manager").order_by("since", "pk")}  # fmt: skip
    changes: list[Any] = [(pk, {"manager": manager.name}) for pk, manager in latest.items()]
    return len(update_buildings(actor=system_actor(), changes=changes, why=_("按物业服务合同")))


def _clean(rows: Sequence[ContractValues]) -> list[dict[str, Any]]:
    cleaned: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for index, row in enumerate(rows):
        prefix = f"{index}." if len(rows) > 1 else ""
        values: dict[str, Any] = {
            "building_id": row["building_id"], "since": row.get("since"), "until": row.get("until"),
            "manager": " ".join(str(row.get("manager") or "").split()),
            "scope": str(row.get("scope") or "").strip()[:200],
            "contact": str(row.get("contact") or "").strip()[:40],
            "phone": str(row.get("phone") or "").strip()[:20],
            "source": str(row.get("source") or "")[:60],
        }  # fmt: skip
        if not values["manager"]:
            wrong[f"{prefix}manager"] = _("请填写物业公司名称。")
        if values["since"] is None:
            wrong[f"{prefix}since"] = _("请填写合同开始日期。")
        elif values["until"] and values["until"] < values["since"]:
            wrong[f"{prefix}until"] = _("到期日期不能早于开始日期。")
        cleaned.append(values)
    if wrong:
        raise Refused.many(wrong)
    return cleaned


def _name_managers(cleaned: Sequence[dict[str, Any]]) -> None:
    names = {row["manager"] for row in cleaned}
    everything = PropertyManager.objects.unscoped("managers are known by name over all units")
    ids: dict[str, int] = dict(everything.filter(name__in=names).values_list("name", "pk"))
    for row in insert_rows([PropertyManager(name=name) for name in sorted(names - set(ids))]):
        ids[row.name] = row.pk
    for values in cleaned:
        values["manager_id"] = ids[values.pop("manager")]


def _refuse_overlaps(building_ids: Iterable[int]) -> None:
    before: ManagerContract | None = None
    rows = ManagerContract.objects.unscoped(WHY).filter(building_id__in=list(building_ids))
    for row in rows.select_related("manager").order_by("building_id", "scope", "since", "pk"):
        same = before is not None and (row.building_id, row.scope) == (
            before.building_id, before.scope
        )  # fmt: skip
        if before is not None and same and (before.until is None or before.until >= row.since):
            raise Refused(
                _("与“%(manager)s”的合同在时间上重叠。请先写明原合同的到期日期。")
                % {"manager": before.manager.name},
                field="since",
            )
        before = row
