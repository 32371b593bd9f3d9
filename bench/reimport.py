"""The same 30,000-row workbook with one row in a hundred changed, against django-import-export.

Ours reads and checks every row, compares every cell with the register, stages and renders the
preview, and applies what changed, with audit; the time is that of all of it together. The peer does
a dry run with its diff, then the import, with its defaults and validation (and once more with its
bulk mode). The diff that ours staged must equal the one that this file computes by hand from the
two lists of cells: same rows, same columns, same old and new values, nothing more.
"""

import importlib
import json
import os
import random
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from bench import harness

first = importlib.import_module("bench.import")
ROWS: int = first.ROWS
EVERY = 100
REPEAT = int(os.environ.get("LOUSHI_BENCH_REPEAT", "3"))
COLUMNS = {1: "name", 8: "registered_address", 9: "staff_count"}


def run() -> dict[str, Any]:
    python = harness.peer_environment("import", first.PEER)
    before = _rows()
    after = [_changed(number, cells) for number, cells in enumerate(before)]
    by_hand = _diff(before, after)
    with harness.workspace("reimport") as folder:
        files = {"old": folder / "old.xlsx", "new": folder / "new.xlsx"}
        _write(files["old"], before)
        _write(files["new"], after)
        laps = []
        for turn in range(REPEAT):
            harness.log(f"ours: {turn + 1} of {REPEAT}")
            laps.append(_ours(folder / f"ours{turn}", files, by_hand))
        ours = sorted(laps, key=lambda lap: lap["seconds"])[len(laps) // 2]
        peers = {mode: _peer(python, folder, mode, files) for mode in ("default", "bulk")}
    rows: list[dict[str, Any]] = [{"who": "loushi", **ours}]
    rows += [
        {"who": f"django-import-export: {first.SETTINGS[mode]}", **lap}
        for mode, lap in peers.items()
    ]
    for mode, lap in peers.items():
        rows.append(
            {"who": f"ratio to: {mode}"}
            | {unit: round(lap[unit] / ours[unit], 1) for unit in ("seconds", "cpu")}
        )
    return {
        "bench": "reimport",
        "workload": f"{ROWS:,} × {len(first.HEADINGS)} xlsx again, {len(by_hand)} rows changed; "
        "SQLite; read, check, exact cell diff, preview, apply; the diff equals one made by hand",
        "ours": ours["seconds"],
        "peer": peers["default"]["seconds"],
        "peer_name": f"django-import-export, {first.SETTINGS['default']}",
        "ratio": round(peers["default"]["seconds"] / ours["seconds"], 1),
        "ratio_bulk": round(peers["bulk"]["seconds"] / ours["seconds"], 1),
        "diff_equals_by_hand": all(lap["diff_equals_by_hand"] for lap in laps),
        "unit": "seconds",
        "versions": harness.versions("django", "python-calamine", "xlsxwriter")
        | {part.partition("==")[0] + " (peer)": part.partition("==")[2] for part in first.PEER},
        "rows": rows,
    }


# ---- the files and the diff by hand --------------------------------------------------------------


def _rows() -> list[list[Any]]:
    chance = random.Random(first.SEED)
    return [first._cells(number, chance) for number in range(ROWS)]


def _changed(number: int, cells: list[Any]) -> list[Any]:
    """One row in a hundred: another name, another address and head count, or another head count."""
    if number % EVERY != 37:
        return cells
    changed = list(cells)
    kind = number // EVERY % 3
    if kind == 0:
        changed[1] = cells[1].replace("科技", "数字科技")
    if kind == 1:
        changed[8] = f"{cells[8]}东座"
    if kind >= 1:
        changed[9] = cells[9] + 1
    return changed


def _diff(before: list[list[Any]], after: list[list[Any]]) -> dict[str, dict[str, list[str]]]:
    """Row number in the file → {column: [old, new]}."""
    found: dict[str, dict[str, list[str]]] = {}
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=2):
        cells = {
            name: [str(old[place]), str(new[place])]
            for place, name in COLUMNS.items()
            if old[place] != new[place]
        }
        if cells:
            found[str(number)] = cells
    return found


def _write(path: Path, rows: list[list[Any]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("企业")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, first.HEADINGS)
    for number, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            else:
                sheet.write_number(number, place, cell)
    book.close()


# ---- the two sides -------------------------------------------------------------------------------


def _ours(
    folder: Path, files: dict[str, Path], by_hand: dict[str, dict[str, list[str]]]
) -> dict[str, Any]:
    environment = first._prepared(folder)
    first._python("load", environment, files["old"], folder / "back.xlsx", *first.PLACES)
    lap: dict[str, Any] = first._python(
        "load_again", environment, files["new"], folder / "diff.json", *first.PLACES
    )
    staged = json.loads((folder / "diff.json").read_text(encoding="utf-8"))
    lap["diff_equals_by_hand"] = staged == by_hand
    return lap


def _peer(python: Path, folder: Path, mode: str, files: dict[str, Path]) -> dict[str, Any]:
    database = folder / f"peer_{mode}.sqlite3"
    lap: dict[str, Any] = {}
    for name in ("old", "new"):
        harness.log(f"django-import-export ({mode}): {name}")
        lap = first.run_peer(python, mode, database, files[name])
    return lap
