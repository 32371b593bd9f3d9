"""The queue of rows that nobody could place: give one a unit, or drop it."""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.transfer import queries
from loushi.foundation.transfer.columns import match
from loushi.foundation.transfer.models import BatchState, ImportBatch, PlaceState, UnplacedRow
from loushi.foundation.transfer.plan import check
from loushi.foundation.transfer.readers import Table
from loushi.foundation.transfer.rows import CHANGED, NEW, REJECTED

from .applying import write
from .confirming import note_all
from .opening import context_for, importer_for
from .staging import number_batch, stage


def _waiting(actor: Actor, pk: int) -> UnplacedRow:
    row = queries.waiting_row(actor, pk)
    importer_for(actor, row.importer)
    if row.state != PlaceState.WAITING:
        raise Conflict(_("这一行已经有人处理过。请刷新页面。"))
    return row


def place_row(*, actor: Actor, pk: int, unit_path: str, note: str = "") -> UnplacedRow:
    """Puts a waiting row into the register at a unit, through its importer.

    Raises Refused when the row has errors, Denied when the unit is outside the actor's range.
    """
    row = _waiting(actor, pk)
    kind = importer_for(actor, row.importer)
    if not unit_path:
        raise Refused(_("请选择所属单位。"), field="unit")
    context = context_for(actor, kind, unit_path=unit_path, tz=row.zone, source=row.source)
    header = list(row.cells)
    table = Table(header, 1, [(row.row_number, list(row.cells.values()))], "queue")
    mapping = match(
        header, kind.all_columns(), [(heading, name) for name, heading in row.mapping.items()]
    )
    with transaction.atomic():
        batch = ImportBatch(
            importer=kind.name,
            permission=kind.permission,
            source=row.source,
            file_name=_("待归位第 %(row)d 行") % {"row": row.row_number},
            sha256="",
            header=header,
            mapping=row.mapping,
            unit_path=unit_path,
            zone=row.zone,
            total=1,
            created_by_id=actor.user_id,
            created_by_name=actor.name,
        )
        batch.save()
        number_batch(batch)
        context = replace(context, batch_id=batch.pk, batch_number=batch.number or "")
        importer = kind(context, frozenset(mapping.sources))
        importer.placing = unit_path
        plan = check(importer, table, mapping)
        _refuse(plan.rows[0].outcome, [item.message for item in plan.of_errors()])
        stage(batch, plan, BatchState.CHECKED)
        if asked := [item.message for item in plan.rows[0].to_confirm]:
            if not note.strip():
                raise Refused(_("请写明说明：%(what)s") % {"what": " ".join(asked)}, field="note")
            note_all(actor=actor, batch=batch, note=note)
        write(actor=actor, batch=batch, plan=plan, partial=False)
        row.refresh_from_db()
        row.state = PlaceState.PLACED
        row.object_id = plan.rows[0].object_id
        row.settled_at = timezone.now()
        row.settled_by_name = actor.name
        row.save(update_fields=["state", "object_id", "settled_at", "settled_by_name"])
    return row


def _refuse(outcome: str, sentences: list[str]) -> None:
    if outcome == REJECTED:
        raise Refused(" ".join(sentences))
    if outcome not in (NEW, CHANGED, "unchanged"):
        raise Refused(_("选了单位仍然放不下这一行。请改正原表后重新导入。"), field="unit")


def drop_row(*, actor: Actor, pk: int, note: str) -> UnplacedRow:
    """Takes a row out of the queue for good; the reason stays with it."""
    row = _waiting(actor, pk)
    note = note.strip()[:200]
    if not note:
        raise Refused(_("请写一句为什么不再处理。"), field="note")
    with transaction.atomic():
        held = UnplacedRow.objects.unscoped("locking").select_for_update().get(pk=row.pk)
        if held.state != PlaceState.WAITING:
            raise Conflict(_("这一行已经有人处理过。请刷新页面。"))
        held.state = PlaceState.DROPPED
        held.note = note
        held.settled_at = timezone.now()
        held.settled_by_name = actor.name
        held.save(update_fields=["state", "note", "settled_at", "settled_by_name"])
    return held
