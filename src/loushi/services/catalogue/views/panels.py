"""What this package shows on the page of an enterprise (see config/panels.py)."""

from typing import Any

from loushi.foundation.core.actor import UNIT, Actor
from loushi.services.catalogue import commands, showing, showing_providing
from loushi.services.catalogue.policy import MATCH, RECEIVE

Shown = tuple[str, dict[str, Any]] | None


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """Which policies are for the firm, and what is missing."""
    if not actor.keys(UNIT, MATCH):
        return None
    found = commands.match_policies(actor=actor, enterprise_id=enterprise_id)
    return ("catalogue/panel.html", showing.panel_context(found)) if found else None


def provided_of_own(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """On 我的企业: what it provides, and how many come today."""
    if not actor.has(RECEIVE):
        return None
    shown = showing_providing.provided_context(actor)
    return ("catalogue/provided_panel.html", shown) if shown["rows"] else None
