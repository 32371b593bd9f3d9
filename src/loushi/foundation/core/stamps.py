"""Stamps: what may be kept in a process, and how it is known to be still true.

A stamp is a number that grows in the very transaction that changes one of the tables it watches:
the database does it by triggers, so that no way of writing is forgotten. `Kept` holds answers under
the stamps that were read in the same request; a stamp that has moved makes the answer anew. Nothing
is kept or taken inside a transaction: what it sees may never come to be.

    watch("demands", Demand, Assignment)                # in policy.py
    _counts = Kept("demands")
    _counts.get(key, lambda: expensive(actor))          # key: everything the answer depends on

On PostgreSQL each writing connection has a row of its own, so that writers never wait for each
other; the stamp is the sum, which every commit makes larger.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db import connection, models

T = TypeVar("T")

# One JSON object of all stamps; a scalar, so that another query can carry it along.
NUMBERS = {
    "postgresql": "(SELECT json_object_agg(s.name, s.total)::text FROM (SELECT name, SUM(n) AS "
    "total FROM core_stamp GROUP BY name) s)",
    "sqlite": "(SELECT json_group_object(name, n) FROM core_stamp)",
}
READS = ("SELECT", "SAVEPOINT", "RELEASE", "EXPLAIN")
TRIGGER = "loushi_stamp_"

_watched: dict[str, set[type[models.Model]]] = {}
_kept: list[Kept[Any]] = []
_trusted: dict[str, bool] = {}
_SPENT: Mapping[str, int] = {}  # known by identity: a request that must look again
_numbers: ContextVar[Mapping[str, int] | None] = ContextVar("stamps", default=None)


def watch(name: str, *tables: type[models.Model]) -> None:
    """Declares that the stamp `name` moves with every change of these models' tables."""
    _watched.setdefault(name, set()).update(tables)


class Kept(Generic[T]):
    """Answers of this process, each true while the named stamps stand still.

    `most` bounds how many are kept; the oldest go first.
    """

    def __init__(self, *stamps: str, most: int = 512) -> None:
        self.stamps, self.most = stamps, most
        self._entries: dict[Hashable, tuple[tuple[int, ...], T]] = {}
        _kept.append(self)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The kept answer for the key, or `make()`; an answer that time alone makes untrue needs
        the day or the minute in its key."""
        current = self._current()
        if current is None:
            return make()
        found = self._entries.get(key)
        if found is not None and found[0] == current:
            return found[1]
        value = make()
        while len(self._entries) >= self.most:
            self._entries.pop(next(iter(self._entries)), None)
        self._entries[key] = current, value
        return value

    def clear(self) -> None:
        self._entries.clear()

    def _current(self) -> tuple[int, ...] | None:
        """The stamps now; None where nothing may be kept."""
        if in_transaction() or not trusted():
            return None
        known = numbers()
        return tuple(known.get(name, 0) for name in self.stamps)


# ---- reading ------------------------------------------------------------------------------------


def in_transaction() -> bool:
    """Whether what is read now may still be undone."""
    return connection.in_atomic_block


def numbers() -> Mapping[str, int]:
    """All stamps: those the request has read, or read now (one query)."""
    read = _numbers.get()
    if read is not None and read is not _SPENT:
        return read
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NUMBERS[connection.vendor]}")
        fresh = parsed(cursor.fetchone()[0])
    if read is _SPENT:
        begin(fresh)
    return fresh


def parsed(text: str | None) -> Mapping[str, int]:
    """What `NUMBERS` selected."""
    return json.loads(text) if text else {}


def begin(read: Mapping[str, int]) -> None:
    """The stamps that a request has read; they hold until it writes anything, or ends."""
    _numbers.set(read)


def end() -> None:
    """The request is over: from now on every look reads anew."""
    _numbers.set(None)


@contextmanager
def looking() -> Iterator[None]:
    """Outside of requests: what is asked within the block stands on stamps that are read once."""
    token = _numbers.set(numbers())
    try:
        yield
    finally:
        _numbers.reset(token)


def forget() -> None:
    """Drops everything kept (tests, and whoever puts another database in place)."""
    _trusted.clear()
    end()
    for kept in _kept:
        kept.clear()


def trusted() -> bool:
    """Whether all triggers are there; looked up once in a process. Without them nothing is kept."""
    name = str(connection.settings_dict["NAME"])
    if name not in _trusted:
        _trusted[name] = not _missing()
    return _trusted[name]


def noting(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper: after a write the stamps that the request has read are spent."""
    if _numbers.get() is not None and not (isinstance(sql, str) and sql.startswith(READS)):
        begin(_SPENT)
    return execute(sql, params, many, context)


