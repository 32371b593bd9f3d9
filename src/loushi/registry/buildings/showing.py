"""What the templates of this package are given. No decisions, no reading of the database."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.registry.buildings import queries
from loushi.registry.buildings.models import Building, ReferenceSystem
from loushi.registry.buildings.policy import CHANGE, EXPORT, IMPORT

COLUMNS: tuple[tuple[str, str, str, bool], ...] = (
    ("place", "place", "", True),
    ("address", "", "", True),
    ("floors", "floors", "number", True),
    ("area", "area", "number", False),
    ("occupancy", "", "number", True),
    ("vacant", "", "number", True),
    ("grade", "", "", True),
    ("year", "year", "number", False),
    ("manager", "", "", False),
    ("code", "", "", False),
)


def list_context(
    request: HttpRequest, filters: queries.Filters, page: queries.Page[queries.BuildingLine]
) -> dict[str, Any]:
    """The list with its filters and the chosen columns."""
    shown = request.GET.getlist("columns") or [key for key, _s, _n, on in COLUMNS if on]
    labels = _labels()
    columns: list[dict[str, Any]] = [
        {"key": "name", "label": _("楼宇"), "sort": "name", "fixed": True}
    ]
    for key, sort, number, _on in COLUMNS:
        column: dict[str, Any] = {"key": key, "label": labels[key], "shown": key in shown}
        if sort:
            column["sort"] = sort
        if number:
            column["number"] = True
        columns.append(column)
    return {
        "page": page,
        "counting": queries.counting_on().sentence,
        "acts": [panel.context for panel in queries.panels_of(request.actor, "buildings.acts", 0)],
        "filters": filters,
        "columns": columns,
        "shown": shown,
        "sort": filters.sort,
        "sorted": _sorted(filters.sort),
        "units": queries.visible_units(request.actor),
        "grades": queries.grades(request.actor),
        "may_create": request.actor.has(CHANGE),
        "may_import": request.actor.has(IMPORT),
        "export": _export(request) if request.actor.has(EXPORT) else "",
        "narrowed": any([filters.q, filters.unit, filters.grade, filters.vacancy]),
    }


def building_context(request: HttpRequest, pk: int, tab: str) -> dict[str, Any]:
    """The head, the tabs and the facts of a building's page."""
    page = queries.building_page(request.actor, pk)
    tabs: list[dict[str, Any]] = [
        _tab("plan", _("剖面图"), reverse("buildings:page", args=[pk]), tab),
        _tab("spaces", _("房源"), reverse("buildings:spaces", args=[pk]), tab,
             page.occupancy.all_rooms),
    ]  # fmt: skip
    tabs += [
        {"label": panel.context["label"], "href": panel.context["href"], "active": False,
         "count": panel.context["count"]}
        for panel in queries.panels_of(request.actor, "building.tabs", pk)
    ]  # fmt: skip
    if queries.may_see_property(request.actor, pk):
        tabs.append(
            _tab("owners", _("业主与物业"), reverse("buildings:owners", args=[pk]), tab,
                 queries.owner_count(pk))
        )  # fmt: skip
    tabs.append(_tab("amenities", _("配套"), reverse("buildings:amenities", args=[pk]), tab))
    tabs.append(_tab("facts", _("资料与沿革"), reverse("buildings:facts", args=[pk]), tab))
    return {
        "page": page,
        "building": page.building,
        "sub": _sub(page),
        "place": [
            {"label": name, "href": f"{reverse('buildings:list')}?unit={unit_id}"}
            for unit_id, name in page.place
        ],
        "acts": [panel.context for panel in queries.panels_of(request.actor, "building.acts", pk)],
        "tabs": tabs,
        "rows": _facts(page)
        + [
            {"href": "", "fill": "", "why": "", **panel.context}
            for panel in queries.panels_of(request.actor, "building.facts", pk)
        ],
        "may_export": request.actor.has(EXPORT),
    }


def spaces_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The rooms of a building."""
    state = request.GET.get("state", "")
    rows = queries.space_lines(request.actor, pk, state)
    occupancy = queries.occupancies([pk])[pk]
    return {"spaces": rows, "state": state, "states": queries.state_counts(pk),
            "occupancy": occupancy}  # fmt: skip


def _export(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}"


def _tab(key: str, label: str, href: str, active: str, count: int | None = None) -> dict[str, Any]:
    return {"label": label, "href": href, "active": key == active, "count": count}


def _sub(page: queries.BuildingPage) -> str:
    row = page.building
    parts = [row.address]
    if row.floors_above is not None:
        floors = _("地上 %(above)d 层") % {"above": row.floors_above}
        if row.floors_below:
            floors += _("、地下 %(below)d 层") % {"below": row.floors_below}
        parts.append(floors)
    if row.completed_year:
        parts.append(_("%(year)d 年交付") % {"year": row.completed_year})
    parts.append(row.get_grade_display())
    if page.manager:
        parts.append(_("物业 %(name)s") % {"name": page.manager})
    parts += [f"{person.role} {person.name}" for person in page.people]
    return "·".join(filter(None, parts))


def _facts(page: queries.BuildingPage) -> list[dict[str, Any]]:
    row = page.building
    fill = reverse("buildings:edit", args=[row.pk]) if page.may_change else ""
    facts = [
        (_("楼宇编码"), row.code, ""),
        (_("所属单元"), row.unit.name, ""),
        (_("地址"), row.address, ""),
        (_("坐标"), _point(row), _crs_note(row)),
        (_("轮廓"), _("已登记") if row.outline else "", ""),
        (_("地上层数"), row.floors_above, ""),
        (_("地下层数"), row.floors_below, ""),
        (_("可租面积（㎡）"), row.lettable_area, ""),
        (_("等级"), row.get_grade_display(), row.grade_source),
        (_("交付年份"), row.completed_year, ""),
        (_("物业公司"), page.manager, ""),
        (_("来源"), row.source, ""),
    ]
    return [
        {"label": label, "value": "" if value is None else value, "why": why, "fill": fill}
        for label, value, why in facts
    ]


def _point(row: Building) -> str:
    if row.longitude is None or row.latitude is None:
        return ""
    return f"{row.longitude.normalize():f}, {row.latitude.normalize():f}"


def _crs_note(row: Building) -> str:
    if row.longitude is None:
        return ""
    if row.crs == ReferenceSystem.UNKNOWN:
        return _("坐标系未说明，与底图可能有几百米偏差。")
    return _("坐标系 %(name)s，未作换算。") % {"name": row.get_crs_display()}


def _labels() -> dict[str, str]:
    return {
        "place": _("所属单元"),
        "address": _("地址"),
        "floors": _("层数"),
        "area": _("可租 ㎡"),
        "occupancy": _("入驻率"),
        "vacant": _("空置 ㎡"),
        "grade": _("等级"),
        "year": _("交付"),
        "manager": _("物业公司"),
        "code": _("编码"),
    }


def _sorted(sort: str) -> str:
    words = {
        "place": _("按所属单元排"),
        "name": _("按名称排"),
        "area": _("按可租面积从小到大排"),
        "-area": _("按可租面积从大到小排"),
        "floors": _("按层数从少到多排"),
        "-floors": _("按层数从多到少排"),
        "year": _("按交付年份排，早的在上"),
        "-year": _("按交付年份排，新的在上"),
    }
    return words.get(sort, words["place"])
