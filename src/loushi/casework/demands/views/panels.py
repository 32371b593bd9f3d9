"""What this package shows on the pages of enterprises and buildings (see config/panels.py)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.demands.queries import beside
from loushi.foundation.core.actor import Actor

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
