"""Figures for the one role, bands for few: one firm, lists, and the sign "falling band".

What is returned here was not looked at yet: pages go through `commands.look_at_…`, which record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range, permits
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.tax.models import OutputRecord, TaxReturn
from loushi.registry.tax.policy import BANDS, FIGURES
from loushi.registry.tax.queries.rules import Rule, rule_for, rules
from loushi.registry.territory.models import Unit

PAGE_SIZE = 50
ORDERS: dict[str, tuple[str, ...]] = {
    "amount": ("amount",),
    "name": ("enterprise__name",),
    "place": ("unit_path",),
}


@dataclass(frozen=True, slots=True)
class Band:
    """The band of one firm in one year, with where it came from."""

    year: int
    band: int
    label: str
    is_key: bool
    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One recorded amount in yuan, also a superseded one."""

    id: int
    measure: str
    year: int
    amount: Decimal
    source: str
    batch: str
    version: int
    is_current: bool
    why: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All versions of a firm's figures, newest year and version first."""

    tax: tuple[Version, ...]
    output: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `year` None is the newest that has figures."""

    year: int | None = None
    q: str = ""
    unit: int | None = None
    section: str = ""
    band: int | None = None
    key: bool = False
    falling: bool = False
    sort: str = "place"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the ledger; the amounts are None for those who see bands only."""

    id: int
    enterprise_id: int
    name: str
    unit: str
    section: str
    year: int
    band: int
    label: str
    before: str
    falling: bool
    is_key: bool
    source: str
    batch: str
    version: int
    recorded_at: datetime
    amount: Decimal | None
    previous: Decimal | None

    @property
    def growth(self) -> Decimal | None:
        """Change against the year before as a fraction; None where there is nothing to compare."""
        if self.amount is None or not self.previous:
            return None
        return self.amount / self.previous - 1


def newest_year(actor: Actor, permission: str) -> int | None:
    """The newest year with a return that the actor may look at in this way."""
    rows = TaxReturn.objects.visible_to(actor, permission).filter(is_current=True)
    found: int | None = rows.order_by().aggregate(year=Max("year"))["year"]
    return found


def years(actor: Actor, permission: str) -> list[int]:
    """The years that have returns, newest first."""
    rows = TaxReturn.objects.visible_to(actor, permission).filter(is_current=True)
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def bands_of(actor: Actor, enterprise_id: int) -> tuple[Band, ...]:
    """The bands of one firm, newest first. Only through `commands.look_at_band`."""
    known = rules()
    rows = TaxReturn.objects.visible_to(actor, BANDS).filter(
        enterprise_id=enterprise_id, is_current=True
    )
    return tuple(_band(row, rule_for(row.year, known)) for row in rows.order_by("-year"))


def newest_spans(
    actor: Actor, enterprise_ids: Sequence[int] | None = None
) -> dict[int, tuple[int, int | None]]:
    """Enterprise id → the ends of the band of its newest year, of firms whose bands the actor may
    see. Only through `commands.look_at_newest`."""
    rows = TaxReturn.objects.visible_to(actor, BANDS).filter(is_current=True)
    return _spans(rows, enterprise_ids)


def own_span(enterprise_id: int) -> tuple[int, int | None] | None:
    """The same of one firm, for the firm itself. Only through `commands.look_for_the_firm`."""
    rows = TaxReturn.objects.unscoped("a firm's own figure, for the firm itself")
    return _spans(rows.filter(is_current=True), [enterprise_id]).get(enterprise_id)


def _spans(
    rows: QuerySet[TaxReturn], enterprise_ids: Sequence[int] | None
) -> dict[int, tuple[int, int | None]]:
    if enterprise_ids is not None:
        rows = rows.filter(enterprise_id__in=enterprise_ids)
    known, found = rules(), {}
    for pk, year, amount in rows.order_by("year").values_list("enterprise_id", "year", "amount"):
        rule = rule_for(year, known)
        found[pk] = rule.ends(rule.band_of(amount))
    return found


def history_of(actor: Actor, enterprise_id: int) -> History:
    """All versions of one firm. Only through `commands.look_at_figures`."""
    return History(
        *(
            tuple(
                Version(
                    row.pk, model.measure, row.year, row.amount, row.source, row.batch,
                    row.version, row.is_current, row.why, row.recorded_at,
                )
                for row in model.objects.visible_to(actor)
                .filter(enterprise_id=enterprise_id)
                .order_by("-year", "-version")
            )
            for model in (TaxReturn, OutputRecord)
        )
    )  # fmt: skip


def returns(actor: Actor, filters: Filters, permission: str) -> QuerySet[TaxReturn]:
    """Current returns of one year, narrowed. `permission` says in which way they are looked at."""
    year = filters.year or newest_year(actor, permission)
    rows = TaxReturn.objects.visible_to(actor, permission).filter(is_current=True, year=year or 0)
    rule = rule_for(year or 0)
    if filters.q:
        wanted = filters.q.strip()
        rows = rows.filter(
            Q(enterprise__name__icontains=wanted) | Q(enterprise__credit_code__icontains=wanted)
        )
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if filters.section:
        rows = rows.filter(section=filters.section)
    if filters.band is not None and filters.band <= len(rule.edges):
        low, high = rule.ends(filters.band)
        rows = rows.filter(amount__gte=low)
        rows = rows.filter(amount__lt=high) if high is not None else rows
    if filters.key:
        rows = rows.filter(amount__gte=rule.key_threshold)
    rows = rows.annotate(previous=_previous())
    if filters.falling:
        rows = rows.filter(_fell(rule))
    return rows


