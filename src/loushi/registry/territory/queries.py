"""Reading the tree: today's, yesterday's, and who inherits what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import path_range
from loushi.foundation.core.stamps import Kept
from loushi.foundation.core.units import WIDTH, ids_of
from loushi.registry.territory.models import (
    PathRewrite,
    ResidentialCommunity,
    Unit,
    UnitHost,
    UnitKind,
    UnitName,
    UnitPlacement,
    UnitSuccession,
)

_below: Kept[tuple[tuple[int, str], ...]] = Kept("units")
_breadcrumbs: Kept[tuple[tuple[int, str], ...]] = Kept("units")


@cache
def _root() -> str:
    return (
        Unit.objects.filter(kind=UnitKind.DISTRICT).exclude(path="").values_list("path", flat=True)
    ).first() or ""


def root_path() -> str:
    """The path of the district ('' while there is none)."""
    path = _root()
    if not path:
        _root.cache_clear()
    return path


def forget_root() -> None:
    """Drops what this process remembers of the root."""
    _root.cache_clear()


def running_on(on: date) -> Q:
    """The condition "in force on that day" for rows whose `until` is exclusive."""
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as it stood on a day."""

    id: int
    code: str
    name: str
    kind: str
    path: str
    parent_id: int | None
    depth: int

    @property
    def kind_label(self) -> str:
        return str(UnitKind(self.kind).label)


def tree(on: date | None = None, *, under: str = "") -> list[Node]:
    """All units that stood on a day (default today), in tree order, with that day's names.

    The same day gives the same tree for ever: changes only write from their own date on.
    `under` limits it to a path of that day.
    """
    day = on or timezone.localdate()
    rows = UnitPlacement.objects.filter(running_on(day)).select_related("unit")
    if under:
        rows = rows.filter(path_range("path", under))
    names = names_on(day)
    return [
        Node(
            id=row.unit_id,
            code=row.unit.code,
            name=names.get(row.unit_id, row.unit.name),
            kind=row.unit.kind,
            path=row.path,
            parent_id=row.parent_id,
            depth=len(ids_of(row.path)) - 1,
        )
        for row in rows.order_by("path")
    ]


def names_on(on: date, ids: Iterable[int] | None = None) -> dict[int, str]:
    """The names that units bore on a day (only of units that had one by then)."""
    rows = UnitName.objects.filter(since__lte=on)
    if ids is not None:
        rows = rows.filter(unit_id__in=list(ids))
    return dict(rows.order_by("unit_id", "since").values_list("unit_id", "name"))


def placement_of(unit_id: int, on: date | None = None) -> UnitPlacement | None:
    """Where a unit hung on a day; None when it did not stand."""
    day = on or timezone.localdate()
    return (
        UnitPlacement.objects.filter(running_on(day), unit_id=unit_id)
        .select_related("unit", "parent")
        .first()
    )


def path_on(unit_id: int, on: date | None = None) -> str:
    """The path of a unit on a day ('' when it did not stand)."""
    row = placement_of(unit_id, on)
    return row.path if row else ""


def unit_at(unit_id: int, on: date | None = None) -> Node | None:
    """A unit as it stood on a day, None when it did not."""
    day = on or timezone.localdate()
    row = placement_of(unit_id, day)
    if row is None:
        return None
    name = names_on(day, [unit_id]).get(unit_id, row.unit.name)
    return Node(
        row.unit_id, row.unit.code, name, row.unit.kind, row.path, row.parent_id,
        len(ids_of(row.path)) - 1,
    )  # fmt: skip


def descendants(unit_id: int, on: date | None = None) -> list[Node]:
    """Everything below a unit on a day, in tree order, without the unit itself."""
    path = path_on(unit_id, on)
    return [node for node in tree(on, under=path) if node.id != unit_id] if path else []


def ancestors(unit_id: int, on: date | None = None) -> list[Node]:
    """The way from the root down to the unit's parent on a day."""
    day = on or timezone.localdate()
    ids = ids_of(path_on(unit_id, day))[:-1]
    rows = UnitPlacement.objects.filter(running_on(day), unit_id__in=ids).select_related("unit")
    names = names_on(day, ids)
    return [
        Node(
            row.unit_id,
            row.unit.code,
            names.get(row.unit_id, row.unit.name),
            row.unit.kind,
            row.path,
            row.parent_id,
            len(ids_of(row.path)) - 1,
        )  # fmt: skip
        for row in rows.order_by("path")
    ]


