"""Set-based writing: many rows in few statements, the same on SQLite and PostgreSQL.

Django's `bulk_create` and `bulk_update` build one long SQL text per batch and call several methods
per cell; for tens of thousands of rows that is most of the time of an import. Here values are
prepared column by column, and sent as prepared statements of some dozen rows each (SQLite) or COPY
(PostgreSQL). As with `bulk_create`, `save()` and signals do not run. Call inside a transaction.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, Protocol, TypeVar

from django.db import DatabaseError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)
Prepare = Callable[[Any], Any]

PARAMETERS = 900  # of one statement; below the lowest limit that SQLite was ever built with

_encode = json.JSONEncoder(ensure_ascii=False).encode


class Watcher(Protocol):
    """Hears what is written set-based, so that it can be taken back (see `watching`)."""

    def inserted(self, model: type[models.Model], ids: Sequence[int]) -> None:
        """Rows were inserted."""

    def updating(
        self, model: type[models.Model], changes: Sequence[tuple[int, Mapping[str, Any]]]
    ) -> None:
        """Rows are about to be updated."""


_watcher: ContextVar[Watcher | None] = ContextVar("bulk_watcher", default=None)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Within the block this thread's set-based writes are told to the watcher."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def watcher() -> Watcher | None:
    """Who watches this thread's writes, if anybody."""
    return _watcher.get()


