"""Reading merges: what would move, what was moved, what was changed since."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseAlias,
    EnterpriseMerge,
    MergeMove,
)
from loushi.registry.enterprises.policy import MERGE
from loushi.registry.enterprises.queries.relations import everything, fates, kind_label, relations
from loushi.registry.enterprises.queries.sealing import seal_of, values_of

UNDO_DAYS = 30
WHY = "a merge shows every row that it moves"


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows of one kind: the words for them, how many have each fate."""

    label: str
    total: int
    fates: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that was changed or deleted after the merge."""

    label: str
    text: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class MergeLine:
    """One merge; `until` is the last moment of an undo."""

    id: int
    enterprise_id: int
    name: str
    former_id: int
    former_name: str
    why: str
    merged_at: datetime
    merged_name: str
    undone_at: datetime | None
    may_undo: bool
    until: datetime


def what_moves(actor: Actor, kept_id: int, former_id: int) -> list[Moved]:
    """Every relation that a merge would touch, with numbers; nothing is written."""
    for pk in (kept_id, former_id):
        fetch(Enterprise, actor, pk, permission=MERGE)
    found = []
    for relation in relations():
        counts = Counter(fate.verdict for fate in fates(relation, kept_id, former_id))
        if counts:
            numbers = tuple(sorted(counts.items()))
            found.append(Moved(relation.label, sum(counts.values()), numbers))
    return found


def merges(actor: Actor) -> list[MergeLine]:
    """The latest 200 merges in the actor's range."""
    rows = EnterpriseMerge.objects.visible_to(actor).select_related("enterprise")
    return [_line(actor, row) for row in rows.order_by("-pk")[:200]]


def merge_line(actor: Actor, merge_id: int) -> MergeLine:
    """One merge; NotVisible outside the range."""
    return _line(actor, fetch(EnterpriseMerge, actor, merge_id, related=("enterprise",)))


def changes_since(actor: Actor, merge_id: int) -> list[ChangedRow]:
    """Rows of a merge that were changed since, for the person who may undo it."""
    return changed_since(fetch(EnterpriseMerge, actor, merge_id, permission=MERGE))


def changed_since(merge: EnterpriseMerge) -> list[ChangedRow]:
    """Rows that are no longer as the merge left them."""
    found = []
    moves = MergeMove.objects.unscoped(WHY).filter(merge=merge).exclude(seal="").order_by("pk")
    for move in moves:
        model = apps.get_model(move.model)
        label = kind_label(model)
        row = everything(model).filter(pk=move.object_id).first()
        if row is None:
            found.append(ChangedRow(label, f"#{move.object_id}", True))
        elif seal_of(row) != move.seal:
            found.append(ChangedRow(label, str(row), False))
    return found + _own_changed(merge)


def _own_changed(merge: EnterpriseMerge) -> list[ChangedRow]:
    """Columns that the enterprise took from the other and that somebody corrected since."""
    now = values_of(merge.enterprise, merge.taken)
    names = [name for name, (_old, new) in merge.taken.items() if now[name] != new]
    fields = {field.attname: field for field in Enterprise._meta.concrete_fields}
    return [ChangedRow(_("沿用的资料"), str(fields[name].verbose_name), False) for name in names]


def enterprise_now(actor: Actor, former_id: int) -> int:
    """The enterprise into which the row of this number was merged; NotVisible for strangers."""
    row = EnterpriseAlias.objects.visible_to(actor).filter(former_id=former_id).first()
    if row is None:
        raise NotVisible
    return row.enterprise_id


def codes_before(codes: Iterable[str]) -> dict[str, int]:
    """Credit code → the enterprise that was known by it before a merge, over all units."""
    rows = EnterpriseAlias.objects.unscoped("codes are unique over all units")
    found: dict[str, int] = {}
    held: list[Any] = list(codes)
    for start in range(0, len(held), 900):
        part = rows.filter(credit_code__among=held[start : start + 900])
        found |= {str(code): pk for code, pk in part.values_list("credit_code", "enterprise_id")}
    return found


def _line(actor: Actor, row: EnterpriseMerge) -> MergeLine:
    until = row.merged_at + timedelta(days=UNDO_DAYS)
    open_still = row.undone_at is None and timezone.now() <= until
    return MergeLine(
        id=row.pk,
        enterprise_id=row.enterprise_id,
        name=row.enterprise.name,
        former_id=row.former_id,
        former_name=row.former_name,
        why=row.why,
        merged_at=row.merged_at,
        merged_name=row.merged_name,
        undone_at=row.undone_at,
        may_undo=open_still and permits(actor, MERGE, row),
        until=until,
    )
