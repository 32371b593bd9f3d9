"""A database that is filled once and put back, as it was, for every test that needs it.

`kept(name, fill)` calls `fill` the first time and keeps a copy of the whole database; from then on
it puts the copy back, which takes a fraction of a second where filling takes several. Both engines
do it with their own means: SQLite's online backup, PostgreSQL's template databases. The test must
own a real transaction (`transactional_db`). After every such test the database is put back as the
migrations made it: Django's flush would take their reference data from all tests that follow.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from loushi.foundation.core import stamps
from loushi.registry.territory.queries import forget_root

MIGRATED = "migrated"


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> "Iterator[_Files | _Templates]":
    """The database as the plugin before made it, with a first copy; gives the copies."""
    keeper = _Files if connection.vendor == "sqlite" else _Templates
    copies = keeper(tmp_path_factory.mktemp("kept"))
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            _let_stamps_move()
        copies.keep(MIGRATED)
    usual = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda test: copies.put_back(MIGRATED)
    yield copies
    TransactionTestCase._fixture_teardown = usual
    with django_db_blocker.unblock():
        copies.end()


@pytest.fixture
def kept(
    transactional_db: None, django_db_setup: "_Files | _Templates"
) -> Callable[[str, Callable[[], Any]], None]:
    copies = django_db_setup

    def have(name: str, fill: Callable[[], Any]) -> None:
        if name in copies.names:
            copies.put_back(name)
        else:
            fill()
            copies.keep(name)
        _forget()

    return have


def _forget() -> None:
    """What this process still knows of the database that was there before."""
    cache.clear()
    forget_root()
    stamps.forget()


def _let_stamps_move() -> None:
    """With every statement: in production once a transaction, but a test is one transaction."""
    once = "WHERE s.tx <> EXCLUDED.tx"
    assert once in stamps.FUNCTION
    with connection.cursor() as cursor:
        cursor.execute(stamps.FUNCTION.replace(once, ""))


class _Files:
    """SQLite: a file for each copy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.names = folder, set[str]()

    def keep(self, name: str) -> None:
        connection.ensure_connection()
        with sqlite3.connect(self.folder / name) as copy:
            connection.connection.backup(copy)
        copy.close()
        self.names.add(name)

    def put_back(self, name: str) -> None:
        connection.ensure_connection()
        copy = sqlite3.connect(self.folder / name)
        copy.backup(connection.connection)
        copy.close()

    def end(self) -> None:
        """The folder goes with the run."""


class _Templates:
    """PostgreSQL: a template database for each copy; the test's own is made anew from it."""

    def __init__(self, folder: Path) -> None:
        self.names = set[str]()
        self.own = str(connection.settings_dict["NAME"])

    def keep(self, name: str) -> None:
        with self._beside() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.own}_{name}"')  # of an earlier part
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [self.own],
            )  # as FORCE does below: a thread of an earlier test may still be connected
            cursor.execute(f'CREATE DATABASE "{self.own}_{name}" TEMPLATE "{self.own}"')
        self.names.add(name)

    def put_back(self, name: str) -> None:
        with self._beside() as cursor:
            cursor.execute(f'DROP DATABASE "{self.own}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{self.own}" TEMPLATE "{self.own}_{name}"')

    def end(self) -> None:
        with self._beside() as cursor:
            for name in self.names:
                cursor.execute(f'DROP DATABASE "{self.own}_{name}"')

    @contextmanager
    def _beside(self) -> Iterator[Any]:
        """A cursor outside the test's database, to which nobody may be connected meanwhile."""
        connection.close()
        with connection._nodb_cursor() as cursor:
            yield cursor
