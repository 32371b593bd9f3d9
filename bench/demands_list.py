"""The list over 1,000,000 demands as a community secretary and as a department handler.

Both sides answer the same question in the same run, one after the other: the first 50 demands in
handling that the person may see, logged in, over the same rows of the same PostgreSQL, each with
two granian processes. The peer is the Django admin's changelist with the same restriction.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench import _demands_district as district
from bench import harness

ROWS = int(os.environ.get("LOUSHI_BENCH_ROWS", "1000000"))
SECONDS = int(os.environ.get("LOUSHI_BENCH_SECONDS", "10"))
CONNECTIONS, WORKERS, ROUNDS = 16, 2, 3
FILTER = "state=handling"
OURS, PEER = f"/demands/?{FILTER}", "/admin/demands/demand/?state__exact=handling"
ROLES = {"community secretary": district.SECRETARY, "department handler": district.HANDLER}
BAR, P95_LIMIT, CHANGES = 20, 150, 2


def run() -> dict[str, Any]:
    with harness.workspace("list") as folder, harness.PrivateServer(harness.DURABLE) as server:
        url = server.create_database("list")
        environment = harness.loushi_environment(folder / "data", harness.free_port(), url)
        harness.loushi("migrate", environment=environment)
        harness.log(f"writing {ROWS:,} demands")
        call(environment, "_demands_district", "prepare", ROWS, folder / "place.json")
        rows = _measure(environment, folder)
        return _result(rows, harness.postgres_version(server))


def call(environment: dict[str, str], module: str, function: str, *arguments: Any) -> str:
    """Runs a function of a module of this folder in a process with this environment."""
    given = ", ".join(repr(str(argument)) for argument in arguments)
    done = subprocess.run(
        [sys.executable, "-c", f"import bench.{module} as d; d.{function}({given})"],
        env=environment | {
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
            "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
        },
        cwd=harness.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{function} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def peer_server(environment: dict[str, str], folder: Path) -> harness.Server:
    port = harness.free_port()
    return harness.Server(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
         "--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "1",
         "--log-level", "warning", "--no-ws", "--factory",
         "django.core.wsgi:get_wsgi_application"],
        f"http://127.0.0.1:{port}",
        environment | {
            "DJANGO_SETTINGS_MODULE": "bench._admin_peer",
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        },
        folder / "peer.log",
    )  # fmt: skip


def log_in(address: str, username: str) -> str:
    """Through the login page, as a person does; the Cookie header of the browser."""
    with httpx.Client(base_url=address) as http:
        http.get("/login/")
        answer = http.post(
            "/login/",
            data={
                "identifier": username,
                "password": district.PASSWORD,
                "csrfmiddlewaretoken": http.cookies["csrftoken"],
            },
        )
        if answer.status_code != 302:
            raise RuntimeError(f"{username} could not log in: {answer.status_code}")
        names = ("sessionid", "csrftoken")  # as a browser sends them
        return "; ".join(f"{name}={http.cookies[name]}" for name in names)


# ---- measuring -----------------------------------------------------------------------------------


def _measure(environment: dict[str, str], folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    ours = harness.loushi_server(environment, folder, workers=WORKERS)
    laps: dict[tuple[str, str], list[harness.Load]] = {}
    with ours:
        cookies = {role: log_in(ours.address, name) for role, name in ROLES.items()}
        for role, cookie in cookies.items():
            _check(ours.address, OURS, cookie, "list-item")
            laps[role, "ours"] = _laps(ours.address, OURS, cookie)
            with _changing(environment["LOUSHI_DATABASE_URL"]):
                laps[role, "changing"] = _laps(ours.address, OURS, cookie, rounds=1)
    with (peer := peer_server(environment, folder)):
        for role, cookie in cookies.items():
            _check(peer.address, PEER, cookie, "field-number")
            laps[role, "peer"] = _laps(peer.address, PEER, cookie)
    counts = json.loads(call(environment, "_demands_list_queries", "count").splitlines()[-1])
    for role, name in ROLES.items():
        mine, theirs = laps[role, "ours"], laps[role, "peer"]
        changing = laps[role, "changing"]
        rows.append(
            {
                "role": role,
                "ours_per_second": _median(mine, lambda one: one.requests_per_second),
                "ours_p50_ms": _median(mine, lambda one: one.p(50)),
                "ours_p95_ms": _median(mine, lambda one: one.p(95)),
                "peer_per_second": _median(theirs, lambda one: one.requests_per_second),
                "peer_p50_ms": _median(theirs, lambda one: one.p(50)),
                "peer_p95_ms": _median(theirs, lambda one: one.p(95)),
                f"ours_per_second_at_{CHANGES}_changes_a_second": _median(
                    changing, lambda one: one.requests_per_second
                ),
                f"ours_p95_ms_at_{CHANGES}_changes_a_second": _median(
                    changing, lambda one: one.p(95)
                ),
                "queries_2_rows": counts[name]["2"],
                "queries_50_rows": counts[name]["50"],
                "queries_2_rows_nothing_kept": counts[name]["2 cold"],
                "queries_50_rows_nothing_kept": counts[name]["50 cold"],
                "peer_queries": counts[name]["peer"],
            }
        )
        rows[-1]["ratio"] = round(rows[-1]["ours_per_second"] / rows[-1]["peer_per_second"], 1)
        harness.log(str(rows[-1]))
    return rows


def _check(address: str, path: str, cookie: str, row_class: str) -> None:
    """The page holds 50 rows; also the warm-up of the processes."""
    for _turn in range(6):
        answer = httpx.get(f"{address}{path}", headers={"Cookie": cookie}, timeout=60)
        found = answer.text.count(f'class="{row_class}')
        if answer.status_code != 200 or found != 50:
            raise RuntimeError(f"{path}: {answer.status_code}, {found} rows instead of 50")


@contextlib.contextmanager
def _changing(url: str) -> Iterator[None]:
    """Meanwhile demands change: what the server keeps between requests is thrown away each time."""
    stop = threading.Event()

    def change() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.wait(1 / CHANGES):
                connection.execute("UPDATE demands_demand SET urges = urges WHERE id = 1001")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _laps(address: str, path: str, cookie: str, rounds: int = ROUNDS) -> list[harness.Load]:
    laps = []
    for _round in range(rounds):
        lap = harness.load(
            address, lambda _number: ("GET", path), connections=CONNECTIONS, seconds=SECONDS,
            headers={"Cookie": cookie},
        )  # fmt: skip
        if set(lap.statuses) != {200}:
            raise RuntimeError(f"{path} answered {lap.statuses}")
        laps.append(lap)
    return laps


def _median(laps: list[harness.Load], of: Callable[[harness.Load], float]) -> float:
    return round(harness.median([of(lap) for lap in laps]), 1)


def _result(rows: list[dict[str, Any]], postgres: str) -> dict[str, Any]:
    worst = min(rows, key=lambda row: row["ratio"])
    return {
        "bench": "demands-list",
        "workload": f"{ROWS:,} demands, one filter ({FILTER}), 50 rows, logged in, {CONNECTIONS} "
        f"connections, {WORKERS} processes, PostgreSQL; the role with the smaller ratio counts",
        "ours": worst["ours_per_second"],
        "peer": worst["peer_per_second"],
        "peer_name": "Django admin changelist, same rows, restriction, filter and page length",
        "ratio": worst["ratio"],
        "unit": "requests per second",
        "versions": harness.versions("django", "psycopg", "granian", postgresql=postgres),
        "rows": rows,
        "limits_hold": all(
            row["ratio"] >= BAR
            and row["ours_p95_ms"] <= P95_LIMIT
            and row["queries_2_rows"] == row["queries_50_rows"]
            and row["queries_2_rows_nothing_kept"] == row["queries_50_rows_nothing_kept"]
            for row in rows
        ),
    }
