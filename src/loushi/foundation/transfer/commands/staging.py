"""Between a checked plan and a person: staged rows, with their notes and what moved meanwhile."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.bulk import insert_values
from loushi.foundation.core.errors import Refused
from loushi.foundation.transfer.models import BatchState, ImportBatch, ImportRow
from loushi.foundation.transfer.parsers import plain
from loushi.foundation.transfer.plan import Plan
from loushi.foundation.transfer.rows import CHANGED, NEW, REJECTED, UNCHANGED, UNPLACED, Row

STAGE_CHUNK = 2_000  # rows per staging transaction, so that others can write in between
KEY_LENGTH = 200
_JSON_TYPES = frozenset({str, int, float, bool, dict, type(None)})
NOTED = ("note", "by", "at")
Guard = Callable[[], Any]


def number_batch(batch: ImportBatch) -> None:
    """IM-2026-0917: the year and the id; gaps are fine, doubles are impossible."""
    batch.number = f"IM-{timezone.localtime(batch.created_at).year}-{batch.pk:04d}"
    batch.save(update_fields=["number"])


def raw(cell: Any) -> Any:
    """A cell as JSON can keep it."""
    return cell if type(cell) in _JSON_TYPES else plain(cell)


def key_text(plan: Plan, row: Row) -> str:
    """The row's key as text; for a row without one, a digest of its cells."""
    if row.key is not None and all(part not in (None, "") for part in row.key):
        text = " ".join(str(part) for part in row.key)
    else:
        text = plan.importer.external_id(row) if plan.importer.external else ""
    if text and len(text) <= KEY_LENGTH:
        return text
    return hashlib.sha256(repr(row.cells).encode()).hexdigest()


