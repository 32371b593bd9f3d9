"""From staged rows to the register: portions, each a short transaction with its trail.

All or nothing per file: a portion that fails, a batch that is cancelled and a worker that is killed
all end with the earlier portions taken back; between portions others can write (SQLite has one
writer at a time). Files with few rows, and importers that do not allow portions, are one portion.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows, insert_values, update_rows
from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.scoping import Scoped
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.models import (
    BatchState,
    ExternalKey,
    ImportBatch,
    ImportRow,
    ImportTrail,
    PlaceState,
    UnplacedRow,
)
from loushi.foundation.transfer.plan import Plan, compare, signature
from loushi.foundation.transfer.rows import CHANGED, NEW, REJECTED, UNCHANGED, UNPLACED, Row
from loushi.foundation.transfer.takeback import Progress, take_back
from loushi.foundation.transfer.trail import Trail, plain_rows

from .staging import Guard, key_text, notes_of, raw, refuse_rejected, refuse_unconfirmed

PORTION = 4_000  # rows that are written in one transaction, in about half a second
BREATH_SECONDS = 0.05  # between portions on SQLite: whoever waits for the lock gets it


class Superseded(RuntimeError):
    """Somebody cancelled the batch, or another worker took it over: this one stops silently."""


def write(
    *,
    actor: Actor,
    batch: ImportBatch,
    plan: Plan,
    partial: bool,
    guard: Guard = lambda: None,
    progress: Progress = lambda done, total: None,
) -> None:
    """Applies a checked plan: everything or nothing.

    Raises Conflict when the register was changed since the check, Refused when rows are rejected
    and `partial` is not asked for, or when something is not confirmed. Afterwards nothing of the
    file is in the register, whatever was raised.
    """
    refuse_rejected(plan, partial=partial)
    refuse_unconfirmed(batch)
    if plan.digest() != batch.digest:
        raise Conflict(_("核对之后，登记又有了变动。请重新核对，看过新的结果再应用。"))
    parts = _portions(plan)
    total = sum(map(len, parts))
    done = number = 0
    try:
        for number, rows in enumerate(parts, start=1):
            last = number == len(parts)
            with transaction.atomic():
                guard()
                held = _held(batch, number)
                _write_portion(actor, held, plan.part(rows), number)
                if last:
                    _finish(actor, held, plan, partial)
            done += len(rows)
            progress(done, total)
            if not last and connection.vendor == "sqlite":
                time.sleep(BREATH_SECONDS)
    except Superseded:
        raise  # whoever took over decides
    except IntegrityError as error:
        if number > 1:
            undo(batch, plan.importer, guard=guard)
        raise Conflict(
            _("写入时发现登记刚刚有了变动，整个文件都没有导入。请重新核对后再应用。")
        ) from error
    except Exception:
        if number > 1:
            undo(batch, plan.importer, guard=guard)
        raise
    batch.refresh_from_db()


def undo(
    batch: ImportBatch,
    importer: Any,
    *,
    guard: Guard = lambda: None,
    progress: Progress = lambda done, total: None,
) -> None:
    """Takes back the portions that were written; nothing happens when there are none."""
    trail = ImportTrail.objects.unscoped("undoing").filter(batch=batch)
    if trail.exists():
        take_back(batch, importer, guard=guard, progress=progress)
    with transaction.atomic():
        guard()
        trail.delete()
        rows = ImportRow.objects.unscoped("undoing").filter(batch=batch, outcome=NEW)
        rows.exclude(object_id=None).update(object_id=None)
        ImportBatch.objects.unscoped("undoing").filter(pk=batch.pk).update(portions=0)
    batch.portions = 0


def _held(batch: ImportBatch, number: int) -> ImportBatch:
    held = ImportBatch.objects.unscoped("locking").select_for_update().get(pk=batch.pk)
    if held.state != BatchState.CHECKED or held.portions != number - 1:
        raise Conflict(_("这个批次已经应用或取消。请刷新页面查看结果。"))
    return held


def _portions(plan: Plan) -> list[list[Row]]:
    """The rows that have consequences, in portions; unchanged rows only where the register has
    something to learn from them (an external number, a row of the queue that is settled)."""
    rows = [row for row in plan.rows if row.outcome in (NEW, CHANGED, UNPLACED)]
    rest = _worth_linking(plan)
    if not plan.importer.by_portions:
        return [[*rows, *rest]]
    size = PORTION
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    parts += [rest[start : start + size] for start in range(0, len(rest), size)]
    return parts or [[]]


def _worth_linking(plan: Plan) -> list[Row]:
    rows = [row for row in plan.rows if row.outcome == UNCHANGED]
    importer, source = plan.importer, plan.importer.context.source
    waiting = _queue_of(plan) if rows else {}
    linked = plan.linked
    links = importer.external and bool(source)
    if not waiting and not links:
        return []
    return [
        row
        for row in rows
        if (links and (text := importer.external_id(row)) and text not in linked)
        or (waiting and key_text(plan, row) in waiting)
    ]


def _lock_stored(plan: Plan) -> None:
    """Locks the register's rows in one order, so that what is compared now stays until written."""
    model = plan.importer.model
    ids = sorted({row.stored.id for row in plan.rows if row.stored})
    if model is None or not ids or connection.vendor == "sqlite" or not issubclass(model, Scoped):
        return  # SQLite: the transaction holds the one write lock already
    rows = plain_rows(model).filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    list(rows.values_list("pk", flat=True))


