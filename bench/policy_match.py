"""500 policies against 100,000 enterprises, every reason kept, against json-logic.

`ours` is the time of the full matrix (verdicts, what is missing, every condition's met / failed /
unknown) from columns of facts, in one process; one firm against all policies is timed apart. The
peer evaluates the same conditions, policy by policy and firm by firm, on a sample of the firms; its
time is scaled up. Where it decides without a missing fact, both must agree.
"""

import json
import random
import statistics
import subprocess
import time
from typing import Any

from bench import harness
from loushi.foundation.solvers.eligibility import (
    FAILED,
    MET,
    All,
    Any_,
    Column,
    Rule,
    Test,
    leaves,
    match,
    match_one,
)

POLICIES = 500
FIRMS = 100_000
SAMPLE = 400
"""Firms that the peer goes through."""
PEER = ("json-logic-qubit==0.9.1",)
SECONDS, ONE_FIRM = 5.0, 0.020
RUNS = 5
SIZES = ("large", "medium", "small", "micro")
KINDS = ("company", "individual", "branch", "social")
EDGES = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000)
TAGS = tuple(f"tag{n}" for n in range(12))
SURE = frozenset(TAGS[:4])


def firms(count: int, seed: int = 4) -> list[dict[str, Any]]:
    """Invented firms; a tenth of each fact is missing."""
    rng = random.Random(seed)
    codes = [
        f"{section}{n:02}{m:02}"
        for section in "ABCDEFGHIJKLMNOPQRST" for n in range(10, 15) for m in range(10, 24)
    ]  # fmt: skip
    bands = list(zip((0, *EDGES), (*EDGES, None), strict=True))

    def known(value: Any) -> Any:
        return None if rng.random() < 0.1 else value

    return [
        {
            "industry": known(rng.choice(codes)), "size": known(rng.choice(SIZES)),
            "kind": rng.choice(KINDS), "age": known(round(rng.uniform(0, 25), 2)),
            "staff": known(int(rng.lognormvariate(2.5, 1.2))),
            "place": f"0001{rng.randrange(1, 30):04}{rng.randrange(1, 5):04}",
            "tax": known(rng.choice(bands)),
            "tags": frozenset(rng.sample(TAGS, rng.randrange(4))),
        }
        for _ in range(count)
    ]  # fmt: skip


def rules(count: int, seed: int = 5) -> list[Rule]:
    """Invented policies of two to seven conditions; a third have a group of which one is enough."""
    rng = random.Random(seed)

    def one() -> Test:
        make = rng.choice((_industry, _size, _age, _staff, _place, _tax, _tags))
        return make(rng)

    found: list[Rule] = []
    for n in range(count):
        parts: list[Rule] = [one() for _ in range(rng.randrange(2, 6))]
        if n % 3 == 0:
            parts.append(Any_((one(), one())))
        found.append(All(tuple(parts)))
    return found


def _industry(rng: random.Random) -> Test:
    heads = rng.sample("ABCDEFGHIJKLMNOPQRST", 4)
    return Test("industry", "starts", (heads[0], heads[1], f"{heads[2]}11", f"{heads[3]}1215"))


def _size(rng: random.Random) -> Test:
    return Test("size", "in", tuple(rng.sample(SIZES, 2)))


def _age(rng: random.Random) -> Test:
    low = rng.choice((None, 1, 2, 3, 5))
    return Test("age", "between", (low, rng.choice((8, 10, 15)) if low is None else None))


def _staff(rng: random.Random) -> Test:
    return Test("staff", "between", (rng.choice((1, 5, 10, 20, 50)), None))


def _place(rng: random.Random) -> Test:
    return Test("place", "starts", tuple(f"0001{n:04}" for n in rng.sample(range(1, 30), 8)))


def _tax(rng: random.Random) -> Test:
    return Test("tax", "within", (rng.choice(EDGES), None))


def _tags(rng: random.Random) -> Test:
    return Test("tags", "carries", (frozenset(rng.sample(TAGS, 2)), SURE))


