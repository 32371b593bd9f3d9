"""Rolling back a whole batch, within 30 days of its application."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.columns import match
from loushi.foundation.transfer.importer import Importer
from loushi.foundation.transfer.models import BatchState, ImportBatch, ImportRow
from loushi.foundation.transfer.plan import Plan, check
from loushi.foundation.transfer.readers import Table
from loushi.foundation.transfer.rows import NEW
from loushi.foundation.transfer.takeback import (
    Progress,
    Survey,
    label_of,
    shown,
    survey,
    take_back,
)
from loushi.foundation.transfer.trail import plain_rows

from .opening import context_for, importer_for
from .staging import Guard

LISTED = 500  # edits and kept rows that a survey lists; the counts say how many there are


def _kind(batch: ImportBatch) -> type[Importer]:
    return registry.importer(batch.importer)


def _created_again(actor: Actor, batch: ImportBatch) -> Plan | None:
    """The batch's new rows compared with what the register holds now: what differs was edited."""
    kind = importer_for(actor, batch.importer)
    rows = ImportRow.objects.unscoped("surveying").filter(batch=batch, outcome=NEW)
    cells = [
        (number, list(raw))
        for number, raw in rows.exclude(object_id=None)
        .order_by("row_number")
        .values_list("row_number", "cells")
    ]
    if not cells:
        return None
    context = context_for(
        actor, kind, unit_path=batch.unit_path, tz=batch.zone, source=batch.source
    )
    table = Table(batch.header, batch.header_row, cells, "rows")
    pairs = [(heading, name) for name, heading in batch.mapping.items()]
    mapping = match(table.header, kind.all_columns(), pairs)
    return check(kind(context, frozenset(mapping.sources)), table, mapping)


def survey_now(
    actor: Actor, batch: ImportBatch, progress: Progress = lambda done, total: None
) -> dict[str, Any]:
    """What rolling back would do, as the page shows it: counts, later edits, rows that stay."""
    kind = _kind(batch)
    found = survey(batch, kind)
    numbers = dict(
        ImportRow.objects.unscoped("surveying")
        .filter(batch=batch)
        .exclude(object_id=None)
        .values_list("object_id", "row_number")
    )
    progress(1, 2)
    edited = [
        {
            "row": numbers.get(one.pk) if one.model is kind.model else None,
            "what": _name(one.model, one.pk),
            "label": label_of(one.model, one.field),
            "before": shown(one.model, one.field, one.before),
            "imported": shown(one.model, one.field, one.imported),
            "now": shown(one.model, one.field, one.now),
        }
        for one in found.edited[:LISTED]
    ]
    created = _edited_new(actor, batch, found)
    edited += created[: LISTED - len(edited)]
    kept = [
        {
            "row": numbers.get(pk) if model is kind.model else None,
            "what": f"{model._meta.verbose_name} {_name(model, pk)}",
            "why": why,
        }
        for model, rows in found.kept.items()
        for pk, why in list(rows.items())[:LISTED]
    ][:LISTED]
    progress(2, 2)
    return {
        "at": timezone.now().isoformat(),
        "restore": sum(len(cells) for rows in found.restore.values() for cells in rows.values()),
        "remove": _counted(found),
        "edited": edited,
        "edited_total": len(found.edited) + len(created),
        "kept": kept,
        "kept_total": sum(map(len, found.kept.values())),
    }


def _edited_new(actor: Actor, batch: ImportBatch, found: Survey) -> list[dict[str, Any]]:
    plan = _created_again(actor, batch)
    if plan is None:
        return []
    going = set(found.remove.get(plan.importer.model, ())) if plan.importer.model else set()
    columns = plan.importer.by_name
    return [
        {
            "row": row.number,
            "what": " ".join(map(str, row.key or ())) or plan.importer.external_id(row),
            "label": str(columns[name].label),
            "before": "",
            "imported": columns[name].shown(new),
            "now": columns[name].shown(old),
            "new": True,
            "pk": row.object_id,
        }
        for row in plan.rows
        if row.stored is not None and row.object_id in going
        for name, (old, new) in row.changes.items()
    ]


def _counted(found: Survey) -> list[dict[str, Any]]:
    counts: dict[str, int] = defaultdict(int)
    for model, ids in found.remove.items():
        if ids and model._meta.app_label != "transfer":
            counts[str(model._meta.verbose_name)] += len(ids)
    return [{"what": what, "count": count} for what, count in counts.items()]


def _name(model: Any, pk: Any) -> str:
    row = plain_rows(model).filter(pk=pk).first()
    return str(row) if row is not None else str(pk)


def roll_back_now(
    actor: Actor, batch: ImportBatch, *, guard: Guard, progress: Progress
) -> dict[str, Any]:
    """Takes the batch back; returns the fields of the batch that say so."""
    edited = bool(batch.asked.get("edited"))
    why = str(batch.asked.get("why") or "")
    kind = _kind(batch)
    stay: dict[int, str] = {}
    if not edited:
        found = survey(batch, kind)
        for one in _edited_new(actor, batch, found):
            stay[int(one["pk"])] = _("导入后有人改过，未确认撤回")
    found = take_back(
        batch, kind, edited=edited, guard=guard, progress=progress, stay={kind.model: stay}
    )
    lines = _lines(batch, found, why)
    for start in range(0, len(lines), 1_000):
        with transaction.atomic():
            guard()
            registry.record(
                actor=actor, action="transfer.restore", lines=lines[start : start + 1_000]
            )
    with transaction.atomic():
        guard()
        registry.record(
            actor=actor,
            action="transfer.roll_back",
            lines=[
                {
                    "subject": ("transfer.importbatch", batch.pk, batch.number),
                    "after": {
                        "removed": sum(map(len, found.remove.values())),
                        "restored": sum(map(len, found.restore.values())),
                        "kept": sum(map(len, found.kept.values())),
                    },
                    "why": why,
                    "unit_path": batch.unit_path,
                }
            ],
        )
    return {
        "state": BatchState.ROLLED_BACK,
        "rolled_back_at": timezone.now(),
        "rolled_back_by_name": actor.name,
        "rolled_back_why": why[:200],
        "survey": batch.survey
        | {
            "restored": sum(map(len, found.restore.values())),
            "removed": _counted(found),
            "stayed": sum(map(len, found.kept.values())),
        },
    }


def _lines(batch: ImportBatch, found: Survey, why: str) -> list[dict[str, Any]]:
    said = f"{why}（{batch.number}）"
    secret = _kind(batch).confidential  # the auditor sees that cells changed, not their values
    lines: list[dict[str, Any]] = []
    for model, rows in found.restore.items():
        if model._meta.app_label == "transfer":
            continue
        for pk, cells in rows.items():
            lines.append(
                {
                    "subject": (model._meta.label_lower, pk, str(pk)),
                    "before": {n: "***" if secret else now for n, (_old, now) in cells.items()},
                    "after": {n: "**" if secret else old for n, (old, _now) in cells.items()},
                    "why": said,
                    "unit_path": batch.unit_path,
                }
            )
    for model, ids in found.remove.items():
        if model._meta.app_label != "transfer":
            lines += [
                {
                    "subject": (model._meta.label_lower, pk, str(pk)),
                    "before": {"created_by": batch.number},
                    "after": {},
                    "why": said,
                    "unit_path": batch.unit_path,
                }
                for pk in ids
            ]
    return lines
