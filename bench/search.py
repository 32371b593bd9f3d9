"""Text search under a scope over 1,000,000 demands, against PostgreSQL's ILIKE.

Both sides do the same work in the same run: the newest 50 hits and a count up to 1,000, restricted
to a community (by unit path) or to a department. The peer is what a Django project does without an
index of words (`icontains`): ILIKE over a narrow table with btree indexes on exactly these
restrictions. The hits of both are compared, all of them where there are at most 20,000.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench import _demand_texts as texts
from bench import harness

ROWS = int(os.environ.get("LOUSHI_BENCH_ROWS", "1000000"))
COMMUNITY, DEPARTMENT = 9, 7
QUERIES = 24  # of each group and scope
ROUNDS = 5
PEER_ROUNDS = 1
COMPARED = 20_000
PEER_TABLE = "bench_plain_demand"
LIMITS = {"selective": 100, "common": 300, "two characters": 300, "long": 300}


@dataclass(frozen=True)
class Range:
    """One restriction, in our words and in the peer's."""

    name: str
    scope: Any
    where: str
    parameters: tuple[Any, ...]
    holds: Callable[[texts.Sample], bool]


def run() -> dict[str, Any]:
    with harness.workspace("search") as folder, harness.PrivateServer(harness.DURABLE) as server:
        url = server.create_database("search")
        environment = {"LOUSHI_DATABASE_URL": url, "LOUSHI_DATA": str(folder)}
        environment |= {"DJANGO_SETTINGS_MODULE": "loushi.config.settings"}
        os.environ |= environment
        _begin()
        loading = _load()
        rows, differing = _measure()
        return _result(rows, differing, loading, harness.postgres_version(server))


def _begin() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", "language", verbosity=0)


# ---- loading -------------------------------------------------------------------------------------


