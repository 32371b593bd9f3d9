"""200 people ask for 50 places at the same moment, over the capacity engine, on both databases, for
a station's times and for a resource's.

Each asks in a thread with a connection of its own. Exactly 50 must be booked, the first 50 turns,
and 150 wait; then 25 give their place back at the same moment, and the first 25 who wait must have
moved up. There is no peer: the promise is exact or broken. `ours` is places given beyond 50 or left
empty, people lost, and turns out of order, over both databases and both kinds.
"""

from pathlib import Path
from typing import Any

from bench import harness
from bench.demands_list import call

ASKED, PLACES = 200, 50


def run() -> dict[str, Any]:
    with (
        harness.workspace("booking") as folder,
        harness.PrivateServer(harness.DURABLE | {"max_connections": "250"}) as server,
    ):
        rows = [
            _row(database, kind, folder, url)
            for kind in ("station", "resource")
            for database, url in (
                ("sqlite", ""), ("postgresql", server.create_database(f"booking_{kind}"))
            )
        ]  # fmt: skip
        postgres = harness.postgres_version(server)
    wrong = sum(_wrong(row) for row in rows)
    return {
        "bench": "booking",
        "workload": f"{ASKED} simultaneous bookings of {PLACES} places, then half given back",
        "ours": wrong,
        "peer": None,
        "peer_name": "",
        "ratio": 0.0 if wrong else 1.0,
        "unit": "broken promises",
        "versions": harness.versions("django", "psycopg", postgresql=postgres),
        "rows": rows,
    }


def _row(database: str, kind: str, folder: Path, url: str) -> dict[str, Any]:
    name = f"{database}-{kind}"
    environment = harness.loushi_environment(folder / name, harness.free_port(), url)
    harness.loushi("migrate", environment=environment)
    answer = folder / f"{name}.json"
    call(environment, "_booking_ours", "run", ASKED, PLACES, kind, answer)
    row = {"database": database, "of": kind} | harness.read_json(answer)
    harness.log(str(row))
    return row


def _wrong(row: dict[str, Any]) -> int:
    return (
        abs(row["booked"] - PLACES)
        + abs(row["taken"] - PLACES)
        + abs(row["waiting"] - (ASKED - PLACES))
        + abs(row["booked_after"] - PLACES)
        + (not row["turns_whole"])
        + (not row["moved_up_in_order"])
        + (not row["first_come_first_served"])
    )
