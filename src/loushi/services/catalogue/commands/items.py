"""The service list: items with dated versions, the guide taken over into community menus.

What a list said on a day that is over is never changed: no row may begin before today.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import WIDTH
from loushi.registry.accounts.models import Department
from loushi.registry.accounts.policy import can_at
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import (
    ItemField,
    ItemSide,
    ItemVersion,
    MenuEntry,
    ServiceBundle,
    ServiceItem,
)
from loushi.services.catalogue.policy import CHANGE, may_at
from loushi.services.catalogue.queries import bundles_for

TEXTS = (
    "title", "summary", "office", "contact", "conditions", "materials", "steps", "fees", "limit",
    "hours", "channels", "source",
)  # fmt: skip
FLAGS = ("value_added", "one_matter")
CHOSEN = ("field_id", "side_id")
ITEM_FIELDS = frozenset((*TEXTS, *FLAGS, *CHOSEN, "bundle_id"))
ENTRY_FIELDS = ("hours", "channels", "contact", "note")
FAR = timedelta(days=366)
WHY = "rows of an item or unit that was checked"
TEMPLATES = Path(__file__).resolve().parent.parent / "data" / "items"


def create_item(
    *, actor: Actor, unit_id: int, values: Mapping[str, Any], since: date | None = None,
    permission: str = CHANGE,
) -> ServiceItem:  # fmt: skip
    """A new item of a unit's list, offered from a day on (default today)."""
    unit = _unit(actor, unit_id, permission)
    since = _day(actor, since)
    found = _cleaned(values) | {"bundle_id": _bundle(actor, unit.path, values)}
    code = _code(values)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)  # two who give the same code
        items = ServiceItem.objects.unscoped(WHY)
        if items.filter(unit=unit, code=code).exists():
            raise Refused(_("这个编码已经用过。请换一个，或打开原来的事项修改。"), field="code")
        made = items.create(unit=unit, unit_path=unit.path, code=code)
        _say(actor, made, found, since, why="")
        record(actor=actor, action="catalogue.item_create", subject=made,
               after=_told(found) | {"code": code, "since": since.isoformat()})  # fmt: skip
    return made


def revise_item(
    *, actor: Actor, item_id: int, values: Mapping[str, Any], since: date | None = None,
    why: str = "", number: int = 0, permission: str = CHANGE,
) -> ServiceItem:  # fmt: skip
    """What an item says from a day on; days before keep what they said. `number` is the version
    that the form showed: where somebody else was faster, Conflict."""
    since = _day(actor, since)
    with transaction.atomic():
        row, last = _locked(actor, item_id, number, permission)
        full = {name: getattr(last, name) for name in ITEM_FIELDS} | dict(values)
        found = _cleaned(full)
        found["bundle_id"] = _bundle(actor, row.unit_path, full, held=last.bundle_id)
        before = {name: getattr(last, name) for name in found if getattr(last, name) != found[name]}
        if not before and last.offered:
            return row
        _say(actor, row, found, since, why=why)
        record(actor=actor, action="catalogue.item_revise", subject=row, before=_told(before),
               after=_told({name: found[name] for name in before})
               | {"since": since.isoformat()}, why=why)  # fmt: skip
    return row


def withdraw_item(
    *, actor: Actor, item_id: int, since: date | None = None, why: str = ""
) -> ServiceItem:  # fmt: skip
    """Takes an item off all lists from a day on. Twice is once."""
    since = _day(actor, since)
    with transaction.atomic():
        row, last = _locked(actor, item_id, 0, CHANGE)
        if not last.offered:
            return row
        found = {name: getattr(last, name) for name in ITEM_FIELDS}
        _say(actor, row, found, since, why=why, offered=False)
        record(actor=actor, action="catalogue.item_withdraw", subject=row, why=why,
               after={"since": since.isoformat()})  # fmt: skip
    return row


def item_templates() -> list[dict[str, Any]]:
    """The shipped lists: code, label, about, items."""
    return [
        {"code": path.stem, **json.loads(path.read_text(encoding="utf-8"))}
        for path in sorted(TEMPLATES.glob("*.json"))
    ]


