"""Which demands look alike, and a sentence why: proposals only, a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import OPEN, Line, lines
from loushi.casework.demands.queries.listing import rows_of
from loushi.casework.matching.likeness import Like, Sample, alike
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range

from .issues import groupable

WHY = "narrows demands that are scoped already"
COMPARED = 600
SHOWN = 8
SEEDS = 12
CORPUS = 400
TEXTS_EACH = 8
FIELDS = ("pk", "title", "text", "category_id", "category__parent_id", "building_id", "unit_id",
          "building__name")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A demand that looks like those of an issue, and why."""

    line: Line
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Target:
    """An issue into which a demand may go; `why` is empty where nothing speaks for it."""

    row: CommonIssue
    why: str
    score: float


def proposals_for_issue(actor: Actor, row: CommonIssue, most: int = SHOWN) -> list[Proposal]:
    """Open demands of the issue's unit that look like those in it."""
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    seen = Demand.objects.visible_to(actor).filter(pk__in=members.values("demand_id"))
    seeds = _samples(seen.order_by("pk")[:SEEDS])
    return _proposed(actor, seeds or [_of_issue(row)], row.unit_path, most)


def proposals_for_demand(actor: Actor, demand: Demand, most: int = SHOWN) -> list[Proposal]:
    """Open demands of the same unit that look like this one."""
    mine = Demand.objects.visible_to(actor).filter(pk=demand.pk)
    return _proposed(actor, _samples(mine), demand.unit_path, most, without=demand.pk)


def targets(actor: Actor, demand: Demand) -> list[Target]:
    """Issues into which the actor may take the demand, the most alike first."""
    rows = groupable(actor, demand.unit_path)
    mine = _samples(Demand.objects.visible_to(actor).filter(pk=demand.pk))
    held = _held(actor, rows)
    samples = [_of_issue(row, held.get(row.pk, ())) for row in rows]
    found = alike(mine, samples, most=len(rows), corpus=_corpus(actor))
    likes = {one.id: one for one in found}
    all_targets = [
        Target(row, _reason(likes[row.pk]) if row.pk in likes else "",
               likes[row.pk].score if row.pk in likes else 0.0)
        for row in rows
    ]  # fmt: skip
    return sorted(all_targets, key=lambda one: (-one.score, -one.row.pk))


def _proposed(
    actor: Actor, seeds: Sequence[Sample], path: str, most: int, without: int = 0
) -> list[Proposal]:
    taken = CommonIssueDemand.objects.unscoped(WHY).filter(is_live=True)
    rows = Demand.objects.visible_to(actor).filter(path_range("unit_path", path), state__in=OPEN)
    rows = rows.exclude(pk__in=taken.values("demand_id")).exclude(pk=without)
    likes = alike(seeds, _samples(rows.order_by("-pk")[:COMPARED]), most, _corpus(actor))
    found = rows_of(Demand.objects.visible_to(actor).filter(pk__in=[one.id for one in likes]))
    shown = {line.row.id: line for line in lines(found)}
    return [Proposal(shown[one.id], _reason(one), one.score) for one in likes if one.id in shown]


def _samples(rows: QuerySet[Demand]) -> list[Sample]:
    """Demands to be compared; the building counts as a place, not as a word."""
    return [
        Sample(pk, _words(title, text, tower), category, parent, building, unit)
        for pk, title, text, category, parent, building, unit, tower in rows.values_list(*FIELDS)
    ]


def _corpus(actor: Actor) -> list[str]:
    """What people write: the newest demands that the actor sees, whatever became of them."""
    rows = Demand.objects.visible_to(actor).order_by("-pk")
    return list(rows.values_list("text", flat=True)[:CORPUS])


def _words(title: str, text: str, tower: str | None) -> str:
    whole = text if text.startswith(title.rstrip("…")) else f"{title}。{text}"
    return whole.replace(tower, "。") if tower else whole


def _of_issue(row: CommonIssue, texts: Sequence[str] = ()) -> Sample:
    parent = row.category.parent_id if row.category else None
    text = "。".join([row.name, row.summary, *texts])
    return Sample(row.pk, text, row.category_id, parent)


def _held(actor: Actor, rows: Sequence[CommonIssue]) -> dict[int, list[str]]:
    """What the visible demands of these issues say, a few of each."""
    members = CommonIssueDemand.objects.unscoped(WHY).filter(
        issue__in=[row.pk for row in rows], is_live=True
    )
    seen = Demand.objects.visible_to(actor).filter(pk__in=members.values("demand_id"))
    found: dict[int, list[str]] = {}
    for issue, text in (
        members.filter(demand__in=seen.values("pk"))
        .order_by("issue", "pk")
        .values_list("issue_id", "demand__text")
    ):
        if len(found.setdefault(issue, [])) < TEXTS_EACH:
            found[issue].append(text[:300])
    return found


def _reason(like: Like) -> str:
    """What speaks for it, as one sentence that a person can check."""
    parts = []
    if like.phrases:
        words = "、".join(f"“{phrase}”" for phrase in like.phrases)
        parts.append(_("都说到%(words)s") % {"words": words})
    if like.same_category:
        parts.append(_("类别相同"))
    elif like.same_parent:
        parts.append(_("类别相近"))
    if like.same_building:
        parts.append(_("在同一幢楼"))
    elif like.same_unit:
        parts.append(_("在同一社区"))
    return "，".join(parts)
