"""30,000 enterprises × 15 columns from xlsx: ours against django-import-export.

Ours runs the shipped importer as `loushi import enterprises` does: every cell and row validated
(credit code, choices, dates, industries), compared with the register, staged with its diff,
applied in one transaction with an audit entry for each row, its external key and its search index,
and 300 wrong rows returned as a workbook. The peer writes the same 15 columns into one flat table
without audit, keys, index or return sheet, so the comparison favours it. Then the same file with a
tenth of the rows changed; once more with the building and room of each row, which registers rooms
and tenancies too; and once while enterprises go on submitting demands over HTTP. `cpu` is the
process's own time, which says more than `seconds` on a busy machine.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import xlsxwriter
from stdnum.cn import uscc

from bench import harness

ROWS = int(os.environ.get("LOUSHI_BENCH_ROWS", "30000"))
WRONG = ROWS // 100
REPEAT = 3
SEED = 20261012
PEER = ("Django==5.2.8", "django-import-export==4.4.3", "openpyxl==3.1.5")
HEADINGS = (
    "统一社会信用代码", "企业名称", "简称", "主体类型", "行业", "规模", "经营状态", "成立日期",
    "注册地址", "员工数", "所属单元", "外部编号", "楼宇编码", "房号", "备注",
)  # fmt: skip
PLACES = ("楼宇编码", "房号")  # read by the row "with rooms" only
SETTINGS = {
    "default": "defaults + clean_model_instances, preview then import",
    "bulk": "use_bulk, batch_size 1000, clean_model_instances, preview then import",
    "plain": "defaults, one pass, no validation",
    "fastest": "use_bulk, CachedInstanceLoader, skip_diff, one pass, no validation",
}


def run() -> dict[str, Any]:
    python = harness.peer_environment("import", PEER)
    rows: list[dict[str, Any]] = []
    with harness.workspace("import") as folder:
        names = ("new", "changed", "clean", "clean_changed")
        files = {name: folder / f"{name}.xlsx" for name in names}
        _workbook(files["new"], wrong=WRONG)
        _workbook(files["changed"], wrong=WRONG, changed=ROWS // 10)
        _workbook(files["clean"])
        _workbook(files["clean_changed"], changed=ROWS // 10)
        ours = [_ours(folder / f"ours{n}", files) for n in range(REPEAT)]
        for name in ("new", "changed", "unchanged", "new, with rooms"):
            laps = [one[name] for one in ours]
            middle = sorted(laps, key=lambda lap: lap["seconds"])[len(laps) // 2]
            rows.append({"who": "loushi", "file": name, **middle})
        during = _during(folder / "during", files)
        rows.append(during)
        peers = {mode: _peer(python, folder, mode, files) for mode in SETTINGS}
    for mode, theirs in peers.items():
        rows += [
            {"who": f"django-import-export: {SETTINGS[mode]}", "file": name, **lap}
            for name, lap in theirs.items()
        ]
    mine = {row["file"]: row for row in rows if row["who"] == "loushi"}
    for mode in SETTINGS:
        rows.append(
            {"who": f"ratio to: {SETTINGS[mode]}"}
            | {
                f"{name}, {unit}": round(lap[unit] / mine[name][unit], 1)
                for name, lap in peers[mode].items()
                for unit in ("seconds", "cpu")
            }
        )
    return {
        "bench": "import",
        "workload": f"{ROWS:,} × {len(HEADINGS)} xlsx into an empty register, {WRONG} wrong rows; "
        "SQLite; every row validated, with diff; ours with audit, search index and return sheet",
        "ours": mine["new"]["seconds"],
        "peer": peers["default"]["new"]["seconds"],
        "peer_name": f"django-import-export, {SETTINGS['default']}",
        "ratio": round(peers["default"]["new"]["seconds"] / mine["new"]["seconds"], 1),
        "ratio_bulk": round(peers["bulk"]["new"]["seconds"] / mine["new"]["seconds"], 1),
        "unit": "seconds",
        "versions": harness.versions("django", "python-calamine", "xlsxwriter")
        | {package.partition("==")[0] + " (peer)": package.partition("==")[2] for package in PEER},
        "rows": rows,
    }


# ---- the file ------------------------------------------------------------------------------------


def _workbook(path: Path, *, wrong: int = 0, changed: int = 0) -> None:
    """The same rows every time; the first `wrong` have a bad number, the next `changed` differ."""
    chance = random.Random(SEED)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("企业")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for number in range(ROWS):
        cells = _cells(number, chance)
        if number < wrong:
            cells[9] = "很多"
        elif number < wrong + changed:
            cells[9] = 900 + number % 90
        for place, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(number + 1, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number + 1, place, cell)
            else:
                sheet.write_number(number + 1, place, cell)
    book.close()


def _cells(number: int, chance: random.Random) -> list[Any]:
    code = f"9133010{number % 9}MA{number:07d}"
    return [
        code + uscc.calc_check_digit(code),
        f"临漕远帆{number}号科技有限公司",
        f"远帆{number}",
        chance.choice(("企业", "个体工商户")),
        chance.choice(("I65", "L72", "F51", "J66")),
        chance.choice(("大型", "中型", "小型", "微型")),
        "存续",
        date(2005, 1, 1) + timedelta(days=chance.randrange(7000)),
        f"临漕区桐川路{number % 900}号{number % 40}层",
        chance.randrange(800),
        "望澜商务社区",
        f"WL-{number:06d}",
        f"B{1 + number % 4}",
        f"{1 + number % 40}{number // 4:04d}",  # a room of its own
        f"由物业核对{number % 50}",
    ]


# ---- ours ----------------------------------------------------------------------------------------


def _python(script: str, environment: dict[str, str], *arguments: Any) -> Any:
    call = ", ".join(repr(str(argument)) for argument in arguments)
    done = subprocess.run(
        [sys.executable, "-c", f"import bench._import_ours as d; d.{script}({call})"],
        env=environment | {
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
            "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
        },
        cwd=harness.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _prepared(folder: Path) -> dict[str, str]:
    folder.mkdir()
    environment = harness.loushi_environment(folder / "data", harness.free_port())
    harness.loushi("migrate", environment=environment)
    _python("prepare", environment, folder / "district.json")
    return environment


def _ours(folder: Path, files: dict[str, Path]) -> dict[str, Any]:
    environment = _prepared(folder)
    found: dict[str, Any] = {}
    for name in ("new", "changed"):
        harness.log(f"ours: {name}")
        back = folder / f"{name}_back.xlsx"
        found[name] = _python("load", environment, files[name], back, *PLACES)
    back = folder / "again_back.xlsx"
    found["unchanged"] = _python("load", environment, files["changed"], back, *PLACES)
    harness.log("ours: new, with rooms")
    environment = _prepared(folder / "rooms")
    back = folder / "rooms_back.xlsx"
    found["new, with rooms"] = _python("load", environment, files["new"], back)
    return found


def _during(folder: Path, files: dict[str, Path]) -> dict[str, Any]:
    """Submissions over HTTP while a file goes in: how many, and how long the slowest waited."""
    environment = _prepared(folder)
    place = harness.read_json(folder / "district.json")
    waits: list[float] = []
    failed: list[str] = []
    over = threading.Event()

    def submit() -> None:
        with httpx.Client(base_url=server.address, timeout=60) as http:
            while not over.is_set():
                firm = place["firms"][len(waits) % len(place["firms"])]
                began = time.monotonic()
                answer = http.post(
                    "/api/v1/demands",
                    json={"text": f"第{len(waits)}号：电梯等得久，早高峰排队。",
                          "category": place["category_code"], "enterprise": firm["id"],
                          "building": firm["building"]},
                    headers={"Authorization": f"Bearer {firm['token']}",
                             "Idempotency-Key": str(uuid.uuid4())},
                )  # fmt: skip
                waits.append(time.monotonic() - began)
                if answer.status_code not in {200, 201}:
                    failed.append(f"{answer.status_code} {answer.text[:120]}")
                over.wait(0.1)

    server = harness.loushi_server(environment, folder)
    with server:
        client = threading.Thread(target=submit)
        client.start()
        time.sleep(2)
        harness.log("ours: new, with submissions meanwhile")
        lap = _python("load", environment, files["new"], folder / "back.xlsx", *PLACES)
        over.set()
        client.join()
    return {
        "who": "submissions during the import",
        "submitted": len(waits),
        "failed": len(failed),
        "first failure": failed[0] if failed else "",
        "slowest wait": round(max(waits), 2),
        "median wait": round(harness.median(waits), 3),
        "import seconds": lap["seconds"],
    }


# ---- the peer ------------------------------------------------------------------------------------


def _peer(python: Path, folder: Path, mode: str, files: dict[str, Path]) -> dict[str, Any]:
    database = folder / f"peer_{mode}.sqlite3"
    found = {}
    todo = {"new": files["clean"]}
    if mode == "default":
        todo["changed"] = files["clean_changed"]
    for name, file in todo.items():
        harness.log(f"django-import-export ({mode}): {name}")
        found[name] = run_peer(python, mode, database, file)
    return found


def run_peer(python: Path, mode: str, database: Path, file: Path) -> Any:
    """One file through the peer in a process of its own; what it took."""
    done = subprocess.run(
        [python, Path(__file__).parent / "_import_peer.py", mode, database, file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the peer failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])
