"""1,000 submissions, one split and one move-out while server and workers are killed at random.

For each database: clients submit over HTTP with an idempotency key and repeat until they get an
answer; another hand kills (SIGKILL) the whole server, one of its processes, or one of the two
workers, and starts them again; the split and the move-out are killed too and repeated. Mail goes to
a server of this bench that keeps what arrives. When everything has settled, every promise is
counted against the database. `ours` is the number of broken promises; there is no peer.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench import harness
from loushi.foundation.notices.testing import Sink

SUBMISSIONS = int(os.environ.get("LOUSHI_BENCH_SUBMISSIONS", "1000"))
CLIENTS = 8
WORKERS = 2
PAUSE = 0.05  # seconds between two submissions of a client
SEED = 20261012
PATIENCE = 90  # seconds that a client repeats one submission
SETTLE_SECONDS = 300
MAIL_HOST = "127.0.0.1"


def run() -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    versions = harness.versions("django", "psycopg", "granian")
    with harness.workspace("kill") as folder:
        rows += _engine("sqlite", folder / "sqlite", "")
    with harness.workspace("kill") as folder, harness.PrivateServer(harness.DURABLE) as server:
        rows += _engine("postgresql", folder / "postgresql", server.create_database("kill"))
        versions["postgresql"] = harness.postgres_version(server)
    return {
        "bench": "kill",
        "workload": f"{SUBMISSIONS} submissions by {CLIENTS} clients, one split, one move-out; "
        "server processes and workers killed at random; SQLite and PostgreSQL",
        "ours": sum(row.get("broken", 0) for row in rows),
        "peer": None,
        "peer_name": "none",
        "ratio": None,
        "unit": "broken promises",
        "versions": versions,
        "rows": rows,
    }


@dataclass
class Told:
    """What the outside world knows."""

    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Kills:
    """How often what was killed."""

    server: int = 0
    process: int = 0
    worker: int = 0
    change: int = 0
    gave_up: int = 0


class Worker:
    """A `loushi worker` process."""

    def __init__(self, environment: dict[str, str], log_file: Path) -> None:
        self.environment, self.log_file = environment, log_file
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_file.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "loushi", "worker"], env=self.environment,
                cwd=harness.ROOT, stdout=stream, stderr=stream,
            )  # fmt: skip

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.kill()


def _engine(name: str, folder: Path, url: str) -> list[dict[str, Any]]:
    folder.mkdir()
    with Sink() as sink:
        environment = harness.loushi_environment(
            folder / "data", harness.free_port(), url,
            LOUSHI_SMTP_HOST=MAIL_HOST, LOUSHI_SMTP_PORT=str(sink.port), LOUSHI_LOG_LEVEL="ERROR",
        )  # fmt: skip
        harness.loushi("migrate", environment=environment)
        district = _in_django(environment, "prepare", str(folder / "district.json"))
        assert district == ""
        place = harness.read_json(folder / "district.json")
        harness.log(f"{name}: district stands, submitting")
        began = time.monotonic()
        told, kills, seconds = _storm(environment, folder, place)
        report = {
            "acknowledged": told.acknowledged,
            "sent": sorted(told.sent),
            "message_ids": sink.message_ids,
            "host": MAIL_HOST,
            "clerks": place["clerks"],
            "community": place["community"],
            "left_tenancy": place["firms"][0]["tenancy"],
            "left_firm": place["firms"][0]["id"],
        }
        (folder / "report.json").write_text(json.dumps(report))
    _in_django(environment, "examine", str(folder / "report.json"), str(folder / "found.json"))
    if os.environ.get("LOUSHI_BENCH_KEEP"):
        harness.log((folder / "found.json").read_text())
    rows: list[dict[str, Any]] = harness.read_json(folder / "found.json")["rows"]
    summary = {
        "database": name,
        "acknowledged": len(told.acknowledged),
        "repeated requests": told.repeats,
        "killed servers": kills.server,
        "killed server processes": kills.process,
        "killed workers": kills.worker,
        "killed changes": kills.change,
        "servers that gave up": kills.gave_up,
        "mails": len(report["message_ids"]),
        "mails twice": len(report["message_ids"]) - len(set(report["message_ids"])),
        "settled after seconds": round(seconds, 1),
        "seconds": round(time.monotonic() - began, 1),
        "broken": len(told.refused) + SUBMISSIONS - len(told.acknowledged),
    }
    if told.refused:
        summary["refused"] = "; ".join(told.refused[:3])
    return [summary, *({"database": name, **row} for row in rows)]


def _in_django(environment: dict[str, str], function: str, *arguments: Any) -> str:
    done = subprocess.run(
        _command(function, *arguments), env=_with_path(environment), cwd=harness.ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{function} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _command(function: str, *arguments: Any) -> list[str]:
    call = ", ".join(repr(argument) for argument in arguments)
    return [sys.executable, "-c", f"import bench._kill_district as d; d.{function}({call})"]


def _with_path(environment: dict[str, str]) -> dict[str, str]:
    return environment | {
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
    }


# ---- the storm -----------------------------------------------------------------------------------


def _storm(
    environment: dict[str, str], folder: Path, place: dict[str, Any]
) -> tuple[Told, Kills, float]:
    told, kills = Told(), Kills()
    server = harness.loushi_server(environment, folder)
    workers = [Worker(environment, folder / f"worker{n}.log") for n in range(WORKERS)]
    over = threading.Event()
    with server:
        for worker in workers:
            worker.start()
        try:
            killer = threading.Thread(target=_killer, args=(server, workers, kills, over))
            changes = threading.Thread(target=_changes, args=(environment, place, kills, told))
            numbers = iter(range(SUBMISSIONS))
            clients = [
                threading.Thread(target=_client, args=(server.address, place, numbers, told))
                for _client_number in range(CLIENTS)
            ]
            for thread in (killer, changes, *clients):
                thread.start()
            for thread in (*clients, changes):
                thread.join()
            over.set()
            killer.join()
            seconds = _settle(environment)
        finally:
            over.set()
            for worker in workers:
                worker.stop()
    return told, kills, seconds


def _client(address: str, place: dict[str, Any], numbers: Iterator[int], told: Told) -> None:
    with httpx.Client(base_url=address, timeout=30) as http:
        while True:
            with told.lock:
                number = next(numbers, None)
            if number is None:
                return
            _submit(http, place, number, told)
            time.sleep(PAUSE)


def _submit(http: httpx.Client, place: dict[str, Any], number: int, told: Told) -> None:
    """Repeats one submission, always with the same key, until it is acknowledged."""
    firms = place["firms"]
    firm = firms[number % len(firms)]
    if number > SUBMISSIONS // 4 and firm is firms[0]:
        firm = firms[1]  # the first one is about to move out
    mark = f"第{number}"
    headers = {
        "Authorization": f"Bearer {firm['token']}",
        "Idempotency-Key": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{SEED}-{number}")),
    }
    body = {
        "text": f"{mark}号：大堂门禁刷不开，早高峰排队。",
        "category": place["category_code"],
        "enterprise": firm["id"],
        "building": firm["building"],
    }
    with told.lock:
        told.sent.add(mark)
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        try:
            answer = http.post("/api/v1/demands", json=body, headers=headers)
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.status_code in {200, 201}:
            with told.lock:
                told.acknowledged[mark] = answer.json()["id"]
            return
        if answer is not None and answer.status_code < 500 and answer.status_code != 429:
            with told.lock:
                told.refused.append(f"{mark}: {answer.status_code} {answer.text[:200]}")
            return
        with told.lock:
            told.repeats += 1
        time.sleep(0.2)
    with told.lock:
        told.refused.append(f"{mark}: no answer within {PATIENCE} s")


def _killer(
    server: harness.Server, workers: list[Worker], kills: Kills, over: threading.Event
) -> None:
    chance = random.Random(SEED)
    while not over.wait(chance.uniform(1.0, 5.0)):
        if server.process is None or server.process.poll() is not None:
            # Granian gives up when its processes keep dying; a service manager starts it again.
            kills.gave_up += 1
            _start_again(server)
        what = chance.choice(["server", "process", "process", "worker", "worker", "worker"])
        if what == "server":
            server.kill()
            kills.server += 1
            _start_again(server)
        elif what == "process":
            kills.process += _kill_child(server, chance)
        else:
            worker = chance.choice(workers)
            worker.kill()
            kills.worker += 1
            time.sleep(chance.uniform(0, 1))
            worker.start()


def _start_again(server: harness.Server) -> None:
    """Starts the server; its killed children may hold the port for another moment."""
    for _attempt in range(20):
        try:
            server.start()
            return
        except RuntimeError:
            time.sleep(0.5)
    raise RuntimeError("the server did not come back after it was killed")


def _kill_child(server: harness.Server, chance: random.Random) -> int:
    """Kills one of the processes that answer requests; the server starts another."""
    if server.process is None:
        return 0
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    with contextlib.suppress(OSError, IndexError):
        os.kill(int(chance.choice(children.read_text().split())), signal.SIGKILL)
        return 1
    return 0


def _changes(environment: dict[str, str], place: dict[str, Any], kills: Kills, told: Told) -> None:
    """After a third of the submissions the enterprise leaves, after half the community splits."""
    towers = place["buildings"]
    half = len(towers) // 2
    plan = [
        (SUBMISSIONS // 3, _command("move_out", place["firms"][0]["tenancy"])),
        (SUBMISSIONS // 2, _command("split", place["community"], towers[:half], towers[half:])),
    ]
    chance = random.Random(SEED + 1)
    for threshold, command in plan:
        while len(told.acknowledged) + len(told.refused) < threshold:
            time.sleep(0.1)
        for attempt in range(20):
            process = subprocess.Popen(
                command, env=_with_path(environment), cwd=harness.ROOT,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
            if attempt < 4:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=chance.uniform(0.8, 2.5))
                if process.poll() is None:
                    process.kill()
                    process.wait()
                    kills.change += 1
                    continue
            _out, error = process.communicate()
            if process.returncode == 0:
                break
            harness.log(f"a change failed, again: {error.decode()[-300:]}")
        else:
            told.refused.append(f"{command[-1]} never succeeded")


def _settle(environment: dict[str, str]) -> float:
    """Seconds until nothing waits any more; gives up when it gets no less for a long time."""
    began = shrank = time.monotonic()
    rest, least = "", sys.maxsize
    while time.monotonic() - shrank < SETTLE_SECONDS:
        rest = _in_django(environment, "waiting")
        waiting = sum(json.loads(rest)["pending"].values())
        if not waiting:
            return time.monotonic() - began
        if waiting < least:
            least, shrank = waiting, time.monotonic()
        time.sleep(1)
    harness.log(f"nothing moved for {SETTLE_SECONDS} s: {rest}")
    return time.monotonic() - began
