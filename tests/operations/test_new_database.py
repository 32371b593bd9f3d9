"""A new database comes into being by a shorter way, and is the one of the ordinary way."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.state import ProjectState

from loushi.config.cli.migrate import rendering_little

SHORT = ("-m", "loushi", "migrate")
ORDINARY = ("-m", "django", "migrate", "--settings", "loushi.config.settings", "-v0")
OF_TIME = ("django_migrations", "core_stamp")
"""Tables whose rows hold moments."""


def made(folder: Path, command: tuple[str, ...]) -> tuple[list[object], dict[str, list[object]]]:
    """Everything that the schema names, and the rows of every table."""
    folder.mkdir()
    environment = os.environ | {"LOUSHI_DATA": str(folder), "LOUSHI_DATABASE_URL": ""}
    subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)
    held = sqlite3.connect(folder / "loushi.sqlite3")
    shape = held.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    tables = [name for kind, name, _sql in shape if kind == "table" and name not in OF_TIME]
    rows = {name: held.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    held.close()
    return shape, rows


@pytest.mark.slow
def test_both_ways_end_in_the_same_tables_and_rows(tmp_path: Path) -> None:
    short = made(tmp_path / "short", SHORT)
    ordinary = made(tmp_path / "ordinary", ORDINARY)
    assert short[0] == ordinary[0]
    assert short[1] == ordinary[1]
    assert len(short[1]) > 100


def test_django_is_itself_again_afterwards_also_after_an_error() -> None:
    usual = ProjectState._find_reload_model  # type: ignore[attr-defined]
    with rendering_little():
        assert ProjectState._find_reload_model is not usual  # type: ignore[attr-defined]
    assert ProjectState._find_reload_model is usual  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError), rendering_little():
        raise ZeroDivisionError
    assert ProjectState._find_reload_model is usual  # type: ignore[attr-defined]
