"""Visits in the search index: by the firm's name, the note and what was found."""

from collections import defaultdict
from collections.abc import Iterable

from loushi.casework.visits.models import Finding, Visit
from loushi.foundation.language.commands import Text, index_many, remove_many

KIND = "visit"
CHUNK = 2_000
WHY = "indexing rows that were written"


def index_visits(ids: Iterable[int]) -> None:
    """Puts recorded visits where the search box finds them, and takes withdrawn ones out."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found: dict[int, list[str]] = defaultdict(list)
        texts = Finding.objects.unscoped(WHY).filter(visit_id__in=chunk).order_by("position", "pk")
        for visit_id, text in texts.values_list("visit_id", "text"):
            found[visit_id].append(text)
        rows = Visit.objects.unscoped(WHY).filter(pk__in=chunk, state=Visit.State.RECORDED)
        kept = list(rows.values_list("pk", "enterprise__name", "note", "at", "unit_path"))
        index_many(
            Text(KIND, pk, "\n".join(filter(None, [name, note, *found[pk]])), at, path)
            for pk, name, note, at, path in kept
        )
        gone = sorted(set(chunk) - {row[0] for row in kept})
        if gone:
            remove_many(kind=KIND, object_ids=gone)


def index_again(ids: Iterable[int]) -> None:
    """The same after a move, merge or split of units."""
    index_visits(ids)
