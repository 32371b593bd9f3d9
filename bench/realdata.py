"""Real files of others, as they are, through `loushi import` into an empty database.

`--data FOLDER` (or LOUSHI_BENCH_DATA) names the folder; the files are not part of this repository.
`ours` is how many per cent of the closed cases with a target carry the file's own late flag.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import harness

BAR = 99.5
DISTRICT = "Q"
LATE = {"ONTIME": False, "OVERDUE": True}
LATE_FLAG = "boston311/boston311_2011_jul_nov.csv.gz"


@dataclass(frozen=True)
class Step:
    """One file through one importer, with the options that a person would give."""

    file: str
    importer: str
    options: tuple[str, ...] = ()


STEPS = (
    Step("gbt4754_2017/industry.csv", "industries"),
    Step("holidays_cn/cn_days_2018_2026.csv", "calendar-days"),
    Step("cn_divisions/zhejiang_streets.csv", "hosts"),
    Step("cn_divisions/hangzhou_jiaxing_communities.csv", "hosts"),
    Step("buildings_lucheng/building_list.csv", "buildings", ("--unit", DISTRICT)),
    Step("buildings_lucheng/office_building_floors.geojson", "floors", ("--unit", DISTRICT)),
    Step("companies_cn/qingdao_companies.csv", "enterprises", ("--unit", DISTRICT)),
    Step("companies_cn/credit_code_samples.csv", "enterprises", ("--unit", DISTRICT)),
    Step("teddy2020c/hot_messages.csv", "demands", ("--unit", DISTRICT)),
    Step(LATE_FLAG, "demands", ("--unit", DISTRICT, "--tz", "America/New_York")),
)


def folder() -> Path:
    """The folder of the files; a sentence and the end where none is given."""
    given = os.environ.get("LOUSHI_BENCH_DATA", "")
    if not given or not Path(given).is_dir():
        raise SystemExit("bench: realdata needs --data FOLDER (or LOUSHI_BENCH_DATA)")
    return Path(given).resolve()


def run() -> dict[str, Any]:
    data = folder()
    with harness.workspace("realdata") as place, harness.PrivateServer(harness.DURABLE) as server:
        url = server.create_database("realdata")
        environment = harness.loushi_environment(place / "data", harness.free_port(), url)
        harness.loushi("migrate", environment=environment)
        _python(environment, "prepare")
        rows = [_import(environment, data, step) for step in STEPS]
        agreement = _agreement(environment, data / LATE_FLAG, place)
        return {
            "bench": "realdata",
            "workload": f"{sum(row.get('read', 0) for row in rows):,} rows of real files into an "
            "empty database (PostgreSQL), rejected rows given back, late flags compared",
            "ours": agreement["percent"],
            "peer": None,
            "peer_name": "none",
            "ratio": None,
            "unit": "% of closed cases with a target whose late flag is the file's",
            "versions": harness.versions(
                "django", "psycopg", postgresql=harness.postgres_version(server)
            ),
            "rows": [*rows, agreement],
            "limits_hold": agreement["percent"] >= BAR and all("error" not in row for row in rows),
        }


def _import(environment: dict[str, str], data: Path, step: Step) -> dict[str, Any]:
    """Runs the command's own code with these options and reads its report."""
    began = time.monotonic()
    row: dict[str, Any] = {"file": step.file, "importer": step.importer}
    try:
        found = json.loads(
            _python(environment, "load", step.importer, data / step.file, *step.options)
        )
    except RuntimeError as error:
        row["error"] = str(error).strip().splitlines()[-1][:300]
    else:
        row |= found
    row["seconds"] = round(time.monotonic() - began, 1)
    harness.log(str(row))
    return row


def _agreement(environment: dict[str, str], file: Path, place: Path) -> dict[str, Any]:
    late = place / "late.json"
    _python(environment, "late_flags", late)
    ours = harness.read_json(late)
    same = compared = silent = 0
    for number, flag in _flags(file):
        if flag is None:
            silent += 1
        elif number in ours:
            compared += 1
            same += ours[number] == flag
    return {
        "late flag": "closed cases with a target and a flag",
        "compared": compared,
        "agree": same,
        "the file gives no flag": silent,
        "percent": round(100 * same / compared, 2) if compared else 0.0,
    }


def _flags(file: Path) -> Iterator[tuple[str, bool | None]]:
    """(number, late) of the closed cases that have a target; None where the flag is empty, which
    says neither (all of these were closed after their target)."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["target_dt"] and row["closed_dt"]:
                yield row["case_enquiry_id"], LATE.get(row["ontime"])


def _python(environment: dict[str, str], function: str, *arguments: Any) -> str:
    call = ", ".join(repr(str(argument)) for argument in arguments)
    done = subprocess.run(
        [sys.executable, "-c", f"import bench._realdata_ours as d; d.{function}({call})"],
        env=environment | {
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
            "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
        },
        cwd=harness.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
