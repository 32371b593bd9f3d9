"""Duplicates among 100,000 firms with 5 % noisy second rows, against recordlinkage.

Weights and threshold were chosen on the published noise seeds 1 to 5; the figure that counts is
that of the sealed seed (see `_dedupe_rows.py`). With `LOUSHI_BENCH_DATA` set to a folder that holds
`companies_cn/qingdao_companies.csv`, the names that occur twice or more there are looked for too:
a name with a legal form belongs to one firm, shops and stops of one name do not.
"""

import csv
import json
import os
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bench import harness
from bench._dedupe_rows import PUBLISHED, SEALED, Firm, register
from loushi.foundation.language.linkage import Entry, find_pairs
from loushi.foundation.language.linkage.names import parse

ROWS = int(os.environ.get("LOUSHI_BENCH_ROWS", "100000"))
PEER = ("recordlinkage==0.16", "pandas==2.2.3", "numpy==1.26.4", "scikit-learn==1.5.2")
BAR = 0.97


def run() -> dict[str, Any]:
    python = harness.peer_environment("dedupe", PEER)
    rows: list[dict[str, Any]] = []
    for seed in PUBLISHED[:2]:
        rows.append({"who": "loushi", "seed": f"published {seed}", **_ours(register(ROWS, seed))})
        harness.log(str(rows[-1]))
    sealed = register(ROWS, SEALED)
    mine = {"who": "loushi", "seed": "sealed", **_ours(sealed)}
    with harness.workspace("dedupe") as folder:
        theirs = {"who": "recordlinkage", "seed": "sealed", **_peer(python, folder, sealed)}
    rows += [mine, theirs]
    if data := os.environ.get("LOUSHI_BENCH_DATA"):
        rows.append(_real(Path(data) / "companies_cn" / "qingdao_companies.csv"))
    return {
        "bench": "dedupe",
        "workload": f"{ROWS:,} firms, 5 % of them second rows with noise, a tenth with a neighbour "
        "that only looks alike; names, codes, telephones, addresses",
        "ours": mine["seconds"],
        "peer": theirs["seconds"],
        "peer_name": "recordlinkage: blocking, sorted neighbourhood, Jaro-Winkler, ECM, defaults",
        "ratio": round(theirs["seconds"] / mine["seconds"], 2),
        "unit": "seconds",
        "versions": harness.versions(
            "rapidfuzz", "pypinyin", recordlinkage=harness.peer_version(python, "recordlinkage")
        ),
        "rows": rows,
        "limits_hold": mine["precision"] >= BAR
        and mine["recall"] >= BAR
        and mine["seconds"] < theirs["seconds"],
    }


def _truth(firms: list[Firm]) -> set[tuple[int, int]]:
    places: dict[int, list[int]] = defaultdict(list)
    for place, firm in enumerate(firms):
        places[firm.truth].append(place)
    return {(held[0], held[1]) for held in places.values() if len(held) == 2}


def _ours(firms: list[Firm]) -> dict[str, Any]:
    truth = _truth(firms)
    entries = [
        Entry(place, firm.name, firm.code, (firm.phone,), firm.address)
        for place, firm in enumerate(firms)
    ]
    started, cpu = time.perf_counter(), time.process_time()
    pairs = find_pairs(entries)
    spent, worked = time.perf_counter() - started, time.process_time() - cpu
    found = {(pair.first, pair.second) for pair in pairs}
    hits = len(found & truth)
    return {
        "seconds": round(spent, 2),
        "cpu": round(worked, 2),
        "pairs": len(found),
        "precision": round(hits / max(len(found), 1), 4),
        "recall": round(hits / len(truth), 4),
    }


def _peer(python: Path, folder: Path, firms: list[Firm]) -> dict[str, Any]:
    table, truth = folder / "rows.csv", folder / "truth.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "name", "code", "phone", "address"])
        for place, firm in enumerate(firms):
            writer.writerow([place, firm.name, firm.code, firm.phone, firm.address])
    truth.write_text("\n".join(f"{a},{b}" for a, b in sorted(_truth(firms))))
    script = Path(__file__).with_name("_dedupe_peer.py")
    done = subprocess.run(
        [python, script, table, truth], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _real(path: Path) -> dict[str, Any]:
    """Names that occur more than once in a real list: how many are proposed, by kind of name."""
    with path.open(encoding="utf-8", newline="") as stream:
        held = list(csv.DictReader(stream))
    entries = [
        Entry(int(row["id"]), row["name"], address=row["district"] + row["address"]) for row in held
    ]
    names = {entry.id: entry.name for entry in entries}
    pairs = find_pairs(entries)
    counts = Counter(entry.name for entry in entries)
    twice = {name for name, count in counts.items() if count > 1}
    proposed = {names[p.first] for p in pairs if names[p.first] == names[p.second]}
    formed = {name for name in twice if parse(name).has_form}
    return {
        "who": "loushi",
        "seed": f"real list, {len(held):,} rows",
        "pairs": len(pairs),
        "names_twice": len(twice),
        "with_legal_form": len(formed),
        "with_legal_form_proposed": len(formed & proposed),
        "without_legal_form_proposed": len(proposed - formed),
    }
