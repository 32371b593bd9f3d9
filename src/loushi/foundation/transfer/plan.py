"""Checking: a table becomes rows with outcomes, without writing anything."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .columns import EXTERNAL, Column, ColumnMapping, parser_for
from .importer import CHUNK, Importer
from .models import ExternalKey
from .parsers import CLEAR, Broken, Unreadable, is_blank, plain, says_nothing
from .readers import Table
from .rows import (
    CHANGED,
    NEW,
    OUTCOMES,
    REJECTED,
    UNCHANGED,
    UNPLACED,
    Key,
    Problem,
    Row,
    Stored,
)

Progress = Callable[[int, int], None]
_MISSING = object()
_BLANK = object()


class WrongFile(ValueError):
    """The file as a whole cannot be imported this way; the text says why and what to do."""


@dataclass
class Plan:
    """What an import would do, row by row."""

    importer: Importer
    table: Table
    mapping: ColumnMapping
    rows: list[Row]
    linked: frozenset[str] = field(default_factory=frozenset)
    """External ids of this file that the register knows already."""

    def of(self, outcome: str) -> list[Row]:
        return [row for row in self.rows if row.outcome == outcome]

    def of_writing(self) -> list[Row]:
        """The rows that applying would write into the register."""
        return [row for row in self.rows if row.outcome in (NEW, CHANGED)]

    def part(self, rows: list[Row]) -> "Plan":
        """The same plan over some of its rows."""
        return Plan(self.importer, self.table, self.mapping, rows, self.linked)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        hints = sum(1 for row in self.rows if any(item.level == "hint" for item in row.problems))
        confirms = sum(len(row.to_confirm) for row in self.of_writing() if row.problems)
        cells = sum(len(row.changes) for row in self.rows if row.outcome == CHANGED)
        more = {"hints": hints, "cells": cells, "confirms": confirms}
        return {name: found[name] for name in OUTCOMES} | more

    def reasons(self, limit: int = 50) -> list[tuple[str, str, str, int]]:
        """(outcome, column label, sentence, how many rows), the most frequent first."""
        found: Counter[tuple[str, str, str]] = Counter()
        for row in self.rows:
            if row.outcome == UNPLACED:
                found[(UNPLACED, "", row.reason)] += 1
            elif row.outcome == REJECTED:
                for item in row.problems:
                    if item.level == "error":
                        found[(REJECTED, self.label(item.column), item.message)] += 1
            elif row.problems and row.outcome in (NEW, CHANGED):
                for item in row.to_confirm:
                    label = self.label(item.column)
                    found[("confirm", label, item.kind or item.message)] += 1
        return [(*key, number) for key, number in found.most_common(limit)]

    def of_errors(self) -> list[Problem]:
        """All errors of all rows."""
        return [item for row in self.rows for item in row.problems if item.level == "error"]

    def label(self, column: str) -> str:
        """The heading of a column: the file's own where it has it, else ours."""
        place = self.mapping.position(column)
        if place is not None:
            return self.table.header[place]
        known = self.importer.by_name.get(column)
        return str(known.label) if known else ""

    def said(self, row: Row, column: str) -> str:
        """What the file says in the cell of a column."""
        place = self.mapping.position(column)
        return plain(row.cells[place]).strip() if place is not None else ""

    def digest(self) -> str:
        """A fingerprint of all outcomes and changes: equal digests, equal consequences."""
        state = hashlib.sha256()
        for row in self.rows:
            if row.outcome != UNCHANGED:
                state.update(repr((row.number, signature(row))).encode())
        return state.hexdigest()


def signature(row: Row) -> tuple[Any, ...]:
    """What would happen to a row: equal signatures, equal consequences."""
    changes = sorted(row.changes.items()) if row.changes else ()
    return row.outcome, row.stored.id if row.stored else None, tuple(changes)


