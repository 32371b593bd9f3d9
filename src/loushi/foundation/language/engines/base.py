"""What an engine of the index stores, is asked, and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from loushi.foundation.language.marks import unit_marks
from loushi.foundation.language.text import Term

TABLE = "language_indexentry"


class Row(NamedTuple):
    """One object as it stands in the index; `words` are its tokens, separated by blanks."""

    kind: str
    object_id: int
    moment: int
    unit_path: str
    marks: str
    body: str
    words: str


class Hit(NamedTuple):
    entry_id: int
    object_id: int
    moment: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question to the index, in parts that both engines turn into their own syntax.

    A hit holds every term, every mark of `all_of`, one mark of `any_of` and one of `months` (empty:
    no condition). `before` is the place (moment, entry id) behind which hits are wanted, `until`
    a moment that hits do not reach.
    """

    terms: tuple[Term, ...]
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    before: tuple[int, int] | None = None
    until: int | None = None

    @property
    def to_check(self) -> tuple[str, ...]:
        """Terms that tokens alone do not prove."""
        return tuple(term.text for term in self.terms if not term.certain)


class Engine(Protocol):
    def write(self, rows: Sequence[Row]) -> None:
        """Adds rows or brings them up to date, by (kind, object_id); equal rows stay untouched."""

    def remove(self, kind: str, object_ids: Sequence[int]) -> int:
        """Removes rows; returns how many there were."""

    def move(self, old: str, new: str, limit: int) -> int:
        """Rewrites at most `limit` paths at or below `old`; returns how many (0: all done)."""

    def hits(self, lookup: Lookup, limit: int) -> list[Hit]:
        """The newest hits, at most `limit`."""

    def newest(self) -> int | None:
        """The newest moment in the index, None when it is empty."""

    def oldest(self) -> int | None:
        """The oldest moment in the index, None when it is empty."""


class SqlEngine:
    """What both engines say alike."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def newest(self) -> int | None:
        return self._moment("max")

    def oldest(self) -> int | None:
        return self._moment("min")

    def _moment(self, which: str) -> int | None:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT {which}(moment) FROM {TABLE}")
            found: int | None = cursor.fetchone()[0]
        return found

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[Hit]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [Hit(*row) for row in cursor.fetchall()]

    @staticmethod
    def _range(lookup: Lookup) -> tuple[list[str], list[Any]]:
        """Conditions on the time of a hit."""
        conditions: list[str] = []
        parameters: list[Any] = []
        if lookup.before is not None:
            conditions.append("(e.moment, e.id) < (%s, %s)")
            parameters += lookup.before
        if lookup.until is not None:
            conditions.append("e.moment < %s")
            parameters.append(lookup.until)
        return conditions, parameters


def moved_marks(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The unit marks of the old and of the new path."""
    return unit_marks(old), unit_marks(new)
