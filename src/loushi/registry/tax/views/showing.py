"""What the templates of figures and bands are given. No decisions, no reading of the database."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.queries import visible_units
from loushi.registry.enterprises.queries import enterprise_card, sections
from loushi.registry.tax import queries
from loushi.registry.tax.policy import BANDS, CUBE, EXPORT, FIGURES, IMPORT, RELEASE, RULES


def whole(text: str) -> int | None:
    """A number in the address, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of ledger and band list."""
    return queries.Filters(
        year=whole(query.get("year", "")),
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        unit=whole(query.get("unit", "")),
        section=query.get("section", "")[:1],
        band=whole(query.get("band", "")),
        key=query.get("key") == "1",
        falling=query.get("falling") == "1",
        sort=query.get("sort", "place")[:20],
    )


def tabs(actor: Actor, active: str = "") -> dict[str, Any]:
    """The tabs that the person may open."""
    found = []
    for permission, name, label in (
        (FIGURES, "ledger", _("台账")),
        (BANDS, "bands", _("档位")),
        (CUBE, "cube", _("汇总")),
        (CUBE, "towers", _("楼宇税收")),
        (RELEASE, "release", _("发布")),
        (FIGURES, "totals", _("全区合计")),
        (RULES, "rules", _("档位与标准")),
    ):
        if actor.has(permission):
            found.append({"label": label, "href": reverse(f"tax:{name}"), "active": name == active})
    return {"tabs": found if len(found) > 1 else []}


def list_context(
    actor: Actor, query: QueryDict, filters: queries.Filters, page: Any, permission: str
) -> dict[str, Any]:
    """Ledger or band list with filters, chips, and for the one role the figures above."""
    shows = permission == FIGURES
    year = filters.year or queries.newest_year(actor, permission)
    asked = query.copy()
    asked["export"] = "xlsx"
    return {
        "page": page,
        "shows": shows,
        "year": year,
        "years": queries.years(actor, permission),
        "filters": filters,
        "units": visible_units(actor),
        "sections": sections(),
        "bands": [
            {"code": str(band), "label": label, "count": count, "active": band == filters.band}
            for band, label, count in queries.band_counts(actor, filters, permission)
        ],
        "figures": _figures(queries.summary(actor, year)) if shows and year else [],
        "purpose": queries.purpose_today(actor),
        "columns": _columns(shows),
        "sort": filters.sort,
        "sorted": _("按金额排") if filters.sort.endswith("amount") and shows else _("按单元排"),
        "export": f"?{asked.urlencode()}" if actor.has(EXPORT) else "",
        "may_import": actor.has(IMPORT),
        "narrowed": any((filters.q, filters.unit, filters.section, filters.key, filters.falling,
                         filters.band is not None)),
        **tabs(actor, "ledger" if shows else "bands"),
    }  # fmt: skip


def firm_context(actor: Actor, pk: int, history: queries.History) -> dict[str, Any]:
    """All versions of one firm."""
    known = queries.rules()
    return {
        "card": enterprise_card(actor, pk),
        "groups": [
            {"label": label, "rows": [_version(row, known) for row in rows], "corrects": corrects}
            for label, rows, corrects in (
                (_("税收"), history.tax, actor.has(IMPORT)),
                (_("产值"), history.output, False),
            )
        ],
        "purpose": queries.purpose_today(actor),
        **tabs(actor, "ledger"),
    }


def form_page(
    request: HttpRequest, form: Any, title: str, *, back: str, pk: int | None = None
) -> HttpResponse:
    """A plain form; 422 when it was typed into and is wrong."""
    href = reverse(back, args=[pk] if pk else [])
    context = {"form": form, "title": title, "back": href}
    return render(request, "tax/form.html", context, status=422 if form.is_bound else 200)


def percent(value: Decimal | None, places: int = 2) -> str:
    """0.4625 → "46.25"; '' for None."""
    return "" if value is None else f"{value * 100:.{places}f}"


def _version(row: queries.Version, known: list[queries.Rule]) -> dict[str, Any]:
    rule = queries.rule_for(row.year, known)
    return {
        "row": row,
        "label": rule.label(rule.band_of(row.amount)) if row.measure == "tax" else "",
        "is_key": row.measure == "tax" and row.amount >= rule.key_threshold,
    }


def _columns(shows: bool) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = [
        {"key": "name", "label": _("企业"), "sort": "name"},
        {"key": "place", "label": _("所属单元"), "sort": "place"},
        {"key": "section", "label": _("行业")},
    ]
    if shows:
        columns += [
            {"key": "amount", "label": _("税收（元）"), "sort": "amount", "number": True},
            {"key": "previous", "label": _("上年（元）"), "number": True},
            {"key": "growth", "label": _("增减"), "number": True},
        ]
    columns += [
        {"key": "band", "label": _("档位")},
        {"key": "before", "label": _("上年档位")},
        {"key": "source", "label": _("来源与批次")},
    ]
    return columns


def _figures(found: queries.Summary) -> list[dict[str, Any]]:
    ledger = reverse("tax:ledger")
    year = found.year
    return [
        {
            "label": _("税收合计"), "value": queries.money(found.tax), "unit": "",
            "part": None, "whole": None,
            "what": _("%(count)s 家企业有申报") % {"count": f"{found.firms:,}"},
            "previous": _("上年 %(sum)s（%(count)s 家）")
            % {"sum": queries.money(found.previous_tax), "count": f"{found.previous_firms:,}"},
            "why": "", "href": f"{ledger}?year={year}",
        },
        {
            "label": _("同比"), "value": percent(found.growth, 1), "unit": "%",
            "part": round(found.tax), "whole": round(found.previous_tax), "what": _("元"),
            "previous": _("两年都按全部有申报的企业"), "why": _("上年没有数"), "href": "",
        },
        {
            "label": _("重点税源"), "value": f"{found.key_firms:,}", "unit": _("家"),
            "part": None, "whole": None,
            "what": _("年税收 %(sum)s以上") % {"sum": queries.money(found.rule.key_threshold)},
            "previous": _("共 %(sum)s") % {"sum": queries.money(found.key_tax)}, "why": "",
            "href": f"{ledger}?year={year}&key=1",
        },
        {
            "label": _("重点税源占全区税收"), "value": percent(found.key_share), "unit": "%",
            "part": round(found.key_tax), "whole": round(found.district_tax or 0), "what": _("元"),
            "previous": found.district_source, "why": _("还没有录入全区合计"),
            "href": f"{ledger}?year={year}&key=1",
        },
        {
            "label": _("重点税源覆盖"), "value": percent(found.coverage, 1), "unit": "%",
            "part": found.key_firms, "whole": found.district_keys or 0,
            "what": _("社区内 / 全区，家"), "previous": found.district_source,
            "why": _("还没有录入全区户数"), "href": f"{ledger}?year={year}&key=1",
        },
    ]  # fmt: skip
