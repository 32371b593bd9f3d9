"""What this package shows on the pages of demands (see config/panels.py)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.demands.queries import OPEN
from loushi.casework.matching import match_showing, queries
from loushi.casework.matching.policy import GROUP
from loushi.foundation.core.actor import Actor

Shown = tuple[str, dict[str, Any]] | None


def of_demand(actor: Actor, demand_id: int, *, state: str = "", **given: Any) -> Shown:
    """On a case: the issue that it belongs to, or the way into one."""
    row = queries.membership(actor, demand_id)
    joinable = row is None and state in OPEN and actor.has(GROUP)
    if row is None and not joinable:
        return None
    return "matching/panel.html", {"row": row, "demand": demand_id}


def of_own(actor: Actor, demand_id: int, **given: Any) -> Shown:
    """On the submitter's own case: that it is handled jointly, by whom and when; nothing of any
    other firm."""
    found = queries.own_view(actor, demand_id)
    return ("matching/own.html", {"own": found}) if found else None


def list_act(actor: Actor, _object_id: int, *, query: str = "", **given: Any) -> Shown:
    """Above the inbox: tick several and group them."""
    if not actor.has(GROUP):
        return None
    return "", {"label": _("归并"), "href": f"{reverse('matching:pick')}?{query}"}


def of_item(actor: Actor, item_id: int, **given: Any) -> Shown:
    """On an agenda item: the common issue that it is about, where the actor sees it."""
    row = queries.issues(actor).filter(item=item_id).order_by("-pk").first()
    return ("matching/behind.html", {"row": row}) if row else None


def matches_of_demand(actor: Actor, demand_id: int, **given: Any) -> Shown:
    """On a case: what the community can give that may fit."""
    if not actor.has(GROUP):
        return None
    rows = queries.matches_of(actor, demand_id)
    found = [match_showing.line(one) for one in rows]
    return ("matching/match_panel.html", {"rows": found}) if found else None


def matches_of_own(actor: Actor, demand_id: int, **given: Any) -> Shown:
    """On the submitter's own case: what was found for it."""
    rows = queries.own_confirmed(actor, demand_id)
    found = [match_showing.line(one) for one in rows]
    return ("matching/own_matches.html", {"rows": found}) if found else None
