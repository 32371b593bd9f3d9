"""One migrated database for all processes and parts of a run of script/test.

The process that comes first migrates, the others wait and copy what it made: seconds each instead
of the whole migration. Loaded only where LOUSHI_TEST_TEMPLATES names the folder of the run; plain
pytest migrates as ever.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases
from pytest_django import DjangoDbBlocker

TEMPLATE = "loushi_migrated"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    folder = Path(os.environ["LOUSHI_TEST_TEMPLATES"])
    with django_db_blocker.unblock(), (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (_files if connection.vendor == "sqlite" else _templates)(folder)
    yield
    with django_db_blocker.unblock():
        connection.close()  # the databases go with the run's folder and server


def _files(folder: Path) -> None:
    template, own = folder / TEMPLATE, connection.creation._get_test_db_name()
    if template.exists():
        shutil.copy(template, own)
        _use(own)
    else:
        _migrate()
        connection.cursor().execute("VACUUM INTO %s", [str(template)])


def _templates(folder: Path) -> None:
    own = connection.creation._get_test_db_name()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if there := cursor.fetchone():
            cursor.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')  # of an earlier part
            cursor.execute(f'CREATE DATABASE "{own}" TEMPLATE "{TEMPLATE}"')
    if there:
        _use(own)
        return
    _migrate()
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE "{own}"')


def _migrate() -> None:
    setup_databases(verbosity=0, interactive=False)


def _use(name: str) -> None:
    """What `create_test_db` does once the database stands."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
