"""Worlds that are laid out once: what a remembered factory writes is repeated for the next test.

Most of a test's time goes into laying out the people, towers and firms that it is about, always the
same ones. A factory marked `@remembered` (`foundation.core.testing`) runs the first time; the
statements by which it wrote are kept, and where a later test of this process calls it on the same
database, they are sent again, and it gives a copy of what it gave. "The same database" is known by
a digest of everything that was written since the test began, for each test begins with the migrated
database and ends with its transaction taken back, numbers of rows included. That holds on SQLite
only; on PostgreSQL sequences go on, and every factory runs.
"""

import copy
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.utils import timezone, translation

from loushi.foundation.core import testing

PASSING = ("SELECT", "EXPLAIN", "SAVEPOINT", "RELEASE", "PRAGMA", "BEGIN", "\n    SELECT")
_now = timezone.now
Statement = tuple[str, Any, bool]


class Memory:
    """What this process remembers, and what the running test has written so far."""

    def __init__(self) -> None:
        self.known: dict[Any, tuple[list[Statement], Any]] = {}
        self.written: list[Statement] = []
        self.digest = b""

    def begin(self) -> None:
        """A test begins: nothing is written yet."""
        self.written, self.digest = [], b""
        if connection.vendor == "sqlite" and self.noting not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.noting)

    def noting(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper: adds every write to the digest."""
        if not sql.startswith(PASSING):
            params = list(params) if many else params
            self.written.append((sql, params, many))
            text = f"{sql}\0{params!r}\0{many}"
            self.digest = blake2b(self.digest + text.encode(errors="replace")).digest()
        return execute(sql, params, many, context)

    def given(self, make: Callable[..., Any], args: Any, named: Any) -> Any:
        """What `make` gives; from memory where nothing speaks against it."""
        if connection.vendor != "sqlite" or not connection.in_atomic_block:
            return make(*args, **named)
        key = (make, repr((args, named)), self.digest, _moment(), translation.get_language())
        if key in self.known:
            statements, thing = self.known[key]
            self._repeat(statements)
            return copy.deepcopy(thing)
        start = len(self.written)
        thing = make(*args, **named)
        made = self.written[start:]
        if not any(sql.startswith("ROLLBACK") for sql, _params, _many in made):
            self.known[key] = made, copy.deepcopy(thing)
        return thing

    def _repeat(self, statements: list[Statement]) -> None:
        with connection.cursor() as cursor:
            for sql, params, many in statements:
                (cursor.executemany if many else cursor.execute)(sql, params)
                if cursor.description:
                    cursor.fetchall()  # ends a statement that returns what it wrote


def _moment() -> Any:
    """A frozen moment, or the day: what is written carries the times of the first time."""
    now: datetime = timezone.now()
    return timezone.localdate() if timezone.now is _now else now


MEMORY = Memory()
testing.remember(MEMORY.given)
