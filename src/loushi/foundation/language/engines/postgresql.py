"""PostgreSQL: a tsvector without positions beside each entry, under a GIN index.

The pending list of the index is small (see the migration): the write of one demand touches no
tree, and a search, which must read the whole list, loses few milliseconds.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from .base import TABLE, Hit, Lookup, Placed, Row, SqlEngine

_COLUMNS = ("kind", "object_id", "moment", "unit_path", "paths", "marks", "body")
_WRITE = f"""
    INSERT INTO {TABLE} AS e ({", ".join(_COLUMNS)}, tokens)
    SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
                         %s::text[], %s::text[], %s::tsvector[])
    ON CONFLICT (kind, object_id) DO UPDATE SET
      {", ".join(f"{column} = excluded.{column}" for column in (*_COLUMNS[2:], "tokens"))}
    WHERE (e.moment, e.unit_path, e.paths, e.marks, e.body, e.tokens) IS DISTINCT FROM
      (excluded.moment, excluded.unit_path, excluded.paths, excluded.marks, excluded.body,
       excluded.tokens)
"""


class PostgresEngine(SqlEngine):
    holding = f"{TABLE} e WHERE e.tokens @@ %s::tsquery"
    position = "strpos"

    @staticmethod
    def word(token: str) -> str:
        return _quoted(token)

    def write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        columns[-1] = [_vector(row) for row in rows]
        with self.connection.cursor() as cursor:
            cursor.execute(_WRITE, columns)

    def remove(self, kind: str, object_ids: Sequence[int]) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE kind = %s AND object_id = ANY(%s)",
                [kind, list(object_ids)],
            )
            return int(cursor.rowcount)

    def place(self, rows: Iterable[Placed]) -> None:
        changes = []
        for row in rows:
            gone, come, marks = row.replaced()
            changes.append((row.unit_path, row.paths, " ".join(marks), gone, come, row.entry_id))
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {TABLE} SET unit_path = %s, paths = %s, marks = %s, tokens = "
                "ts_delete(tokens, %s::text[]) || array_to_tsvector(%s::text[]) WHERE id = %s",
                changes,
            )

    def hits(self, lookup: Lookup, limit: int) -> list[Hit]:
        conditions = ["e.tokens @@ %s::tsquery"]
        parameters: list[Any] = [_query(lookup)]
        for word in lookup.to_check:
            conditions.append("strpos(e.body, %s) > 0")
            parameters.append(word)
        within, bounds = self._range(lookup)
        # "+ 0" keeps the planner from walking the time index in the hope of an early hit: a guess
        # about words that costs seconds where it is wrong.
        return self._fetch(
            f"SELECT e.id, e.object_id, e.moment FROM {TABLE} e "
            f"WHERE {' AND '.join([*conditions, *within])} "
            "ORDER BY e.moment + 0 DESC, e.id DESC LIMIT %s",
            [*parameters, *bounds, limit],
        )


def _quoted(token: str) -> str:
    return f"'{token}'"


def _vector(row: Row) -> str:
    """The words as a tsvector literal; none of them can hold a quote or a backslash."""
    words = f"{row.marks} {row.words}".rstrip()
    return "'" + words.replace(" ", "' '") + "'"


def _query(lookup: Lookup) -> str:
    parts: list[str] = []
    for term in lookup.terms:
        parts += [_quoted(token) for token in term.exact]
        if term.prefix:
            parts.append(f"{_quoted(term.prefix)}:*")
    parts += [_quoted(mark) for mark in lookup.all_of]
    for choice in (lookup.any_of, lookup.months):
        if choice:
            parts.append("(" + " | ".join(map(_quoted, choice)) + ")")
    return " & ".join(parts)
