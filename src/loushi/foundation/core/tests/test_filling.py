"""Filling an empty database: what is lifted stands again afterwards, also after an error."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from loushi.foundation.audit.models import Entry
from loushi.foundation.core import stamps
from loushi.foundation.core.filling import filling, missing_indexes, restore_indexes

pytestmark = pytest.mark.django_db(transaction=True)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Entry._meta.db_table))


def test_indexes_and_triggers_are_lifted_and_stand_again() -> None:
    before = indexes()
    with filling(Entry):
        if connection.vendor == "sqlite":
            assert not any(name.startswith("audit_entry_") for name in indexes())
            assert not stamps.trusted()
    assert indexes() == before
    assert stamps.trusted()


def test_they_stand_again_after_an_error() -> None:
    before = indexes()
    with pytest.raises(ZeroDivisionError), filling(Entry):
        raise ZeroDivisionError
    assert indexes() == before
    assert stamps.trusted()


def test_nothing_is_missing_in_a_migrated_database() -> None:
    assert missing_indexes() == []
    assert restore_indexes() == 0


KILLED = """
import os, signal
import django
django.setup()
from loushi.demo.commands import WRITTEN
from loushi.foundation.core.filling import filling
with filling(*WRITTEN):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes")
def test_migrate_puts_back_what_a_killed_filling_left_away(tmp_path: Path) -> None:
    copy = sqlite3.connect(tmp_path / "loushi.sqlite3")
    connection.ensure_connection()
    connection.connection.backup(copy)
    environment = os.environ | {
        "LOUSHI_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "loushi.config.settings"
    }  # fmt: skip
    environment.pop("LOUSHI_DATABASE_URL", None)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True
        )

    def held(kind: str) -> set[str]:
        rows = copy.execute("SELECT name FROM sqlite_master WHERE type = ?", [kind])
        return {name for (name,) in rows}

    before = held("index"), held("trigger")
    assert run("-c", KILLED).returncode == -signal.SIGKILL
    assert len(before[0] - held("index")) > 8
    assert "缺" in run("-m", "loushi", "check").stdout
    assert "索引" in run("-m", "loushi", "migrate").stdout
    assert (held("index"), held("trigger")) == before
    assert "索引" not in run("-m", "loushi", "migrate").stdout
