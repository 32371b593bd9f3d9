"""Filling an empty database with millions of rows: what can be made once at the end waits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.apps import apps
from django.db import connection, models

from . import stamps


@contextmanager
def filling(*written: type[models.Model]) -> Iterator[None]:
    """Within the block SQLite keeps neither the stamps' triggers nor the plain indexes of the
    tables `written`, which nobody reads meanwhile; both stand again at the end, also after an
    error. Unique indexes stay, for they check. PostgreSQL fires per statement and needs no help.

    A process that is killed within the block leaves both missing: `restore_indexes` and
    `stamps.install` put them back, and `loushi migrate` calls these (docs/adr/0015).
    """
    with ExitStack() as stack:
        stack.enter_context(stamps.lifted())
        if connection.vendor == "sqlite":
            for model in written:
                stack.enter_context(_unindexed(model._meta.db_table))
        yield


@contextmanager
def _unindexed(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s "
            "AND sql LIKE 'CREATE INDEX%%' ORDER BY name",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, sql in indexes:
                cursor.execute(sql)


def missing_indexes() -> list[str]:
    """The statements of plain indexes that our models declare and an SQLite database lacks."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        held = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
    editor = connection.schema_editor(collect_sql=True)
    statements = [
        statement
        for model in apps.get_models()
        if model._meta.managed and model._meta.db_table in tables
        for statement in editor._model_indexes_sql(model)  # type: ignore[attr-defined]
    ]
    return sorted(str(one) for one in statements if str(one.parts["name"]).strip('"') not in held)


def restore_indexes() -> int:
    """Puts back the indexes that a killed filling has left away; returns how many."""
    statements = missing_indexes()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return len(statements)
