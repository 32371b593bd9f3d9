"""Filters read from the address: what is unknown or empty is no filter."""

from collections.abc import Mapping
from datetime import date

from loushi.registry.enterprises.models import Enterprise, Lies, Presence
from loushi.registry.enterprises.queries import Filters


def filters_from(query: Mapping[str, str]) -> Filters:
    """The filters of the list."""
    return Filters(
        q=query.get("q", "").strip()[:80],
        unit=whole(query.get("unit", "")),
        building=whole(query.get("building", "")),
        presence=_one_of(query.get("presence", ""), Presence.values),
        section=query.get("section", "")[:1],
        size=_one_of(query.get("size", ""), Enterprise.Size.values),
        status=_one_of(query.get("status", ""), Enterprise.Status.values),
        officer=whole(query.get("officer", "")),
        tag=query.get("tag", "")[:20],
        stability=query.get("stability", "")[:12],
        registered=_one_of(query.get("registered", ""), Lies.values),
        tax=_one_of(query.get("tax", ""), Lies.values),
        lease=_days(query.get("lease", "")),
        sort=query.get("sort", "place")[:20],
    )


def whole(text: str) -> int | None:
    """A number in the address, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _days(text: str) -> int | None:
    found = whole(text)
    return min(found, 3660) if found is not None else None


def day(text: str) -> date | None:
    """A day in the address, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _one_of(text: str, values: list[str]) -> str:
    return text if text in values else ""
