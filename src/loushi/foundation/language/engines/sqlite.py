"""SQLite: an FTS5 table without positions; its row ids are the ids of the entries.

Its tokenizer "ascii" splits at ASCII blanks and punctuation only, which our tokens never hold, and
leaves everything else as Python made it. A phrase is checked against the body of the entry, which
is exact and halves the index.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from .base import TABLE, Hit, Lookup, Placed, Row, SqlEngine

WORDS = "language_indexwords"
CHUNK = 400  # object ids in one statement, well below SQLite's limit of parameters

_UPSERT = f"""
    INSERT INTO {TABLE} (kind, object_id, moment, unit_path, paths, marks, body)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, object_id) DO UPDATE SET
      moment = excluded.moment, unit_path = excluded.unit_path, paths = excluded.paths,
      marks = excluded.marks, body = excluded.body
"""


class SQLiteEngine(SqlEngine):
    holding = f"{WORDS} w CROSS JOIN {TABLE} e ON e.id = w.rowid WHERE {WORDS} MATCH %s"
    position = "instr"

    @staticmethod
    def word(token: str) -> str:
        return _quoted(token)

    def write(self, rows: Sequence[Row]) -> None:
        for start in range(0, len(rows), CHUNK):
            self._write(rows[start : start + CHUNK])

    def _write(self, rows: Sequence[Row]) -> None:
        stored = self._stored(rows)
        changed = [row for row in rows if stored.get(row[:2], (0,))[1:] != row[2:7]]
        if not changed:
            return
        with self.connection.cursor() as cursor:
            cursor.executemany(_UPSERT, [row[:7] for row in changed])
        ids = self._ids(changed)
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {WORDS} (rowid, marks, words) VALUES (%s, %s, %s)",
                [(ids[row[:2]], row.marks, row.words) for row in changed],
            )

    def _stored(self, rows: Sequence[Row]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """(kind, object id) → (entry id, the columns of `Row` from the moment to the body)."""
        names = "kind, object_id, id, moment, unit_path, paths, marks, body"
        return {row[:2]: row[2:] for row in self._entries(rows, names)}

    def _ids(self, rows: Sequence[Row]) -> dict[tuple[Any, ...], int]:
        return {row[:2]: row[2] for row in self._entries(rows, "kind, object_id, id")}

    def _entries(self, rows: Sequence[Row], names: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for kind in {row.kind for row in rows}:
            ids = [row.object_id for row in rows if row.kind == kind]
            with self.connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {names} FROM {TABLE} "
                    f"WHERE kind = %s AND object_id IN ({_places(ids)})",
                    [kind, *ids],
                )
                found += cursor.fetchall()
        return found

    def remove(self, kind: str, object_ids: Sequence[int]) -> int:
        removed = 0
        with self.connection.cursor() as cursor:
            for start in range(0, len(object_ids), CHUNK):
                ids = object_ids[start : start + CHUNK]
                where = f"kind = %s AND object_id IN ({_places(ids)})"
                cursor.execute(
                    f"DELETE FROM {WORDS} WHERE rowid IN (SELECT id FROM {TABLE} WHERE {where})",
                    [kind, *ids],
                )
                cursor.execute(f"DELETE FROM {TABLE} WHERE {where}", [kind, *ids])
                removed += cursor.rowcount
        return removed

    def place(self, rows: Iterable[Placed]) -> None:
        changes = [
            (row.unit_path, row.paths, " ".join(row.replaced()[2]), row.entry_id) for row in rows
        ]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {TABLE} SET unit_path = %s, paths = %s, marks = %s WHERE id = %s", changes
            )
            cursor.executemany(
                f"UPDATE {WORDS} SET marks = %s WHERE rowid = %s",
                [change[2:] for change in changes],
            )

    def hits(self, lookup: Lookup, limit: int) -> list[Hit]:
        conditions = [f"{WORDS} MATCH %s"]
        parameters: list[Any] = [_query(lookup)]
        for word in lookup.to_check:
            conditions.append("instr(e.body, %s) > 0")
            parameters.append(word)
        within, bounds = self._range(lookup)
        return self._fetch(
            f"SELECT e.id, e.object_id, e.moment FROM {WORDS} w "
            f"CROSS JOIN {TABLE} e ON e.id = w.rowid "
            f"WHERE {' AND '.join([*conditions, *within])} "
            "ORDER BY e.moment DESC, e.id DESC LIMIT %s",
            [*parameters, *bounds, limit],
        )


def _places(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _quoted(token: str) -> str:
    return f'"{token}"'


def _query(lookup: Lookup) -> str:
    parts: list[str] = []
    for term in lookup.terms:
        parts += [_quoted(token) for token in term.exact]
        if term.prefix:
            parts.append(f"{_quoted(term.prefix)} *")
    parts += [_quoted(mark) for mark in lookup.all_of]
    for choice in (lookup.any_of, lookup.months):
        if choice:
            parts.append("(" + " OR ".join(map(_quoted, choice)) + ")")
    return " AND ".join(parts)
