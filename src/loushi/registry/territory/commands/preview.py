"""What a change would move, counted before anybody presses the button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from loushi.foundation.core.scoping import path_range
from loushi.registry.territory import queries
from loushi.registry.territory.commands.rewrites import at_building, path_models


@dataclass(frozen=True, slots=True)
class Preview:
    """The units that move along, and how many rows of each kind follow."""

    units: tuple[queries.Node, ...]
    rows: tuple[tuple[str, int], ...]


def preview_move(*, unit_id: int, on: date) -> Preview:
    """What moves along when a unit gets another parent."""
    node = queries.unit_at(unit_id, on)
    units = ((node,) if node else ()) + tuple(queries.descendants(unit_id, on))
    return Preview(units, _counted([_below(unit_id)]))


def preview_merge(*, unit_ids: Sequence[int], on: date) -> Preview:
    """What the heir takes over."""
    units = tuple(node for unit_id in unit_ids for node in queries.descendants(unit_id, on))
    return Preview(units, _counted([_below(unit_id) for unit_id in unit_ids]))


def preview_split(
    *, unit_id: int, children: Sequence[int], buildings: Sequence[int], on: date
) -> Preview:
    """What goes to one heir: whole children with everything below, and single buildings."""
    units: list[queries.Node] = []
    for child in children:
        node = queries.unit_at(child, on)
        units += [node] if node else []
        units += queries.descendants(child, on)
    return Preview(tuple(units), _counted([_below(child) for child in children], buildings))


def _below(unit_id: int) -> Q:
    path = queries.get_unit(unit_id).path
    return path_range("unit_path", path) if path else Q(pk__in=[])


def _counted(ranges: Sequence[Q], buildings: Sequence[int] = ()) -> tuple[tuple[str, int], ...]:
    """Rows by kind, for kinds that people know (those with a name of their own)."""
    found: list[tuple[str, int]] = []
    for model in path_models():
        name: Any = getattr(model, "preview_name", None)
        if name is None:
            continue
        where = Q(pk__in=[])
        for part in ranges:
            where |= part
        for building in buildings:
            where |= at_building(model, building) or Q(pk__in=[])
        total = model._base_manager.filter(where).count()
        found.append((str(name), total))
    return tuple(found)
