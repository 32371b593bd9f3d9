"""2,000 running bundles of 12 steps, worked on by 50 people with a second of thought between steps.

Each person lists what waits for the own department, and ends one shown step after another over the
API; every ended step writes its clock, history line, audit entry, idempotency key, and whatever it
opens for other departments, with a notice to each of their people. First in peace, which gives the
time of a step (counted after five seconds, when all processes have answered); then while server,
processes and workers are killed at random (SIGKILL, as in `kill`), each person repeating under the
same key until an answer comes. Afterwards every step is examined: done at most once, never before
its predecessors, one clock, one audit entry and one notice each, and everything that was
acknowledged is there. SQLite and PostgreSQL; there is no peer. `ours` is the slower engine's 95th
percentile in peace; `broken` must be 0.
"""

import json
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import harness, kill
from bench.demands_list import call

BUNDLES = int(os.environ.get("LOUSHI_BENCH_BUNDLES", "2000"))
SECONDS = int(os.environ.get("LOUSHI_BENCH_SECONDS", "60"))
PEOPLE, STEPS, THINK = 50, 12, 1.0
WORKERS, BAR = 2, 300
WARMING = 5  # seconds until times count: a process that has just begun loads what it needs
PATIENCE = 90  # seconds that a person repeats one step
SHOWN = 40
SEED = 20261126
SAID = json.dumps({"said": "已办"}).encode()


def run() -> dict[str, Any]:
    rows = []
    versions = harness.versions("django", "psycopg", "granian")
    with harness.workspace("bundle") as folder:
        rows.append(_engine("sqlite", folder / "sqlite", ""))
    with harness.workspace("bundle") as folder, harness.PrivateServer(harness.DURABLE) as server:
        rows.append(_engine("postgresql", folder / "postgresql", server.create_database("bundle")))
        versions["postgresql"] = harness.postgres_version(server)
    ours = max(row["p95_ms"] for row in rows)
    broken = sum(row["broken"] for row in rows)
    return {
        "bench": "bundle",
        "workload": f"{BUNDLES} running bundles of {STEPS} steps, {PEOPLE} people with "
        f"{THINK:g} s think time for {SECONDS} s, then as long under SIGKILL",
        "ours": ours,
        "peer": None,
        "peer_name": "none",
        "ratio": None,
        "unit": "ms a step (95th percentile)",
        "versions": versions,
        "rows": rows,
        "limits_hold": ours <= BAR and not broken,
    }


