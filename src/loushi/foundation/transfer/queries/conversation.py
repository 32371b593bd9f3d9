"""The conversation beside a batch: what the system found, and what people said."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.models import BatchState, ImportBatch, ImportRow, Work

SHOWN = 7  # columns that the conversation names before it folds
BACK_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Found:
    """A heading of the file, our field, and how they came together."""

    heading: str
    field: str
    how: str
    given: bool = False


@dataclass(frozen=True)
class Kind:
    """What several rows ask to be confirmed, and how many still wait for a note."""

    name: str
    rows: int
    open: int
    notes: tuple[str, ...] = ()


def headings(batch: ImportBatch) -> list[Found]:
    """Each column of the file with its field; remembered, recognised, or chosen by the person."""
    importer = registry.importer(batch.importer)
    labels = {column.name: str(column.label) for column in importer.all_columns()}
    fields = {heading: name for name, heading in batch.mapping.items()}
    words = {"remembered": _("沿用上次"), "given": _("您指定"), "recognised": _("识别")}
    found = []
    for heading in batch.header:
        if not heading:
            continue
        how = batch.origins.get(heading, "")
        field = labels.get(fields.get(heading, ""), "") or _("不导入")
        found.append(Found(heading, field, words.get(how, _("没认出")), how == "given"))
    return found


def sources(actor: Actor, batches: Any, importer: str) -> list[str]:
    """The sources that were named for this kind of file, the latest first."""
    named = batches(actor).filter(importer=importer).exclude(source="")
    return list(dict.fromkeys(named.values_list("source", flat=True)[:200]))[:12]


def kinds(batch: ImportBatch) -> list[Kind]:
    """What is to be confirmed, by kind, with the notes given so far."""
    rows = ImportRow.objects.unscoped("the batch is visible").filter(batch=batch, confirms__gt=0)
    count: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    notes: dict[str, dict[str, None]] = {}
    for problems in rows.order_by("row_number").values_list("problems", flat=True):
        for item in problems:
            if item["level"] != "confirm":
                continue
            kind = item["kind"]
            count[kind] += 1
            if item.get("note"):
                notes.setdefault(kind, {})[item["note"]] = None
            else:
                waiting[kind] += 1
    return [
        Kind(name, number, waiting[name], tuple(notes.get(name, ()))[:3])
        for name, number in count.most_common()
    ]


def step_of(batch: ImportBatch) -> int:
    """Which of the five steps the batch is at: 上传 来源 对应 核对 应用."""
    if batch.state == BatchState.UNREADABLE or batch.work == Work.READ:
        return 1
    if batch.state in (BatchState.APPLIED, BatchState.ROLLED_BACK) or batch.work == Work.APPLY:
        return 5
    if batch.state == BatchState.UPLOADED and batch.work != Work.CHECK:
        return 3 if batch.told_source else 2
    return 4


def steps() -> list[str]:
    return [_("上传"), _("来源"), _("对应"), _("核对"), _("应用")]


def talk(batch: ImportBatch) -> dict[str, Any]:
    """Everything that the left side of the page says."""
    found = headings(batch) if batch.header else []
    confirm = kinds(batch) if batch.counts.get("confirms") else []
    open_rows = sum(kind.open for kind in confirm)
    total = sum(kind.rows for kind in confirm)
    return {
        "steps": steps(),
        "step": step_of(batch),
        "headings": found[:SHOWN],
        "more_headings": found[SHOWN:],
        "mapped": len(batch.mapping),
        "remembered": sum(1 for one in batch.origins.values() if one == "remembered"),
        "given": sum(1 for one in found if one.given),
        "kinds": confirm,
        "confirm_open": open_rows,
        "confirm_total": total,
        "confirm_done": total - open_rows,
    }


def can_roll_back(batch: ImportBatch) -> bool:
    """Whether the batch may still be rolled back as a whole."""
    return (
        batch.state == BatchState.APPLIED
        and batch.applied_at is not None
        and timezone.now() - batch.applied_at <= BACK_FOR
        and not registry.importer(batch.importer).irreversible
    )


def why_not_back(batch: ImportBatch) -> str:
    """Why an applied batch cannot be rolled back; '' where it can."""
    if batch.state != BatchState.APPLIED or can_roll_back(batch):
        return ""
    why = registry.importer(batch.importer).irreversible
    return str(why) if why else _("应用已超过 30 天，不能整批撤回。")


def surveyed_at(batch: ImportBatch) -> Any:
    """When somebody last looked at what rolling back would do."""
    return parse_datetime(batch.survey["at"]) if batch.survey.get("at") else None


def back_until(batch: ImportBatch) -> Any:
    """The last moment at which the batch may be rolled back."""
    return batch.applied_at + BACK_FOR if batch.applied_at else None
