"""What this package shows on the pages of enterprises and buildings (see config/panels.py)."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.demands.queries import beside, towers
from loushi.foundation.core.actor import Actor

YEAR = timedelta(days=365)
Shown = tuple[str, dict[str, Any]] | None
TEMPLATE = "demands/panel.html"


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last twelve months of an enterprise's demands."""
    found = beside.of_enterprise(actor, enterprise_id)
    return (TEMPLATE, {"beside": found, "query": f"enterprise={enterprise_id}"}) if found else None


def of_building(actor: Actor, building_id: int, **given: Any) -> Shown:
    """Demands about a building."""
    found = beside.of_building(actor, building_id)
    return (TEMPLATE, {"beside": found, "query": f"building={building_id}"}) if found else None


def building_tab(actor: Actor, building_id: int, **given: Any) -> Shown:
    """The tab that leads to the demands about a building."""
    count = beside.count_of_building(actor, building_id)
    if count is None:
        return None
    href = f"{reverse('demands:inbox')}?building={building_id}&queue=&sort=new"
    return "", {"label": _("诉求"), "href": href, "count": count}


def building_rates(actor: Actor, building_id: int, *, on: date, **given: Any) -> Shown:
    """Among the figures above the stacking plan: what the building settled itself."""
    if not actor.has("demands.view"):
        return None
    found = towers.total(towers.towers(actor, since=on - YEAR, until=on, building=building_id))
    if not found.referred:
        return None
    since = (on - YEAR).isoformat()
    return "", {
        "label": _("楼内解决率"),
        "value": f"{found.solved / found.settled * 100:.1f}" if found.settled else "",
        "unit": "%",
        "part": found.solved,
        "whole": found.settled,
        "what": _("件楼内解决"),
        "previous": "",
        "why": _("转来的还没有结果"),
        "tone": "",
        "href": f"{reverse('demands:towers')}?building={building_id}&since={since}",
    }


def governance_tab(actor: Actor, _object_id: int, **given: Any) -> Shown:
    """Beside bodies, meetings and resolutions: what became of referred demands, by tower."""
    if not actor.has("demands.view"):
        return None
    return "", {"label": _("楼事楼办"), "href": reverse("demands:towers"), "active": False}


def of_item(actor: Actor, item_id: int, **given: Any) -> Shown:
    """On an agenda item: the demands behind it that the actor may see."""
    found = towers.demands_behind(actor, item_id)
    return ("demands/behind.html", {"demands": found}) if found else None


def of_service_item(actor: Actor, item_id: int, **given: Any) -> Shown:
    """Below a service on the phone: submits a demand that names it."""
    if not actor.has("demands.submit"):
        return None
    return "", {
        "label": _("提诉求办这件事"), "href": f"{reverse('demands:submit')}?item={item_id}",
        "icon": "plus", "kind": "primary",
    }  # fmt: skip