def install_items(
    *, actor: Actor, unit_id: int, template: str, since: date | None = None
) -> list[int]:  # fmt: skip
    """Fills a unit's list from a shipped one; codes that it has stay as they are. An item for which
    a bundle ships leads to it where the unit, or one above, has published it under its name.
    Returns the new items' ids; they are edited like any other."""
    unit = _unit(actor, unit_id, CHANGE)
    since = _day(actor, since)
    given = next((one for one in item_templates() if one["code"] == template), None)
    if given is None:
        raise Refused(_("请从列表里选择模板。"), field="template")
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        items = ServiceItem.objects.unscoped(WHY)
        held = set(items.filter(unit=unit).values_list("code", flat=True))
        rows = [one for one in given["items"] if one["code"] not in held]
        names = _departments(one["office"] for one in rows)
        bundles = {one.title: one.pk for one in reversed(bundles_for(actor, unit.path))}
        made = items.bulk_create(
            ServiceItem(unit=unit, unit_path=unit.path, code=one["code"]) for one in rows
        )
        ItemVersion.objects.unscoped(WHY).bulk_create(
            ItemVersion(
                item=item, unit_path=unit.path, number=1, since=since, by_name=actor.name[:80],
                field_id=one["field"], side_id=one["side"],
                department_id=names.get(one["office"]),
                bundle_id=bundles.get(one.get("bundle", "")), **_plain(one),
            )
            for item, one in zip(made, rows, strict=True)
        )  # fmt: skip
        if made:
            record(actor=actor, action="catalogue.item_template", subject=unit,
                   after={"template": str(given["label"]), "items": len(made),
                          "since": since.isoformat()}, unit_path=unit.path)  # fmt: skip
    return [one.pk for one in made]


def take_items(
    *, actor: Actor, unit_id: int, item_ids: Sequence[int], since: date | None = None
) -> int:  # fmt: skip
    """Takes items of the guide into a unit's menu from a day on; those that it has stay. Returns
    how many were taken."""
    unit = _unit(actor, unit_id, CHANGE)
    since = _day(actor, since)
    above = [unit.path[:end] for end in range(WIDTH, len(unit.path), WIDTH)]
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        entries = MenuEntry.objects.unscoped(WHY)
        kept = Q(until__isnull=True) | Q(until__gt=since)
        held = entries.filter(kept, unit=unit).values("item")
        rows = ServiceItem.objects.visible_to(actor).filter(
            pk__in=list(item_ids), unit_path__in=above
        )
        wanted = list(rows.exclude(pk__in=held))
        entries.bulk_create(
            MenuEntry(item=one, unit=unit, unit_path=unit.path, since=since,
                      by_name=actor.name[:80])
            for one in wanted
        )  # fmt: skip
        if wanted:
            record(actor=actor, action="catalogue.menu_take", subject=unit, unit_path=unit.path,
                   after={"items": [one.code for one in wanted],
                          "since": since.isoformat()})  # fmt: skip
    return len(wanted)


def adapt_entry(
    *, actor: Actor, entry_id: int, values: Mapping[str, Any], since: date | None = None
) -> MenuEntry:  # fmt: skip
    """Hours, channels, contact and note of a community's own, from a day on."""
    since = _day(actor, since)
    found = {name: str(values.get(name) or "").strip() for name in ENTRY_FIELDS}
    _sizes(MenuEntry, found)
    with transaction.atomic():
        row = _entry(actor, entry_id)
        before = {name: getattr(row, name) for name in ENTRY_FIELDS}
        if before == found:
            return row
        since = max(since, row.since)
        row.until = since
        row.save(update_fields=["until"])
        made = MenuEntry.objects.unscoped(WHY).create(
            item_id=row.item_id, unit_id=row.unit_id, unit_path=row.unit_path, since=since,
            by_name=actor.name[:80], **found,
        )  # fmt: skip
        record(actor=actor, action="catalogue.menu_adapt", subject=made, before=_told(before),
               after=_told(found) | {"since": since.isoformat()})  # fmt: skip
    return made


def drop_entry(*, actor: Actor, entry_id: int, since: date | None = None) -> MenuEntry:
    """Takes an item of the guide off a community's menu from a day on."""
    since = _day(actor, since)
    with transaction.atomic():
        row = _entry(actor, entry_id)
        row.until = max(since, row.since)
        row.save(update_fields=["until"])
        record(actor=actor, action="catalogue.menu_drop", subject=row,
               after={"until": row.until.isoformat()})  # fmt: skip
    return row


def _unit(actor: Actor, unit_id: int, permission: str) -> Unit:
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择是哪个单位的清单。"), field="unit_id")
    if not can_at(actor, permission, unit.path):
        raise Denied
    return unit


def _day(actor: Actor, since: date | None) -> date:
    today = timezone.localdate()
    since = since or today
    if since < today and not actor.system:
        raise Refused(
            _("不能早于今天：过去哪天的清单是什么样，要能原样查到。"), field="since"
        )  # fmt: skip
    if since > today + FAR:
        raise Refused(_("最多提前一年。请检查日期。"), field="since")
    return since


