"""Filling an empty database with millions of rows: what can be made once at the end waits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection, models

from . import stamps


@contextmanager
def filling(*written: type[models.Model]) -> Iterator[None]:
    """Within the block SQLite keeps neither the stamps' triggers nor the plain indexes of the
    tables `written`, which nobody reads meanwhile; both stand again at the end, also after an
    error. Unique indexes stay, for they check. PostgreSQL fires per statement and needs no help.
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
