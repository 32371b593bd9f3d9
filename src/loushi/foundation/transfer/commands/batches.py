"""The batch on the pages: upload → source → columns → check → apply, or cancel; and back."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.transfer import queries, registry, storage
from loushi.foundation.transfer.models import BatchState, ImportBatch, Work

from .applying import undo
from .opening import checksum, context_for, guess_columns, importer_for, read_into, zone_for
from .staging import number_batch, refuse_unconfirmed
from .working import ask_for

OPEN_FOR = timedelta(days=30)
BACK_WITHIN = timedelta(days=30)
DEAD_AFTER = timedelta(minutes=2)
SWEEP_AT_ONCE = 200
READ_AT_ONCE = 2**20
"""Bytes up to which a file is read while the person waits; larger ones are read by a worker."""


def upload_batch(
    *,
    actor: Actor,
    importer: str,
    upload: UploadedFile,  # type: ignore[type-arg]
    unit_path: str = "",
    source: str = "",
    tz: str = "",
    sheet: str = "",
    key: str = "",
) -> ImportBatch:
    """Keeps an uploaded file and proposes which column feeds which field.

    A large file is read by a worker: the batch says so (`work`). Raises Refused for a small file
    that cannot be read, Denied for a unit outside the actor's range.
    """
    kind = importer_for(actor, importer)
    context = context_for(actor, kind, unit_path=unit_path, tz=tz, source=source)
    size = upload.size or 0
    if size > settings.IMPORT_LIMIT_BYTES:
        raise Refused(
            _("文件有 %(size)d MB，最多 %(limit)d MB。请分成几个文件导入。")
            % {"size": -(-size // 2**20), "limit": settings.IMPORT_LIMIT_BYTES // 2**20},
            field="file",
        )
    name = Path(upload.name or "").name[:200]
    path = storage.keep(upload.chunks(), name)
    try:
        batch = ImportBatch(
            importer=kind.name,
            permission=kind.permission,
            source=context.source,
            told_source=bool(context.source),
            file_name=name,
            file_size=size,
            sha256=checksum(path),
            kept_as=path.name,
            sheet=sheet,
            unit_path=unit_path,
            unit_label=_label_of(actor, kind.permission, unit_path),
            zone=str(context.zone),
            created_by_id=actor.user_id,
            created_by_name=actor.name,
        )
        if at_once := size <= READ_AT_ONCE:
            read_into(actor, batch)

        def create() -> int:
            batch.save()
            number_batch(batch)
            if not at_once:
                ask_for(batch, Work.READ, actor)
            return int(batch.pk)

        facts = {"importer": kind.name, "sha256": batch.sha256, "unit": unit_path}
        with transaction.atomic():
            pk, created = once(
                actor=actor, command="transfer.upload", key=key, payload=facts, create=create
            )
    except Exception:
        path.unlink(missing_ok=True)
        raise
    if not created:
        path.unlink(missing_ok=True)
        return queries.batch(actor, pk)
    return batch


def _label_of(actor: Actor, permission: str, unit_path: str) -> str:
    return dict(registry.unit_choices(actor, permission)).get(unit_path, "").strip()


def _own(actor: Actor, pk: int) -> ImportBatch:
    """A visible batch that the actor may also work on."""
    batch = queries.batch(actor, pk)
    kind = importer_for(actor, batch.importer)
    context_for(actor, kind, unit_path=batch.unit_path, tz=batch.zone, source=batch.source)
    if not actor.system and batch.created_by_id != actor.user_id and not batch.unit_path:
        context = context_for(actor, kind, unit_path="", tz=batch.zone, source="")
        if not context.everywhere:
            raise Denied
    return batch


def locked(actor: Actor, pk: int) -> ImportBatch:
    """The same, locked; in the caller's transaction."""
    _own(actor, pk)
    return ImportBatch.objects.unscoped("the actor was checked").select_for_update().get(pk=pk)


def refuse_busy(batch: ImportBatch) -> None:
    if batch.work:
        raise Conflict(
            _("这个批次%(work)s，请等它做完，或先取消。") % {"work": Work(batch.work).label}
        )


def _open(batch: ImportBatch) -> None:
    refuse_busy(batch)
    if batch.state not in (BatchState.UPLOADED, BatchState.CHECKED):
        raise Conflict(_("这个批次已经应用或取消。请重新上传文件。"))


def tell_source(
    *, actor: Actor, pk: int, source: str, unit_path: str | None = None, tz: str = ""
) -> ImportBatch:
    """Says where a file comes from and which unit it concerns; proposes the columns anew."""
    with transaction.atomic():
        batch = locked(actor, pk)
        _open(batch)
        kind = importer_for(actor, batch.importer)
        if unit_path is not None:
            context_for(actor, kind, unit_path=unit_path, tz=tz, source=source)
            batch.unit_path = unit_path
            batch.unit_label = _label_of(actor, kind.permission, unit_path)
        batch.source = " ".join(source.split())[:60]
        batch.zone = str(zone_for(tz or batch.zone))
        batch.told_source = True
        batch.state = BatchState.UPLOADED
        guess_columns(actor, batch)
        batch.save()
    return batch


