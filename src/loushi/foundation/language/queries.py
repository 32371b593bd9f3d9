"""Searching the text index. The range of what one may see stands inside the question."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import models

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.scoping import root_path
from loushi.foundation.core.scoping import scope_of as declared_scope

from . import marks
from .engines import Hit, Lookup, engine
from .marks import EVERYTHING, NOTHING, Scope, participant
from .text import matches, normalise, parse, searchable, tokens

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Found",
    "Scope",
    "find",
    "matches",
    "normalise",
    "participant",
    "scope_of",
    "searchable",
    "tokens",
]

COUNTED = 1000
# What the newest two months hold tells how the rest is asked: all at once where about so many rows
# or fewer are to be expected, otherwise a few months at a time. Rare words need two questions,
# frequent ones end early. Measured: docs/adr/0003-bigram-index.md.
AT_ONCE = 8_000
MONTH = 30 * 24 * 3600 * 1_000_000  # microseconds, roughly
MOST_MONTHS = 6

_PLACE = re.compile(r"[0-9]{1,17}-[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, newest first.

    `count` is exact up to `COUNTED`; above that `is_capped` is set and `count_text` says "1000+".
    Pages behind the first are not counted again (None). `next` continues the search as `before`;
    `places` has the same for each hit, for callers that keep only some of them. `is_searchable` is
    False where the query has nothing that can be searched for.
    """

    ids: tuple[int, ...] = ()
    count: int | None = 0
    is_capped: bool = False
    next: str = ""
    is_searchable: bool = True
    places: tuple[str, ...] = ()

    @property
    def count_text(self) -> str:
        if self.count is None:
            return ""
        return f"{self.count}+" if self.is_capped else str(self.count)


def find(
    *,
    kind: str,
    query: str,
    scope: Scope,
    limit: int = 50,
    before: str = "",
    tags: Iterable[str] = (),
    counted: bool = True,
) -> Found:
    """Objects of one kind whose text holds every word of the query, within a scope, newest first.

    Words are parts of the normal form of the text: 停车 finds 地下停车场, 0123 finds
    GS-2026-000123. Callers read the rows with `Model.objects.visible_to(actor)` afterwards, which
    decides again. `limit` may be at most `COUNTED`. A `before` that this function did not make
    raises ValueError.
    """
    if not 0 < limit <= COUNTED:
        raise ValueError(f"limit must lie between 1 and {COUNTED}")
    place = _place(before)
    if not searchable(query):
        return Found(is_searchable=False)
    if not scope:
        return Found()
    lookup = Lookup(
        terms=parse(query),
        all_of=(marks.kind_mark(kind), *sorted(marks.tag_mark(tag) for tag in tags)),
        any_of=() if scope.everything else marks.scope_marks(scope),
        before=place,
    )
    counting = counted and place is None
    hits = _newest_first(lookup, (COUNTED if counting else limit) + 1)
    page = hits[:limit]
    return Found(
        ids=tuple(hit.object_id for hit in page),
        count=min(len(hits), COUNTED) if counting else None,
        is_capped=counting and len(hits) > COUNTED,
        next=_behind(page[-1]) if len(hits) > limit else "",
        places=tuple(map(_behind, page)),
    )


def scope_of(actor: Actor, model: type[models.Model], permission: str | None = None) -> Scope:
    """The range of an actor for a model, from the legs that its policy declares.

    Legs by path become paths, all others participants: the package that indexes the model writes
    `participant(kind, key)` for each key by which a row is reached.
    """
    declared = declared_scope(model)
    wanted = permission or declared.view
    if actor.system or (actor.see_all and wanted == declared.view):
        return EVERYTHING
    paths: set[str] = set()
    participants: set[str] = set()
    for leg in declared.legs:
        keys = leg.keys(actor, wanted)
        if leg.kind == UNIT:
            paths |= keys
        else:
            participants |= {participant(leg.kind, key) for key in keys}
    if root_path() and root_path() in paths:
        return EVERYTHING
    return Scope(tuple(sorted(paths)), tuple(sorted(participants)))


def _newest_first(lookup: Lookup, wanted: int) -> list[Hit]:
    database = engine()
    newest = lookup.before[0] if lookup.before else database.newest()
    oldest = database.oldest()
    if newest is None or oldest is None:
        return []
    month, last = marks.month_of(newest), marks.month_of(oldest)
    hits: list[Hit] = []
    step = 2
    while True:
        months = tuple(marks.month_mark(month - back) for back in range(step))
        hits += database.hits(replace(lookup, months=months), wanted - len(hits))
        month -= step
        missing = wanted - len(hits)
        if not missing or month < last:
            return hits
        end = marks.month_start(month + 1)
        density = len(hits) / (newest - end + 1)
        if density * (end - oldest) <= AT_ONCE:
            older = replace(lookup, until=end)
            return hits + database.hits(older, missing)
        step = min(MOST_MONTHS, 1 + int(1.5 * missing / density / MONTH))


def _behind(hit: Hit) -> str:
    return f"{hit.moment}-{hit.entry_id}"


def _place(before: str) -> tuple[int, int] | None:
    if not before:
        return None
    if not _PLACE.fullmatch(before):
        raise ValueError("not a place in the hits of a search")
    moment, entry = before.split("-")
    return int(moment), int(entry)
