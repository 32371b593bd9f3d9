"""Reading batches, staged rows and the queue of unplaced rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import Scoped

from . import policy, registry
from .columns import Column, known_headings, normalise
from .models import BatchState, ExternalKey, ImportBatch, ImportRow, PlaceState, UnplacedRow
from .rows import CHANGED, NEW, REJECTED, UNPLACED

PAGE = 50
ATTENTION = "attention"


def _visible(model: type[Scoped], actor: Actor) -> Q:
    """Own rows and the auditor's, and those of each importer where the actor may use it."""
    found = Q(pk__in=model.objects.visible_to(actor, policy.VIEW).order_by().values("pk"))
    for permission in {item.permission for item in registry.permitted(actor)}:
        ids = model.objects.visible_to(actor, permission).order_by().values("pk")
        found |= Q(permission=permission, pk__in=ids)
    return found


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
        rows = rows.exclude(problems=[]).exclude(outcome__in=[REJECTED, UNPLACED])
    elif outcome and outcome != ATTENTION:
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
    last = (
        batches(actor)
        .filter(importer=importer, source=source, state=BatchState.APPLIED)
        .first()
    )
    if last is None:
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


@dataclass(frozen=True)
class Cell:
    """One cell of the preview: its text, the old and new value, and what is wrong with it."""

    text: str
    old: str = ""
    new: str = ""
    changed: bool = False
    problems: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreviewRow:
    number: int
    outcome: str
    label: str
    cells: tuple[Cell, ...]
    problems: tuple[str, ...]
    hints: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Preview:
    """A page of staged rows as a table: headings and rows."""

    headings: tuple[str, ...]
    rows: tuple[PreviewRow, ...]


def preview(batch_row: ImportBatch, staged: Sequence[ImportRow], columns: int = 8) -> Preview:
    """The rows with their most telling columns: changed and guilty ones first, then the mapped
    ones in their declared order."""
    importer = registry.importer(batch_row.importer)
    declared = {column.name: column for column in importer.all_columns()}
    wanted = [name for row in staged for name in row.diff]
    wanted += [item["column"] for row in staged for item in row.problems if item["column"]]
    names = [name for name in importer.key if name in batch_row.mapping]
    names += [name for name in dict.fromkeys(wanted) if name in declared]
    names += [name for name in declared if name in batch_row.mapping]
    chosen = sorted(list(dict.fromkeys(names))[:columns], key=list(declared).index)
    places = {heading: place for place, heading in reversed(list(enumerate(batch_row.header)))}
    return Preview(
        tuple(batch_row.mapping.get(name) or str(declared[name].label) for name in chosen),
        tuple(
            _preview_row(row, [declared[name] for name in chosen], batch_row.mapping, places)
            for row in staged
        ),
    )


def _preview_row(
    row: ImportRow, columns: Sequence[Column], mapping: dict[str, str], places: dict[str, int]
) -> PreviewRow:
    shown = {column.name for column in columns}
    cells = []
    for column in columns:
        place = places.get(mapping.get(column.name, ""))
        text = "" if place is None or place >= len(row.cells) else _text(row.cells[place])
        old, new = row.diff.get(column.name, ("", ""))
        about = [item for item in row.problems if item["column"] == column.name]
        mask = _mask if column.private else str
        cells.append(
            Cell(
                mask(text), mask(old), mask(new), column.name in row.diff,
                tuple(item["message"] for item in about if item["level"] == "error"),
                tuple(item["message"] for item in about if item["level"] == "hint"),
            )
        )  # fmt: skip
    rest = [item for item in row.problems if item["column"] not in shown]
    return PreviewRow(
        row.row_number,
        row.outcome,
        str(row.get_outcome_display()),
        tuple(cells),
        tuple(_labelled(item) for item in rest if item["level"] != "hint"),
        tuple(_labelled(item) for item in rest if item["level"] == "hint"),
        row.key,
    )


def _labelled(item: dict[str, str]) -> str:
    return f"{item['label']}：{item['message']}" if item["label"] else item["message"]


def _text(cell: Any) -> str:
    from .parsers import plain

    return plain(cell)


def _mask(text: str) -> str:
    return f"{text[:3]}****{text[-2:]}" if len(text) > 6 else "****" if text else ""


def columns_of(importer: str) -> list[tuple[str, str, bool]]:
    """(name, label, required) of the columns that a file may feed."""
    found = registry.importer(importer)
    return [(c.name, str(c.label), c.required) for c in found.all_columns() if not c.derived]


def guesses(importer: str, header: Sequence[str]) -> dict[str, str]:
    """Heading → column recognised by its name."""
    known = known_headings(registry.importer(importer).all_columns())
    return {text: known.get(normalise(text), "") for text in header if text}


__all__ = ["CHANGED", "NEW", "REJECTED", "UNPLACED"]