def check_batch(
    *,
    actor: Actor,
    pk: int,
    mapping: Mapping[str, str] | None = None,
    source: str | None = None,
    tz: str | None = None,
    again: bool = False,
) -> ImportBatch:
    """Asks the background to check a batch with the given columns (our column → file heading).

    May be repeated until the batch is applied; `again` marks the rows whose result differs from
    the last check. Raises Conflict afterwards, and while the batch is being worked on.
    """
    with transaction.atomic():
        batch = locked(actor, pk)
        _open(batch)
        if mapping is not None:
            told = {name: heading for name, heading in mapping.items() if heading}
            given = {
                heading for name, heading in told.items() if batch.mapping.get(name) != heading
            }
            given |= set(batch.mapping.values()) - set(told.values())
            batch.origins = batch.origins | dict.fromkeys(sorted(given), "given")
            batch.mapping = told
        if source is not None:
            batch.source = " ".join(source.split())[:60]
        if tz:
            batch.zone = str(zone_for(tz))
        batch.told_source = True
        ask_for(batch, Work.CHECK, actor, {"again": again})
    return batch


def apply_batch(*, actor: Actor, pk: int, partial: bool = False) -> ImportBatch:
    """Asks the background to apply a checked batch; a second call changes nothing.

    `partial` leaves rejected rows out. Raises Refused when there are rejected rows otherwise, or
    rows that somebody must confirm first. When the register changed since the check, the batch is
    checked again, and what differs is marked.
    """
    with transaction.atomic():
        batch = locked(actor, pk)
        if batch.state == BatchState.APPLIED or batch.work == Work.APPLY:
            return batch
        refuse_busy(batch)
        if batch.state != BatchState.CHECKED:
            raise Conflict(_("请先核对，再应用。"))
        rejected = int(batch.counts.get("rejected", 0))
        if rejected and not partial:
            raise Refused(
                _("有 %(count)d 行需要修改。请改好后重新导入，或选择只导入其余行。")
                % {"count": rejected}
            )
        refuse_unconfirmed(batch)
        ask_for(batch, Work.APPLY, actor, {"partial": partial})
    return batch


def cancel_batch(*, actor: Actor, pk: int) -> ImportBatch:
    """Cancels a batch at any time before it is applied, and removes its file.

    While it is being applied, what was written already is taken back first.
    """
    with transaction.atomic():
        held = locked(actor, pk)
        if held.state in (BatchState.CANCELLED, BatchState.UNREADABLE):
            return held
        if held.state in (BatchState.APPLIED, BatchState.ROLLED_BACK):
            if held.work == Work.SURVEY:
                held.work, held.holder = "", ""
                held.save(update_fields=["work", "holder"])
                return held
            raise Conflict(_("这个批次已经应用，不能取消；30 天内可以整批撤回。"))
        if held.portions:
            if held.work != Work.UNDO:
                ask_for(held, Work.UNDO, actor)
            return held
        held.state, held.work, held.holder = BatchState.CANCELLED, "", ""
        held.save(update_fields=["state", "work", "holder"])
    storage.forget(held.kept_as)
    return held


def _reversible(batch: ImportBatch) -> None:
    refuse_busy(batch)
    if batch.state != BatchState.APPLIED or batch.applied_at is None:
        raise Conflict(_("只有已应用的批次可以撤回。"))
    if why := registry.importer(batch.importer).irreversible:
        raise Refused(str(why))
    if timezone.now() - batch.applied_at > BACK_WITHIN:
        raise Refused(_("应用已超过 30 天，不能整批撤回。请逐条更正，或导入更正后的表。"))


def survey_batch(*, actor: Actor, pk: int) -> ImportBatch:
    """Asks the background what rolling the batch back would do."""
    with transaction.atomic():
        batch = locked(actor, pk)
        _reversible(batch)
        ask_for(batch, Work.SURVEY, actor, survey={})
    return batch


def roll_back_batch(*, actor: Actor, pk: int, why: str, edited: bool = False) -> ImportBatch:
    """Asks the background to roll back an applied batch as a whole, within 30 days.

    Cells that were changed since stay unless `edited`; created rows that something else needs stay
    and are listed. Raises Refused without a reason, or before anybody has looked at the list.
    """
    why = why.strip()[:200]
    with transaction.atomic():
        batch = locked(actor, pk)
        _reversible(batch)
        if not why:
            raise Refused(_("请写一句为什么撤回，会留痕。"), field="why")
        if not batch.survey:
            raise Refused(_("请先查看撤回会改动什么。"))
        ask_for(batch, Work.ROLL_BACK, actor, {"why": why, "edited": edited})
    return batch


def sweep_batches() -> int:
    """Cancels batches that nobody applied within 30 days, and removes their files; how many."""
    waiting: dict[str, Any] = {
        "state__in": [BatchState.UPLOADED, BatchState.CHECKED], "work": "",
    }  # fmt: skip
    old = list(
        ImportBatch.objects.unscoped("sweeping")
        .filter(created_at__lt=timezone.now() - OPEN_FOR, portions=0, **waiting)
        .order_by("pk")[:SWEEP_AT_ONCE]
    )
    for batch in old:
        with transaction.atomic():
            ImportBatch.objects.unscoped("sweeping").filter(pk=batch.pk, **waiting).update(
                state=BatchState.CANCELLED
            )
        storage.forget(batch.kept_as)
    return len(old)


def mend_batches() -> int:
    """Takes back what a killed command line has half written; a worker's own work is taken over by
    its task. Returns how many batches were mended."""
    dead = ImportBatch.objects.unscoped("mending").filter(
        state=BatchState.CHECKED, portions__gt=0, work="",
        beat_at__lt=timezone.now() - DEAD_AFTER,
    )  # fmt: skip
    found = list(dead.order_by("pk")[:20])
    for batch in found:
        undo(batch, registry.importer(batch.importer))
    return len(found)
