"""Opens the append-only tables for `flush`, which empties the whole database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone


@contextmanager
def maintenance(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Within the block audit rows may be removed; never called by a page, a job or a command.

    Does nothing where the tables have not been migrated yet.
    """
    connection = connections[using]
    if "audit_maintenance" not in connection.introspection.table_names():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_maintenance (since) VALUES (%s)", [str(timezone.now())])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_maintenance")
