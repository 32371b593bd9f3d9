"""Bundles: list, page, the draft that is being designed, what may be applied for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import WIDTH
from loushi.registry.accounts.models import Department
from loushi.registry.buildings.queries import Page, page_of
from loushi.services.catalogue.checking import Fault, faults
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.models.flow import Flow, flow_of
from loushi.services.catalogue.policy import DESIGN, may_at
from loushi.services.catalogue.queries.items import ItemLine, items_leading_to

WHY = "versions of bundles that were read under their scope"


@dataclass(frozen=True, slots=True)
class BundleFilters:
    """What the list is narrowed to; '' is no narrowing."""

    q: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class BundleLine:
    """A row of the list; `departments` are those of the published version."""

    id: int
    title: str
    summary: str
    unit: str
    state: str
    state_label: str
    version: int
    founders: bool
    steps: int
    departments: tuple[str, ...]
    designing: bool


@dataclass(frozen=True, slots=True)
class BundlePage:
    """Everything of a bundle: the published flow (empty before the first), its versions."""

    row: ServiceBundle
    line: BundleLine
    flow: Flow
    names: dict[int, str]
    versions: tuple[BundleVersion, ...]
    may_design: bool
    items: tuple[ItemLine, ...]
    """The items of service lists that lead to it today."""


@dataclass(frozen=True, slots=True)
class Design:
    """The draft, with what is wrong with it."""

    row: ServiceBundle
    version: BundleVersion
    flow: Flow
    faults: tuple[Fault, ...]
    names: dict[int, str]
    changed_at: datetime


def bundles(actor: Actor, filters: BundleFilters | None = None) -> QuerySet[ServiceBundle]:
    """The visible bundles, narrowed; those withdrawn only when asked for."""
    filters = filters or BundleFilters()
    rows = ServiceBundle.objects.visible_to(actor)
    if filters.q:
        rows = rows.filter(Q(title__icontains=filters.q) | Q(summary__icontains=filters.q))
    if filters.state:
        return rows.filter(state=filters.state)
    return rows.exclude(state=ServiceBundle.State.WITHDRAWN)


def bundle_list(
    actor: Actor, filters: BundleFilters, *, after: str = "", before: str = "", size: int = 50
) -> Page[BundleLine]:
    """One page by place and name."""
    rows = bundles(actor, filters).select_related("unit")
    page = page_of(rows, order=("unit_path", "title"), after=after, before=before, size=size)
    return replace(page, rows=bundle_lines(page.rows))  # type: ignore[arg-type, return-value]


def offered(actor: Actor) -> list[BundleLine]:
    """What may be applied for today, where the actor sees it."""
    rows = bundles(actor, BundleFilters(state=ServiceBundle.State.PUBLISHED))
    return bundle_lines(list(rows.select_related("unit").order_by("title", "pk")))


def bundles_for(actor: Actor, unit_path: str) -> list[ServiceBundle]:
    """What may be applied for at a unit: its own published bundles and those of the units above,
    the nearest first."""
    rows = bundles(actor, BundleFilters(state=ServiceBundle.State.PUBLISHED))
    above = [unit_path[:end] for end in range(WIDTH, len(unit_path) + 1, WIDTH)]
    found = rows.filter(unit_path__in=above).select_related("unit")
    return list(found.order_by("-unit_path", "title", "pk"))


def bundle_row(actor: Actor, bundle_id: int) -> ServiceBundle:
    """One bundle; NotVisible for strangers."""
    return fetch(ServiceBundle, actor, bundle_id, related=("unit",))


def bundle_page(actor: Actor, bundle_id: int) -> BundlePage:
    """One bundle with its published flow and its versions."""
    row = bundle_row(actor, bundle_id)
    live = live_version(row)
    flow = flow_of(live.content if live else {})
    versions = BundleVersion.objects.visible_to(actor).filter(bundle=row).order_by("-number")
    return BundlePage(
        row, bundle_lines([row])[0], flow, department_names(flow), tuple(versions[:50]),
        may_at(actor, DESIGN, row), tuple(items_leading_to(actor, row.pk)),
    )  # fmt: skip


def live_version(row: ServiceBundle) -> BundleVersion | None:
    """The published version of a bundle that was read under its scope."""
    rows = BundleVersion.objects.unscoped(WHY)
    return rows.filter(bundle=row, state=BundleVersion.State.PUBLISHED).first()


def version_of(version_id: int) -> BundleVersion:
    """The version on which an application (that was checked) runs."""
    return BundleVersion.objects.unscoped(WHY).get(pk=version_id)


def design_of(actor: Actor, bundle_id: int) -> Design:
    """The draft for those who may design; NotVisible where there is none."""
    row = bundle_row(actor, bundle_id)
    if not may_at(actor, DESIGN, row):
        raise Denied
    drafts = BundleVersion.objects.unscoped(WHY)
    draft = drafts.filter(bundle=row, state=BundleVersion.State.DRAFT).first()
    if draft is None:
        raise NotVisible
    flow = flow_of(draft.content)
    known = frozenset(Department.objects.filter(is_active=True).values_list("pk", flat=True))
    return Design(
        row, draft, flow, tuple(faults(flow, known)), department_names(flow), draft.changed_at
    )


def department_names(*flows: Flow) -> dict[int, str]:
    """The departments of steps, by id."""
    ids = {one.department for flow in flows for one in flow.steps if one.department}
    return {row.pk: str(row) for row in Department.objects.filter(pk__in=ids)}


def bundle_lines(rows: Sequence[ServiceBundle]) -> list[BundleLine]:
    """Rows as lines: two queries, however many rows."""
    versions = BundleVersion.objects.unscoped(WHY).filter(bundle__in=[row.pk for row in rows])
    flows: dict[int, Flow] = {}
    drafts: set[int] = set()
    for one in versions.exclude(state=BundleVersion.State.RETIRED).order_by("number"):
        if one.state == BundleVersion.State.DRAFT:
            drafts.add(one.bundle_id)
            flows.setdefault(one.bundle_id, flow_of(one.content))
        else:
            flows[one.bundle_id] = flow_of(one.content)
    names = department_names(*flows.values())
    return [_line(row, flows.get(row.pk, Flow()), names, row.pk in drafts) for row in rows]


def _line(row: ServiceBundle, flow: Flow, names: dict[int, str], drafting: bool) -> BundleLine:
    return BundleLine(
        row.pk, row.title, row.summary, row.unit.name, row.state, str(row.get_state_display()),
        row.live, row.founders, len(flow.steps), tuple(_named(flow, names)), drafting,
    )  # fmt: skip


def _named(flow: Flow, names: dict[int, str]) -> Iterable[str]:
    ids = dict.fromkeys(one.department for one in flow.steps if one.department)
    return (names[pk] for pk in ids if pk in names)
