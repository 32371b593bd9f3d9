"""Filters read from the address: what is unknown or empty is no filter."""

from collections.abc import Mapping
from datetime import date

from loushi.casework.demands.queries.listing import Filters


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def filters_from(query: Mapping[str, str], *, queue: str = "open") -> Filters:
    """The filters of an address; a search or another filter looks beyond the open ones."""
    named = {
        name: query.get(name, "")
        for name in ("state", "category", "urgency", "tier", "side", "channel", "council")
    }
    words = query.get("q", "").strip()[:100]
    path = query.get("unit", "")
    return Filters(
        queue=query.get("queue", "" if words or named["state"] else queue),
        q=words,
        unit_path=path if path.isascii() and path.isdigit() else "",
        department=_number(query.get("department", "")),
        building=_number(query.get("building", "")),
        enterprise=_number(query.get("enterprise", "")),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        late=query.get("late") == "1",
        sort=query.get("sort", "due"),
        **named,
    )
