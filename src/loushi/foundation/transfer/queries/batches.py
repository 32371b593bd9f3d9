"""Reading batches, staged rows and the queue of unplaced rows."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import Scoped
from loushi.foundation.transfer import policy, registry
from loushi.foundation.transfer.columns import known_headings, normalise
from loushi.foundation.transfer.models import (
    BatchState,
    ExternalKey,
    ImportBatch,
    ImportRow,
    PlaceState,
    UnplacedRow,
)


def _visible(model: type[Scoped], actor: Actor) -> Q:
    """Own rows and the auditor's, and those of each importer where the actor may use it. What is
    confidential (tax) is not the auditor's: only who may import it sees its cells."""
    found = Q(pk__in=model.objects.visible_to(actor, policy.VIEW).order_by().values("pk"))
    if not actor.system:
        found &= ~Q(permission__in=registry.confidential_permissions())
    for permission in {item.permission for item in registry.permitted(actor)}:
        ids = model.objects.visible_to(actor, permission).order_by().values("pk")
        found |= Q(permission=permission, pk__in=ids)
    return found


def needs_part(actor: Actor) -> None:
    """Denied for who may import nothing, looks over no batches and left none of their own."""
    if actor.has(policy.VIEW) or registry.permitted(actor):
        return
    if not batches(actor).exists() and not waiting(actor).exists():
        raise Denied


def batches(actor: Actor) -> QuerySet[ImportBatch]:
    """The batches that the actor may see, newest first."""
    rows = ImportBatch.objects.unscoped("limited by _visible")
    return rows.filter(_visible(ImportBatch, actor)).order_by("-pk")


def batch(actor: Actor, pk: int) -> ImportBatch:
    """One visible batch; NotVisible otherwise."""
    found = batches(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def rows_of(actor: Actor, pk: int, outcome: str = "") -> QuerySet[ImportRow]:
    """The staged rows of a visible batch, in the file's order; `outcome` limits them."""
    rows = ImportRow.objects.unscoped("the batch is visible").filter(batch=batch(actor, pk))
    if outcome == "hint":
        rows = rows.filter(hinted=True)
    elif outcome == "confirm":
        rows = rows.filter(confirms__gt=0)
    elif outcome == "open":
        rows = rows.filter(open__gt=0)
    elif outcome == "moved":
        rows = rows.filter(moved=True)
    elif outcome:
        rows = rows.filter(outcome=outcome)
    return rows.order_by("row_number")


def waiting(actor: Actor) -> QuerySet[UnplacedRow]:
    """The rows that wait to be placed, oldest first."""
    rows = UnplacedRow.objects.unscoped("limited by _visible").filter(state=PlaceState.WAITING)
    return rows.filter(_visible(UnplacedRow, actor)).order_by("pk")


def waiting_row(actor: Actor, pk: int) -> UnplacedRow:
    """One visible row of the queue, whatever its state; NotVisible otherwise."""
    rows = UnplacedRow.objects.unscoped("limited by _visible").filter(pk=pk)
    found = rows.filter(_visible(UnplacedRow, actor)).first()
    if found is None:
        raise NotVisible
    return found


def remembered_mapping(actor: Actor, importer: str, source: str) -> dict[str, str]:
    """Heading → column ('' = not imported) of the last applied batch of this kind and source."""
    known = [BatchState.APPLIED, BatchState.ROLLED_BACK]
    last = batches(actor).filter(importer=importer, source=source, state__in=known).first()
    if last is None or not source:
        return {}
    kept = {heading: name for name, heading in last.mapping.items()}
    return {heading: kept.get(heading, "") for heading in last.header if heading}


def object_ids(kind: str, source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """External id → object id of one kind and source; for importers that join other files."""
    found: dict[str, int] = {}
    for start in range(0, len(external_ids), 2_000):
        found |= dict(
            ExternalKey.objects.filter(
                kind=kind, source=source, external_id__in=external_ids[start : start + 2_000]
            ).values_list("external_id", "object_id")
        )
    return found


def columns_of(importer: str) -> list[tuple[str, str, bool]]:
    """(name, label, required) of the columns that a file may feed."""
    found = registry.importer(importer)
    return [(c.name, str(c.label), c.required) for c in found.all_columns() if not c.derived]


def guesses(importer: str, header: Sequence[str]) -> dict[str, str]:
    """Heading → column recognised by its name."""
    known = known_headings(registry.importer(importer).all_columns())
    return {text: known.get(normalise(text), "") for text in header if text}


def is_open(row: ImportBatch) -> bool:
    """Whether the batch may still be checked or applied, and nothing works on it now."""
    return row.state in (BatchState.UPLOADED, BatchState.CHECKED) and not row.work
