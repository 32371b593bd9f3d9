"""One call from file to register: the command line, the benches and the tests use it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.columns import parse_map
from loushi.foundation.transfer.models import BatchState, ImportBatch
from loushi.foundation.transfer.plan import Plan, WrongFile, check
from loushi.foundation.transfer.rows import REJECTED
from loushi.foundation.transfer.workbooks import return_sheet_of_plan

from .applying import write
from .confirming import note_all
from .opening import checksum, context_for, importer_for, mapping_for, read_table
from .staging import number_batch, stage

ATTEMPTS = 3  # checks again when somebody wrote between check and apply


@dataclass(frozen=True)
class ImportReport:
    """What an import found and did."""

    importer: str
    counts: dict[str, int]
    applied: bool
    dry_run: bool
    batch_id: int | None = None
    batch_number: str = ""
    rows_read: int = 0
    unknown_columns: tuple[str, ...] = ()
    reasons: list[tuple[str, str, str, int]] = field(default_factory=list)
    """(outcome, column, sentence, how many rows), the most frequent first."""
    problems: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(row, column, value, sentence) of every error of every row."""
    report_path: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ImporterInfo:
    """An importer as a list shows it."""

    name: str
    label: str
    permission: str
    help: str
    columns: tuple[tuple[str, str, bool, str], ...]
    """(name, label, required, hint)"""


def describe_importers(actor: Actor | None = None) -> list[ImporterInfo]:
    """All importers, or those that an actor may use, with their columns."""
    chosen = registry.importers() if actor is None else registry.permitted(actor)
    return [
        ImporterInfo(
            item.name,
            str(item.label),
            item.permission,
            str(item.help),
            tuple(
                (column.name, str(column.label), column.required, column.hint)
                for column in item.all_columns()
                if not column.derived
            ),
        )
        for item in chosen
    ]


def run_import(
    *,
    actor: Actor,
    importer: str,
    path: Path,
    unit_path: str = "",
    unit_label: str = "",
    tz: str = "",
    source: str = "",
    mapping: Iterable[str] = (),
    sheet: str = "",
    dry_run: bool = False,
    partial: bool = False,
    note: str = "",
    report_path: Path | None = None,
) -> ImportReport:
    """Reads, checks and (unless `dry_run`) applies a file; writes rejected rows to `report_path`.

    Rejected rows without `partial`, and rows that somebody must confirm without a `note` (one for
    all of them), leave everything as it was; the report says so (`applied` is False) and the batch
    stays for reading. Raises Refused or Denied for what concerns the file.
    """
    clock = _Clock()
    kind = importer_for(actor, importer)
    context = context_for(actor, kind, unit_path=unit_path, tz=tz, source=source)
    table = read_table(path, kind, sheet=sheet)
    columns = mapping_for(kind, table, _pairs(mapping))
    clock.lap("read")
    batch: ImportBatch | None = None
    if not dry_run:
        batch = ImportBatch(
            importer=kind.name,
            permission=kind.permission,
            source=context.source,
            file_name=path.name[:200],
            file_size=path.stat().st_size,
            sha256=checksum(path),
            sheet=table.sheet,
            header=table.header,
            header_row=table.header_row,
            mapping={name: table.header[place] for name, place in columns.sources.items()},
            unit_path=unit_path,
            unit_label=unit_label,
            zone=str(context.zone),
            created_by_id=actor.user_id,
            created_by_name=actor.name,
        )
        with transaction.atomic():
            batch.save()
            number_batch(batch)
        context = replace(context, batch_id=batch.pk, batch_number=batch.number or "")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            plan = check(kind(context, frozenset(columns.sources)), table, columns)
        except WrongFile as error:
            raise Refused(str(error), field="source") from error
        clock.lap("check")
        if batch is None:
            break
        stops = bool(plan.of(REJECTED)) and not partial
        stops = stops or (bool(plan.counts["confirms"]) and not note.strip())
        stage(batch, plan, BatchState.REFUSED if stops else BatchState.CHECKED)
        if plan.counts["confirms"] and not stops:
            note_all(actor=actor, batch=batch, note=note)
        clock.lap("stage")
        if stops:
            break
        try:
            write(actor=actor, batch=batch, plan=plan, partial=partial)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
            continue
        clock.lap("apply")
        break
    return _report(plan, batch, dry_run, report_path, clock)


def _pairs(mapping: Iterable[str]) -> list[tuple[str, str]]:
    try:
        return parse_map(mapping)
    except ValueError as error:
        raise Refused(str(error), field="mapping") from error


def _report(
    plan: Plan,
    batch: ImportBatch | None,
    dry_run: bool,
    report_path: Path | None,
    clock: "_Clock",
) -> ImportReport:
    written = None
    if report_path is not None and plan.of(REJECTED):
        return_sheet_of_plan(report_path, plan)
        written = report_path
        clock.lap("return sheet")
    facts: dict[str, Any] = {}
    if batch is not None:
        facts = {"batch_id": batch.pk, "batch_number": batch.number or ""}
    return ImportReport(
        importer=plan.importer.name,
        counts=plan.counts,
        applied=batch is not None and batch.state == BatchState.APPLIED,
        dry_run=dry_run,
        rows_read=len(plan.rows),
        unknown_columns=tuple(item.text for item in plan.mapping.unknown if item.text),
        reasons=plan.reasons(),
        problems=[
            (row.number, plan.label(item.column), plan.said(row, item.column), item.message)
            for row in plan.of(REJECTED)
            for item in row.problems
            if item.level == "error"
        ]
        + [
            (row.number, plan.label(item.column), plan.said(row, item.column), item.message)
            for row in plan.of_writing()
            if row.problems
            for item in row.to_confirm
        ],
        report_path=written,
        seconds=clock.laps,
        **facts,
    )


class _Clock:
    """Seconds per phase."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0) + now - self._last, 3)
        self._last = now
