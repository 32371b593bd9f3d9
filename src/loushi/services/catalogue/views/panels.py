"""What this package shows on the page of an enterprise (see config/panels.py)."""

from typing import Any

from loushi.foundation.core.actor import UNIT, Actor
from loushi.services.catalogue import commands, showing
from loushi.services.catalogue.policy import MATCH

Shown = tuple[str, dict[str, Any]] | None


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """Which policies are for the firm, and what is missing."""
    if not actor.keys(UNIT, MATCH):
        return None
    found = commands.match_policies(actor=actor, enterprise_id=enterprise_id)
    return ("catalogue/panel.html", showing.panel_context(found)) if found else None
