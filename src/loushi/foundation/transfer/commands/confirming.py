"""Notes: somebody says why a row that looks wrong is right."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.transfer.models import BatchState, ImportBatch, ImportRow

from .batches import locked, refuse_busy

LONGEST = 200
AT_ONCE = 500


def _checked(actor: Actor, pk: int) -> ImportBatch:
    batch = locked(actor, pk)
    refuse_busy(batch)
    if batch.state != BatchState.CHECKED:
        raise Conflict(_("这个批次已经应用或取消，说明不能再改。"))
    return batch


def note_row(*, actor: Actor, pk: int, row: int, note: str) -> ImportRow:
    """Writes a note for everything that one row asks to be confirmed; '' takes it away."""
    note = " ".join(note.split())[:LONGEST]
    with transaction.atomic():
        batch = _checked(actor, pk)
        rows = ImportRow.objects.unscoped("of a batch that was checked").filter(
            batch=batch, confirms__gt=0, row_number=row
        )
        found = rows.first()
        if found is None:
            raise NotVisible
        _write(actor, found, note, "")
        found.save(update_fields=["problems", "open"])
    return found


def note_kind(*, actor: Actor, pk: int, kind: str, note: str) -> int:
    """Writes one note for all problems of a kind that have none yet; returns for how many rows."""
    note = " ".join(note.split())[:LONGEST]
    if not note:
        raise Refused(_("请写一句说明，例如“已电话核实”。"), field="note")
    return _note_many(actor, lambda: _checked(actor, pk), kind, note)


def note_all(*, actor: Actor, batch: ImportBatch, note: str) -> int:
    """One note for everything that asks for one (the command line's `--note`)."""
    return _note_many(actor, lambda: batch, "", " ".join(note.split())[:LONGEST])


def _note_many(actor: Actor, get: Callable[[], ImportBatch], kind: str, note: str) -> int:
    count = after = 0
    while True:
        with transaction.atomic():
            batch = get()
            rows = ImportRow.objects.unscoped("of a batch that was checked").filter(
                batch=batch, open__gt=0, pk__gt=after
            )
            found = list(rows.order_by("pk")[:AT_ONCE])
            if not found:
                return count
            after = found[-1].pk
            changed = [row for row in found if _write(actor, row, note, kind)]
            ImportRow.objects.unscoped("of a batch that was checked").bulk_update(
                changed, ["problems", "open"]
            )
            count += len(changed)


def _write(actor: Actor, row: ImportRow, note: str, kind: str) -> bool:
    """Sets the note of a row's confirmations (only of one kind, only blank ones, if `kind`)."""
    wrote = False
    for item in row.problems:
        if item["level"] != "confirm" or (kind and (item["kind"] != kind or item.get("note"))):
            continue
        facts: dict[str, Any] = {
            "note": note,
            "by": actor.name,
            "at": timezone.localtime().strftime("%m-%d %H:%M"),
        }
        item |= facts
        wrote = True
    row.open = sum(1 for item in row.problems
                   if item["level"] == "confirm" and not item.get("note"))  # fmt: skip
    return wrote
