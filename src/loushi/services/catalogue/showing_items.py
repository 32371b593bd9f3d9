"""What the templates of the service list are given."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.queries import panels_of, unit_choices
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import ItemVersion, MenuEntry, ServiceBundle
from loushi.services.catalogue.policy import CHANGE, EXPORT, IMPORT, OWN, may_at
from loushi.services.catalogue.queries.items import OWN_WORDS
from loushi.services.catalogue.showing import desk_tabs, number

GRADES = ("basic", "added")
PUBLISHED = ServiceBundle.State.PUBLISHED
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)


def day_from(text: str) -> date:
    """A day in an address; today for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return found if FIRST <= found <= LAST else timezone.localdate()


def filters_from(query: Mapping[str, str]) -> queries.ItemFilters:
    """The filters of a list."""
    field, side = query.get("field", ""), query.get("side", "")
    return queries.ItemFilters(
        q=_clean(query.get("q", "")), office=_clean(query.get("office", "")),
        field=field if field in dict(queries.field_choices()) else "",
        side=side if side in dict(queries.side_choices()) else "",
        grade=query.get("grade", "") if query.get("grade") in GRADES else "",
        one="1" if query.get("one") == "1" else "",
    )  # fmt: skip


def chosen_unit(actor: Actor, text: str | None) -> tuple[int, list[tuple[int, str]]]:
    """The unit whose list is shown, and those that may be chosen."""
    units = queries.list_units(actor)
    asked = number(text)
    return (asked if asked in dict(units) else queries.first_unit(actor)), units


def list_context(request: HttpRequest, unit_id: int, units: Any) -> dict[str, Any]:
    """One unit's list on a day."""
    actor, filters = request.actor, filters_from(request.GET)
    on = day_from(request.GET.get("on", ""))
    lines = queries.menu(actor, unit_id, on, filters)
    narrowed = filters != queries.ItemFilters()
    whole = queries.menu(actor, unit_id, on) if narrowed else lines
    unit = queries.list_unit(actor, unit_id) if unit_id else None
    may = unit is not None and can_at(actor, CHANGE, unit.path)
    params = request.GET.copy()
    params["export"], params["unit"] = "xlsx", str(unit_id)
    return {
        "rows": lines, "count": len(lines), "filters": filters, "on": on, "unit_id": unit_id,
        "units": units, "unit": unit, "narrowed": narrowed, "today": timezone.localdate(),
        "fields": queries.field_choices(), "sides": queries.side_choices(),
        "offices": queries.offices(whole), "may_change": may,
        "may_import": actor.has(IMPORT), "tabs": desk_tabs("items"),
        "waiting": len(queries.guide(actor, unit_id)) if may else 0,
        "export": f"?{params.urlencode()}" if actor.has(EXPORT) else "",
    }  # fmt: skip


def item_context(request: HttpRequest, item_id: int) -> dict[str, Any]:
    """One item, as a unit offers it on a day."""
    actor = request.actor
    row = queries.item_row(actor, item_id)
    on, unit_id = day_from(request.GET.get("on", "")), number(request.GET.get("unit")) or None
    line = queries.item_line(actor, item_id, unit_id=unit_id, on=on)
    versions = queries.item_versions(actor, item_id)
    entry = queries.entry_row(actor, line.entry) if line and line.entry else None
    return {
        "row": row, "line": line, "on": on, "latest": versions[0], "entry": entry,
        "title": line.title if line else versions[0].title, "words": words(line),
        "facts": facts(line) + bundle_fact(line), "may_change": may_at(actor, CHANGE, row),
        "may_adapt": entry is not None and entry.until is None and may_at(actor, CHANGE, entry),
        "versions": [{"row": one, "stand": stand(one, on)} for one in versions],
        "takers": queries.takers(actor, item_id, on),
        "back": f"{reverse('catalogue:items')}?unit={unit_id or row.unit_id}",
        "today": timezone.localdate(),
    }  # fmt: skip


def words(line: queries.ItemLine | None) -> list[dict[str, Any]]:
    """What is read line by line."""
    if line is None:
        return []
    named = [(_("办理条件"), line.conditions, False), (_("所需材料"), line.materials, False),
             (_("怎么办"), line.steps, True)]  # fmt: skip
    return [
        {"title": title, "lines": text.splitlines(), "ordered": ordered}
        for title, text, ordered in named
        if text
    ]


def facts(line: queries.ItemLine | None) -> list[dict[str, Any]]:
    """What is looked up."""
    if line is None:
        return []
    named = [
        (_("责任部门"), line.office), (_("办理时限"), line.limit), (_("收费"), line.fees),
        (_("办理时间"), line.hours), (_("办理渠道"), line.channels), (_("联系方式"), line.contact),
        (_("本社区说明"), line.note), (_("类别"), line.field_label),
        (_("由谁提供"), line.side_label),
        (_("来自目录"), line.guide), (_("依据"), line.source),
    ]  # fmt: skip
    return [{"label": label, "value": value} for label, value in named if value]


