"""Resources: list, page, what an enterprise may use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.queries import Page, page_of
from loushi.services.catalogue.models import Resource, ResourceArea, ResourceKind


@dataclass(frozen=True, slots=True)
class ResourceFilters:
    """What the list is narrowed to; '' is no narrowing."""

    q: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """A row of the list; `towers` are served, none means the whole unit."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    provider: str
    summary: str
    capacity: int | None
    measure: str
    since: date | None
    until: date | None
    state: str
    state_label: str
    towers: tuple[str, ...]
    unit_id: int = 0
    tower_ids: tuple[int, ...] = ()


def resources(actor: Actor, filters: ResourceFilters) -> QuerySet[Resource]:
    """The visible resources, narrowed; those withdrawn only when asked for."""
    rows = Resource.objects.visible_to(actor)
    if filters.q:
        rows = rows.filter(
            Q(name__icontains=filters.q) | Q(provider__icontains=filters.q)
            | Q(summary__icontains=filters.q)
        )  # fmt: skip
    if filters.kind:
        rows = rows.filter(kind_id=filters.kind)
    if filters.state:
        return rows.filter(state=filters.state)
    return rows.exclude(state=Resource.State.WITHDRAWN)


def resource_list(
    actor: Actor, filters: ResourceFilters, *, after: str = "", before: str = "", size: int = 50
) -> Page[ResourceLine]:
    """One page by place and name."""
    rows = resources(actor, filters).select_related("unit", "kind")
    page = page_of(rows, order=("unit_path", "name"), after=after, before=before, size=size)
    return replace(page, rows=lines_of(page.rows))  # type: ignore[arg-type, return-value]


def usable(actor: Actor) -> list[ResourceLine]:
    """What is published and runs or will run, for the people of enterprises."""
    today = timezone.localdate()
    rows = Resource.objects.visible_to(actor).filter(
        Q(until__isnull=True) | Q(until__gte=today), state=Resource.State.PUBLISHED
    )
    return lines_of(list(rows.select_related("unit", "kind").order_by("kind__order", "name", "pk")))


def resource_row(actor: Actor, resource_id: int) -> Resource:
    """One resource; NotVisible for strangers."""
    return fetch(Resource, actor, resource_id, related=("unit", "kind", "firm"))


def resource_of_origin(actor: Actor, origin: str) -> Resource | None:
    """The resource that came from a resolution, where the actor may see it."""
    return Resource.objects.visible_to(actor).filter(origin=origin).first()


def kind_choices() -> list[tuple[str, str]]:
    """The kinds that may be chosen today."""
    return list(ResourceKind.offered().values_list("code", "label"))


def served_ids(row: Resource) -> list[int]:
    """The towers of a resource that was checked."""
    rows = ResourceArea.objects.unscoped("towers of a resource that was checked")
    return list(rows.filter(resource=row).values_list("building_id", flat=True))


def lines_of(rows: Sequence[Resource]) -> list[ResourceLine]:
    """Rows as lines, with their towers."""
    found: dict[int, list[str]] = defaultdict(list)
    ids: dict[int, list[int]] = defaultdict(list)
    areas = ResourceArea.objects.unscoped("towers of resources that are scoped")
    held = areas.filter(resource__in=[row.pk for row in rows]).order_by("building__name", "pk")
    for pk, name, tower in held.values_list("resource_id", "building__name", "building_id"):
        found[pk].append(name)
        ids[pk].append(tower)
    return [
        ResourceLine(
            row.pk, row.name, row.kind_id, row.kind.label, row.unit.name, row.provider,
            row.summary, row.capacity, row.measure, row.since, row.until, row.state,
            row.get_state_display(), tuple(found[row.pk]), row.unit_id, tuple(ids[row.pk]),
        )
        for row in rows
    ]  # fmt: skip