def children(unit_id: int, on: date | None = None) -> list[Node]:
    """The units directly below, on a day."""
    return [node for node in descendants(unit_id, on) if node.parent_id == unit_id]


def heirs(unit_id: int, building_id: int | None = None, on: date | None = None) -> int | None:
    """Who answers on a day for what belonged to a unit: itself, or its heir, and so on.

    On a split the building decides; whatever no building assigns goes to the main heir. None when
    the unit does not stand and nobody inherited (not founded yet).
    """
    day = on or timezone.localdate()
    current, since = unit_id, date.min
    while True:
        steps = UnitSuccession.objects.filter(unit_id=current, on__lte=day, on__gte=since)
        step = None
        if building_id is not None:
            step = steps.filter(building_id=building_id).order_by("on", "pk").first()
        if step is None:
            if path_on(current, day):
                return current
            step = steps.filter(is_main=True).order_by("on", "pk").first()
        if step is None:
            return None
        current, since = step.heir_id, step.on


def predecessors(unit_id: int, on: date | None = None) -> list[int]:
    """All units that this one inherited from up to a day, directly or not: it reads their rows."""
    day = on or timezone.localdate()
    found: list[int] = []
    frontier = {unit_id}
    while frontier:
        rows = UnitSuccession.objects.filter(heir_id__in=frontier, on__lte=day)
        frontier = set(rows.values_list("unit_id", flat=True)) - set(found) - {unit_id}
        found += sorted(frontier)
    return found


def get_unit(unit_id: int) -> Unit:
    """A unit by id, also a dissolved or a planned one; NotVisible when there is none."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotVisible
    return unit


def unit_by_code(code: str) -> Unit | None:
    """A unit by its code."""
    return Unit.objects.filter(code=code).first()


def units(kind: str = "", *, under: str = "") -> QuerySet[Unit]:
    """The units that stand today, by path; optionally of one kind, below one path."""
    rows = Unit.objects.exclude(path="")
    if kind:
        rows = rows.filter(kind=kind)
    if under:
        rows = rows.filter(path_range("path", under))
    return rows.order_by("path")


def units_by_name(names: Iterable[str], *, under: str = "") -> dict[str, list[Unit]]:
    """Units that stand today, by name or code, for importers."""
    wanted = list(names)
    found: dict[str, list[Unit]] = {}
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        for unit in units(under=under).filter(Q(name__in=part) | Q(code__in=part)):
            for word in {unit.name, unit.code}:
                found.setdefault(word, []).append(unit)
    return {word: found[word] for word in wanted if word in found}


def name_map(ids: Iterable[int]) -> dict[int, str]:
    """Today's names of units by id; one query."""
    return dict(Unit.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def breadcrumbs(path: str) -> list[tuple[int, str]]:
    """(id, name) from the root down to the unit of a path."""
    return list(_breadcrumbs.get(path, lambda: _named(path)))


def _named(path: str) -> tuple[tuple[int, str], ...]:
    ids = ids_of(path)
    names = name_map(ids)
    return tuple((unit_id, names.get(unit_id, "")) for unit_id in ids)


def units_below(path: str) -> tuple[tuple[int, str], ...]:
    """(id, name) of the units that hang directly below a path today."""
    return _below.get(path, lambda: _read_below(path))


def _read_below(path: str) -> tuple[tuple[int, str], ...]:
    rows = Unit.objects.filter(path_range("path", path)).order_by("path")
    found = rows.values_list("pk", "name", "path")
    return tuple((pk, name) for pk, name, own in found if len(own) == len(path) + WIDTH)


def names_on_path(path: str) -> list[str]:
    """Today's names from the root down to the unit of a path."""
    return [name for _unit_id, name in breadcrumbs(path)]


def leaf_id(path: str) -> int | None:
    """The id of the unit that a path ends at."""
    return ids_of(path)[-1] if path else None


def placements(unit_id: int) -> QuerySet[UnitPlacement]:
    """The whole life of a unit in the tree, earliest first."""
    rows = UnitPlacement.objects.filter(unit_id=unit_id)
    return rows.select_related("parent").order_by("since")


def names(unit_id: int) -> QuerySet[UnitName]:
    """All names of a unit, earliest first."""
    return UnitName.objects.filter(unit_id=unit_id).order_by("since")


def successions(unit_id: int) -> QuerySet[UnitSuccession]:
    """Who this unit handed to, and from whom it inherited (without the single buildings)."""
    rows = UnitSuccession.objects.filter(Q(unit_id=unit_id) | Q(heir_id=unit_id))
    return rows.filter(building_id__isnull=True).select_related("unit", "heir").order_by("on", "pk")


def hosts_of(unit_id: int, on: date | None = None) -> QuerySet[UnitHost]:
    """The residential communities that a business community was taken out of, on a day."""
    day = on or timezone.localdate()
    rows = UnitHost.objects.filter(running_on(day), unit_id=unit_id)
    return rows.select_related("community").order_by("community__code")


def residential_communities(text: str = "") -> QuerySet[ResidentialCommunity]:
    """属地社区, optionally those whose name or code contains a text."""
    rows = ResidentialCommunity.objects.order_by("code")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__startswith=text))
    return rows