def _write_portion(actor: Actor, batch: ImportBatch, plan: Plan, number: int) -> None:
    writing = [row for row in plan.rows if row.outcome != UNCHANGED]
    expected = {row.number: signature(row) for row in writing}
    if writing:
        _lock_stored(plan)
        compare(plan.part(writing))
    if any(signature(row) != expected[row.number] for row in writing):
        raise Conflict(_("核对之后，登记又有了变动。请重新核对，看过新的结果再应用。"))
    trail = Trail()
    with trail.following():
        _write_rows(actor, batch, plan)
    trail.keep(batch.pk, number, batch.unit_path)
    ImportBatch.objects.unscoped("one more portion").filter(pk=batch.pk).update(
        portions=number, beat_at=timezone.now()
    )
    batch.portions = number


def _write_rows(actor: Actor, batch: ImportBatch, plan: Plan) -> None:
    importer = plan.importer
    new, changed = plan.of(NEW), plan.of(CHANGED)
    if new:
        importer.apply_new(new)
        if missing := [row.number for row in new if row.object_id is None]:
            raise RuntimeError(f"{importer.name}.apply_new left rows {missing[:5]} without an id")
    if changed:
        importer.apply_changed(changed)
    _link_external(plan)
    _queue_unplaced(actor, batch, plan)
    _settle_waiting(actor, plan)
    _note_ids(batch, new)
    _record_notes(actor, batch, [*new, *changed])
    if new or changed or not importer.by_portions:
        importer.audit(new, changed)
        importer.finish(new, changed)


def _finish(actor: Actor, batch: ImportBatch, plan: Plan, partial: bool) -> None:
    batch.state = BatchState.APPLIED
    batch.partial = partial
    batch.applied_at = timezone.now()
    batch.applied_by_name = actor.name
    batch.save(update_fields=["state", "partial", "applied_at", "applied_by_name"])
    counts = {name: count for name, count in batch.counts.items() if count}
    registry.record(
        actor=actor,
        action="transfer.apply",
        lines=[
            {
                "subject": ("transfer.importbatch", batch.pk, batch.number),
                "after": {"importer": plan.importer.name, "file": batch.file_name, **counts},
                "why": batch.source,
                "unit_path": batch.unit_path,
            }
        ],
    )


