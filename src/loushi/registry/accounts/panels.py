"""What accounts show on the page of a unit: who serves there."""

from datetime import date
from typing import Any

from loushi.foundation.core.actor import Actor
from loushi.registry.accounts import queries


def people_of_unit(
    actor: Actor, unit_id: int, on: date | None = None
) -> tuple[str, dict[str, Any]] | None:
    """The people in posts at the unit itself; None for those who are no staff."""
    if not (actor.has("accounts.view") or actor.see_all):
        return None
    rows = queries.people_at(unit_id=unit_id, on=on)
    seen = queries.people(actor).filter(pk__in={post.user_id for post in rows})
    return "accounts/unit_panel.html", {
        "rows": rows, "opened": set(seen.values_list("pk", flat=True)),
    }  # fmt: skip
