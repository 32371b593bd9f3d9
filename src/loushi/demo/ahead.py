"""Making things in a second process while this one writes: two cores for the one long story.

The demands' histories are drawn and replayed in memory, which is as much work as writing them; so a
forked process makes the portions and leaves each in a file, and this one reads them in order.
"""

import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from django.db import connections

T = TypeVar("T")


class MakingFailed(RuntimeError):
    """The second process ended before it had made everything; its last words are the text."""


def can_fork() -> bool:
    """Whether a second process is safe and worth its while here."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


@contextmanager
def ahead(make: Callable[[], Iterable[T]], *, aside: bool) -> Iterator[Iterator[T]]:
    """The things that `make()` yields, in order; with `aside` a forked process makes them from now
    on, in the state of this moment, otherwise each is made when it is asked for.

    What is made aside must be picklable and must not ask the database (it raises). Raises
    MakingFailed.
    """
    if not aside:
        yield iter(make())
        return
    with tempfile.TemporaryDirectory(prefix="loushi-ahead-") as name:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _make(make, Path(name), write)
        os.close(write)
        try:
            yield _made(Path(name), read)
        finally:
            os.close(read)  # a child that still writes ends by this
            os.waitpid(child, 0)


def _make(make: Callable[[], Iterable[Any]], folder: Path, write: int) -> NoReturn:
    """The second process: a file per thing, and a byte to tell of it. Leaves without any of the
    usual goodbyes, which belong to the first one (its connections, files and handlers)."""
    status = 1
    try:
        for connection in connections.all():
            connection.execute_wrappers.append(_refuse)
        for number, thing in enumerate(make()):
            (folder / str(number)).write_bytes(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
            os.write(write, b"+")
        os.write(write, b".")
        status = 0
    except BaseException as error:  # whatever it is: told to the first process
        (folder / "error").write_text(f"{type(error).__name__}: {error}")
    finally:
        os._exit(status)


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("what is made aside must not ask the database")


def _made(folder: Path, read: int) -> Iterator[Any]:
    number = 0
    while (told := os.read(read, 1)) == b"+":
        path = folder / str(number)
        yield pickle.loads(path.read_bytes())
        path.unlink()
        number += 1
    if told != b".":
        words = folder / "error"
        raise MakingFailed(words.read_text() if words.exists() else "it was killed")
