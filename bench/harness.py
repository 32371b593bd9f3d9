"""Pieces that the benches share: servers, environments of peers, load, percentiles.

A bench is a module with `run() -> dict` (keys: bench, workload, ours, peer, peer_name, ratio, unit,
versions, rows). It starts everything itself, uses this machine's loopback only, ends by itself, and
reports medians; `ratio` says how many times better we are (above 1 is better, whatever the unit).
"""

import contextlib
import hashlib
import json
import math
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
from postgres import PrivateServer, free_port

__all__ = ["PrivateServer", "free_port"]

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"

# A database that keeps what it acknowledged, with memory for a million rows.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
}


def log(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def workspace(name: str) -> Iterator[Path]:
    """A folder for one run, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"loushi-bench-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def versions(*packages: str, **more: str) -> dict[str, str]:
    """Python, machine and package versions for the result."""
    found = {
        "loushi": _own_version(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }
    found |= {name: metadata.version(name) for name in packages}
    return found | more


def _own_version() -> str:
    from loushi import __version__

    return __version__


def postgres_version(server: PrivateServer) -> str:
    return server.run("psql", "-d", "postgres", "-tAc", "show server_version").split()[0]


# ---- peers ---------------------------------------------------------------------------------------


def peer_environment(name: str, requirements: Sequence[str]) -> Path:
    """The Python of an environment under build/bench/ with exactly these (pinned) requirements."""
    folder = BUILD / name
    stamp = folder / "stamp"
    wanted = hashlib.sha256("\n".join([sys.version, *requirements]).encode()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    log(f"installing {', '.join(requirements)} into build/bench/{name}")
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *requirements],
        check=True,
    )
    stamp.write_text(wanted)
    return python


def peer_version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


# ---- processes -----------------------------------------------------------------------------------


@dataclass
class Server:
    """A server process: started, waited for, ended by its own id (with its children)."""

    command: Sequence[str | Path]
    address: str
    environment: Mapping[str, str]
    log_file: Path
    folder: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        try:
            self.start()
        except BaseException:
            self.stop()  # one that never answered must not be left behind
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, path: str = "/healthz", seconds: float = 120) -> None:
        with self.log_file.open("ab") as stream:
            self.process = subprocess.Popen(
                [str(part) for part in self.command], env=dict(self.environment), cwd=self.folder,
                stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        wait_for(f"{self.address}{path}", seconds, alive=lambda: self.process.poll() is None)

    def stop(self) -> None:
        """Asks the process group to end, then insists."""
        self._signal(signal.SIGTERM, 40)

    def kill(self) -> None:
        """SIGKILL at once, for the crash tests."""
        self._signal(signal.SIGKILL, 10)

    def _signal(self, number: int, patience: float) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        try:
            self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


def loushi_environment(
    data: Path, port: int, database_url: str = "", **more: str
) -> dict[str, str]:
    """A clean environment for our own commands: no settings of the caller leak in."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LOUSHI_")}
    kept |= {
        "LOUSHI_DATA": str(data),
        "LOUSHI_DATABASE_URL": database_url,
        "LOUSHI_SECRET_KEY": "only-for-a-bench-on-this-machine-" * 2,
        "LOUSHI_LOG_LEVEL": "WARNING",
        "PORT": str(port),
    }
    return kept | more


def loushi(*arguments: str, environment: Mapping[str, str]) -> str:
    """Runs a `loushi` command to its end and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "loushi", *arguments],
        env=dict(environment), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"loushi {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def loushi_server(
    environment: Mapping[str, str], folder: Path, *, workers: int = 2, with_worker: bool = False
) -> Server:
    """Our own server as `loushi serve` runs it, not yet started."""
    extra = ["--with-worker"] if with_worker else []
    return Server(
        [sys.executable, "-m", "loushi", "serve", "--workers", str(workers), *extra],
        f"http://127.0.0.1:{environment['PORT']}",
        environment,
        folder / "server.log",
    )


def wait_for(url: str, seconds: float, alive: Callable[[], bool] = lambda: True) -> float:
    """Seconds until the address answers with anything below 500."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if not alive():
            raise RuntimeError(f"the server for {url} ended before it answered")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=5, follow_redirects=True).status_code < 500:
                return time.monotonic() - started
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {seconds:.0f} s")


