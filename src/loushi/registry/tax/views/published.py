"""What the templates of releases are given: intervals in words, reasons where there is none."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.queries import sections
from loushi.registry.tax import queries
from loushi.registry.tax.models import CellState
from loushi.registry.tax.policy import EXPORT
from loushi.registry.tax.views import showing

Cell = queries.CubeCell
KINDS = ("district", "subdistrict", "community")


def year_of(edition: queries.Edition, text: str) -> int:
    """The year in the address if the release covers it, else its newest."""
    wanted = showing.whole(text)
    return wanted if wanted in edition.years else max(edition.years)


def chosen_years(query: Any, years: Sequence[int]) -> list[int]:
    """The years ticked, else the three newest."""
    ticked = [int(one) for one in query.getlist("years") if showing.whole(one) in years]
    return ticked or list(years[:3])


def cube_context(actor: Actor, edition: queries.Edition, year: int) -> dict[str, Any]:
    """The release: headline shares, the units of one year, the sections of each unit."""
    cells = queries.cells(actor, edition.id, towers=False)
    index = {(one.measure, one.unit_id, one.section, one.year): one for one in cells}
    units = [one for one in cells if one.measure == "tax" and not one.section and one.year == year]
    top = units[0] if units and units[0].kind == "district" else None
    names = dict(sections())
    return {
        "edition": edition,
        "editions": queries.editions(actor),
        "year": year,
        "years": sorted(edition.years, reverse=True),
        "figures": _headline(edition, index, top, year) if top else [],
        "rows": [_unit(index, one, year) for one in units],
        "sections": [
            {
                "unit": unit.unit,
                "cells": [
                    {"label": names.get(one.section, one.section), **_words(one)}
                    for one in cells
                    if one.unit_id == unit.unit_id and one.section and one.year == year
                ],
            }
            for unit in units
        ],
        "export": f"?release={edition.number}&export=xlsx" if actor.has(EXPORT) else "",
        **showing.tabs(actor, "cube"),
    }


def towers_context(actor: Actor, edition: queries.Edition, year: int) -> dict[str, Any]:
    """Towers of one year in the order of names: no order of merit."""
    cells = queries.cells(actor, edition.id, towers=True)
    index = {(one.building_id, one.year): one for one in cells}
    now = [one for one in cells if one.year == year]
    tiers = queries.tiers_in(year)
    areas = queries.areas_of([one.building_id for one in now if one.building_id])
    return {
        "edition": edition,
        "year": year,
        "years": sorted(edition.years, reverse=True),
        "rows": [
            tower(
                one, index.get((one.building_id, year - 1)), areas.get(one.building_id or 0), tiers
            )
            for one in now
        ],
        "shown": sum(one.is_shown for one in now),
        **showing.tabs(actor, "towers"),
    }


def tower(
    cell: Cell, before: Cell | None, area: Decimal | None, tiers: Mapping[str, Decimal]
) -> dict[str, Any]:
    """One tower: interval, tier, growth, tax per square metre; all from the published interval."""
    metre = ""
    if cell.low is not None and cell.high is not None and area:
        metre = _("%(low)s–%(high)s 元/㎡") % {
            "low": f"{cell.low / area:,.0f}", "high": f"{cell.high / area:,.0f}",
        }  # fmt: skip
    return {
        "name": cell.unit,
        "href": reverse("buildings:page", args=[cell.building_id]) if cell.building_id else "",
        "tier": queries.tier_of(cell, tiers),
        "growth": _growth(before, cell),
        "metre": metre,
        "area": area,
        "firms": cell.firms[0] if cell.firms else None,
        **_words(cell),
    }


def preview_context(
    actor: Actor, form: Any, made: queries.Draft, years: Sequence[int], chosen: Sequence[int]
) -> dict[str, Any]:
    """The preview: how many cells, what is suppressed and why, and what the check found."""
    tally = made.tally()
    total = sum(tally.values())
    return {
        "form": form,
        "digest": made.digest,
        "years": [{"year": one, "chosen": one in chosen} for one in years],
        "total": total,
        "parts": [
            {"label": str(state.label), "value": tally.get(state.value, 0)}
            for state in CellState
            if tally.get(state.value)
        ],
        "shown": tally.get(CellState.SHOWN.value, 0),
        "firms": sum(len(one.members) for one in made.years),
        "findings": sum(len(one.findings) for one in made.years),
        "hidden": queries.hidden_cells(made),
        "frozen": len(made.frozen_findings),
        "next": (queries.edition(actor).number + 1) if queries.edition(actor) else 1,  # type: ignore[union-attr]
        "editions": queries.editions(actor),
        **showing.tabs(actor, "release"),
    }


def _headline(
    edition: queries.Edition, index: Mapping[Any, Cell], top: Cell, year: int
) -> list[dict[str, Any]]:
    key = index.get(("key", top.unit_id, "", year))
    total = edition.totals.get(str(year), {})
    tax = Decimal(total["tax"]) if total else None
    share = queries.share(key, tax)
    counts = key.firms if key else None
    held = total.get("key_taxpayers")
    grown = _growth(index.get(("tax", top.unit_id, "", year - 1)), top)
    return [
        {
            "label": _("社区内税收"), "value": _words(top)["text"],
            "what": _("%(count)s 家企业") % {"count": f"{top.firms[0]:,}"} if top.firms else "",
            "previous": _("比上年 %(span)s") % {"span": grown} if grown else "",
        },
        {
            "label": _("重点税源占全区税收"), "value": _percents(share),
            "what": _("%(part)s / %(whole)s")
            % {"part": _words(key)["text"], "whole": queries.money(tax)}
            if key and tax else _("没有全区合计，算不出来"),
            "previous": total.get("source", ""),
        },
        {
            "label": _("重点税源户数"), "value": _("%(low)s–%(high)s 家")
            % {"low": f"{counts[0]:,}", "high": f"{counts[1]:,}"} if counts else "—",
            "what": _("年税收达到重点税源标准"), "previous": "",
        },
        {
            "label": _("重点税源覆盖"),
            "value": _percents((Decimal(counts[0]) / held, Decimal(counts[1]) / held))
            if counts and held else "—",
            "what": _("社区内 %(low)s–%(high)s / 全区 %(whole)s 家")
            % {"low": f"{counts[0]:,}", "high": f"{counts[1]:,}", "whole": f"{held:,}"}
            if counts and held else _("没有全区户数，算不出来"),
            "previous": total.get("source", ""),
        },
    ]  # fmt: skip


def _unit(index: Mapping[Any, Cell], cell: Cell, year: int) -> dict[str, Any]:
    key = index.get(("key", cell.unit_id, "", year))
    return {
        "name": cell.unit,
        "depth": KINDS.index(cell.kind) if cell.kind in KINDS else 0,
        "firms": cell.firms[0] if cell.firms else None,
        "growth": _growth(index.get(("tax", cell.unit_id, "", year - 1)), cell),
        "key": _words(key)["text"] if key else "—",
        "keys": _("%(low)s–%(high)s 家") % {"low": key.firms[0], "high": key.firms[1]}
        if key and key.firms else "—",
        **_words(cell),
    }  # fmt: skip


def _words(cell: Cell | None) -> dict[str, str]:
    if cell is None:
        return {"text": "—", "why": ""}
    if cell.low is None or cell.high is None:
        return {"text": "—", "why": cell.reason}
    return {"text": queries.span(cell.low, cell.high), "why": ""}


def _growth(before: Cell | None, after: Cell) -> str:
    found = queries.growth(before, after)
    return _percents(found, 1, True) if found else ""


def _percents(found: tuple[Decimal, Decimal] | None, places: int = 2, signed: bool = False) -> str:
    if found is None:
        return "—"
    sign = "+" if signed else ""
    return f"{found[0] * 100:{sign}.{places}f}%–{found[1] * 100:{sign}.{places}f}%"
