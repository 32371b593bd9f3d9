"""Web sessions in the database; whoever loads one learns the stamps in the same query."""

import json
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.core import signing
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from loushi.foundation.core import stamps


class SessionStore(db.SessionStore):
    """Django's own, with one query instead of two for what every request asks first."""

    def load(self) -> dict[str, Any]:
        statement = (
            f"SELECT session_data, {stamps.NUMBERS[connection.vendor]} FROM django_session "
            "WHERE session_key = %s AND expire_date > %s"
        )
        found = _first_of_request(statement, [self.session_key, timezone.now()])
        if found is None:
            self._session_key = None
            return {}
        data, numbers = found
        stamps.begin(stamps.parsed(numbers))
        return self.decode(data)

    def decode(self, session_data: str) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads(_verified(session_data, self.key_salt))
        except signing.BadSignature:
            return super().decode(session_data)
        return read


def _first_of_request(statement: str, values: list[Any]) -> Any:
    """One row. It is the health check of a kept connection too: instead of asking SELECT 1 before
    every request, a connection that turns out to be dead is replaced and asked again."""
    if connection.connection is None or connection.in_atomic_block:
        return _row(statement, values)
    connection.health_check_done = True
    try:
        return _row(statement, values)
    except (OperationalError, InterfaceError):
        connection.close()
        return _row(statement, values)


def _row(statement: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


@lru_cache(maxsize=1024)
def _verified(data: str, salt: str) -> str:
    """What a signed session holds, as JSON; the same text always says the same."""
    return json.dumps(signing.loads(data, salt=salt, serializer=signing.JSONSerializer))
