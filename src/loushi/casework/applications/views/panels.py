"""What this package shows on the page of an enterprise (see config/panels.py)."""

from typing import Any

from loushi.casework.applications import queries
from loushi.casework.applications.models import Application
from loushi.casework.applications.policy import is_staff
from loushi.casework.applications.words import STATE_KINDS
from loushi.foundation.core.actor import Actor

Shown = tuple[str, dict[str, Any]] | None
MOST = 5


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last applications of a firm."""
    if not is_staff(actor):
        return None
    lines, count = queries.of_firm(actor, enterprise_id, MOST)
    if not lines:
        return None
    kinds = [
        {"row": one, "kind": STATE_KINDS[Application.State(one.state)]} for one in lines
    ]  # fmt: skip
    return "applications/panel.html", {"rows": kinds, "count": count}