def _load() -> dict[str, float]:
    """Two processes write through `index_many`; the GIN index is built afterwards, as for a
    restore: row by row it would take twice as long."""
    began = time.monotonic()
    _execute("DROP INDEX language_entry_tokens")
    _execute(
        f'CREATE TABLE {PEER_TABLE} (id bigint PRIMARY KEY, unit_path varchar(60) COLLATE "C", '
        "department_id int, moment bigint, body text)"
    )
    middle = ROWS // 2
    code = "import bench.search as s; s.load_part({}, {})"
    parts = [
        subprocess.Popen([sys.executable, "-c", code.format(low, high)], cwd=harness.ROOT,
                         env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
        for low, high in ((0, middle), (middle, ROWS))
    ]  # fmt: skip
    if sum(part.wait() for part in parts):
        raise RuntimeError("loading the texts failed")
    written = time.monotonic()
    harness.log(f"{ROWS} texts written in {written - began:.0f} s, building the indexes")
    _execute(
        "CREATE INDEX language_entry_tokens ON language_indexentry USING gin (tokens) "
        "WITH (fastupdate = on, gin_pending_list_limit = 1024)"
    )
    for column in ("unit_path", "department_id"):
        _execute(f"CREATE INDEX ON {PEER_TABLE} ({column}, moment)")
    for table in ("language_indexentry", PEER_TABLE):
        _execute(f"VACUUM ANALYZE {table}")
    built = time.monotonic()
    size = _rows("SELECT pg_relation_size('language_entry_tokens')")[0][0]
    return {
        "write_seconds": round(written - began, 1),
        "index_seconds": round(built - written, 1),
        "index_megabytes": round(size / 1e6),
    }


def load_part(low: int, high: int) -> None:
    """Writes rows low … high - 1 to both sides; runs in a process of its own."""
    import django

    django.setup()
    from loushi.foundation.language import commands, marks
    from loushi.foundation.language.text import normalise

    for start in range(low, high, 10_000):
        portion = [
            (row, texts.sample(row, ROWS)) for row in range(start, min(start + 10_000, high))
        ]
        commands.index_many(
            commands.Text(
                kind="demand",
                object_id=row,
                text=one.text,
                at=one.at,
                unit_path=one.unit_path,
                participants=[
                    commands.participant("department", one.department),
                    commands.participant("enterprise", one.enterprise),
                    commands.participant("building", one.building),
                ],
            )
            for row, one in portion
        )
        _copy(
            (row, one.unit_path, one.department, marks.microseconds(one.at), normalise(one.text))
            for row, one in portion
        )


def _copy(rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY {PEER_TABLE} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# ---- queries -------------------------------------------------------------------------------------


def _ranges() -> list[Range]:
    from loushi.foundation.core.units import next_path
    from loushi.foundation.language.queries import Scope

    path = f"{1:06d}{COMMUNITY:06d}"
    return [
        Range(
            "community secretary",
            Scope(paths=(path,)),
            "unit_path >= %s AND unit_path < %s",
            (path, next_path(path)),
            lambda one: one.unit_path.startswith(path),
        ),
        Range(
            "department",
            Scope(participants=(f"d{DEPARTMENT}",)),
            "department_id = %s",
            (DEPARTMENT,),
            lambda one: one.department == DEPARTMENT,
        ),
    ]


def _queries(within: Range) -> dict[str, list[str]]:
    """Words of each group; selective and long ones are taken from rows within the range."""
    pick = random.Random(2026)
    own: list[texts.Sample] = []
    while len(own) < 6 * QUERIES:
        one = texts.sample(pick.randrange(ROWS), ROWS)
        if within.holds(one):
            own.append(one)
    selective = []
    for one in own[:QUERIES]:
        phone = one.text.split("电话")[1][:11]
        choices = (one.number, one.number[-6:], texts.firm(one.enterprise)[2:-4], phone, phone[-8:])
        selective.append(pick.choice([*choices, *texts.RARE, f"{pick.choice(texts.RARE)} 物业"]))
    common = [
        *texts.PROBLEMS,
        *texts.PARTS,
        *texts.EFFECT,
        "物业 停车",
        "员工 空调",
        "文澜大厦 电梯",
    ]
    two = {word[at : at + 2] for word in [*texts.PROBLEMS, *texts.PARTS] for at in (0, 2)}
    two |= {word for word in texts.RARE if len(word) == 2}
    sentences = []
    for one in own[QUERIES:]:
        parts = one.text.split("\n", 2)[2].split("。")
        length = pick.randint(15, 60)
        sentences.append(pick.choice(parts[:-1])[:length] if pick.random() < 0.7 else parts[0])
    return {
        "selective": selective,
        "common": pick.sample(common, QUERIES),
        "two characters": pick.sample(sorted(word for word in two if len(word) == 2), QUERIES),
        "long": [text for text in sentences if len(text) >= 15][:QUERIES],
    }


# ---- measuring -----------------------------------------------------------------------------------


def _measure() -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    differing: list[str] = []
    for within in _ranges():
        groups = _queries(within)
        for query in [query for group in groups.values() for query in group]:
            differing += _differences(within, query)  # also warms both sides up
        for group, queries in groups.items():
            ours, peer, more = [], [], 0
            for turn in range(ROUNDS):
                for query in queries:
                    milliseconds, found = _timed(_find, within, query)
                    ours.append(milliseconds)
                    more += turn == 0 and found.is_capped
                    if turn < PEER_ROUNDS:
                        peer.append(_timed(_scan, within, query, 1001)[0])
            rows.append(
                {
                    "scope": within.name,
                    "words": group,
                    "p50_ms": round(statistics.median(ours), 1),
                    "p95_ms": round(harness.percentile(ours, 95), 1),
                    "max_ms": round(max(ours), 1),
                    "limit_ms": LIMITS[group],
                    "peer_p50_ms": round(statistics.median(peer), 1),
                    "peer_p95_ms": round(harness.percentile(peer, 95), 1),
                    "queries": len(queries),
                    "shown_as_1000_plus": more,
                }
            )
            harness.log(str(rows[-1]))
    return rows, differing


def _timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work(*arguments)
    return (time.perf_counter() - began) * 1000, answer


def _find(within: Range, query: str) -> Any:
    from loushi.foundation.language.queries import find

    return find(kind="demand", query=query, scope=within.scope)


def _scan(within: Range, query: str, limit: int) -> list[int]:
    from loushi.foundation.language.text import terms

    words = terms(query)
    patterns = ["%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
                for word in words]  # fmt: skip
    found = _rows(
        f"SELECT id FROM {PEER_TABLE} WHERE {within.where}{' AND body ILIKE %s' * len(words)} "
        "ORDER BY moment DESC, id DESC LIMIT %s",
        [*within.parameters, *patterns, limit],
    )
    return [row[0] for row in found]


def _differences(within: Range, query: str) -> list[str]:
    """Says where the index and the full scan disagree; an empty list is what we want."""
    from loushi.foundation.language.queries import find

    expected = _scan(within, query, COMPARED)
    ours: list[int] = []
    before = ""
    while len(ours) < COMPARED:
        found = find(kind="demand", query=query, scope=within.scope, limit=1000, before=before)
        if not before:
            shown = found.count == min(len(expected), 1000) and found.is_capped == (
                len(expected) > 1000
            )
            if not shown:
                return [f"{within.name}: {query}: counted {found.count_text} of {len(expected)}"]
        ours += found.ids
        before = found.next
        if not before:
            break
    if ours[:COMPARED] != expected:
        return [f"{within.name}: {query}: {len(ours)} hits, the scan has {len(expected)}"]
    return []


# ---- the result ----------------------------------------------------------------------------------


def _result(
    rows: list[dict[str, Any]], differing: list[str], loading: dict[str, float], postgres: str
) -> dict[str, Any]:
    def worst(key: str, group: str) -> float:
        return max(row[key] for row in rows if row["words"] == group)

    ours, peer = worst("p95_ms", "selective"), worst("peer_p95_ms", "selective")
    return {
        "bench": "search",
        "workload": f"text search under a scope, {ROWS:,} demands: newest 50 hits and a count "
        "up to 1,000; a community secretary and a department",
        "ours": ours,
        "peer": peer,
        "peer_name": "PostgreSQL ILIKE under the same restriction (btree on path and department)",
        "ratio": round(peer / ours, 1),
        "unit": "ms (p95, selective words, the slower scope)",
        "versions": harness.versions("django", "psycopg", postgresql=postgres),
        "rows": rows,
        "loading": loading,
        "same_hits_as_full_scan": not differing,
        "differing": differing[:10],
        "limits_hold": all(row["p95_ms"] <= row["limit_ms"] for row in rows),
    }


def _execute(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
