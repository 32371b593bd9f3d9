"""The batch on the pages: upload → columns → check → apply, or cancel."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.transfer import queries, registry, storage
from loushi.foundation.transfer.models import BatchState, ImportBatch
from loushi.foundation.transfer.plan import Plan, WrongFile, check

from .opening import checksum, context_for, importer_for, mapping_for, read_table, zone_for
from .staging import number_batch, refuse_rejected, stage, write

OPEN_FOR = timedelta(days=30)
SWEEP_AT_ONCE = 200


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

    Raises Refused for a file that cannot be read, Denied for a unit outside the actor's range.
    """
    kind = importer_for(actor, importer)
    context = context_for(actor, kind, unit_path=unit_path, tz=tz, source=source)
    if (upload.size or 0) > settings.IMPORT_LIMIT_BYTES:
        raise Refused(
            _("文件有 %(size)d MB，最多 %(limit)d MB。请分成几个文件导入。")
            % {
                "size": -(-(upload.size or 0) // 2**20),
                "limit": settings.IMPORT_LIMIT_BYTES // 2**20,
            },
            field="file",
        )
    name = Path(upload.name or "").name[:200]
    path = storage.keep(upload.chunks(), name)
    try:
        table = read_table(path, kind, name=name, sheet=sheet)
        batch = ImportBatch(
            importer=kind.name,
            permission=kind.permission,
            source=context.source,
            file_name=name,
            file_size=upload.size or 0,
            sha256=checksum(path),
            kept_as=path.name,
            sheet=table.sheet,
            header=table.header,
            header_row=table.header_row,
            total=len(table.rows),
            unit_path=unit_path,
            unit_label=_label_of(actor, kind.permission, unit_path),
            zone=str(context.zone),
            created_by_id=actor.user_id,
            created_by_name=actor.name,
        )
        remembered = queries.remembered_mapping(actor, kind.name, context.source)
        guesses = queries.guesses(kind.name, table.header)
        for heading in table.header:
            column = remembered.get(heading) or guesses.get(heading, "")
            if column and column not in batch.mapping:
                batch.mapping[column] = heading

        def create() -> int:
            batch.save()
            number_batch(batch)
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


def _planned(actor: Actor, batch: ImportBatch) -> Plan:
    """Reads the kept file again and checks it; Refused when it is gone or cannot be imported."""
    kind = importer_for(actor, batch.importer)
    context = context_for(
        actor, kind, unit_path=batch.unit_path, tz=batch.zone, source=batch.source
    )
    context = replace(context, batch_id=batch.pk, batch_number=batch.number or "")
    path = storage.kept(batch.kept_as)
    if not batch.kept_as or not path.is_file():
        raise Refused(_("上传的文件已不在服务器上。请重新上传。"), field="file")
    table = read_table(path, kind, name=batch.file_name, sheet=batch.sheet)
    pairs = [(heading, name) for name, heading in batch.mapping.items()]
    used = set(batch.mapping.values())
    pairs += [(heading, "") for heading in table.header if heading and heading not in used]
    mapping = mapping_for(kind, table, pairs)
    try:
        return check(kind(context, frozenset(mapping.sources)), table, mapping)
    except WrongFile as error:
        raise Refused(str(error), field="source") from error


def check_batch(
    *,
    actor: Actor,
    pk: int,
    mapping: Mapping[str, str] | None = None,
    source: str | None = None,
    tz: str | None = None,
) -> ImportBatch:
    """Checks a batch with the given columns (our column → file heading), and stages the result.

    May be repeated until the batch is applied. Raises Conflict afterwards.
    """
    batch = _own(actor, pk)
    if batch.state not in (BatchState.UPLOADED, BatchState.CHECKED):
        raise Conflict(_("这个批次已经应用或取消。请重新上传文件。"))
    if mapping is not None:
        batch.mapping = {name: heading for name, heading in mapping.items() if heading}
    if source is not None:
        batch.source = " ".join(source.split())[:60]
    if tz:
        batch.zone = str(zone_for(tz))
    batch.save(update_fields=["source", "zone"])
    plan = _planned(actor, batch)
    stage(batch, plan)
    return batch


def apply_batch(*, actor: Actor, pk: int, partial: bool = False) -> ImportBatch:
    """Applies a checked batch; a second call finds it applied and changes nothing.

    `partial` leaves rejected rows out. Raises Refused when there are rejected rows otherwise, and
    Conflict when the register has changed since the check.
    """
    batch = _own(actor, pk)
    if batch.state == BatchState.APPLIED:
        return batch
    if batch.state != BatchState.CHECKED:
        raise Conflict(_("请先核对，再应用。"))
    plan = _planned(actor, batch)
    refuse_rejected(plan, partial=partial)
    write(actor=actor, batch=batch, plan=plan, partial=partial)
    storage.forget(batch.kept_as)
    return batch


def sweep_batches() -> int:
    """Cancels batches that nobody applied within 30 days, and removes their files; how many."""
    old = list(
        ImportBatch.objects.unscoped("sweeping")
        .filter(
            state__in=[BatchState.UPLOADED, BatchState.CHECKED],
            created_at__lt=timezone.now() - OPEN_FOR,
        )
        .order_by("pk")[:SWEEP_AT_ONCE]
    )
    for batch in old:
        with transaction.atomic():
            ImportBatch.objects.unscoped("sweeping").filter(
                pk=batch.pk, state__in=[BatchState.UPLOADED, BatchState.CHECKED]
            ).update(state=BatchState.CANCELLED)
        storage.forget(batch.kept_as)
    return len(old)


def cancel_batch(*, actor: Actor, pk: int) -> ImportBatch:
    """Cancels a batch that was not applied, and removes its file."""
    batch = _own(actor, pk)
    with transaction.atomic():
        held = ImportBatch.objects.unscoped("locking").select_for_update().get(pk=batch.pk)
        if held.state == BatchState.CANCELLED:
            return held
        if held.state == BatchState.APPLIED:
            raise Conflict(_("这个批次已经应用，不能取消。"))
        held.state = BatchState.CANCELLED
        held.save(update_fields=["state"])
    storage.forget(held.kept_as)
    return held