def run() -> dict[str, Any]:
    rows, policies = firms(FIRMS), rules(POLICIES)
    began = time.perf_counter()
    columns = {name: Column.of(row[name] for row in rows) for name in rows[0]}
    coding = time.perf_counter() - began
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        matrix = match(columns, policies)
        times.append(time.perf_counter() - began)
    single = []
    for row in rows[:200]:
        began = time.perf_counter()
        match_one(row, policies)
        single.append(time.perf_counter() - began)
    for n in range(0, FIRMS, FIRMS // 50):  # one definition, two ways: they must agree
        alone = match_one(rows[n], policies)
        assert [one.verdict for one in alone] == [int(found[n]) for found in matrix.verdicts]
        assert all(
            matrix.tests[test][n] == verdict for one in alone for test, verdict in one.reasons
        )
    ours, one_firm = statistics.median(times), harness.percentile(single, 95)
    peer_seconds, version = _peer(rows[:SAMPLE], policies, matrix)
    peer = peer_seconds * FIRMS / SAMPLE
    return {
        "bench": "policy-match",
        "workload": f"{POLICIES} policies x {FIRMS:,} enterprises, "
        f"{sum(len(leaves(one)) for one in policies)} conditions, every reason kept",
        "ours": round(ours, 3),
        "peer": round(peer, 1),
        "peer_name": f"json-logic, firm by firm ({SAMPLE} firms, scaled up)",
        "ratio": round(peer / ours, 1),
        "unit": "s",
        "versions": harness.versions("numpy", **{"json-logic-qubit": version}),
        "rows": [
            {"what": "columns from rows", "seconds": round(coding, 3)},
            {"what": "one firm, median", "seconds": round(statistics.median(single), 5)},
            {"what": "one firm, p95", "seconds": round(one_firm, 5)},
            {"what": "distinct conditions", "count": len(matrix.tests)},
            {"what": "pairs met", "count": int(sum((v == MET).sum() for v in matrix.verdicts))},
            {"what": "holds", "count": int(ours <= SECONDS and one_firm <= ONE_FIRM)},
        ],
    }


def _peer(rows: list[dict[str, Any]], policies: list[Rule], matrix: Any) -> tuple[float, str]:
    """The peer's seconds for the sample; checks that both agree where nothing is missing."""
    python = harness.peer_environment("policy-match", PEER)
    given = {
        "rules": [_logic(rule) for rule in policies],
        "rows": [_plain(row) for row in rows],
    }
    done = subprocess.run(
        [python, harness.ROOT / "bench" / "_policy_match_peer.py"],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    for n, row in enumerate(rows):
        if all(value is not None for value in row.values()):
            for r, verdict in enumerate(said["verdicts"][n]):
                ours = int(matrix.verdicts[r][n])
                assert ours == (MET if verdict else FAILED) or ours == 1, (n, r)
    return said["seconds"], harness.peer_version(python, "json-logic-qubit")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A firm as a rule library gets it: prefixes of its code, numbers, a list of tags."""
    industry, tax = row["industry"] or "", row["tax"] or (None, None)
    return {
        "section": industry[:1], "division": industry[:3], "class": industry,
        "unit": row["place"][:8], "size": row["size"], "age": row["age"], "staff": row["staff"],
        "tax": tax[0], "tags": sorted(row["tags"]),
    }  # fmt: skip


def _logic(rule: Rule) -> Any:
    if isinstance(rule, Test):
        return _test(rule)
    return {"and" if isinstance(rule, All) else "or": [_logic(part) for part in rule.parts]}


def _test(test: Test) -> Any:
    def var(name: str) -> Any:
        return {"var": name}

    if test.fact == "industry":
        names = {1: "section", 3: "division", 5: "class"}
        return {"or": [{"==": [var(names[len(one)]), one]} for one in test.values]}
    if test.fact == "place":
        return {"in": [var("unit"), list(test.values)]}
    if test.fact == "size":
        return {"in": [var("size"), list(test.values)]}
    if test.fact == "tags":
        return {"or": [{"in": [tag, var("tags")]} for tag in sorted(test.values[0])]}
    low, high = test.values
    name = var(test.fact)
    return {">=": [name, low]} if low is not None else {"<=": [name, high]}
