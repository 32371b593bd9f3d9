"""Concurrent submissions over HTTP, against django-helpdesk's REST create.

Both answer in the same run over the same PostgreSQL server, each with two granian processes of one
thread, bearer tokens, the same texts, the rounds taken in turns. Ours writes for every submission
the demand, its accept clock and history line, the idempotency key, the audit entry, the search
index and a notice to each of three clerks. The peer writes a ticket and its first follow-up; one
row lets it tell nobody (`peer`, its best), another lets it mail one address into a backend that
drops everything. No worker runs meanwhile: neither side delivers mail.

Afterwards 200 submissions are each sent three times at once under one idempotency key, and then
every acknowledged submission is counted in every table. `lost` and `doubled` must be 0. The same on
SQLite, for us alone.
"""

import json
import os
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from bench import _demand_texts as texts
from bench import harness
from bench.demands_list import call

SECONDS = int(os.environ.get("LOUSHI_BENCH_SECONDS", "10"))
CONNECTIONS, WORKERS, ROUNDS = 16, 2, 3
AT_ONCE, TIMES = 200, 3
TEXTS = [texts.sample(row, 1000).text.split("\n")[-1] for row in range(1000)]
BAR = 1.5
WARM_UP = 40
PEER = (
    f"Django=={metadata.version('django')}",
    f"psycopg[binary]=={metadata.version('psycopg')}",
    f"granian=={metadata.version('granian')}",
    "django-helpdesk==2.6.1",
    "djangorestframework==3.18.3",
)


def run() -> dict[str, Any]:
    python = harness.peer_environment("helpdesk", PEER)
    with harness.workspace("create") as folder, harness.PrivateServer(harness.DURABLE) as server:
        rows = _postgresql(folder, server, python)
        postgres = harness.postgres_version(server)
    with harness.workspace("create") as folder:
        rows += _sqlite(folder)
    ours = next(row for row in rows if row["who"] == "ours")
    peer = max((row for row in rows if "helpdesk" in row["who"]), key=lambda r: r["per_second"])
    wrong = sum(row["lost"] + row["doubled"] + row["other_broken_promises"]
                for row in rows if "lost" in row)  # fmt: skip
    ratio = ours["per_second"] / peer["per_second"]
    return {
        "bench": "demands-create",
        "workload": f"submissions over HTTP, {CONNECTIONS} connections, {WORKERS} processes, "
        "PostgreSQL: with clock, history, audit, outbox, search index and idempotency key",
        "ours": ours["per_second"],
        "peer": peer["per_second"],
        "peer_name": "django-helpdesk 2.6.1, REST create, its faster setting",
        "ratio": round(ratio, 2),
        "unit": "submissions per second",
        "versions": harness.versions("django", "psycopg", "granian", postgresql=postgres)
        | {one.partition("==")[0] + " (peer)": one.partition("==")[2] for one in PEER[3:]},
        "rows": rows,
        "limits_hold": ratio >= BAR and not wrong,
    }


# ---- both sides over PostgreSQL ------------------------------------------------------------------


def _postgresql(folder: Path, server: harness.PrivateServer, python: Path) -> list[dict[str, Any]]:
    environment = harness.loushi_environment(
        folder / "data", harness.free_port(), server.create_database("create")
    )
    ours = _prepared(environment, folder)
    peer_environment, desk = _peer_prepared(folder, server.create_database("helpdesk"), python)
    queues = {"silent": "nobody is told", "telling": "one address is told"}
    mine: list[harness.Load] = []
    theirs: dict[str, list[harness.Load]] = {queue: [] for queue in queues}
    with (
        harness.loushi_server(environment, folder, workers=WORKERS) as site,
        _peer_server(python, folder, peer_environment) as peer,
    ):
        ours.load(site.address, most=WARM_UP)
        for queue in queues:
            _peer_load(peer.address, desk, queue, most=WARM_UP)
        for _round in range(ROUNDS):
            mine.append(ours.load(site.address))
            for queue, laps in theirs.items():
                laps.append(_peer_load(peer.address, desk, queue))
        ours.at_once(site.address)
    rows = [_row("ours", mine) | ours.examined(environment, folder)]
    counted = json.loads(_peer_python(python, peer_environment, "count()").splitlines()[-1])
    wanted = sum(len(one.milliseconds) for laps in theirs.values() for one in laps)
    wanted += WARM_UP * len(queues)
    if counted["tickets"] != wanted:
        raise RuntimeError(f"the peer holds {counted['tickets']} tickets, {wanted} were sent")
    rows += [_row(f"django-helpdesk, {queues[queue]}", laps) for queue, laps in theirs.items()]
    return rows


def _sqlite(folder: Path) -> list[dict[str, Any]]:
    environment = harness.loushi_environment(folder / "data", harness.free_port())
    ours = _prepared(environment, folder)
    with harness.loushi_server(environment, folder, workers=WORKERS) as site:
        ours.load(site.address, most=WARM_UP)
        laps = [ours.load(site.address) for _round in range(ROUNDS)]
        ours.at_once(site.address)
    return [_row("ours on SQLite", laps) | ours.examined(environment, folder)]


def _row(who: str, laps: list[harness.Load]) -> dict[str, Any]:
    row = {
        "who": who,
        "per_second": round(harness.median([lap.requests_per_second for lap in laps]), 1),
        "p50_ms": round(harness.median([lap.p(50) for lap in laps]), 1),
        "p95_ms": round(harness.median([lap.p(95) for lap in laps]), 1),
        "requests": sum(len(lap.milliseconds) for lap in laps),
    }
    harness.log(str(row))
    return row


