"""What this package shows on the pages of buildings (see config/panels.py)."""

from typing import Any

from loushi.foundation.core.actor import Actor
from loushi.services.governance import queries

Shown = tuple[str, dict[str, Any]] | None


def of_building(actor: Actor, building_id: int, **given: Any) -> Shown:
    """The bodies of a building that the actor may see."""
    found = queries.body_list(actor, queries.Filters(building=building_id)).rows
    return ("governance/panel.html", {"bodies": found}) if found else None