def check(
    importer: Importer,
    table: Table,
    mapping: ColumnMapping,
    progress: Progress = lambda done, total: None,
) -> Plan:
    """Parses and checks every row and compares it with the register; writes nothing.

    Raises WrongFile when no row of the file can be recognised.
    """
    _refuse_keyless_file(importer, mapping)
    rows = [Row(number, cells) for number, cells in table.rows]
    total = len(rows)
    for done, (name, place) in enumerate(mapping.sources.items(), start=1):
        column = importer.by_name[name]
        _parse_column(rows, column, place, parser_for(column, table.header[place]), importer)
        progress(total * done // (3 * len(mapping.sources)), total)
    importer.prepare(rows)
    for row in rows:
        importer.check_row(row)
        if importer.placing:
            row.reason, row.unit_path = "", importer.placing
        row.key = importer.natural_key(row)
    progress(total * 2 // 3, total)
    plan = Plan(importer, table, mapping, rows)
    _find_duplicates(plan)
    compare(plan)
    progress(total, total)
    return plan


def _refuse_keyless_file(importer: Importer, mapping: ColumnMapping) -> None:
    if importer.keyless or not importer.external or importer.context.source:
        return
    has_external = EXTERNAL in mapping.sources
    named = [importer.by_name[name] for name in importer.key]
    if has_external and not any(c.derived or c.name in mapping.sources for c in named):
        raise WrongFile(
            _("这个文件用外部编号认行。请写明来源（命令行用 --source），例如“物业月报”。")
        )


def _parse_column(
    rows: Sequence[Row], column: Column, place: int, parse: Any, importer: Importer
) -> None:
    name, zone = column.name, importer.context.zone
    typed = getattr(parse, "typed", False)
    seen: dict[str, Any] = {}
    for row in rows:
        cell = row.cells[place]
        if isinstance(cell, str):
            value = seen.get(cell, _MISSING)
            if value is _MISSING:
                value = seen[cell] = _parsed(cell, column, parse, zone, typed)
        else:
            value = _parsed(cell, column, parse, zone, typed)
        if value is _BLANK:
            continue
        if isinstance(value, Unreadable):
            row.error(name, value)
        else:
            row.values[name] = value


def _parsed(cell: Any, column: Column, parse: Any, zone: Any, typed: bool) -> Any:
    """The value, `_BLANK` for a blank, or the Unreadable itself."""
    if is_blank(cell) or (typed and says_nothing(cell)):
        return _BLANK
    if isinstance(cell, Broken):
        return Unreadable(cell.sentence)
    if isinstance(cell, str) and cell.strip() in CLEAR:
        if column.required:
            return Unreadable(_("这一列必填，不能清空。"))
        return None
    try:
        return parse(cell, zone)
    except Unreadable as error:
        return error


def _identity(plan: Plan, row: Row) -> Key | None:
    if row.key is not None:
        return row.key
    external = plan.importer.external_id(row) if plan.importer.external else ""
    return ("external", external) if external else None


def _find_duplicates(plan: Plan) -> None:
    """Rejects all rows that claim the same key: which of them is meant, only the person knows."""
    first: dict[Key, Row] = {}
    for row in plan.rows:
        identity = _identity(plan, row)
        if identity is None:
            continue
        other = first.setdefault(identity, row)
        if other is not row:
            columns = plan.importer.key if row.key is not None else (EXTERNAL,)
            column = next((c for c in columns if plan.mapping.position(c) is not None), "")
            row.error(column, _("与第 %(row)d 行重复。请只保留一行。") % {"row": other.number})
            if not any(item.column == column for item in other.problems):
                other.error(column, _("与第 %(row)d 行重复。请只保留一行。") % {"row": row.number})


def compare(plan: Plan) -> None:
    """Finds what the register holds for each row and settles the outcomes; may be repeated."""
    importer = plan.importer
    by_key = importer.existing({row.key for row in plan.rows if row.key is not None})
    by_external = _by_external(plan)
    judges = type(importer).check_change is not Importer.check_change
    for row in plan.rows:
        row.changes = {}
        if row.checked is None:
            row.checked = len(row.problems)
        del row.problems[row.checked :]  # what an earlier comparison found
        _settle(plan, row, by_key, by_external)
        if judges and row.outcome in (NEW, CHANGED):
            importer.check_change(row)
            if row.wrong:
                row.outcome = REJECTED


def _by_external(plan: Plan) -> dict[str, Stored]:
    importer = plan.importer
    source = importer.context.source
    if not importer.external or not source:
        return {}
    wanted = list({text for row in plan.rows if (text := importer.external_id(row))})
    ids: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        ids |= dict(
            ExternalKey.objects.filter(
                kind=importer.kind, source=source, external_id__among=wanted[start : start + CHUNK]
            ).values_list("external_id", "object_id")
        )
    plan.linked = frozenset(ids)
    stored = importer.stored(frozenset(ids.values())) if ids else {}
    return {text: stored[pk] for text, pk in ids.items() if pk in stored}


def _settle(
    plan: Plan, row: Row, by_key: dict[Key, Stored], by_external: dict[str, Stored]
) -> None:
    importer = plan.importer
    external = importer.external_id(row) if importer.external else ""
    by_code = by_key.get(row.key) if row.key is not None else None
    linked = by_external.get(external) if external else None
    if by_code and linked and by_code.id != linked.id:
        row.error(EXTERNAL, _("编码和外部编号指向两条不同的登记。请核对其中一个。"))
    row.stored = by_code or linked
    row.object_id = row.stored.id if row.stored else None
    if row.stored is None:
        _check_new(plan, row, external)
    else:
        _check_stored(plan, row, row.stored)
    if row.wrong:
        row.outcome = REJECTED
    elif row.stored is None:
        row.outcome = UNPLACED if row.reason else NEW
    else:
        row.outcome = CHANGED if row.changes else UNCHANGED


def _check_new(plan: Plan, row: Row, external: str) -> None:
    importer, context = plan.importer, plan.importer.context
    values = row.values
    for column in importer.required_columns:
        if values.get(column.name) in (None, "") and not row.unreadable(column.name):
            row.error(column.name, _must_be_given(plan, column))
    known = row.key is not None or (external and context.source) or importer.keyless
    if not known and not row.wrong and not row.reason:
        _complain_about_key(plan, row, external)
    if not importer.placed:
        return
    if not row.unit_path and not row.reason:
        row.unit_path = context.unit_path
    if not row.unit_path:
        row.reason = row.reason or _("没有写明所属单位。请在归位时选择。")
    elif not context.permitted(row.unit_path):
        row.error("", _("不在您的管辖范围内。请交给上级导入，或改正所属单位。"))
    elif not context.inside(row.unit_path):
        row.error("", _("不在本次导入选定的范围内。请改正所属单位，或另选范围导入。"))


def _check_stored(plan: Plan, row: Row, stored: Stored) -> None:
    importer, context = plan.importer, plan.importer.context
    if importer.placed:
        if not context.permitted(stored.unit_path):
            # says nothing about the holder: the row may be hidden from this person
            row.error(
                _key_column(plan), _("这个编号已有登记，不在您的管辖范围内。请与上级管理员核对。")
            )
            return
        if not context.inside(stored.unit_path):
            row.error("", _("登记在本次导入选定的范围之外。请另选范围导入。"))
            return
        row.unit_path = row.unit_path or stored.unit_path
    if row.reason:
        row.hint("", row.reason)
        row.reason = ""
    held = stored.values
    for name, value in row.values.items():
        old = held.get(name, _MISSING)
        if old is _MISSING or old == value:
            continue
        if not importer.same(importer.by_name[name], old, value):
            row.changes[name] = (old, value)


def _must_be_given(plan: Plan, column: Column) -> str:
    if plan.mapping.position(column.name) is None:
        return _("文件里没有“%(column)s”这一列；新增时必填。请补上这一列。") % {
            "column": str(column.label)
        }
    return _("新增时必填。请补上。")


def _key_column(plan: Plan) -> str:
    named = (c for c in (*plan.importer.key, EXTERNAL) if plan.mapping.position(c) is not None)
    return next(named, "")


def _complain_about_key(plan: Plan, row: Row, external: str) -> None:
    importer = plan.importer
    if external:
        row.error(EXTERNAL, _("用外部编号认行时要写明来源。请填写来源后重新核对。"))
        return
    labels = "、".join(
        str(importer.by_name[name].label)
        for name in importer.key
        if row.values.get(name) in (None, "")
    )
    row.error(
        _key_column(plan),
        _("认不出是哪一条：缺少%(columns)s。请补上，或提供外部编号并写明来源。")
        % {"columns": labels}
        if labels
        else _("认不出是哪一条。请提供外部编号并写明来源。"),
    )
