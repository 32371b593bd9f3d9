"""Occupancy of 400,000 spaces through ten years: on a date, and monthly for one community.

Kept totals and the computation from the facts are compared, building by building and month by
month, with a slow count over the generated rows (`_occupancy_rows.reference`).
"""

import os
import subprocess
import sys
from typing import Any

from bench import harness

BUILDINGS = int(os.environ.get("LOUSHI_BENCH_BUILDINGS", "4000"))
EACH = 100
LIMITS = {"on_a_date": 150, "monthly": 300, "raw": 600}
WORDS = {
    "on_a_date": "every building on a date, kept totals",
    "monthly": "two years by month for one community, kept totals",
    "raw": "every building on a date, from the facts",
}


def run() -> dict[str, Any]:
    with harness.workspace("occupancy") as place, harness.PrivateServer(harness.DURABLE) as server:
        url = server.create_database("occupancy")
        environment = harness.loushi_environment(place / "data", harness.free_port(), url)
        harness.loushi("migrate", environment=environment)
        answer = place / "answer.json"
        _measure(environment, str(answer))
        found = harness.read_json(answer)
        rows = [
            {"question": WORDS[name], **found[name], "limit_ms": limit}
            for name, limit in LIMITS.items()
        ]
        counted = {key: value for key, value in found.items() if key not in LIMITS}
        agree = not found["differing_from_reference"] and not found["differing_kept_from_facts"]
        return {
            "bench": "occupancy",
            "workload": f"{found['rooms']:,} spaces in {found['buildings']:,} buildings, "
            f"{found['tenancies']:,} tenancies of ten years; equal to a count in plain Python",
            "ours": found["on_a_date"]["median_ms"],
            "peer": found["raw"]["median_ms"],
            "peer_name": "the same answer from the facts, without kept totals",
            "ratio": round(found["raw"]["median_ms"] / found["on_a_date"]["median_ms"], 1),
            "unit": "ms (median, every building on a date)",
            "versions": harness.versions(
                "django", "psycopg", postgresql=harness.postgres_version(server)
            ),
            "rows": [*rows, counted],
            "limits_hold": agree
            and all(found[name]["median_ms"] <= limit for name, limit in LIMITS.items()),
        }


def _measure(environment: dict[str, str], answer: str) -> None:
    code = f"import bench._occupancy_ours as d; d.measure('{BUILDINGS}', '{EACH}', {answer!r})"
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=harness.ROOT, stdout=sys.stderr,
        env=environment
        | {
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
            "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
        },
    )  # fmt: skip
