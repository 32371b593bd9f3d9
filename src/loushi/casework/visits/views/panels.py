"""What this package shows on the pages of enterprises and buildings (see config/panels.py)."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.visits import queries
from loushi.casework.visits.policy import OWN, RECORD, VIEW
from loushi.foundation.core.actor import Actor

Shown = tuple[str, dict[str, Any]] | None


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last visits to an enterprise."""
    found = queries.beside(actor, enterprise_id=enterprise_id)
    if found is None:
        return None
    record = enterprise_id if actor.has(RECORD) else None
    query = f"enterprise={enterprise_id}"
    return ("visits/panel.html", {"beside": found, "query": query, "record": record, "one": True})


def of_building(actor: Actor, building_id: int, **given: Any) -> Shown:
    """The last visits in a building."""
    found = queries.beside(actor, building_id=building_id)
    if found is None:
        return None
    query = f"building={building_id}"
    shown = {"beside": found, "query": query, "record": None, "one": False}
    return ("visits/panel.html", shown)


def building_figure(actor: Actor, building_id: int, *, on: date, **given: Any) -> Shown:
    """Among the figures above the stacking plan: the visits of twelve months."""
    found = queries.visited_until(actor, building_id, on)
    if found is None:
        return None
    visits, firms = found
    return "", {
        "label": _("近 12 个月走访"),
        "value": f"{visits:,}",
        "unit": _("次"),
        "part": None,
        "whole": None,
        "what": _("走访到 %(firms)d 家企业") % {"firms": firms},
        "previous": "",
        "why": "",
        "tone": "",
        "href": f"{reverse('visits:list')}?building={building_id}",
    }


SWEPT = {
    "": ("plain", _l("未到")),
    "confirmed": ("tone4", _l("无变化")),
    "corrected": ("tone1", _l("有更正")),
    "vacant": ("vacant", _l("空置")),
    "absent": ("slate", _l("没有人")),
    "refused": ("slate", _l("拒访")),
}


def sweep_colours(actor: Actor, building_id: int, *, chosen: str = "", **given: Any) -> Shown:
    """Colours the stacking plan by the progress of the running sweep."""
    if not (actor.has(VIEW) or actor.see_all):
        return None
    found = queries.progress_of(actor, building_id)
    if found is None:
        return None
    shown: dict[str, Any] = {"key": "sweep", "label": _("扫楼进度")}
    if chosen != "sweep":
        return ("", shown)
    counts = found.tally.by
    shown["cells"] = {
        space: {"kind": SWEPT[outcome][0], "word": str(SWEPT[outcome][1])}
        for space, outcome in found.outcomes.items()
    }
    shown["legend"] = [
        {"kind": kind, "label": str(label), "value": _("%(n)d 间") % {"n": counts[outcome]}}
        for outcome, (kind, label) in SWEPT.items()
        if counts.get(outcome)
    ]
    shown["note"] = _("%(name)s：核实 %(done)d / %(total)d 间。") % {
        "name": found.name,
        "done": found.tally.reached,
        "total": found.tally.total,
    }
    shown["floors"] = {
        number: f"{tally.reached} / {tally.total}" for number, tally in found.floors.items()
    }
    return ("", shown)


def of_own(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """On 我的企业: the visits paid to it."""
    if not actor.has(OWN):
        return None
    rows = queries.own_visits(actor, 3)
    return ("visits/own_panel.html", {"visits": rows})