class _Insert:
    """How rows of one model are written: its fields and how each value is prepared."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.meta = model._meta
        self.connection: BaseDatabaseWrapper = connections[router.db_for_write(model)]
        self.fields = _fields(model)

    def write(self, columns: Sequence[Sequence[Any]], count: int) -> list[int]:
        """Inserts `count` rows given column by column; returns their ids in order."""
        quote = self.connection.ops.quote_name
        names = [str(self.meta.pk.column), *(str(field.column) for field in self.fields)]
        listed = ", ".join(quote(name) for name in names)
        table = quote(self.meta.db_table)
        with transaction.atomic(using=self.connection.alias):
            ids = self._reserve(count)
            prepared = [
                _prepared(field, values, self.connection)
                for field, values in zip(self.fields, columns, strict=True)
            ]
            rows = zip(ids, *prepared, strict=True)
            with self.connection.cursor() as cursor:
                if self.connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    _fill(cursor, f"INSERT INTO {table} ({listed})", len(names), list(rows))
        if (watched := _watcher.get()) is not None:
            watched.inserted(self.model, ids)
        return ids

    def _reserve(self, count: int) -> list[int]:
        """Ids that nobody else gets: from the sequence, or (SQLite) after the last one, which is
        safe because the one writer holds the database's write lock."""
        table = self.meta.db_table
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                    [f'"{table}"', str(self.meta.pk.column), count],
                )
                return [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
            first = (found[0] if found else 0) + 1
            return list(range(first, first + count))


def _fill(cursor: Any, insert: str, width: int, rows: Sequence[Sequence[Any]]) -> None:
    """Rows in statements of many rows: where a table has triggers, SQLite opens a journal for each
    statement, which costs more than the row."""
    mark = f"({', '.join(['%s'] * width)})"
    each = max(1, PARAMETERS // width)
    whole = len(rows) - len(rows) % each
    if whole:
        cursor.executemany(
            f"{insert} VALUES {', '.join([mark] * each)}",
            [
                tuple(chain.from_iterable(rows[start : start + each]))
                for start in range(0, whole, each)
            ],
        )
    if rest := rows[whole:]:
        cursor.execute(
            f"{insert} VALUES {', '.join([mark] * len(rest))}", list(chain.from_iterable(rest))
        )


def _prepared(
    field: "models.Field[Any, Any]", values: Sequence[Any], connection: BaseDatabaseWrapper
) -> Sequence[Any]:
    """A column's values as the driver takes them; quick ways for the common kinds of field."""
    prepare = _quick(field, connection)
    if prepare is None:
        return values
    if isinstance(field, models.JSONField):
        if connection.vendor == "sqlite":
            return [None if one is None else "{}" if one == {} else prepare(one) for one in values]
        return [None if one is None else prepare(one) for one in values]
    # The same day or moment stands in many rows: each different value is prepared once.
    known: dict[Any, Any] = {None: None}
    for value in values:
        if value not in known:
            known[value] = prepare(value)
    return [known[value] for value in values]


def _quick(field: models.Field, connection: BaseDatabaseWrapper) -> Prepare | None:  # type: ignore[type-arg]
    kind = field.get_internal_type()
    if isinstance(field, models.JSONField):
        if connection.vendor == "sqlite":  # as `json.dumps` does, with one encoder for all rows
            return _encode if field.encoder is None else field.encoder().encode
    elif kind in _PLAIN:
        return None
    elif kind == "DateField" and connection.vendor == "sqlite":
        return _date_text
    elif kind == "DateTimeField" and connection.vendor == "sqlite":
        return _moment_text
    return lambda value: field.get_db_prep_save(value, connection=connection)


_PLAIN = frozenset(
    (
        "CharField",
        "TextField",
        "SlugField",
        "EmailField",
        "URLField",
        "BooleanField",
        "IntegerField",
        "BigIntegerField",
        "SmallIntegerField",
        "PositiveIntegerField",
        "PositiveBigIntegerField",
        "PositiveSmallIntegerField",
        "FloatField",
        "ForeignKey",
        "OneToOneField",
    )  # fmt: skip
)


def _moment_text(value: datetime) -> str:
    """As Django stores an aware moment on SQLite: UTC, without its zone. Raises for naive ones."""
    if value.tzinfo is None:
        raise ValueError(f"a stored moment needs a time zone: {value!r}")
    return str(value.astimezone(UTC))[: -len("+00:00")]


def _date_text(value: date) -> str:
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def insert_rows(rows: Sequence[M]) -> list[M]:
    """Inserts unsaved instances of one model and sets their ids; in order."""
    if not rows:
        return []
    insert = _Insert(type(rows[0]))
    columns = []
    for field in insert.fields:
        if type(field).pre_save is models.Field.pre_save:
            columns.append([getattr(row, field.attname) for row in rows])
        else:
            columns.append([field.pre_save(row, add=True) for row in rows])
    for row, pk in zip(rows, insert.write(columns, len(rows)), strict=True):
        row.pk = pk
        row._state.adding = False
        row._state.db = insert.connection.alias
    return list(rows)


_statements: dict[tuple[type[models.Model], str], tuple[str, list[Any]]] = {}


def insert_row(row: M) -> M:
    """One unsaved row, as `save()` inserts it, without composing the statement anew each time; for
    the rows that every request of a busy address writes. Signals do not run."""
    model = type(row)
    connection = connections[router.db_for_write(model)]
    found = _statements.get((model, connection.vendor))
    if found is None:
        found = _statements[model, connection.vendor] = _statement(model, connection)
    sql, fields = found
    values = _written(row, fields, connection, add=True)
    failing = transaction.mark_for_rollback_on_error(using=connection.alias)
    with failing, connection.cursor() as cursor:
        cursor.execute(sql, values)
        if connection.features.can_return_columns_from_insert:
            row.pk = cursor.fetchone()[0]
        else:
            row.pk = cursor.lastrowid
    row._state.adding = False
    row._state.db = connection.alias
    if (watched := _watcher.get()) is not None:
        watched.inserted(model, [row.pk])
    return row


_updates: dict[tuple[type[models.Model], str], tuple[str, list[Any]]] = {}


def update_row(row: M) -> M:
    """All columns of a row that was read, as `save()` writes them, without composing the statement
    anew each time. Signals do not run; whoever watches is told."""
    model = type(row)
    if _watcher.get() is not None:
        row.save()
        return row
    connection = connections[router.db_for_write(model)]
    found = _updates.get((model, connection.vendor))
    if found is None:
        quote, fields = connection.ops.quote_name, _fields(model)
        sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
        key = quote(str(model._meta.pk.column))
        sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {key} = %s"
        found = _updates[model, connection.vendor] = (sql, fields)
    sql, fields = found
    values = _written(row, fields, connection, add=False)
    failing = transaction.mark_for_rollback_on_error(using=connection.alias)
    with failing, connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{model.__name__} {row.pk} is not there any more")
    return row


def _written(
    row: models.Model, fields: Sequence[Any], connection: BaseDatabaseWrapper, *, add: bool
) -> list[Any]:
    """A row's values as the driver takes them, prepared as `save()` does."""
    row._prepare_related_fields_for_save(operation_name="save")  # type: ignore[attr-defined]
    return [
        field.get_db_prep_save(field.pre_save(row, add=add), connection=connection)
        for field in fields
    ]


def insert_missing(rows: Sequence[models.Model]) -> None:
    """Unsaved rows of one model, but for those whose key is taken already; their ids stay unknown.
    Nobody who watches is told: it is for rows that an outbox reads. Signals do not run."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    meta, quote = model._meta, connection.ops.quote_name
    fields = _fields(model)
    into = f"{quote(meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"
    mark = f"({', '.join(['%s'] * len(fields))})"
    each = max(1, PARAMETERS // len(fields))
    inside = transaction.atomic(using=connection.alias, savepoint=False)
    with inside, connection.cursor() as cursor:
        for start in range(0, len(rows), each):
            part = rows[start : start + each]
            cursor.execute(
                f"INSERT INTO {into} VALUES {', '.join([mark] * len(part))} ON CONFLICT DO NOTHING",
                [
                    field.get_db_prep_save(field.pre_save(row, add=True), connection=connection)
                    for row in part
                    for field in fields
                ],
            )


def _fields(model: type[models.Model]) -> list[Any]:
    """The columns that an insert gives: all but the key and what the database computes."""
    meta = model._meta
    return [
        field
        for field in meta.local_concrete_fields
        if not field.generated and field is not meta.pk
    ]


def _statement(model: type[models.Model], connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    meta, quote = model._meta, connection.ops.quote_name
    fields = _fields(model)
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"
    if connection.features.can_return_columns_from_insert:
        sql += f" RETURNING {quote(str(meta.pk.column))}"
    return sql, fields


def insert_values(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Inserts rows given as {attribute: value}; absent fields get their defaults. Returns ids."""
    if not rows:
        return []
    insert = _Insert(model)
    columns: list[list[Any]] = []
    blank = model()
    for field in insert.fields:
        name = field.attname
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            moment = field.pre_save(blank, add=True)
            columns.append([moment] * len(rows))
            continue
        default = field.get_default()
        columns.append([row.get(name, default) for row in rows])
    return insert.write(columns, len(rows))


def update_rows(model: type[models.Model], changes: Sequence[tuple[int, Mapping[str, Any]]]) -> int:
    """Writes (id, {field: value}) pairs; one prepared statement per set of fields."""
    if (watched := _watcher.get()) is not None:
        watched.updating(model, changes)
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for pk, values_of_row in changes:
        groups[tuple(sorted(values_of_row))].append((pk, values_of_row))
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    meta = model._meta
    known = {field.attname: field for field in meta.concrete_fields}
    known |= {field.name: field for field in meta.concrete_fields}
    with connection.cursor() as cursor:
        for names, rows in groups.items():
            if not names:
                continue
            fields = [known[name] for name in names]
            sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
            pk_column = quote(str(meta.pk.column))
            columns = [
                _prepared(field, [values[name] for _pk, values in rows], connection)
                for name, field in zip(names, fields, strict=True)
            ]
            cursor.executemany(
                f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {pk_column} = %s",
                list(zip(*columns, [pk for pk, _values in rows], strict=True)),
            )
    return len(changes)