def planned(on: date | None = None) -> QuerySet[UnitPlacement]:
    """Changes already noted that take effect after a day."""
    day = on or timezone.localdate()
    rows = UnitPlacement.objects.filter(since__gt=day).select_related("unit", "parent")
    return rows.order_by("since", "path")


def eve(on: date) -> date:
    """The day before."""
    return on - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree page with how many units hang directly below it."""

    node: Node
    below: int

    @property
    def indent(self) -> int:
        """Width of the blank before the name, in pixels."""
        return 16 * self.node.depth


def with_counts(nodes: list[Node]) -> list[Branch]:
    """The same nodes, each with the number of its direct children."""
    below: dict[int | None, int] = {}
    for node in nodes:
        below[node.parent_id] = below.get(node.parent_id, 0) + 1
    return [Branch(node, below.get(node.id, 0)) for node in nodes]


def counts_by_kind(nodes: list[Node]) -> list[tuple[str, int]]:
    """(层级, how many), in the order of the levels, without empty ones."""
    totals = {kind: sum(node.kind == kind for node in nodes) for kind in UnitKind.values}
    return [(str(UnitKind(kind).label), total) for kind, total in totals.items() if total]


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a unit's life."""

    on: date
    kind: str
    text: str
    other_id: int | None = None


def history(unit_id: int) -> list[Moment]:
    """The unit's life, latest first: founded, named, moved, merged, split."""
    unit = get_unit(unit_id)
    found = [Moment(row.since, "name", row.name) for row in names(unit_id)]
    parent: int | None = -1
    for row in placements(unit_id):
        if row.parent_id != parent:
            text = row.parent.name if row.parent else ""
            found.append(Moment(row.since, "place", text, row.parent_id))
        parent = row.parent_id
    for step in successions(unit_id):
        outward = step.unit_id == unit_id
        other = step.heir if outward else step.unit
        kind = f"{step.kind}_{'out' if outward else 'in'}"
        found.append(Moment(step.on, kind, other.name, other.pk))
    if unit.dissolved_on:
        found.append(Moment(unit.dissolved_on, "dissolved", unit.name))
    return sorted(found, key=lambda moment: moment.on, reverse=True)


def parent_codes(unit_ids: Iterable[int], on: date | None = None) -> dict[int, str]:
    """The code of each unit's parent on a day; '' for the root."""
    day = on or timezone.localdate()
    wanted = list(unit_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        rows = UnitPlacement.objects.filter(
            running_on(day), unit_id__in=wanted[start : start + 500]
        )
        found |= {pk: code or "" for pk, code in rows.values_list("unit_id", "parent__code")}
    return found


def open_rewrites() -> int:
    """How many queued path rewrites are due and not finished."""
    return PathRewrite.objects.filter(done_at__isnull=True, on__lte=timezone.localdate()).count()
