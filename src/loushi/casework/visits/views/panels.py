"""What this package shows on the pages of enterprises and buildings (see config/panels.py)."""

from typing import Any

from loushi.casework.visits import queries
from loushi.casework.visits.policy import OWN, RECORD
from loushi.foundation.core.actor import Actor

Shown = tuple[str, dict[str, Any]] | None


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last visits to an enterprise."""
    found = queries.beside(actor, enterprise_id=enterprise_id)
    if found is None:
        return None
    record = enterprise_id if actor.has(RECORD) else None
    query = f"enterprise={enterprise_id}"
    return ("visits/panel.html", {"beside": found, "query": query, "record": record})


def of_building(actor: Actor, building_id: int, **given: Any) -> Shown:
    """The last visits in a building."""
    found = queries.beside(actor, building_id=building_id)
    if found is None:
        return None
    query = f"building={building_id}"
    return ("visits/panel.html", {"beside": found, "query": query, "record": None})


def of_own(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """On 我的企业: the visits paid to it."""
    if not actor.has(OWN):
        return None
    rows = queries.own_visits(actor, 3)
    return ("visits/own_panel.html", {"visits": rows})
