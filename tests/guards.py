"""Makes careless code fail in every test.

- Settings are frozen: whatever the developer's environment says, tests see the same values, a fast
  password hasher and a temporary data folder.
- No network: only this machine's loopback answers.
- An undefined template variable is an error, in our templates and in the components.
- A list read from an unordered queryset comes back shuffled, so that nobody relies on luck.
- Each test begins with an empty cache and in Chinese. Within it answers are kept as in production,
  although a transaction is open around the whole test: pages take half the time.
"""

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models.query import QuerySet
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from loushi.config.cli.migrate import rendering_little
from loushi.foundation.core import stamps
from loushi.registry.territory.queries import forget_root
from tests.worlds import MEMORY

_DATABASE = {"db", "transactional_db", "django_db_setup"}
_FOLDER = pytest.StashKey[Path]()
_shuffler = random.Random(0)  # its own, so that tests keep the sequence that they seed


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="loushi-tests-"))
    config.stash[_FOLDER] = folder
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "files"
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()  # whitenoise warns where there is none
    settings.SECRET_KEY = "only-for-tests-" * 4
    settings.DEMO = settings.PRODUCTION = settings.DEBUG = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PUBLIC_ADDRESS = "http://testserver"
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Undefined("%s")
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        # A file, as in production: threads (browser, concurrency) get connections of their own.
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
        database["OPTIONS"]["init_command"] = database["OPTIONS"]["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )
    _shuffle_unordered()
    _block_network()
    stamps.in_transaction = _in_own_transaction


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Any:
    """The test database comes into being as a new installation does: seconds, not half a minute."""
    if fixturedef.argname != "django_db_setup":
        return (yield)
    with rendering_little():
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_FOLDER, None)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """PostgreSQL's part repeats what meets a database; the rest ran with SQLite's."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        needless = [item for item in items if not _meets_database(item)]
        config.hook.pytest_deselected(items=needless)
        items[:] = [item for item in items if item not in set(needless)]


def _meets_database(item: pytest.Item) -> bool:
    kind = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or not _DATABASE.isdisjoint(getattr(item, "fixturenames", ()))
        or (kind is not None and issubclass(kind, TransactionTestCase))
    )


class _Undefined(str):
    """Stands in for an undefined variable; Django formats it with the variable's name."""

    def __mod__(self, name: Any) -> NoReturn:
        raise AssertionError(f"undefined template variable: {name}")


def _in_own_transaction() -> bool:
    """As if the transaction around a whole test were not there: it is undone after the test, and
    then everything kept is forgotten."""
    return any(not block._from_testcase for block in connection.atomic_blocks)


def _shuffle_unordered() -> None:
    fetch_all = QuerySet._fetch_all

    def shuffled(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        rows = self._result_cache
        if fresh and len(rows) > 1 and not self.ordered and not self.query.is_sliced:
            _shuffler.shuffle(rows)

    QuerySet._fetch_all = shuffled  # type: ignore[method-assign]


def _block_network() -> None:
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if not (host.startswith("127.") or host in {"::1", "localhost", "0.0.0.0"}):
                raise AssertionError(f"a test tried to reach {host}: tests use no network")
        connect(self, address)

    socket.socket.connect = only_loopback  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def clean_start(request: pytest.FixtureRequest) -> Iterator[None]:
    """An empty cache, Chinese, and a repeatable shuffle before every test."""
    seed = getattr(request.config.option, "randomly_seed", 0)
    _shuffler.seed(f"{seed} {request.node.nodeid}")
    cache.clear()
    forget_root()
    stamps.forget()
    MEMORY.begin()
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def same_queries() -> Callable[[Callable[[], Any], Callable[[int], Any]], int]:
    """`same_queries(page, grow)`: `grow(n)` makes n more rows; `page()` renders the list.

    The list must take as many queries with 20 rows (or `rows`) as with 2. Returns that number.
    """

    def check(page: Callable[[], Any], grow: Callable[[int], Any], rows: int = 20) -> int:
        grow(2)
        page()  # what is cached once must not count
        stamps.forget()  # the new rows would make anew what is kept under them
        with CaptureQueriesContext(connection) as few:
            page()
        grow(rows - 2)
        stamps.forget()
        with CaptureQueriesContext(connection) as many:
            page()
        if len(few) != len(many):
            before = [query["sql"] for query in few.captured_queries]
            extra = [q["sql"] for q in many.captured_queries if q["sql"] not in before]
            text = "\n".join(extra[:10])
            took = f"{len(few)} queries for 2 rows, {len(many)} for {rows}"
            pytest.fail(f"{took}; the new ones:\n{text}")
        return len(few)

    return check


@pytest.fixture(scope="session", autouse=True)
def no_stray_environment() -> None:
    """The demo's switch must not leak in from a developer's shell."""
    os.environ.pop("LOUSHI_DEMO", None)
