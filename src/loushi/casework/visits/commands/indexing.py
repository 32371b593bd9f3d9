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
        rows = Visit.objects.unscoped(WHY).filter(pk__in=chunk).select_related("enterprise")
        kept = [row for row in rows if row.state == Visit.State.RECORDED]
        index_many(
            Text(
                kind=KIND,
                object_id=row.pk,
                text="\n".join(filter(None, [row.enterprise.name, row.note, *found[row.pk]])),
                at=row.at,
                unit_path=row.unit_path,
            )
            for row in kept
        )
        gone = sorted(set(chunk) - {row.pk for row in kept})
        if gone:
            remove_many(kind=KIND, object_ids=gone)


def index_again(ids: Iterable[int]) -> None:
    """The same after a move, merge or split of units."""
    index_visits(ids)
