"""Between a checked plan and the register: staged rows, then one transaction that applies."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows, insert_values, update_rows
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.transfer.models import (
    BatchState,
    ExternalKey,
    ImportBatch,
    ImportRow,
    PlaceState,
    UnplacedRow,
)
from loushi.foundation.transfer.parsers import plain
from loushi.foundation.transfer.plan import Plan, compare
from loushi.foundation.transfer.rows import CHANGED, NEW, REJECTED, UNCHANGED, UNPLACED, Row

STAGE_CHUNK = 2_000  # rows per staging transaction, so that others can write in between
KEY_LENGTH = 200
_JSON_TYPES = frozenset({str, int, float, bool, dict, type(None)})


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


def _staged(batch: ImportBatch, plan: Plan, rows: Iterable[Row]) -> list[dict[str, Any]]:
    columns = plan.importer.by_name
    return [
        {
            "batch_id": batch.pk,
            "row_number": row.number,
            "outcome": row.outcome,
            "key": key_text(plan, row),
            "object_id": row.object_id,
            "cells": [cell if type(cell) in _JSON_TYPES else plain(cell) for cell in row.cells],
            "diff": {
                name: [columns[name].shown(old), columns[name].shown(new)]
                for name, (old, new) in row.changes.items()
            },
            "problems": _problems(plan, row) if row.problems or row.outcome == UNPLACED else [],
            "unit_path": batch.unit_path,
        }
        for row in rows
    ]


def _problems(plan: Plan, row: Row) -> list[dict[str, str]]:
    found = [
        {"column": item.column, "label": plan.label(item.column), "message": item.message,
         "level": item.level}
        for item in row.problems
    ]  # fmt: skip
    if row.outcome == UNPLACED:
        found.append({"column": "", "label": "", "message": row.reason, "level": "unplaced"})
    return found


def stage(batch: ImportBatch, plan: Plan, state: str = BatchState.CHECKED) -> None:
    """Writes the rows that somebody has to look at, in short transactions, then the counts."""
    with transaction.atomic():
        ImportRow.objects.unscoped("restaging").filter(batch=batch).delete()
    worth = [
        row
        for row in plan.rows
        if row.outcome != UNCHANGED or any(item.level == "hint" for item in row.problems)
    ]
    for start in range(0, len(worth), STAGE_CHUNK):
        with transaction.atomic():
            insert_values(ImportRow, _staged(batch, plan, worth[start : start + STAGE_CHUNK]))
    batch.counts = plan.counts
    batch.reasons = [list(reason) for reason in plan.reasons()]
    batch.total = len(plan.rows)
    batch.digest = plan.digest()
    batch.state = state
    batch.checked_at = timezone.now()
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


def write(*, actor: Actor, batch: ImportBatch, plan: Plan, partial: bool) -> None:
    """Applies a plan in one transaction: everything or nothing.

    Compares once more inside the transaction. Raises Conflict when the register was changed since
    the check, Refused when rows are rejected and `partial` is not asked for.
    """
    try:
        with transaction.atomic():
            held = ImportBatch.objects.unscoped("locking").select_for_update().get(pk=batch.pk)
            if held.state != BatchState.CHECKED:
                raise Conflict(_("这个批次已经应用或取消。请刷新页面查看结果。"))
            if plan.has_consequences:
                compare(plan)
            if plan.digest() != held.digest:
                raise Conflict(_("核对之后，登记又有了变动。请重新核对，看过新的结果再应用。"))
            refuse_rejected(plan, partial=partial)
            _write_rows(actor, held, plan)
            held.state = BatchState.APPLIED
            held.partial = partial
            held.applied_at = timezone.now()
            held.applied_by_name = actor.name
            held.save(update_fields=["state", "partial", "applied_at", "applied_by_name"])
    except IntegrityError as error:
        raise Conflict(
            _("写入时发现登记刚刚有了变动，整个文件都没有导入。请重新核对后再应用。")
        ) from error
    batch.refresh_from_db()


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
    importer.audit(new, changed)
    importer.finish(new, changed)


def _link_external(plan: Plan) -> None:
    """Remembers what the source calls each row, so that the next file recognises it."""
    importer, source = plan.importer, plan.importer.context.source
    if not importer.external or not source:
        return
    links = []
    for row in plan.rows:
        if row.object_id is None or row.outcome in (REJECTED, UNPLACED):
            continue
        text = importer.external_id(row)
        if text and text not in plan.linked:
            links.append(
                ExternalKey(
                    source=source, external_id=text, kind=importer.kind, object_id=row.object_id
                )
            )
    insert_rows(links)


def _queue_unplaced(actor: Actor, batch: ImportBatch, plan: Plan) -> None:
    rows = plan.of(UNPLACED)
    if not rows:
        return
    importer, context = plan.importer, plan.importer.context
    waiting = _waiting(plan, [key_text(plan, row) for row in rows])
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


def _waiting(plan: Plan, keys: Sequence[str]) -> dict[str, int]:
    """Key → id of the rows of this importer and source that wait in the queue."""
    waiting = _queue_of(plan)
    return {key: waiting[key] for key in keys if key in waiting}


def _queue_of(plan: Plan) -> dict[str, int]:
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
    if not rows:
        return
    if not _queue_of(plan):
        return
    ids = {key_text(plan, row): row.object_id for row in rows}
    waiting = _waiting(plan, list(ids))
    now = timezone.now()
    update_rows(
        UnplacedRow,
        [
            (
                pk,
                {
                    "state": PlaceState.PLACED,
                    "object_id": ids[key],
                    "settled_at": now,
                    "settled_by_name": actor.name,
                },
            )
            for key, pk in waiting.items()
        ],
    )


def _note_ids(batch: ImportBatch, new: Sequence[Row]) -> None:
    staged = dict(
        ImportRow.objects.unscoped("own rows")
        .filter(batch=batch, outcome=NEW)
        .values_list("row_number", "pk")
    )
    update_rows(ImportRow, [(staged[row.number], {"object_id": row.object_id}) for row in new])
