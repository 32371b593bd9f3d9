"""The tables behind the settings page: categories with their use, service levels in force."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils import timezone

from loushi.casework.demands.models import Demand, DemandCategory, Tier, Urgency
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.clocks import Limit, levels_for
from loushi.foundation.core.errors import Denied, NotVisible


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category; `used` counts the demands filed under it in the whole district."""

    id: int
    code: str
    name: str
    name_en: str
    level: int
    is_active: bool
    used: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One row of limits; '' as a key means any."""

    id: int
    category_code: str
    category: str
    urgency: str
    tier: str
    accept: Limit | None
    contact: Limit | None
    resolve: Limit | None
    valid_from: date
    valid_to: date | None
    source: str
    runs: bool


def _require(actor: Actor) -> None:
    if not actor.has("demands.configure"):
        raise Denied


def category_rows(actor: Actor) -> list[CategoryRow]:
    """All categories, the second level below its first. Raises Denied."""
    _require(actor)
    used = dict(
        Demand.objects.unscoped("how often a category is used, asked by who may switch it off")
        .order_by()
        .values_list("category_id")
        .annotate(count=Count("id"))
    )
    rows = list(DemandCategory.objects.order_by("position", "id"))
    ordered = [
        row
        for top in rows
        if top.parent_id is None
        for row in (top, *(child for child in rows if child.parent_id == top.pk))
    ]
    return [
        CategoryRow(
            row.pk, row.code, row.name, row.name_en, 2 if row.parent_id else 1, row.is_active,
            used.get(row.pk, 0),
        )
        for row in ordered
    ]  # fmt: skip


def category_row(actor: Actor, pk: int) -> CategoryRow:
    """One category. Raises Denied or NotVisible."""
    found = next((row for row in category_rows(actor) if row.id == pk), None)
    if found is None:
        raise NotVisible
    return found


def level_rows(actor: Actor) -> list[LevelRow]:
    """All rows of limits, those in force first. Raises Denied."""
    _require(actor)
    names = {row.code: row.label for row in DemandCategory.objects.all()}
    urgencies, tiers = dict(Urgency.choices), dict(Tier.choices)
    today = timezone.localdate()
    rows = [
        LevelRow(
            id=row.pk,
            category_code=row.category_code,
            category=names.get(row.category_code, ""),
            urgency=str(urgencies.get(row.urgency, row.urgency)),
            tier=str(tiers.get(row.tier, row.tier)),
            accept=row.limit("accept"),
            contact=row.limit("contact"),
            resolve=row.limit("resolve"),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
            runs=row.runs(today),
        )
        for row in levels_for("demand")
    ]
    return sorted(rows, key=lambda row: (not row.runs, row.category_code, row.id))


def category_list() -> list[tuple[str, str, str, str, bool]]:
    """(code, name, English name, parent's code, active) of every category, in order."""
    rows = DemandCategory.objects.select_related("parent").order_by("position", "id")
    return [
        (row.code, row.name, row.name_en, row.parent.code if row.parent else "", row.is_active)
        for row in rows
    ]