def ledger(
    actor: Actor, filters: Filters, *, permission: str = FIGURES, after: str = "", before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Line]:  # fmt: skip
    """One page; with `permission=BANDS` no amount leaves this function."""
    page = page_of(
        returns(actor, filters, permission).select_related("enterprise"),
        order=_order(filters.sort, permission),
        after=after,
        before=before,
        size=size,
    )
    shows = permission == FIGURES
    return replace(page, rows=_lines(page.rows, shows))  # type: ignore[arg-type, return-value]


def ledger_lines(actor: Actor, filters: Filters, permission: str) -> Iterable[Line]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = ledger(actor, filters, permission=permission, after=after, size=1000)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def falling_bands(
    actor: Actor, enterprise_ids: Sequence[int] | None = None, *, steps: int = 1
) -> dict[int, str]:
    """Enterprise id → "100–500 万元 → 50–100 万元" of firms whose band fell in the newest year, by
    so many steps or more.

    Bands only, for those who may see bands; for retention lists, which say why a firm is on them.
    """
    filters = Filters(falling=True)
    rows = returns(actor, filters, BANDS)
    if enterprise_ids is not None:
        rows = rows.filter(enterprise_id__in=list(enterprise_ids))
    labels = rule_for(newest_year(actor, BANDS) or 0).labels
    return {
        line.enterprise_id: f"{line.before} → {line.label}"
        for line in _lines(list(rows.select_related("enterprise")), False)
        if labels.index(line.before) - line.band >= steps
    }


def band_counts(actor: Actor, filters: Filters, permission: str) -> list[tuple[int, str, int]]:
    """(band, label, firms) of a list."""
    rule = rule_for(filters.year or newest_year(actor, permission) or 0)
    rows = returns(actor, replace(filters, band=None), permission).order_by()
    amounts = rows.values_list("amount", flat=True)
    counts = [0] * (len(rule.edges) + 1)
    for amount in amounts:
        counts[rule.band_of(amount)] += 1
    return [(band, label, counts[band]) for band, label in enumerate(rule.labels)]


def _previous() -> Subquery:
    return Subquery(
        TaxReturn.objects.unscoped("the year before of returns that are scoped")
        .filter(enterprise_id=OuterRef("enterprise_id"), year=OuterRef("year") - 1, is_current=True)
        .values("amount")[:1]
    )


def _fell(rule: Rule) -> Q:
    """The amount lies below an edge that the year before reached (bands of this year's rule)."""
    found = Q(pk__in=[])
    for edge in rule.edges:
        found |= Q(amount__lt=edge, previous__gte=edge)
    return found


def _order(sort: str, permission: str) -> tuple[str, ...]:
    bare = sort.lstrip("-")
    if permission != FIGURES and bare == "amount":
        bare = "place"  # the order of amounts would tell more than the bands
    fields = ORDERS.get(bare, ORDERS["place"])
    return tuple(f"-{name}" for name in fields) if sort.startswith("-") else fields


def _lines(rows: Sequence[Any], shows: bool) -> list[Line]:
    known = rules()
    names = dict(
        Unit.objects.filter(pk__in={int(row.unit_path[-6:]) for row in rows if row.unit_path})
        .order_by()
        .values_list("pk", "name")
    )
    found = []
    for row in rows:
        rule = rule_for(row.year, known)
        band = rule.band_of(row.amount)
        earlier = rule.band_of(row.previous) if row.previous is not None else None
        found.append(
            Line(
                id=row.pk,
                enterprise_id=row.enterprise_id,
                name=row.enterprise.name,
                unit=names.get(int(row.unit_path[-6:]), "") if row.unit_path else "",
                section=row.section,
                year=row.year,
                band=band,
                label=rule.label(band),
                before="" if earlier is None else rule.label(earlier),
                falling=earlier is not None and earlier > band,
                is_key=row.amount >= rule.key_threshold,
                source=row.source,
                batch=row.batch,
                version=row.version,
                recorded_at=row.recorded_at,
                amount=row.amount if shows else None,
                previous=row.previous if shows else None,
            )
        )
    return found


def _band(row: TaxReturn, rule: Rule) -> Band:
    band = rule.band_of(row.amount)
    return Band(
        row.year, band, rule.label(band), row.amount >= rule.key_threshold, row.source,
        row.recorded_at,
    )  # fmt: skip


def may_look(actor: Actor, enterprise_id: int, permission: str) -> bool:
    """Whether the actor may look at a firm in this way (the look itself is a command)."""
    if not actor.has(permission):
        return False
    firm = Enterprise.objects.visible_to(actor).filter(pk=enterprise_id).first()
    return firm is not None and permits(actor, permission, firm)