@dataclass
class Before:
    """What was staged before a new check: notes stay, and rows that moved are marked."""

    notes: dict[tuple[int, str, str], dict[str, Any]] = field(default_factory=dict)
    rows: dict[int, tuple[str, int | None, dict[str, list[str]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: ImportBatch, *, compare: bool) -> "Before":
        found = cls()
        staged = ImportRow.objects.unscoped("restaging").filter(batch=batch)
        for number, problems in staged.filter(confirms__gt=0).values_list("row_number", "problems"):
            for item in problems:
                if item.get("note"):
                    key = (number, item["column"], item["message"])
                    found.notes[key] = {name: item[name] for name in NOTED}
        if compare:
            rows = staged.values_list("row_number", "outcome", "object_id", "diff")
            found.rows = {number: (outcome, pk, diff) for number, outcome, pk, diff in rows}
        return found


def _staged(
    batch: ImportBatch, plan: Plan, rows: Iterable[Row], before: Before, moved: dict[int, str]
) -> list[dict[str, Any]]:
    columns = plan.importer.by_name
    found = []
    for row in rows:
        one = {
            "batch_id": batch.pk,
            "row_number": row.number,
            "outcome": row.outcome,
            "key": key_text(plan, row),
            "object_id": row.object_id,
            "cells": [cell if type(cell) in _JSON_TYPES else plain(cell) for cell in row.cells],
            "diff": _diff(columns, row) if row.changes else {},
            "problems": [],
            "unit_path": batch.unit_path,
        }
        if row.problems or row.outcome == UNPLACED or row.number in moved:
            one |= _problems(plan, row, before, moved.get(row.number, ""))
        found.append(one)
    return found


def _diff(columns: dict[str, Any], row: Row) -> dict[str, list[str]]:
    return {
        name: [columns[name].shown(old), columns[name].shown(new)]
        for name, (old, new) in row.changes.items()
    }


def _problems(plan: Plan, row: Row, before: Before, moved: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    written = row.outcome in (NEW, CHANGED)
    for item in row.problems:
        if item.level == "confirm" and not written:
            continue
        one = {"column": item.column, "label": plan.label(item.column), "message": item.message,
               "level": item.level}  # fmt: skip
        if item.level == "confirm":
            one["kind"] = item.kind or one["label"] or item.message
            one |= before.notes.get((row.number, item.column, item.message), {})
        found.append(one)
    if row.outcome == UNPLACED:
        found.append({"column": "", "label": "", "message": row.reason, "level": "unplaced"})
    if moved:
        found.append({"column": "", "label": "", "message": moved, "level": "moved"})
    confirms = [one for one in found if one["level"] == "confirm"]
    return {
        "problems": found,
        "confirms": len(confirms),
        "open": sum(1 for one in confirms if not one.get("note")),
        "hinted": any(one["level"] == "hint" for one in found),
        "moved": bool(moved),
    }


def _moved(plan: Plan, before: Before) -> dict[int, str]:
    """Row number → what somebody else changed between the last check and this one."""
    if not before.rows:
        return {}
    columns = plan.importer.by_name
    found: dict[int, str] = {}
    for row in plan.rows:
        held = before.rows.get(row.number)
        now = (row.outcome, row.object_id, _diff(columns, row) if row.changes else {})
        if held == now or (held is None and row.outcome == UNCHANGED):
            continue
        if held is not None and held[0] == row.outcome == REJECTED:
            continue
        if held is not None and held[0] in (NEW, CHANGED) and row.outcome == UNCHANGED:
            found[row.number] = _("核对之后，登记里已经有了同样的内容，这一行不用再写。")
            continue
        olds = {name: pair[0] for name, pair in held[2].items()} if held else {}
        said = [
            _("“%(column)s”现在是“%(now)s”，核对时是“%(then)s”")
            % {"column": str(columns[name].label), "now": pair[0] or _("空"),
               "then": olds.get(name, pair[1]) or _("空")}
            for name, pair in now[2].items()
            if name not in olds or olds[name] != pair[0]
        ]  # fmt: skip
        if not said and held is not None and held[0] == NEW:
            said = [_("别人已经登记了这一条")]
        found[row.number] = _("核对之后登记又有变动：%(what)s。请看过再应用。") % {
            "what": "；".join(said) or _("结果与上次不同")
        }
    return found


def stage(
    batch: ImportBatch,
    plan: Plan,
    state: str = BatchState.CHECKED,
    *,
    again: bool = False,
    guard: Guard = lambda: None,
) -> None:
    """Writes the rows that somebody has to look at, in short transactions, then the counts.

    `again`: the register moved since the last check, so rows whose result differs are marked.
    `guard` is called first in each transaction and raises when somebody else took over.
    """
    before = Before.of(batch, compare=again)
    moved = _moved(plan, before)
    with transaction.atomic():
        guard()
        ImportRow.objects.unscoped("restaging").filter(batch=batch).delete()
    worth = [
        row
        for row in plan.rows
        if row.outcome != UNCHANGED
        or row.number in moved
        or any(item.level == "hint" for item in row.problems)
    ]
    for start in range(0, len(worth), STAGE_CHUNK):
        part = _staged(batch, plan, worth[start : start + STAGE_CHUNK], before, moved)
        with transaction.atomic():
            guard()
            insert_values(ImportRow, part)
    batch.counts = plan.counts | {"moved": len(moved)}
    batch.reasons = [list(reason) for reason in plan.reasons()]
    batch.total = len(plan.rows)
    batch.digest = plan.digest()
    batch.state = state
    batch.checked_at = timezone.now()
    with transaction.atomic():
        guard()
        batch.save(
            update_fields=["counts", "reasons", "total", "digest", "state", "checked_at", "mapping"]
        )


def refuse_rejected(plan: Plan, *, partial: bool) -> None:
    """Raises Refused when rows were rejected and nobody asked to leave them out."""
    rejected = len(plan.of(REJECTED))
    if rejected and not partial:
        raise Refused(
            _("有 %(count)d 行需要修改，整个文件都没有导入。请改好后重新导入，或选择只导入其余行。")
            % {"count": rejected}
        )


def open_confirms(batch: ImportBatch) -> int:
    """How many rows of a batch wait for somebody's note."""
    rows = ImportRow.objects.unscoped("counting").filter(batch=batch, open__gt=0)
    return rows.count()


def refuse_unconfirmed(batch: ImportBatch) -> None:
    """Raises Refused while something that must be confirmed has no note."""
    if waiting := open_confirms(batch):
        raise Refused(
            _("还有 %(count)d 行请确认的没有写说明。请逐条写明，或给同一类写一句共同的说明。")
            % {"count": waiting}
        )


def notes_of(batch: ImportBatch) -> dict[int, Sequence[dict[str, Any]]]:
    """Row number → its confirmed problems with their notes."""
    rows = ImportRow.objects.unscoped("reading notes").filter(batch=batch, confirms__gt=0)
    return {
        number: [item for item in problems if item["level"] == "confirm" and item.get("note")]
        for number, problems in rows.values_list("row_number", "problems")
    }
