"""Writing the text index. Called by the commands of other packages, in their transaction.

The index is derived data: what it holds can be made again from the rows of the packages, so it
keeps no audit of its own, and it takes no actor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from . import marks
from .engines import Placed, Row, engine
from .marks import participant
from .text import LONGEST_TEXT, normalise, tokens

__all__ = [
    "Text",
    "index_many",
    "index_text",
    "move_paths",
    "participant",
    "remove_many",
    "remove_text",
]

ROWS_PER_STATEMENT = 1000
ROWS_PER_MOVE = 500


@dataclass(frozen=True, slots=True)
class Text:
    """One object for the index.

    `text` is everything by which it may be found (numbers included); who may find one part but
    not another needs two kinds. `unit_path` is the row's own path, `paths` are further ones by
    which it is reached through other rows (a leg of the policy by unit), `participants` are
    `participant(...)` tokens, `tags` words that a search may ask for besides, `at` the time that
    orders the hits.
    """

    kind: str
    object_id: int
    text: str
    at: datetime
    unit_path: str = ""
    paths: Sequence[str] = ()
    participants: Sequence[str] = ()
    tags: Sequence[str] = ()


def index_text(
    *,
    kind: str,
    object_id: int,
    text: str,
    unit_path: str,
    at: datetime,
    paths: Iterable[str] = (),
    participants: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> None:
    """Puts one object into the index, or brings it up to date; the same call twice changes nothing.

    It joins the caller's transaction. ValueError for a naive `at` or an impossible mark.
    """
    one = Text(kind, object_id, text, at, unit_path, tuple(paths), tuple(participants), tuple(tags))
    index_many([one])


def index_many(texts: Iterable[Text]) -> int:
    """The bulk form of `index_text` for imports and the demo; returns how many objects it read.

    One transaction around all of them: callers with very many rows call it in portions. Of two
    texts for one object the later one counts.
    """
    count = 0
    source = iter(texts)
    with transaction.atomic(savepoint=False):
        while portion := list(islice(source, ROWS_PER_STATEMENT)):
            rows = {(text.kind, text.object_id): _row(text) for text in portion}
            engine().write(list(rows.values()))
            count += len(portion)
    return count


def remove_text(*, kind: str, object_id: int) -> bool:
    """Takes one object out of the index; False when it was not there."""
    return remove_many(kind=kind, object_ids=[object_id]) == 1


def remove_many(*, kind: str, object_ids: Sequence[int]) -> int:
    """Takes objects out of the index; returns how many were there."""
    with transaction.atomic():
        return engine().remove(kind, object_ids)


def move_paths(*, old: str, new: str, limit: int = ROWS_PER_MOVE) -> int:
    """Rewrites paths at or below `old` to `new`, in at most `limit` rows; returns in how many.

    For the resumable job of a unit's move: call it until it returns 0. The rows of one call move
    in one transaction, with their marks, so that a search sees each row in one place only.
    """
    if not old:
        raise ValueError("a path to move cannot be empty")
    if old == new:
        return 0
    if new.startswith(old):
        raise ValueError("a unit cannot move below itself")
    with transaction.atomic():
        found = engine().placed_below(old, limit)
        engine().place(
            Placed(
                row.entry_id,
                _moved(row.unit_path, old, new),
                _moved(row.paths, f" {old}", f" {new}"),
                row.marks,
            )
            for row in found
        )
    return len(found)


def _moved(text: str, old: str, new: str) -> str:
    if old.startswith(" "):
        return text.replace(old, new)
    return new + text[len(old) :] if text.startswith(old) else text


def _row(text: Text) -> Row:
    body = normalise(text.text)[:LONGEST_TEXT]
    moment = marks.microseconds(text.at)
    paths = "".join(f" {path}" for path in sorted({*text.paths} - {"", text.unit_path}))
    others = marks.other_marks(
        kind=text.kind, moment=moment, participants=text.participants, tags=text.tags
    )
    return Row(
        kind=text.kind,
        object_id=text.object_id,
        moment=moment,
        unit_path=text.unit_path,
        paths=paths,
        marks=" ".join([*marks.all_unit_marks(text.unit_path, paths), *others]),
        body=body,
        words=" ".join(tokens(body)),
    )
