"""What an engine of the index stores, is asked, and answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from loushi.foundation.core.units import ids_of, next_path
from loushi.foundation.language.marks import all_unit_marks, is_unit_mark, unit_mark
from loushi.foundation.language.text import Term

TABLE = "language_indexentry"


class Row(NamedTuple):
    """One object as it stands in the index; `words` are its tokens, separated by blanks."""

    kind: str
    object_id: int
    moment: int
    unit_path: str
    paths: str
    marks: str
    body: str
    words: str


class Placed(NamedTuple):
    """Where an entry stands; `marks` are those of before, from which the new ones are made."""

    entry_id: int
    unit_path: str
    paths: str
    marks: str

    def replaced(self) -> tuple[list[str], list[str], list[str]]:
        """The unit marks that go, those that come, and all marks of the new place."""
        marks = self.marks.split()
        gone = [mark for mark in marks if is_unit_mark(mark)]
        come = all_unit_marks(self.unit_path, self.paths)
        return gone, come, [*come, *(mark for mark in marks if not is_unit_mark(mark))]


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

    def placed_below(self, path: str, limit: int) -> list[Placed]:
        """At most `limit` entries with one of their paths at or below `path`."""

    def place(self, rows: Iterable[Placed]) -> None:
        """Writes the new paths of entries, and the marks that follow from them."""

    def hits(self, lookup: Lookup, limit: int) -> list[Hit]:
        """The newest hits, at most `limit`."""

    def newest(self) -> int | None:
        """The newest moment in the index, None when it is empty."""

    def oldest(self) -> int | None:
        """The oldest moment in the index, None when it is empty."""


class SqlEngine:
    """What both engines say alike, but for the names in `holding`, `position` and `word`."""

    holding: str
    """FROM and WHERE of the entries (e) that hold one word, the parameter."""
    position: str
    """The function that finds a text in another."""

    @staticmethod
    def word(token: str) -> str:
        """A token as the parameter of `holding`."""
        raise NotImplementedError

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

    def placed_below(self, path: str, limit: int) -> list[Placed]:
        columns = "e.id, e.unit_path, e.paths, e.marks"
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {TABLE} e WHERE unit_path >= %s AND unit_path < %s "
                "ORDER BY e.unit_path, e.id LIMIT %s",
                [path, next_path(path), limit],
            )
            found = [Placed(*row) for row in cursor.fetchall()]
            if len(found) < limit:
                # Rows that are reached by a further path only; the mark leads to them quickly.
                cursor.execute(
                    f"SELECT {columns} FROM {self.holding} "
                    f"AND {self.position}(e.paths, %s) > 0 "
                    "AND NOT (e.unit_path >= %s AND e.unit_path < %s) LIMIT %s",
                    [
                        self.word(unit_mark(ids_of(path)[-1])),
                        f" {path}",
                        path,
                        next_path(path),
                        limit - len(found),
                    ],
                )
                found += [Placed(*row) for row in cursor.fetchall()]
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
