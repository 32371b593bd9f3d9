"""Reading attachments; who may is asked of the parent's package."""

from collections.abc import Sequence
from pathlib import Path

from django.db import models

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible

from . import registry, storage
from .models import Attachment, Visibility

Parent = models.Model | tuple[str, int]


def attachments_of(
    parent: Parent, *, internal: bool = False, label: str | None = None
) -> list[Attachment]:
    """The attachments of a parent that the caller may see; with `internal` also those for staff."""
    if isinstance(parent, models.Model):
        parent = (parent._meta.label_lower, int(parent.pk))
    rows = Attachment.objects.filter(
        parent_type=parent[0], parent_id=parent[1], removed_at=None
    ).order_by("pk")
    if not internal:
        rows = rows.filter(visibility=Visibility.PARENT)
    if label is not None:
        rows = rows.filter(label=label)
    return list(rows)


def attachments_by_parent(
    parent_type: str, parent_ids: Sequence[int], *, internal: bool = False
) -> dict[int, list[Attachment]]:
    """The same for many parents in one query."""
    if not parent_ids:
        return {}
    rows = Attachment.objects.filter(
        parent_type=parent_type, parent_id__in=parent_ids, removed_at=None
    ).order_by("pk")
    if not internal:
        rows = rows.filter(visibility=Visibility.PARENT)
    found: dict[int, list[Attachment]] = {pk: [] for pk in parent_ids}
    for row in rows:
        if row.parent_id is not None:
            found[row.parent_id].append(row)
    return found


def parents_with_files(parent_type: str, parent_ids: Sequence[int]) -> set[int]:
    """Which of these parents have attachments; tells nothing about them."""
    if not Attachment.objects.filter(parent_type=parent_type, removed_at=None).exists():
        return set()
    found: set[int] = set()
    for start in range(0, len(parent_ids), 2_000):
        rows = Attachment.objects.filter(
            parent_type=parent_type,
            parent_id__in=parent_ids[start : start + 2_000],
            removed_at=None,
        )
        found |= {pk for pk in rows.values_list("parent_id", flat=True) if pk is not None}
    return found


def pending(actor: Actor, token: str) -> list[Attachment]:
    """The uploads of a form that was not submitted yet."""
    if not token:
        return []
    return list(
        Attachment.objects.filter(
            parent_id=None, token=token, uploaded_by_id=actor.user_id, removed_at=None
        ).order_by("pk")
    )


def readable(actor: Actor, pk: int) -> Attachment:
    """One attachment that the actor may read; NotVisible otherwise, and for unknown parents."""
    row = Attachment.objects.filter(pk=pk, removed_at=None).first()
    if row is None:
        raise NotVisible
    if row.parent_id is None:
        if row.uploaded_by_id is None or row.uploaded_by_id != actor.user_id:
            raise NotVisible
        return row
    internal = row.visibility == Visibility.INTERNAL
    if not registry.may_read(actor, row.parent_type, row.parent_id, internal=internal):
        raise NotVisible
    return row


def stored_file(row: Attachment, *, thumbnail: bool = False) -> Path:
    """Where the bytes lie; NotVisible when they are gone."""
    path = storage.path_of(row.thumbnail if thumbnail and row.thumbnail else row.stored_as)
    if not path.is_file():
        raise NotVisible
    return path
