"""The attacker's linear program on three successive releases of the demo's tax figures.

`ours` is the number of protected values that a coalition narrows to less than ±20 %; it must be 0.
The attacker (bench/_suppression_attacker.py) shares no code with the product. All primary cells are
attacked, and of the firms the largest of every cell (of them a fixed sample in the big district),
with two coalitions: everybody who reads all releases; and they with all bands and the exact value
of the cell's second largest firm.

LOUSHI_BENCH_TEMPLATE chooses the district (gongshu, or pinghu for a quick run).
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any

from bench import harness
from bench._suppression_attacker import Attacker, Told, Version

SEED = 7
MOST_FIRMS = 120
"""Firms attacked in each year: the largest of cells, drawn by a fixed seed."""


def run() -> dict[str, Any]:
    template = os.environ.get("LOUSHI_BENCH_TEMPLATE", "gongshu")
    with harness.workspace("suppression") as folder:
        told = _district(folder, template)
    rows, narrowed, values, programs = [], 0, 0, 0
    began, cpu = time.monotonic(), time.process_time()
    for year, given in told["years"].items():
        row = _attack(year, given)
        narrowed += row["narrowed"]
        values += row["values"]
        programs += row["programs"]
        rows.append(row)
    return {
        "bench": "suppression",
        "workload": f"{told['releases']} releases of {template}, "
        f"{values} protected values attacked by {programs} linear programs",
        "ours": narrowed,
        "peer": 0,
        "peer_name": "allowed: no value narrowed to less than ±20 %",
        "ratio": 1.0 if narrowed == 0 else 0.0,
        "unit": "values",
        "versions": harness.versions("scipy", "numpy"),
        "rows": rows,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "release_cpu_seconds": told["release_seconds"],
    }


def _district(folder: Path, template: str) -> dict[str, Any]:
    environment = harness.loushi_environment(folder / "data", harness.free_port(), LOUSHI_DEMO="1")
    environment["DJANGO_SETTINGS_MODULE"] = "loushi.config.settings"
    harness.log(f"building {template}")
    harness.loushi("demo", "--template", template, environment=environment)
    target = folder / "told.json"
    harness.log("two more releases")
    subprocess.run(
        [sys.executable, "-m", "bench._suppression_district", str(target)],
        env=environment, cwd=harness.ROOT, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def _attack(year: str, given: dict[str, Any]) -> dict[str, Any]:
    versions = {
        int(pk): Version(firm, amount, (band[0], band[1]), is_key, current)
        for pk, (firm, amount, band, is_key, current) in given["versions"].items()
    }
    releases = [_release(one, versions) for one in given["releases"]]
    attacker = Attacker(
        [Told(intervals, members) for intervals, members, _hidden in releases],
        versions, given["threshold"],
    )  # fmt: skip
    _intervals, members, hidden = releases[-1]
    narrowed = programs = 0
    for cell in hidden:
        for bands in (False, True):
            programs += 2
            narrowed += attacker.narrowed(members[cell], bands=bands)
    firms = _firms(members, versions)
    for target, other in firms:
        own = frozenset({other} - {target})
        programs += 4
        narrowed += attacker.narrowed([target], bands=False) or attacker.narrowed(
            [target], bands=True, own=own
        )
    states = Counter(one["state"] for one in given["releases"][-1]["cells"])
    total = sum(states.values())
    return {
        "year": year,
        "cells": total,
        "suppressed_primary": states["few"] + states["dominated"],
        "suppressed_complementary": states["complementary"],
        "suppressed_share": round(1 - states["shown"] / total, 4),
        "values": len(hidden) + len(firms),
        "programs": programs,
        "narrowed": int(narrowed),
    }


def _release(told: dict[str, Any], versions: dict[int, Version]) -> tuple[Any, Any, list[str]]:
    """(intervals, members, suppressed cells) of one release."""
    known = {one["cell"] for one in told["cells"]}
    members: dict[str, list[int]] = defaultdict(list)
    for version, place, section, tower in told["members"]:
        cells = [f"tax/u{unit}/" for unit in place]
        cells += [f"tax/u{unit}/{section}" for unit in place if section]
        cells += [f"tax/b{tower}/"] if tower else []
        cells += [f"key/u{unit}/" for unit in place] if versions[version].is_key else []
        for cell in cells:
            if cell in known:
                members[cell].append(version)
    intervals = {
        one["cell"]: (one["low"], one["high"]) for one in told["cells"] if one["low"] is not None
    }
    hidden = sorted(one["cell"] for one in told["cells"] if one["state"] in ("few", "dominated"))
    return intervals, members, hidden


def _firms(members: Any, versions: dict[int, Version]) -> list[tuple[int, int]]:
    """(largest, second largest) of each cell; of them at most MOST_FIRMS."""
    pairs = set()
    for inside in members.values():
        ranked = sorted(inside, key=lambda one: -versions[one].amount)[:2]
        pairs.add((ranked[0], ranked[-1]))
    found = sorted(pairs)
    return Random(SEED).sample(found, min(MOST_FIRMS, len(found)))
