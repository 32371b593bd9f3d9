"""PostgreSQL: a tsvector without positions beside each entry, under a GIN index.

The pending list of the index is small (see the migration): the write of one demand touches no
tree, and a search, which must read the whole list, loses few milliseconds.
"""

from collections.abc import Sequence
from typing import Any

from loushi.foundation.core.units import next_path

from .base import TABLE, Hit, Lookup, Row, SqlEngine, moved_marks

_COLUMNS = ("kind", "object_id", "moment", "unit_path", "marks", "body")
_WRITE = f"""
    INSERT INTO {TABLE} AS e ({", ".join(_COLUMNS)}, tokens)
    SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
                         %s::text[], %s::tsvector[])
    ON CONFLICT (kind, object_id) DO UPDATE SET
      {", ".join(f"{column} = excluded.{column}" for column in (*_COLUMNS[2:], "tokens"))}
    WHERE (e.moment, e.unit_path, e.marks, e.body, e.tokens)
      IS DISTINCT FROM (excluded.moment, excluded.unit_path, excluded.marks, excluded.body,
                        excluded.tokens)
"""


class PostgresEngine(SqlEngine):
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

    def move(self, old: str, new: str, limit: int) -> int:
        low, high = old, next_path(old)
        gone, come = moved_marks(old, new)
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE {TABLE} SET
                  unit_path = %s || substr(unit_path, %s),
                  marks = %s || substr(marks, %s),
                  tokens = ts_delete(tokens, %s::text[]) || array_to_tsvector(%s::text[])
                WHERE id IN (SELECT id FROM {TABLE} WHERE unit_path >= %s AND unit_path < %s
                             ORDER BY unit_path, id LIMIT %s)
                """,
                [
                    new,
                    len(old) + 1,
                    " ".join(come),
                    len(" ".join(gone)) + 1,
                    list(gone),
                    list(come),
                    low,
                    high,
                    limit,
                ],
            )
            return int(cursor.rowcount)

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
