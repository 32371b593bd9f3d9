"""A generated year of the demo district at full size: moves, merges, files, sweeps, re-cut units.

The steps are those of the test of the small district (`loushi/demo/tests/test_year.py`), drawn by a
fixed seed; the checker (`loushi check register`) looks up every rule without the commands that keep
it. `ours` is how many breaches it finds; there is no peer. LOUSHI_BENCH_STEPS and
LOUSHI_BENCH_TEMPLATE make it shorter.
"""

import os
from typing import Any

from bench import harness
from bench.demands_list import call

STEPS = os.environ.get("LOUSHI_BENCH_STEPS", "600")
TEMPLATE = os.environ.get("LOUSHI_BENCH_TEMPLATE", "gongshu")


def run() -> dict[str, Any]:
    with harness.workspace("register-year") as folder:
        environment = harness.loushi_environment(folder / "data", harness.free_port())
        harness.loushi("migrate", environment=environment)
        answer = folder / "answer.json"
        call(environment, "_register_year_ours", "run", TEMPLATE, STEPS, folder, answer)
        found = harness.read_json(answer)
    return {
        "bench": "register-year",
        "workload": f"{found['happened']} steps of a year in the district {TEMPLATE} "
        f"with {found['enterprises']:,} enterprises, {found['refused']} more refused",
        "ours": len(found["breaches"]),
        "peer": None,
        "peer_name": "",
        "ratio": 0.0 if found["breaches"] else 1.0,
        "unit": "breaches",
        "versions": harness.versions("django"),
        "rows": [{"rule": rule, "rows_looked_at": count} for rule, count in found["looked"].items()]
        + [{"step": step, "times": count} for step, count in found["steps"].items()]
        + [{"breach": breach} for breach in found["breaches"]],
    }
