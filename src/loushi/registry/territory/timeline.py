"""The tree through time, pure: who hangs under whom from when to when.

An `Edge` says that a unit hangs under a parent from `since` to `until` (exclusive; None = open).
All moves rewrite edges from a date on and never before it, so that yesterday's tree cannot change.
`rows` turns edges into the dated paths that are stored; it proves on the way that every parent
stands while its children hang there, and that nothing hangs under itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from loushi.foundation.core.units import join_path

FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Edge:
    """One stretch of a unit's life under one parent (None: the root)."""

    unit: int
    parent: int | None
    since: date
    until: date | None = None

    @property
    def end(self) -> date:
        return self.until or FOREVER

    def runs(self, on: date) -> bool:
        return self.since <= on < self.end


@dataclass(frozen=True, slots=True)
class Placed:
    """One stored row: the path of a unit between two dates."""

    unit: int
    parent: int | None
    path: str
    since: date
    until: date | None


class BrokenTree(ValueError):
    """A change that would leave a unit hanging in the air, or under itself.

    `unit` is the unit in question, `on` the day, `parent` the missing parent (None: a cycle).
    """

    def __init__(self, unit: int, on: date, parent: int | None) -> None:
        self.unit, self.on, self.parent = unit, on, parent
        super().__init__(f"unit {unit} on {on:%F}: parent {parent}")


class Timeline:
    """The edges of all units; cheap to copy, changed by moves that return nothing."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self._edges: dict[int, list[Edge]] = {}
        for edge in edges:
            self._edges.setdefault(edge.unit, []).append(edge)
        for own in self._edges.values():
            own.sort(key=lambda edge: edge.since)

    @classmethod
    def of(cls, placed: Iterable[Placed]) -> "Timeline":
        """Edges from stored rows: neighbours under the same parent are one edge."""
        edges: list[Edge] = []
        for row in sorted(placed, key=lambda row: (row.unit, row.since)):
            last = edges[-1] if edges else None
            if last and (last.unit, last.parent, last.until) == (row.unit, row.parent, row.since):
                edges[-1] = replace(last, until=row.until)
            else:
                edges.append(Edge(row.unit, row.parent, row.since, row.until))
        return cls(edges)

    # ---- reading ----------------------------------------------------------------------------

    def units(self) -> Iterator[int]:
        return iter(self._edges)

    def edge(self, unit: int, on: date) -> Edge | None:
        """The edge in force on a day, None when the unit does not stand then."""
        return next((edge for edge in self._edges.get(unit, ()) if edge.runs(on)), None)

    def later(self, unit: int, on: date) -> date | None:
        """The date of the unit's next own change after `on`, if one is already noted."""
        dates = [edge.since for edge in self._edges.get(unit, ()) if edge.since > on]
        dates += [
            edge.until for edge in self._edges.get(unit, ()) if edge.until and edge.until > on
        ]
        return min(dates, default=None)

    def children(self, unit: int, on: date) -> list[int]:
        """The units that hang directly under `unit` on a day."""
        return [
            child
            for child, edges in self._edges.items()
            if any(edge.parent == unit and edge.runs(on) for edge in edges)
        ]

    def rows(self) -> list[Placed]:
        """All stored rows, by unit and date. Raises BrokenTree."""
        return [row for unit in sorted(self._edges) for row in self._joined(unit)]

    def _joined(self, unit: int) -> list[Placed]:
        found: list[Placed] = []
        for row in self._paths(unit, date.min, FOREVER, ()):
            last = found[-1] if found else None
            if (
                last
                and last.until == row.since
                and (last.path, last.parent)
                == (
                    row.path,
                    row.parent,
                )
            ):
                found[-1] = replace(last, until=row.until)
            else:
                found.append(row)
        return found

    def _paths(self, unit: int, since: date, end: date, way: tuple[int, ...]) -> Iterator[Placed]:
        """The unit's rows within a window. The window shrinks on the way up, so a unit that comes
        twice on the way hangs under itself within it."""
        if unit in way:
            raise BrokenTree(unit, since, None)
        for edge in self._edges.get(unit, ()):
            start, stop = max(since, edge.since), min(end, edge.end)
            if start >= stop:
                continue
            if edge.parent is None:
                yield Placed(unit, None, join_path("", unit), start, _open(stop))
                continue
            reached = start
            for row in self._paths(edge.parent, start, stop, (*way, unit)):
                if row.since > reached:
                    break
                path = join_path(row.path, unit)
                yield Placed(unit, edge.parent, path, row.since, row.until)
                reached = row.until or FOREVER
            if reached < stop:
                raise BrokenTree(unit, reached, edge.parent)

    # ---- changing ---------------------------------------------------------------------------

    def found(self, unit: int, parent: int | None, on: date) -> None:
        """A new unit hangs under `parent` from `on`."""
        self._edges.setdefault(unit, []).append(Edge(unit, parent, on))

    def move(self, unit: int, parent: int, on: date) -> None:
        """The unit hangs under another parent from `on`; the caller has ruled out later changes."""
        self.close(unit, on)
        self._edges[unit].append(Edge(unit, parent, on))

    def close(self, unit: int, on: date) -> None:
        """The unit stands until the day before `on`."""
        self._edges[unit] = [
            replace(edge, until=on) if edge.runs(on) else edge
            for edge in self._edges[unit]
            if edge.since < on
        ]

    def hand_over(self, old: int, new: int, on: date, only: frozenset[int] | None = None) -> None:
        """Everything that hangs under `old` from `on` on (now or planned) hangs under `new`."""
        for child, edges in self._edges.items():
            if only is not None and child not in only:
                continue
            handed: list[Edge] = []
            for edge in edges:
                if edge.parent != old or edge.end <= on:
                    handed.append(edge)
                elif edge.since >= on:
                    handed.append(replace(edge, parent=new))
                else:
                    handed += [replace(edge, until=on), replace(edge, parent=new, since=on)]
            self._edges[child] = handed


def _open(stop: date) -> date | None:
    return None if stop == FOREVER else stop


def changed(before: Iterable[Placed], after: Iterable[Placed]) -> tuple[list[Placed], list[Placed]]:
    """What to delete and what to insert so that `before` becomes `after`."""
    old: Mapping[Placed, None] = dict.fromkeys(before)
    new: Mapping[Placed, None] = dict.fromkeys(after)
    return [row for row in old if row not in new], [row for row in new if row not in old]
