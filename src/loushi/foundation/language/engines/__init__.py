"""The two databases behind the index, with one interface (`base.Engine`)."""

from django.db import connections

from .base import Engine, Hit, Lookup, Placed, Row
from .postgresql import PostgresEngine
from .sqlite import SQLiteEngine

__all__ = ["Engine", "Hit", "Lookup", "Placed", "Row", "engine"]


def engine(using: str = "default") -> Engine:
    """The engine of a database connection."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        return PostgresEngine(connection)
    return SQLiteEngine(connection)