# ---- load ----------------------------------------------------------------------------------------


@dataclass
class Load:
    """What a bounded run of requests measured; times in milliseconds."""

    seconds: float
    milliseconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def requests_per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def p(self, percent: float) -> float:
        return percentile(self.milliseconds, percent)


def load(
    base: str,
    requests: Callable[[int], tuple[Any, ...]],
    *,
    connections: int = 16,
    seconds: float = 10,
    headers: Mapping[str, str] | None = None,
    most: int = 1_000_000,
    answered: Callable[[int, int, bytes], None] | None = None,
) -> Load:
    """Keep-alive load on this machine: `connections` threads for `seconds`, `most` requests.

    `requests(n)` gives the nth request as (method, path), (method, path, body, content type), or
    with a dict of its own headers besides; `answered(n, status, body)` hears of every answer.
    Raw sockets: a client library would take more of the two cores than the server under test.
    """
    host, port = base.removeprefix("http://").split(":")
    if host not in {"127.0.0.1", "localhost"}:
        raise ValueError("a bench loads this machine only")
    counter = iter(range(most))
    lock = threading.Lock()
    result = Load(0)
    fixed = "".join(f"{key}: {value}\r\n" for key, value in (headers or {}).items())
    start = threading.Barrier(connections + 1)
    deadline = 0.0

    def next_number() -> int | None:
        with lock:
            return next(counter, None)

    def client() -> None:
        times: list[float] = []
        statuses: dict[int, int] = {}
        connection = Connection(host, int(port), fixed)
        start.wait()
        while time.monotonic() < deadline:
            number = next_number()
            if number is None:
                break
            request = requests(number)
            began = time.perf_counter()
            status, body = connection.request(*request)
            times.append((time.perf_counter() - began) * 1000)
            if answered is not None:
                answered(number, status, body)
            statuses[status] = statuses.get(status, 0) + 1
        connection.close()
        with lock:
            result.milliseconds += times
            for status, count in statuses.items():
                result.statuses[status] = result.statuses.get(status, 0) + count

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    start.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    result.seconds = time.monotonic() - began
    return result


class Connection:
    """One keep-alive HTTP/1.1 connection; reconnects when the server closed it."""

    def __init__(self, host: str, port: int, headers: str = "") -> None:
        self.host, self.port, self.headers = host, port, headers
        self.socket: socket.socket | None = None
        self.buffer = b""

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{self.headers}"
        head += "".join(f"{key}: {value}\r\n" for key, value in (headers or {}).items())
        if body or method != "GET":
            head += f"Content-Type: {content_type or 'application/json'}\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        data = head.encode() + b"\r\n" + body
        if self.socket is None:
            self._connect()
        assert self.socket
        self.socket.sendall(data)
        return self._answer()

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None

    def _connect(self) -> None:
        self.socket = socket.create_connection((self.host, self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def _more(self) -> None:
        assert self.socket
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.buffer += data

    def _answer(self) -> tuple[int, bytes]:
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        if fields.get("transfer-encoding") == "chunked":
            body = self._chunks()
        elif "content-length" in fields:
            body = self._take(int(fields["content-length"]))
        else:
            body = b""
        if fields.get("connection") == "close":
            self.close()
        return status, body

    def _take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self._more()
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            size = int(line.split(b";")[0], 16)
            chunk = self._take(size + 2)[:-2]
            if not size:
                return body
            body += chunk


# ---- figures -------------------------------------------------------------------------------------


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def timed(work: Callable[[], Any], repeat: int = 3) -> tuple[float, list[float]]:
    """The median of some runs, and all of them, in seconds."""
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds), seconds


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
