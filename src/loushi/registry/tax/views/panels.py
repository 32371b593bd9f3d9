"""What this package shows on the pages of enterprises and towers (wired in config/panels)."""

from typing import Any

from django.urls import reverse

from loushi.foundation.core.actor import Actor
from loushi.registry.tax import queries
from loushi.registry.tax.policy import BANDS, CUBE, FIGURES
from loushi.registry.tax.views import published

Made = tuple[str, dict[str, Any]] | None


def of_enterprise(actor: Actor, enterprise_id: int) -> Made:
    """A button that shows the band, with the purpose of the day; never a figure by itself."""
    if not queries.may_look(actor, enterprise_id, BANDS):
        return None
    purpose = queries.purpose_today(actor)
    return "tax/panel.html", {
        "pk": enterprise_id, "purpose": purpose, "asked": not purpose, "error": "",
        "firm_url": reverse("tax:firm", args=[enterprise_id])
        if queries.may_look(actor, enterprise_id, FIGURES) else "",
    }  # fmt: skip


def of_building(actor: Actor, building_id: int, **given: Any) -> Made:
    """The published interval of a tower: tier, growth, tax per square metre."""
    if not actor.has(CUBE) or given.get("on"):
        return None
    cells = queries.towers_of(actor, [building_id]).get(building_id, [])
    edition = queries.edition(actor)
    if not cells or edition is None:
        return None
    before = cells[-2] if len(cells) > 1 else None
    area = queries.areas_of([building_id]).get(building_id)
    return "tax/tower.html", {
        "edition": edition,
        "year": cells[-1].year,
        **published.tower(cells[-1], before, area, queries.tiers_in(cells[-1].year)),
    }
