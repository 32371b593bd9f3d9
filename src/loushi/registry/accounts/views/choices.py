"""Choices of forms, from queries."""

from typing import Any

from loushi.registry.accounts import queries
from loushi.registry.accounts.forms import Choices
from loushi.registry.territory import queries as territory

INDENT = "　"


def units(*kinds: str) -> list[tuple[int, str]]:
    """All units that stand today, indented as in the tree."""
    return [
        (node.id, INDENT * (0 if kinds else node.depth) + node.name)
        for node in territory.tree()
        if not kinds or node.kind in kinds
    ]


def departments() -> list[tuple[int, str]]:
    return [(row.pk, row.name) for row in queries.departments()]


def roles(*kinds: str) -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in queries.roles() if not kinds or row.kind in kinds]


def of_people() -> dict[str, Choices]:
    """What the filter and the appointment form choose from."""
    return {
        "roles": roles("unit", "department"),
        "units": units(),
        "departments": departments(),
    }


def page(rows: Any, request: Any, size: int = 50) -> tuple[list[Any], dict[str, Any]]:
    """One page of rows by id (`?after=` / `?before=`), and what the pager needs."""
    after, before = _number(request.GET.get("after")), _number(request.GET.get("before"))
    total = rows.count()
    if before:
        part = list(reversed(rows.filter(pk__lt=before).order_by("-pk")[:size]))
    else:
        part = list(rows.filter(pk__gt=after).order_by("pk")[:size])
    first = rows.filter(pk__lt=part[0].pk).count() + 1 if part else 0
    last = first + len(part) - 1 if part else 0
    pager = {
        "first": first,
        "last": last,
        "total": total,
        "capped": False,
        "before": part[0].pk if part and first > 1 else "",
        "after": part[-1].pk if part and last < total else "",
    }
    return part, pager


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 18 else 0