def _locked(
    actor: Actor, item_id: int, number: int, permission: str
) -> tuple[ServiceItem, ItemVersion]:
    """The item under its lock and the last that was said of it."""
    row = fetch(ServiceItem, actor, item_id, lock=True)
    if not may_at(actor, permission, row):
        raise Denied
    last = ItemVersion.objects.unscoped(WHY).filter(item=row).order_by("-number").first()
    if last is None:
        raise Conflict(_("这个事项还没有内容。"))
    if number and number != last.number:
        raise Conflict(_("这个事项刚刚被别人改过。请刷新，看清现在的内容再改。"))
    return row, last


def _entry(actor: Actor, entry_id: int) -> MenuEntry:
    row = fetch(MenuEntry, actor, entry_id, lock=True)
    if not may_at(actor, CHANGE, row):
        raise Denied
    if row.until is not None:
        raise Conflict(_("这一行已经改过或停用。请刷新，看清现在的菜单再改。"))
    return row


def _say(
    actor: Actor, item: ServiceItem, found: Mapping[str, Any], since: date, *, why: str,
    offered: bool = True,
) -> None:  # fmt: skip
    """Adds a version from a day on. What was planned for that day or later gives way to it; what
    runs until then ends on that day."""
    versions = ItemVersion.objects.unscoped(WHY).filter(item=item)
    number = versions.count() + 1
    for row in versions.filter(Q(until__isnull=True) | Q(until__gt=since)):
        row.until = max(row.since, since)
        row.save(update_fields=["until"])
    names = _departments([found["office"]])
    ItemVersion.objects.unscoped(WHY).create(
        item=item, unit_path=item.unit_path, number=number, since=since, offered=offered,
        why=why.strip()[:200], by_name=actor.name[:80],
        department_id=names.get(found["office"]), **found,
    )  # fmt: skip


def _departments(names: Iterable[str]) -> dict[str, int]:
    """Departments of the directory by the names that lists use."""
    wanted = {one for one in names if one}
    rows = Department.objects.filter(name__in=wanted).order_by("-pk")
    return dict(rows.values_list("name", "pk"))


@cache
def _size(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)


def _sizes(model: Any, found: Mapping[str, Any]) -> None:
    wrong = {
        name: _("最多 %(n)d 字。请写得简短些。") % {"n": _size(model, name)}
        for name, value in found.items()
        if isinstance(value, str) and name not in CHOSEN and len(value) > _size(model, name)
    }
    if wrong:
        raise Refused.many(wrong)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(values.get(name) or "").strip() for name in TEXTS}
    return found | {name: bool(values.get(name)) for name in FLAGS}


def _code(values: Mapping[str, Any]) -> str:
    code = str(values.get("code") or "").strip()
    if not code:
        raise Refused(_("请填写事项编码，例如 YL23。"), field="code")
    if len(code) > _size(ServiceItem, "code"):
        raise Refused(_("编码最多 %(n)d 个字。") % {"n": _size(ServiceItem, "code")}, field="code")
    return code


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain(values) | {name: str(values.get(name) or "") for name in CHOSEN}
    wrong: dict[str, Any] = {}
    if not found["title"]:
        wrong["title"] = _("请填写事项名称。")
    if not ItemField.objects.filter(pk=found["field_id"]).exists():
        wrong["field_id"] = _("请从列表里选择类别。")
    if not ItemSide.objects.filter(pk=found["side_id"]).exists():
        wrong["side_id"] = _("请从列表里选择由哪一侧提供。")
    if wrong:
        raise Refused.many(wrong)
    _sizes(ItemVersion, found)
    return found


def _bundle(
    actor: Actor, unit_path: str, values: Mapping[str, Any], held: int | None = None
) -> int | None:
    """The bundle by which an item is done. One that it `held` may stay though it was withdrawn."""
    given = values.get("bundle_id")
    if not given or given == held:
        return given or None
    if given not in [one.pk for one in bundles_for(actor, unit_path)]:
        text = _("请从本单位或上级单位已发布的“一类事”里选；还没有的，先到“一类事”里设计、发布。")
        raise Refused(text, field="bundle_id")
    return int(given)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the audit; a bundle by its name."""
    if "bundle_id" in values:
        row = ServiceBundle.objects.unscoped(WHY).filter(pk=values["bundle_id"] or 0).first()
        values = {name: value for name, value in values.items() if name != "bundle_id"} | {
            "bundle": row.title if row else ""
        }  # fmt: skip
    return {name: value for name, value in values.items() if value not in (None, "")}
