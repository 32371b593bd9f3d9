"""How a batch looks on a page: its figures, and staged rows as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from loushi.foundation.transfer import registry
from loushi.foundation.transfer.columns import Column
from loushi.foundation.transfer.models import ImportBatch, ImportRow, RowOutcome, UnplacedRow
from loushi.foundation.transfer.parsers import plain

PAGE = 50
SHORT = 18  # characters that a cell shows without wrapping; a credit code
R = TypeVar("R", bound=Model)


@dataclass(frozen=True)
class Page(Generic[R]):
    """A page of a list, by key: `before` and `after` are the address of its neighbours."""

    rows: list[R]
    total: int
    first: int = 0
    last: int = 0
    before: str = ""
    after: str = ""
    capped: bool = False


def page_of(
    rows: QuerySet[R], asked: Mapping[str, Any], key: str, *, newest: bool = False
) -> Page[R]:
    """The page that the address asks for (`after` or `before` a key); 50 rows."""
    total = rows.count()
    after, before = (_number(asked.get(name)) for name in ("after", "before"))
    up, down = ("lt", "gt") if newest else ("gt", "lt")
    backwards = before is not None
    part = rows.order_by(f"-{key}" if newest != backwards else key)
    if before is not None:
        part = part.filter(**{f"{key}__{down}": before})
    elif after is not None:
        part = part.filter(**{f"{key}__{up}": after})
    found = list(part[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page([], total)
    keys = [getattr(row, key) for row in found]
    ahead = rows.filter(**{f"{key}__{down}": keys[0]}).count()
    has_after = more if not backwards else True
    return Page(
        found,
        total,
        ahead + 1,
        ahead + len(found),
        str(keys[0]) if ahead else "",
        str(keys[-1]) if has_after and ahead + len(found) < total else "",
    )


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 15 else None


@dataclass(frozen=True)
class Cell:
    """One cell of the preview: its text, the old and new value, and what is wrong with it."""

    heading: str
    text: str
    old: str = ""
    new: str = ""
    changed: bool = False
    problems: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether the cell stays on one line."""
        return (
            not (self.problems or self.hints or self.confirms)
            and len(self.text or self.new) <= SHORT
        )


@dataclass(frozen=True)
class PreviewRow:
    """A staged row: its cells, what is wrong with the row as a whole, and what is to confirm."""

    number: int
    outcome: str
    label: str
    cells: tuple[Cell, ...]
    problems: tuple[str, ...]
    hints: tuple[str, ...]
    key: str
    confirms: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """All sentences that need a note, wherever they stand."""
    note: str = ""
    by: str = ""
    at: str = ""
    moved: str = ""


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
        text = "" if place is None or place >= len(row.cells) else plain(row.cells[place])
        old, new = row.diff.get(column.name, ("", ""))
        about = [item for item in row.problems if item["column"] == column.name]
        mask = _mask if column.private else str
        cells.append(
            Cell(
                mapping.get(column.name) or str(column.label),
                mask(text), mask(old), mask(new), column.name in row.diff,
                tuple(item["message"] for item in about if item["level"] == "error"),
                tuple(item["message"] for item in about if item["level"] == "hint"),
                tuple(item["message"] for item in about if item["level"] == "confirm"),
            )
        )  # fmt: skip
    asked = [item for item in row.problems if item["level"] == "confirm"]
    noted: dict[str, Any] = next((item for item in asked if item.get("note")), {})
    rest = [item for item in row.problems if item["column"] not in shown]
    return PreviewRow(
        row.row_number,
        row.outcome,
        str(row.get_outcome_display()),
        tuple(cells),
        tuple(_labelled(item) for item in rest if item["level"] in {"error", "unplaced"}),
        tuple(_labelled(item) for item in rest if item["level"] == "hint"),
        row.key,
        tuple(_labelled(item) for item in rest if item["level"] == "confirm"),
        tuple(_labelled(item) for item in asked),
        str(noted.get("note", "")) if not row.open else "",
        str(noted.get("by", "")),
        str(noted.get("at", "")),
        next((item["message"] for item in row.problems if item["level"] == "moved"), ""),
    )


def _labelled(item: dict[str, str]) -> str:
    return f"{item['label']}：{item['message']}" if item["label"] else item["message"]


def _mask(text: str) -> str:
    return f"{text[:3]}****{text[-2:]}" if len(text) > 6 else "****" if text else ""


def numbers(batch: ImportBatch) -> dict[str, int]:
    """The counts by outcome, 0 where there are none."""
    return {name: int(batch.counts.get(name, 0)) for name in
            ("new", "changed", "unchanged", "rejected", "unplaced", "hints", "cells", "confirms",
             "moved")}  # fmt: skip


def batch_summary(batch: ImportBatch) -> dict[str, Any]:
    """The figures of a batch and what can be done with it now."""
    count = numbers(batch)
    says = {
        "new": _("登记里还没有"),
        "changed": _("涉及 %(cells)d 格") % count,
        "unchanged": _("与登记一致"),
        "rejected": _("另存为表，附原因"),
        "unplaced": _("不知道归哪个单位"),
    }
    tones = {"new": "1", "changed": "3", "unchanged": "still", "rejected": "ink", "unplaced": "5"}
    parts = [
        {
            "key": name,
            "label": str(RowOutcome(name).label),
            "value": count[name],
            "tone": tones[name],
            "what": says[name],
        }
        for name in RowOutcome.values
        if count[name] or name != "unplaced"
    ]
    return {
        "parts": parts,
        "count": count,
        "label": labels().get(batch.importer, batch.importer),
        "writes": count["new"] + count["changed"],
        "sum": " + ".join(f"{part['value']:,}" for part in parts),
        "can_apply": batch.state == "checked"
        and count["new"] + count["changed"] + count["unplaced"] > 0,
        "look": sum(count[name] for name in ("new", "changed", "rejected", "unplaced")),
    }


def labels() -> dict[str, str]:
    """Importer → its label."""
    return {item.name: str(item.label) for item in registry.importers()}


def outcome_of(asked: str) -> str:
    """A known outcome, or '' for all rows to look at."""
    return asked if asked in {*RowOutcome.values, "hint", "confirm", "open", "moved"} else ""


def shown_cells(row: UnplacedRow) -> list[tuple[str, str]]:
    """The cells of a waiting row as (heading, text); blank ones left out."""
    return [(heading, plain(cell)) for heading, cell in row.cells.items() if plain(cell).strip()]
