"""Attaching, claiming, removing and sweeping files."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible, Refused

from . import storage
from .models import Attachment, Visibility
from .pictures import clean
from .sniffing import NotAccepted, sniff

ORPHAN_AFTER = timedelta(days=1)
SWEEP_AT_ONCE = 500
FIELD = "attachments"

Parent = models.Model | tuple[str, int]
if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile


def _parent(parent: Parent) -> tuple[str, int]:
    if isinstance(parent, models.Model):
        return parent._meta.label_lower, int(parent.pk)
    return parent


def safe_name(name: str) -> str:
    """The user's file name without folders, control and direction characters, at most 120 long."""
    bare = PurePath(name.replace("\\", "/")).name
    kept = "".join(
        char for char in unicodedata.normalize("NFC", bare)
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )  # fmt: skip
    kept = " ".join(kept.split()).strip(". ") or _("附件")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > 120 and dot:
        return f"{stem[: 119 - len(ending)]}.{ending}"
    return kept[:120]


def _prepared(upload: Upload) -> dict[str, Any]:
    """Checks one upload, stores it, and gives the fields of its row."""
    name = safe_name(upload.name or "")
    limit = settings.UPLOAD_LIMIT_BYTES
    if (upload.size or 0) > limit:
        raise NotAccepted(
            _("“%(name)s”有 %(size)s MB，每个文件最多 %(limit)d MB。请压缩后再传。")
            % {"name": name, "size": f"{(upload.size or 0) / 2**20:.1f}", "limit": limit // 2**20}
        )
    upload.seek(0)
    data = upload.read(limit + 1)
    kind = sniff(name, data)
    facts: dict[str, Any] = {"content_type": kind.content_type}
    ending, thumbnail = kind.ending, b""
    if kind.is_image:
        picture = clean(name, kind.content_type, data)
        data, ending, thumbnail = picture.data, picture.ending, picture.thumbnail
        facts |= {"content_type": picture.content_type, "width": picture.width,
                  "height": picture.height}  # fmt: skip
        stem = name.rpartition(".")[0]
        name = f"{stem}.{ending}"
    facts |= {
        "name": name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "stored_as": storage.write(data, ending),
        "thumbnail": "",
    }
    if thumbnail:
        mark = "jpg" if thumbnail.startswith(b"\xff\xd8") else "png"
        facts["thumbnail"] = storage.write(thumbnail, mark)
    return facts


def _store(actor: Actor, uploads: Sequence[Upload], **common: Any) -> list[Attachment]:
    """Stores all uploads or none; every wrong one is named. Files of a failed call are removed."""
    prepared: list[dict[str, Any]] = []
    wrong: list[str] = []
    for upload in uploads:
        try:
            prepared.append(_prepared(upload))
        except NotAccepted as error:
            wrong.append(str(error))
    try:
        if wrong:
            raise Refused("\n".join(wrong), field=FIELD)
        return [
            Attachment.objects.create(
                uploaded_by_id=actor.user_id,
                uploaded_by_name=actor.name,
                created_at=timezone.now(),
                **facts,
                **common,
            )
            for facts in prepared
        ]
    except Exception:
        for facts in prepared:
            storage.remove(facts["stored_as"])
            storage.remove(facts["thumbnail"])
        raise


def _room(held: int, more: int, limit: int) -> None:
    if held + more > limit:
        raise Refused(
            _("最多 %(limit)d 个附件，现在共 %(count)d 个。请去掉几个再提交。")
            % {"limit": limit, "count": held + more},
            field=FIELD,
        )


def attach(
    *,
    actor: Actor,
    parent: Parent,
    uploads: Upload | Sequence[Upload] = (),
    token: str = "",
    visibility: str = Visibility.PARENT,
    label: str = "",
    limit: int | None = None,
) -> list[Attachment]:
    """Attaches uploads to a parent, and claims those that wait under a form's `token`.

    The caller has checked that the actor may change the parent. Raises Refused with one sentence
    for each file that is not taken; then nothing is attached. Runs in the caller's transaction.
    """
    files = [uploads] if isinstance(uploads, UploadedFile) else list(uploads)
    parent_type, parent_id = _parent(parent)
    with transaction.atomic():
        waiting = _waiting(actor, token)
        held = Attachment.objects.filter(
            parent_type=parent_type, parent_id=parent_id, removed_at=None
        ).count()
        _room(held, len(files) + len(waiting), limit or settings.UPLOAD_LIMIT_COUNT)
        for row in waiting:
            row.parent_type, row.parent_id, row.token = parent_type, parent_id, ""
            row.visibility, row.label = visibility, label[:60]
            row.save(update_fields=["parent_type", "parent_id", "token", "visibility", "label"])
        made = _store(
            actor, files, parent_type=parent_type, parent_id=parent_id,
            visibility=visibility, label=label[:60],
        )  # fmt: skip
    return [*waiting, *made]


def _waiting(actor: Actor, token: str) -> list[Attachment]:
    if not token:
        return []
    return list(
        Attachment.objects.select_for_update()
        .filter(parent_id=None, token=token, uploaded_by_id=actor.user_id, removed_at=None)
        .order_by("pk")
    )


def upload_pending(*, actor: Actor, token: str, uploads: Sequence[Upload]) -> list[Attachment]:
    """Stores uploads before their parent exists; `attach(token=…)` claims them on submit."""
    if not 16 <= len(token) <= 64 or not token.isascii() or not token.isalnum():
        raise Refused(_("页面已过期。请刷新后重新选择文件。"), field=FIELD)
    with transaction.atomic():
        _room(len(_waiting(actor, token)), len(uploads), settings.UPLOAD_LIMIT_COUNT)
        return _store(actor, uploads, token=token)


def withdraw_pending(*, actor: Actor, token: str, pk: int) -> None:
    """Takes back an upload that still waits; only the uploader can."""
    with transaction.atomic():
        row = next((item for item in _waiting(actor, token) if item.pk == pk), None)
        if row is None:
            raise NotVisible
        _delete([row])


def remove(*, actor: Actor, parent: Parent, pk: int) -> Attachment:
    """Removes an attachment from view (the row stays for the record, the bytes go).

    The caller has checked that the actor may change the parent.
    """
    parent_type, parent_id = _parent(parent)
    with transaction.atomic():
        row = (
            Attachment.objects.select_for_update()
            .filter(parent_type=parent_type, parent_id=parent_id, pk=pk, removed_at=None)
            .first()
        )
        if row is None:
            raise NotVisible
        row.removed_at, row.removed_by_name = timezone.now(), actor.name
        row.save(update_fields=["removed_at", "removed_by_name"])
        _remove_after_commit([row.stored_as, row.thumbnail])
    return row


def sweep_orphans() -> int:
    """Deletes uploads that nobody claimed within a day; returns how many."""
    rows = list(
        Attachment.objects.filter(
            parent_id=None, created_at__lt=timezone.now() - ORPHAN_AFTER
        ).order_by("pk")[:SWEEP_AT_ONCE]
    )
    with transaction.atomic():
        _delete(rows)
    return len(rows)


def _delete(rows: Iterable[Attachment]) -> None:
    names = [name for row in rows for name in (row.stored_as, row.thumbnail)]
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _remove_after_commit(names)


def _remove_after_commit(names: Sequence[str]) -> None:
    def remove_all() -> None:
        for name in names:
            storage.remove(name)

    transaction.on_commit(remove_all)