def bundle_fact(line: queries.ItemLine | None) -> list[dict[str, Any]]:
    """By which bundle it is done; one that takes no applications any more says so."""
    if line is None or not line.bundle:
        return []
    href = reverse("catalogue:bundle", args=[line.bundle]) if line.bundle_open else ""
    why = "" if line.bundle_open else _("已撤下，现在不收申请。")
    return [{"label": _("由“一类事”办理"), "value": line.bundle_title, "href": href, "why": why}]


def stand(row: ItemVersion, on: date) -> str:
    """Whether a version holds on a day."""
    if row.until is not None and row.until <= row.since:
        return _("当天更正")
    if row.until is not None and row.until <= on:
        return _("已过")
    if row.since > on:
        return _("未到日期")
    return _("有效") if row.offered else _("已停用")


def own_context(request: HttpRequest) -> dict[str, Any]:
    """On the phone: what can be done here, by field."""
    filters = filters_from(request.GET)
    lines = queries.own_menu(request.actor, filters=filters)
    groups: dict[str, list[queries.ItemLine]] = {}
    for line in lines:
        groups.setdefault(line.field_label, []).append(line)
    order = [label for _code, label in queries.field_choices()]
    here = reverse("catalogue:own_items")
    chips = [{"label": _("全部"), "href": here, "active": not filters.field}]
    chips += [
        {"label": label, "href": f"{here}?field={code}", "active": filters.field == code}
        for code, label in queries.field_choices()
    ]
    return {
        "groups": [{"label": label, "rows": rows, "count": len(rows)} for label, rows in sorted(
            groups.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 99
        )],
        "filters": filters, "chips": chips, "narrowed": filters != queries.ItemFilters(),
        "several": len({line.unit_id for line in lines}) > 1, "policies": request.actor.has(OWN),
    }  # fmt: skip


def own_item_context(request: HttpRequest, item_id: int) -> dict[str, Any]:
    """One item on the phone, with the ways on."""
    unit_id = number(request.GET.get("unit")) or None
    line = queries.own_item(request.actor, item_id, unit_id)
    phone = line.contact if line.contact.replace("-", "").replace(" ", "").isdigit() else ""
    shown = [one for one in facts(line) if one["label"] not in (_("联系方式"), _("依据"))]
    acts = [panel.context for panel in panels_of(request.actor, "catalogue.item", line.id)]
    return {
        "line": line, "words": words(line), "phone": phone, "facts": shown,
        "acts": acts[:1] + [one | {"kind": "plain"} for one in acts[1:]],
    }  # fmt: skip


def item_choices(actor: Actor, last: ItemVersion | None = None) -> dict[str, Any]:
    """The lists of the form; of a new item, or with what an item says."""
    new = last is None
    if last is None:
        found = list(queries.bundles(actor, queries.BundleFilters(state=PUBLISHED))
                     .select_related("unit"))  # fmt: skip
    else:
        found = queries.bundles_for(actor, last.unit_path)
    bundles = [(one.pk, _("%(bundle)s（%(unit)s）") % {"bundle": one.title, "unit": one.unit.name})
               for one in found]  # fmt: skip
    if last is not None and last.bundle is not None and last.bundle_id not in dict(bundles):
        held = _("%(bundle)s（已撤下）") % {"bundle": last.bundle.title}
        bundles.append((last.bundle.pk, held))
    return {
        "bundles": bundles, "fields": queries.field_choices(), "sides": queries.side_choices(),
        "units": unit_choices(actor, CHANGE) if new else None,
    }  # fmt: skip


def item_initial(row: ItemVersion) -> dict[str, Any]:
    """An item's form as it stands."""
    found = {name: getattr(row, name) for name in commands.ITEM_FIELDS}
    return found | {"number": row.number, "since": timezone.localdate()}


def entry_initial(entry: MenuEntry) -> dict[str, Any]:
    """A community's own words."""
    return {name: getattr(entry, name) for name in (*OWN_WORDS, "note")} | {
        "since": max(timezone.localdate(), entry.since)
    }


def guide_words(actor: Actor, entry: MenuEntry) -> dict[str, str]:
    """What the guide says where the community says nothing."""
    line = queries.item_line(actor, entry.item_id)
    if line is None:
        return {}
    return {
        name: _("目录写的是：%(said)s。留空就按目录。") % {"said": getattr(line, name)}
        for name in OWN_WORDS
        if getattr(line, name)
    }


def take_choices(actor: Actor, unit_id: int) -> list[tuple[int, str]]:
    """Items of the guide that a unit has not."""
    return [
        (line.id, f"{line.code} {line.title}") for line in queries.guide(actor, unit_id)
    ]  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:80]