# ---- the triggers -------------------------------------------------------------------------------


def install() -> None:
    """Puts the triggers of all watched tables in place; after every migrate, for SQLite loses them
    when it rebuilds a table."""
    missing = _missing()
    # A stamp that begins (also after `flush`) begins above every number it ever had.
    beginning = time.time_ns() // 1000
    with connection.cursor() as cursor:
        for name in sorted(_watched):
            cursor.execute(_BEGINNING, [name, beginning])
        if missing and connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for name, table in missing:
            for statement in _triggers(name, table):
                cursor.execute(statement)
    _trusted.clear()


@contextmanager
def lifted() -> Iterator[None]:
    """While an empty database is filled with millions of rows: without the triggers that SQLite
    fires row by row. Nothing is kept meanwhile; at the end they stand again and every stamp has
    moved."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
            [f"{TRIGGER}%"],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    _trusted.clear()
    try:
        yield
    finally:
        install()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_stamp SET n = n + 1")


def fold() -> int:
    """Adds the rows of connections that have ended to one row; how many."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)
        return int(cursor.rowcount)


def _wanted() -> list[tuple[str, str]]:
    return sorted(
        (name, model._meta.db_table) for name, models in _watched.items() for model in models
    )


def _missing() -> list[tuple[str, str]]:
    """(stamp, table) of the triggers that are not there."""
    tables = (
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE 'loushi_stamp_%'"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' "
        "AND name LIKE 'loushi_stamp_%_delete'"
    )
    with connection.cursor() as cursor:
        cursor.execute(tables)
        there = set(cursor.fetchall())
    ending = "" if connection.vendor == "postgresql" else "_delete"
    return [
        (name, table)
        for name, table in _wanted()
        if (table, f"{TRIGGER}{name}_{table}{ending}") not in there
    ]


def _triggers(name: str, table: str) -> list[str]:
    trigger = f"{TRIGGER}{name}_{table}"
    if connection.vendor == "postgresql":
        return [
            f"CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION loushi_stamp('{name}')"
        ]
    return [
        statement
        for verb in ("insert", "update", "delete")  # delete last: it stands for all three
        for statement in (
            f"DROP TRIGGER IF EXISTS {trigger}_{verb}",
            f"CREATE TRIGGER {trigger}_{verb} AFTER {verb.upper()} ON {table} BEGIN "
            f"INSERT INTO core_stamp (name, writer, n, tx) VALUES ('{name}', 0, 1, 0) "
            "ON CONFLICT (name, writer) DO UPDATE SET n = n + 1; END",
        )
    ]


_BEGINNING = (
    "INSERT INTO core_stamp (name, writer, n, tx) VALUES (%s, 0, %s, 0) "
    "ON CONFLICT (name, writer) DO NOTHING"
)
# Once a transaction: a bulk import must not leave a chain of dead versions of one row.
FUNCTION = """
CREATE OR REPLACE FUNCTION loushi_stamp() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO core_stamp AS s (name, writer, n, tx)
  VALUES (TG_ARGV[0], pg_backend_pid(), 1, txid_current())
  ON CONFLICT (name, writer) DO UPDATE SET n = s.n + 1, tx = EXCLUDED.tx
  WHERE s.tx <> EXCLUDED.tx;
  RETURN NULL;
END $body$
"""
_FOLD = """
WITH gone AS (
  DELETE FROM core_stamp WHERE writer <> 0
  AND writer NOT IN (SELECT pid FROM pg_stat_activity) RETURNING name, n
)
INSERT INTO core_stamp AS s (name, writer, n, tx)
SELECT name, 0, SUM(n), 0 FROM gone GROUP BY name
ON CONFLICT (name, writer) DO UPDATE SET n = s.n + EXCLUDED.n
"""
