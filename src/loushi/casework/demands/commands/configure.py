"""Categories and service levels as data: the shipped list, and every change with its audit line."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.casework.demands.models import DemandCategory, Tier, Urgency
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.calendar_commands import set_service_level
from loushi.foundation.core.clocks import Limit
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.models import ServiceLevel

PERMISSION = "demands.configure"
SUBJECT = "demands.demandcategory"
LEVEL = "core.servicelevel"
CODE_LENGTH = 30
OTHER_CODE = "90.01"
"""Where imports put what the file names no known category for."""


@dataclass(frozen=True, slots=True)
class LevelValues:
    """One row of the table of service levels; '' as a key means any, None as a limit means none."""

    valid_from: date
    accept: Limit | None
    contact: Limit | None
    resolve: Limit | None
    category_code: str = ""
    urgency: str = ""
    tier: str = ""
    source: str = ""


def shipped_categories() -> list[dict[str, str]]:
    """The shipped list, parents before children: code, name, name_en."""
    text = files("loushi.casework.demands").joinpath("data/categories.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@transaction.atomic
def install_default_categories(*, actor: Actor | None = None) -> int:
    """Adds the shipped categories that are not there yet; returns how many it added.

    What a district renamed, moved or switched off stays as it is.
    """
    actor = actor or system_actor()
    _require(actor)
    known = {row.code: row for row in DemandCategory.objects.order_by("id")}
    added = []
    for position, given in enumerate(shipped_categories(), start=1):
        code = given["code"]
        if code in known:
            continue
        parent = known.get(code.rpartition(".")[0])
        known[code] = DemandCategory.objects.create(
            code=code,
            name=given["name"],
            name_en=given["name_en"],
            parent=parent,
            position=position * 10,
        )
        added.append(code)
    if added:
        record(
            actor=actor,
            action="demands.categories_installed",
            subject=(SUBJECT, None, added[0]),
            after={"codes": added},
        )
    return len(added)


def add_category(
    *, actor: Actor, code: str, name: str, name_en: str = "", parent_id: int | None = None
) -> DemandCategory:
    """Adds a category of the first level, or below `parent_id`. Raises Denied or Refused."""
    _require(actor)
    code, name, name_en = code.strip(), name.strip(), name_en.strip()
    errors = _wrong_names(name, name_en)
    if not code or len(code) > CODE_LENGTH:
        errors["code"] = _("请填写类别编码，如 10.08，最多 %(n)d 个字符。") % {"n": CODE_LENGTH}
    elif DemandCategory.objects.filter(code=code).exists():
        errors["code"] = _("编码 %(code)s 已经有了，请换一个。") % {"code": code}
    with transaction.atomic():
        parent = DemandCategory.objects.filter(pk=parent_id).first() if parent_id else None
        if parent_id and (parent is None or parent.parent_id is not None):
            errors["parent"] = _("上级须是第一级的类别；类别只有两级。")
        if parent is not None and "code" not in errors and not code.startswith(f"{parent.code}."):
            errors["code"] = _("下级的编码以“%(code)s.”开头，时限才能按上级生效。") % {
                "code": parent.code
            }
        if errors:
            raise Refused.many(errors)
        last = DemandCategory.objects.filter(parent=parent).order_by("-position").first()
        row = DemandCategory.objects.create(
            code=code,
            name=name,
            name_en=name_en,
            parent=parent,
            position=min((last.position if last else 0) + 1, 32767),
        )
        _record(actor, "demands.category_added", row, {}, _state(row))
    return row


def rename_category(
    *, actor: Actor, category_id: int, name: str, name_en: str = ""
) -> DemandCategory:
    """Renames a category; demands that have it show the new name. Raises Denied, Refused."""
    _require(actor)
    errors = _wrong_names(name.strip(), name_en.strip())
    if errors:
        raise Refused.many(errors)
    with transaction.atomic():
        row = _locked(category_id)
        before = _state(row)
        row.name, row.name_en = name.strip(), name_en.strip()
        row.save(update_fields=["name", "name_en"])
        _record(actor, "demands.category_renamed", row, before, _state(row))
    return row


def switch_category(*, actor: Actor, category_id: int, active: bool) -> DemandCategory:
    """Takes a category (with what is below it) out of the choices, or back in.

    Demands that have it keep it. Raises Denied, or Refused for the last active one.
    """
    _require(actor)
    with transaction.atomic():
        row = _locked(category_id)
        if row.is_active == active:
            return row
        if not active and row.parent_id is None:
            others = DemandCategory.objects.filter(is_active=True, parent=None).exclude(pk=row.pk)
            if not others.exists():
                raise Refused(_("至少要留一个启用的类别，企业才能提交诉求。"), field="active")
        row.is_active = active
        row.save(update_fields=["is_active"])
        _record(
            actor,
            "demands.category_switched",
            row,
            {"is_active": not active},
            {"is_active": active},
        )
    return row


def set_level(*, actor: Actor, values: LevelValues) -> ServiceLevel:
    """Sets the limits of a category × urgency × tier from a day on; the earlier row ends then.

    Clocks that run already keep their limit. Raises Denied or Refused.
    """
    _require(actor)
    errors: dict[str, Any] = {}
    if not (values.accept or values.contact or values.resolve):
        errors["resolve_amount"] = _("请至少填写一个时限：受理、首次联系或办结。")
    code = values.category_code
    if code and not DemandCategory.objects.filter(code=code).exists():
        errors["category_code"] = _("没有编码为 %(code)s 的类别。") % {"code": code}
    if values.urgency and values.urgency not in Urgency.values:
        errors["urgency"] = _("这一项的取值不在可选范围内，请重新选择。")
    if values.tier and values.tier not in Tier.values:
        errors["tier"] = _("这一项的取值不在可选范围内，请重新选择。")
    if errors:
        raise Refused.many(errors)
    with transaction.atomic():
        old = (
            ServiceLevel.objects.filter(
                subject="demand",
                category_code=code,
                urgency=values.urgency,
                tier=values.tier,
                valid_from__lte=values.valid_from,
            )
            .order_by("-valid_from")
            .first()
        )
        before = _limits(old) if old else {}
        row = set_service_level(
            actor=system_actor(actor.name),
            valid_from=values.valid_from,
            accept=values.accept,
            contact=values.contact,
            resolve=values.resolve,
            category_code=code,
            urgency=values.urgency,
            tier=values.tier,
            source=values.source.strip()[:200],
        )
        record(
            actor=actor,
            action="demands.level_set",
            subject=(LEVEL, row.pk, str(row)),
            before=before,
            after={**_limits(row), "valid_from": row.valid_from.isoformat()},
            why=row.source,
        )
    return row


# ---- inside -------------------------------------------------------------------------------------
def _require(actor: Actor) -> None:
    """The list is one for the whole district, so the permission alone decides."""
    if not actor.has(PERMISSION):
        raise Denied


def _locked(category_id: int) -> DemandCategory:
    row = DemandCategory.objects.select_for_update().filter(pk=category_id).first()
    if row is None:
        raise NotVisible
    return row


def _wrong_names(name: str, name_en: str) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if not name or len(name) > 40:
        errors["name"] = _("请填写名称，最多 40 个字。")
    if len(name_en) > 60:
        errors["name_en"] = _("英文名称最多 60 个字符。")
    return errors


def _state(row: DemandCategory) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "name_en": row.name_en}


def _record(
    actor: Actor,
    action: str,
    row: DemandCategory,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    record(
        actor=actor,
        action=action,
        subject=(SUBJECT, row.pk, f"{row.code} {row.name}"),
        before=before,
        after=after,
    )


def _limits(row: ServiceLevel) -> dict[str, Any]:
    found = {step: row.limit(step) for step in ServiceLevel.STEPS}
    return {
        step: f"{limit.amount} {limit.kind.value}" if limit else "" for step, limit in found.items()
    }
