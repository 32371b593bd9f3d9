"""A private PostgreSQL server: free port, temporary folder, gone at the end."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from programs import postgres_folder

_PR_SET_PDEATHSIG = 1

# For tests: nothing has to survive a crash.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PrivateServer:
    """`with PrivateServer() as server: server.url("name")`.

    PostgreSQL refuses to run as root, so root hands it to an unprivileged account. `settings` are
    PostgreSQL's own parameters; the default is fast and forgetful, a bench passes durable ones.
    """

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        self.binaries = postgres_folder()
        self.settings = FORGETFUL if settings is None else settings
        self.folder = Path(tempfile.mkdtemp(prefix="loushi-postgres-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._identity = _unprivileged()
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])

    def __enter__(self) -> Self:
        try:
            self._create()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://loushi@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str) -> str:
        """Makes an empty database and returns its address."""
        self.run("createdb", name)
        return self.url(name)

    def run(self, program: str, *arguments: str) -> str:
        """Runs one of PostgreSQL's programs against this server and returns what it printed."""
        done = subprocess.run(
            [self.binaries / program, "-h", "127.0.0.1", "-p", str(self.port), "-U", "loushi",
             *arguments],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _create(self) -> None:
        done = subprocess.run(
            [self.binaries / "initdb", "--pgdata", self.folder / "data", "--username=loushi",
             "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True, text=True, check=False, cwd="/", **self._identity,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def _start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            "shared_buffers": "256MB",
            **self.settings,
        }
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.folder / "data",
             *(part for key, value in options.items() for part in ("-c", f"{key}={value}"))],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
            preexec_fn=_end_with_parent, **self._identity,
        )  # fmt: skip
        log.close()
        for _attempt in range(300):
            if self.process.poll() is not None:
                break
            try:
                self.run("psql", "-d", "postgres", "-c", "select 1")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        text = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"PostgreSQL did not start:\n{text}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged() -> dict[str, object]:
    """The account for PostgreSQL when we are root: postgres where it exists, else nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL cannot run as root; make an account named postgres or nobody")


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