def _record_notes(actor: Actor, batch: ImportBatch, rows: Sequence[Row]) -> None:
    """What people wrote to confirm a row stands beside the row in the audit."""
    confirmed = [row for row in rows if row.problems and row.to_confirm]
    if not confirmed:
        return
    notes = notes_of(batch)
    secret = registry.importer(batch.importer).confidential
    registry.record(
        actor=actor,
        action="transfer.confirm",
        lines=[
            {
                "subject": (batch.importer, row.object_id, str(row.get("name") or row.number)),
                "after": {
                    item["label"] or item["kind"]: "***" if secret else item["message"],
                    "by": item["by"],
                },
                "why": f"{item['note']}（{batch.number}）",
                "unit_path": row.unit_path,
            }
            for row in confirmed
            for item in notes.get(row.number, ())
        ],
    )


def _link_external(plan: Plan) -> None:
    """Remembers what the source calls each row, so that the next file recognises it."""
    importer, source = plan.importer, plan.importer.context.source
    if not importer.external or not source:
        return
    links: list[dict[str, Any]] = []
    now = timezone.now()
    for row in plan.rows:
        if row.object_id is None or row.outcome in (REJECTED, UNPLACED):
            continue
        text = importer.external_id(row)
        if text and text not in plan.linked:
            links.append(
                {"source": source, "external_id": text, "kind": importer.kind,
                 "object_id": row.object_id, "created_at": now}
            )  # fmt: skip
    insert_values(ExternalKey, links)


def _queue_unplaced(actor: Actor, batch: ImportBatch, plan: Plan) -> None:
    rows = plan.of(UNPLACED)
    if not rows:
        return
    importer, context = plan.importer, plan.importer.context
    waiting = _queue_of(plan)
    header = plan.table.header
    mapping = {name: header[place] for name, place in plan.mapping.sources.items()}
    fresh, again = [], []
    for row in rows:
        text = key_text(plan, row)
        facts: dict[str, Any] = {
            "batch_id": batch.pk,
            "row_number": row.number,
            "cells": dict(zip(header, map(raw, row.cells), strict=True)),
            "mapping": mapping,
            "zone": str(context.zone),
            "reason": row.reason[:300],
        }
        if text in waiting:
            again.append((waiting[text], facts))
            continue
        fresh.append(
            UnplacedRow(
                importer=importer.name,
                permission=importer.permission,
                source=context.source,
                key=text,
                unit_path=context.unit_path,
                created_by_id=actor.user_id,
                **facts,
            )
        )
    insert_rows(fresh)
    update_rows(UnplacedRow, again)


def _queue_of(plan: Plan) -> dict[str, int]:
    """Key → id of the rows of this importer and source that wait in the queue."""
    return dict(
        UnplacedRow.objects.unscoped("the queue of one importer")
        .filter(
            importer=plan.importer.name,
            source=plan.importer.context.source,
            state=PlaceState.WAITING,
        )
        .values_list("key", "pk")
    )


def _settle_waiting(actor: Actor, plan: Plan) -> None:
    """A row that waited and is in the register now needs no placing any more."""
    rows = [row for row in plan.rows if row.outcome in (NEW, CHANGED, UNCHANGED)]
    waiting = _queue_of(plan) if rows else {}
    if not waiting:
        return
    ids = {key_text(plan, row): row.object_id for row in rows}
    now = timezone.now()
    settled = {"state": PlaceState.PLACED, "settled_at": now, "settled_by_name": actor.name}
    update_rows(
        UnplacedRow,
        [(pk, settled | {"object_id": ids[key]}) for key, pk in waiting.items() if key in ids],
    )


def _note_ids(batch: ImportBatch, new: Sequence[Row]) -> None:
    if not new:
        return
    numbers = [row.number for row in new]
    staged = dict(
        ImportRow.objects.unscoped("own rows")
        .filter(batch=batch, outcome=NEW, row_number__range=(min(numbers), max(numbers)))
        .values_list("row_number", "pk")
    )
    update_rows(ImportRow, [(staged[row.number], {"object_id": row.object_id}) for row in new])
