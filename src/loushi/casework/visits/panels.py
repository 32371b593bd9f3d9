"""What visits show on the page of an enterprise (config/panels.py)."""

from typing import Any

from loushi.casework.visits.policy import VIEW
from loushi.casework.visits.queries.retention import alerts_of
from loushi.foundation.core.actor import Actor


def retention(actor: Actor, enterprise_id: int, **given: Any) -> tuple[str, dict[str, Any]] | None:
    """Why the enterprise is on the retention list; nothing where it is not."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    found = alerts_of(actor, enterprise_id)
    return (
        ("visits/retention_panel.html", {"alerts": found, "count": len(found)}) if found else None
    )