@dataclass
class Told:
    """What the outside world knows: acknowledged steps, and times of steps and lists."""

    steps: list[tuple[int, str]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    lists: list[float] = field(default_factory=list)
    faster: int = 0
    repeats: int = 0
    refused: list[str] = field(default_factory=list)
    counting_from: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


def _engine(name: str, folder: Path, url: str) -> dict[str, Any]:
    folder.mkdir()
    environment = harness.loushi_environment(
        folder / "data", harness.free_port(), url, LOUSHI_LOG_LEVEL="ERROR"
    )
    harness.loushi("migrate", environment=environment)
    call(environment, "_bundle_district", "prepare", BUNDLES, PEOPLE, folder / "people.json")
    people = harness.read_json(folder / "people.json")
    harness.log(f"{name}: {BUNDLES} bundles run, working on them")
    server = harness.loushi_server(environment, folder, workers=WORKERS)
    workers = [kill.Worker(environment, folder / f"worker{n}.log") for n in range(2)]
    calm, stormy, kills = Told(), Told(), kill.Kills()
    with server:
        for worker in workers:
            worker.start()
        try:
            _work(server.address, people, calm)
            over = threading.Event()
            killer = threading.Thread(target=kill._killer, args=(server, workers, kills, over))
            killer.start()
            _work(server.address, people, stormy)
            over.set()
            killer.join()
            settled = kill._settle(environment)
        finally:
            for worker in workers:
                worker.stop()
    (folder / "told.json").write_text(json.dumps(calm.steps + stormy.steps))
    call(environment, "_bundle_district", "examine", folder / "told.json", folder / "found.json")
    found = harness.read_json(folder / "found.json")
    refused = calm.refused + stormy.refused
    row = {
        "database": name,
        "p50_ms": round(harness.percentile(calm.milliseconds, 50), 1),
        "p95_ms": round(harness.percentile(calm.milliseconds, 95), 1),
        "list_p95_ms": round(harness.percentile(calm.lists, 95), 1),
        "steps": len(calm.steps),
        "steps_under_kill": len(stormy.steps),
        "somebody_was_faster": calm.faster + stormy.faster,
        "repeated": calm.repeats + stormy.repeats,
        "killed": kills.server + kills.process + kills.worker,
        "settled_after_s": round(settled, 1),
        "broken": len(refused) + sum(found.values()),
        **{name: count for name, count in found.items() if count},
    }
    if refused:
        row["refused"] = "; ".join(refused[:3])
    harness.log(str(row))
    return row


def _work(address: str, people: list[dict[str, Any]], told: Told) -> None:
    told.counting_from = time.monotonic() + WARMING
    until = told.counting_from + SECONDS
    threads = [
        threading.Thread(target=_person, args=(address, one, number, until, told))
        for number, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _person(
    address: str, person: dict[str, Any], number: int, until: float, told: Told
) -> None:  # fmt: skip
    chance = random.Random(f"{SEED} {number} {until}")
    host, port = address.removeprefix("http://").split(":")
    http = harness.Connection(host, int(port), f"Authorization: Bearer {person['token']}\r\n")
    time.sleep(chance.uniform(0, THINK))
    waiting: list[tuple[int, str]] = []
    while time.monotonic() < until:
        if not waiting:
            waiting = _waiting(http, person, told)
            chance.shuffle(waiting)
        elif not _done(http, *waiting.pop(), told):
            break
        time.sleep(THINK)
    http.close()


def _ask(http: harness.Connection, *request: Any) -> tuple[int, bytes]:
    """Status and body; (0, b"") where no answer came: the server was killed."""
    try:
        return http.request(*request)
    except (OSError, ValueError):
        http.close()
        return 0, b""


def _waiting(
    http: harness.Connection, person: dict[str, Any], told: Told
) -> list[tuple[int, str]]:  # fmt: skip
    """What waits for this person's department: (application, step)."""
    began = time.perf_counter()
    status, body = _ask(http, "GET", f"/api/v1/applications?show=mine&limit={SHOWN}")
    if status != 200:
        return []
    shown = json.loads(body)["items"]
    with told.lock:
        if time.monotonic() >= told.counting_from:
            told.lists.append((time.perf_counter() - began) * 1000)
    codes = {title: code for code, title in person["steps"]}
    place, colleagues = person["share"]  # who works side by side divides what waits
    mine = [one for one in shown if one["id"] % colleagues == place] or shown
    return [(one["id"], codes[title]) for one in mine for title in one["now"] if title in codes]


def _done(http: harness.Connection, application: int, code: str, told: Told) -> bool:
    """Ends one step; repeats under the same key until there is an answer."""
    key = str(uuid.uuid4())
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        began = time.perf_counter()
        status, body = _ask(
            http, "POST", f"/api/v1/applications/{application}/steps/{code}/done", SAID, "",
            {"Idempotency-Key": key},
        )  # fmt: skip
        took = (time.perf_counter() - began) * 1000
        with told.lock:
            if status == 200:
                if time.monotonic() >= told.counting_from:
                    told.milliseconds.append(took)
                told.steps.append((application, code))
                return True
            if status == 409:
                told.faster += 1  # a colleague has done it
                return True
            if status and status < 500 and status != 429:
                told.refused.append(f"{status} {body[:200].decode(errors='replace')}")
                return True
            told.repeats += 1
        time.sleep(0.2)
    with told.lock:
        told.refused.append(f"no answer within {PATIENCE} s")
    return False
