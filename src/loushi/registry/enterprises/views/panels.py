"""What this package shows on the page of a building (wired in `loushi.config.panels`)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.policy import VIEW

Made = tuple[str, dict[str, Any]] | None


def building_tab(actor: Actor, building_id: int) -> Made:
    """The tab that leads to the enterprises of a building."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    count = queries.enterprises(actor, queries.Filters(building=building_id)).count()
    href = f"{reverse('enterprises:list')}?building={building_id}"
    return "", {"label": _("企业"), "href": href, "count": count}


def building_history(actor: Actor, building_id: int) -> Made:
    """Who moved in and out, the newest first."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    entries = [
        {
            "kind": "new" if item.arrived else "returned",
            "when": item.on.isoformat(),
            "title": _("%(name)s 入驻 %(room)s") % {"name": item.name, "room": item.room}
            if item.arrived
            else _("%(name)s 迁出 %(room)s") % {"name": item.name, "room": item.room},
        }
        for item in queries.comings_and_goings(actor, building_id)
    ]
    return "enterprises/history.html", {"entries": entries}


def list_acts(actor: Actor, _object_id: int) -> Made:
    """The link from the list of buildings to what is vacant."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    return "", {"label": _("空置房源"), "href": reverse("enterprises:vacancies")}


def calendar_act(actor: Actor, _object_id: int) -> Made:
    """The link from the list of buildings to the calendar of leases."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    return "", {"label": _("到期日历"), "href": reverse("enterprises:calendar")}