# ---- ours ----------------------------------------------------------------------------------------


def _prepared(environment: dict[str, str], folder: Path) -> "Ours":
    harness.loushi("migrate", environment=environment)
    call(environment, "_kill_district", "prepare", folder / "district.json")
    return Ours(harness.read_json(folder / "district.json"))


class Ours:
    """Submits, and keeps every answer; the mark in a text tells which submission it is."""

    def __init__(self, place: dict[str, Any]) -> None:
        self.place = place
        self.sent = 0
        self.answers: list[tuple[int, int, bytes]] = []

    def request(self, number: int) -> tuple[str, str, bytes, str, dict[str, str]]:
        firm = self.place["firms"][number % len(self.place["firms"])]
        body = {
            "text": f"第{number}号：{TEXTS[number % len(TEXTS)]}",
            "category": self.place["category_code"],
            "enterprise": firm["id"],
            "building": firm["building"],
        }
        headers = {
            "Authorization": f"Bearer {firm['token']}",
            "Idempotency-Key": f"create-{number}",
        }
        data = json.dumps(body, ensure_ascii=False).encode()
        return "POST", "/api/v1/demands", data, "application/json", headers

    def load(self, address: str, most: int = 1_000_000) -> harness.Load:
        first = self.sent
        lap = harness.load(
            address, lambda number: self.request(first + number), connections=CONNECTIONS,
            seconds=SECONDS, most=most,
            answered=lambda number, *answer: self.answers.append((first + number, *answer)),
        )  # fmt: skip
        self.sent += len(lap.milliseconds)
        return lap

    def at_once(self, address: str) -> None:
        """Each of some submissions several times at the same moment, under one key."""
        first = self.sent
        harness.load(
            address, lambda number: self.request(first + number // TIMES),
            connections=CONNECTIONS, seconds=120, most=AT_ONCE * TIMES,
            answered=lambda number, *answer: self.answers.append(
                (first + number // TIMES, *answer)
            ),
        )  # fmt: skip
        self.sent += AT_ONCE

    def examined(self, environment: dict[str, str], folder: Path) -> dict[str, Any]:
        """Counts every promise against the database."""
        told: dict[str, int] = {}
        different = 0
        for number, status, body in self.answers:
            if status != 201:
                raise RuntimeError(
                    f"submission {number} was answered with {status}: {body[:300]!r}"
                )
            pk = json.loads(body)["id"]
            different += told.setdefault(f"第{number}", pk) != pk
        report = {
            "acknowledged": told,
            "sent": [f"第{number}" for number in range(self.sent)],
            "clerks": self.place["clerks"],
        }
        (folder / "report.json").write_text(json.dumps(report))
        call(environment, "_kill_district", "examine_submissions", folder / "report.json",
             folder / "found.json")  # fmt: skip
        rows = harness.read_json(folder / "found.json")["rows"]
        broken = {row["promise"]: row["broken"] for row in rows}
        once = "an acknowledged demand exists exactly once"
        twice = "nothing sent exists twice"
        rest = sum(count for promise, count in broken.items() if promise not in {once, twice})
        for row in rows:
            if row["broken"]:
                harness.log(str(row))
        return {
            "acknowledged": len(told),
            "sent_three_times": AT_ONCE,
            "lost": broken[once] + self.sent - len(told),
            "doubled": broken[twice] + different,
            "promises": len(rows),
            "other_broken_promises": rest,
        }


# ---- the peer ------------------------------------------------------------------------------------


def _peer_python(python: Path, environment: dict[str, str], code: str) -> str:
    done = subprocess.run(
        [python, "-c", f"import _helpdesk_peer as peer; peer.{code}"],
        env=environment, cwd=harness.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the peer failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _peer_prepared(folder: Path, url: str, python: Path) -> tuple[dict[str, str], dict[str, Any]]:
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parent),
        "DJANGO_SETTINGS_MODULE": "_helpdesk_peer",
        "PEER_DATABASE_URL": url,
        "PEER_MEDIA": str(folder / "media"),
    }
    _peer_python(python, environment, f"prepare({str(folder / 'desk.json')!r})")
    return environment, harness.read_json(folder / "desk.json")


def _peer_server(python: Path, folder: Path, environment: dict[str, str]) -> harness.Server:
    port = harness.free_port()
    return harness.Server(
        [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", str(WORKERS), "--blocking-threads", "1", "--log-level", "warning", "--no-ws",
         "--factory", "django.core.wsgi:get_wsgi_application"],
        f"http://127.0.0.1:{port}", environment, folder / "peer.log",
    )  # fmt: skip


def _peer_load(
    address: str, desk: dict[str, Any], queue: str, most: int = 1_000_000
) -> harness.Load:
    def request(number: int) -> tuple[str, str, bytes, str]:
        text = TEXTS[number % len(TEXTS)]
        ticket = {"queue": desk[queue], "title": text[:40], "description": text, "priority": 3}
        if queue == "telling":
            ticket["submitter_email"] = f"firm{number % 20}@example.cn"
        data = json.dumps(ticket, ensure_ascii=False).encode()
        return "POST", "/helpdesk/api/tickets/", data, "application/json"

    lap = harness.load(
        address, request, connections=CONNECTIONS, seconds=SECONDS, most=most,
        headers={"Authorization": f"Token {desk['token']}"},
    )  # fmt: skip
    if set(lap.statuses) != {201}:
        raise RuntimeError(f"the peer answered {lap.statuses}")
    return lap
