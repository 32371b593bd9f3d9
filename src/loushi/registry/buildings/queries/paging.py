"""Keyset paging: a page is found by the values of its neighbours, so deep pages cost the same.

Used by the lists of this package and of enterprises. A mark is opaque to the page: the ordering
values of the row at the edge and how many rows lie before it, so that "51–100" can be written.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)

PAGE_SIZE = 50
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `before` and `after` are marks, '' where there is nothing more."""

    rows: list[T] = field(default_factory=list)
    first: int = 0
    last: int = 0
    total: int | None = 0
    capped: bool = False
    before: str = ""
    after: str = ""


def page_of(
    rows: QuerySet[M],
    *,
    order: Sequence[str],
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[M]:
    """The page behind the mark `after` or in front of the mark `before`.

    `order` names fields or annotations that are never null, "-" for descending; the id is added.
    An unreadable mark gives the first page. Two queries: the page, and a count up to `COUNTED`.
    """
    fields = (*order, "pk")
    total, capped = _count(rows)
    mark = _read(after or before, len(fields))
    if mark is None:
        after = before = ""
    backwards = bool(before) and not after
    direction = [_flip(name) for name in fields] if backwards else list(fields)
    found = rows.order_by(*direction)
    if mark is not None:
        found = found.filter(_beyond(direction, mark[1]))
    taken = list(found[: size + 1])
    more = len(taken) > size
    taken = taken[:size]
    if backwards:
        taken.reverse()
        first = max(1, mark[0] - len(taken)) if mark else 1
    else:
        first = mark[0] + 1 if mark and after else 1
    if not taken:
        return Page(total=total, capped=capped)
    has_before, has_after = (more, True) if backwards else (bool(mark), more)
    return Page(
        rows=taken,
        first=first,
        last=first + len(taken) - 1,
        total=total,
        capped=capped,
        before=_write(first, taken[0], fields) if has_before else "",
        after=_write(first + len(taken) - 1, taken[-1], fields) if has_after else "",
    )


def _count(rows: QuerySet[M]) -> tuple[int, bool]:
    count = rows.order_by()[: COUNTED + 1].count()
    return min(count, COUNTED), count > COUNTED


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(fields: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind the mark in the given order: (a, b) > (x, y) written out."""
    condition = Q(pk__in=[])
    same = Q()
    for name, value in zip(fields, values, strict=True):
        bare = name.lstrip("-")
        step = Q(**{f"{bare}__{'lt' if name.startswith('-') else 'gt'}": value})
        condition |= same & step
        same &= Q(**{bare: value})
    return condition


def _write(place: int, row: Model, fields: Sequence[str]) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in fields]
    text = json.dumps([place, values], cls=DjangoJSONEncoder, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _read(mark: str, count: int) -> tuple[int, list[Any]] | None:
    if not mark:
        return None
    try:
        place, values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if len(values) != count or any(isinstance(value, (list, dict)) for value in values):
            return None
        return int(place), list(values)
    except (ValueError, TypeError, binascii.Error):
        return None
