"""The cube of one year: sums of firms, primary suppression, and the interval that is published.

Amounts are whole 分 (a hundredth of a yuan), so that sums are exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

FEN = 100
FEWEST = 3
"""Fewer firms than this and the cell is primary (the issue's rule)."""
ONE_SHARE = 50
"""One firm above this per cent of the cell: primary."""
TWO_SHARE = 85
"""Two firms above this per cent of the cell: primary."""
SMALLEST_STEP = 10_000 * FEN


class Key(NamedTuple):
    """Which cell: `unit` for a unit's, `building` for a tower's (then `unit` is 0)."""

    measure: str
    unit: int
    building: int
    section: str


class Interval(NamedTuple):
    """Bounds, both inclusive, in 分."""

    low: int
    high: int


class Member(NamedTuple):
    """One firm's current return: `figure` is the id of that version, `place` the path's unit ids
    that are published, from the district down."""

    figure: int
    firm: int
    amount: int
    place: tuple[int, ...]
    section: str
    building: int
    is_key: bool
    band: tuple[int, int]
    """Lower and upper end of its band in 分; the upper one of the last band is the largest int."""


@dataclass(slots=True)
class Cell:
    """Sum, largest and second largest firm of a cell; `nearest` is the largest firm that a change
    of 20 % would carry over the threshold of key taxpayers."""

    key: Key
    total: int = 0
    firms: int = 0
    largest: int = 0
    second: int = 0
    nearest: int = 0
    members: list[Member] = field(default_factory=list)

    def add(self, member: Member) -> None:
        self.total += member.amount
        self.firms += 1
        if member.amount > self.largest:
            self.largest, self.second = member.amount, self.largest
        elif member.amount > self.second:
            self.second = member.amount
        self.members.append(member)

    def pass_by(self, member: Member) -> None:
        """Notes a firm near the threshold, whether or not it is counted here."""
        self.nearest = max(self.nearest, member.amount)

    @property
    def primary(self) -> str:
        """'' or why the cell is suppressed by itself: few, dominated, empty."""
        if self.firms == 0:
            return "empty"
        if self.firms < FEWEST:
            return "few"
        if self.largest * 100 > ONE_SHARE * self.total:
            return "dominated"
        if (self.largest + self.second) * 100 > TWO_SHARE * self.total:
            return "dominated"
        return ""

    @property
    def halo(self) -> int:
        """How far a published interval must reach beyond the sum at each side: half the largest
        firm; where the cell sums key taxpayers, at least a firm that could cross the threshold."""
        half = -(-self.largest // 2)
        return max(half, self.nearest) if self.key.measure == "key" else half


def build(members: Iterable[Member], threshold: int) -> dict[Key, Cell]:
    """All cells of one year that hold a firm: every published unit of the path × (all, section),
    every tower × all; for all firms and for the key taxpayers among them.

    A firm near the threshold is counted (with the key taxpayers' cells) whether or not it is one.
    """
    cells: dict[Key, Cell] = {}

    for member in members:
        near = _near(member.amount, threshold)
        sections = ("", member.section) if member.section else ("",)
        keys = [Key("tax", unit, 0, section) for unit in member.place for section in sections]
        if member.building:
            keys.append(Key("tax", 0, member.building, ""))
        counted_among = [Key("key", unit, 0, "") for unit in member.place]
        for key in [*keys, *(counted_among if member.is_key else [])]:
            cells.setdefault(key, Cell(key)).add(member)
        for key in counted_among if near else []:
            cells.setdefault(key, Cell(key)).pass_by(member)
    return cells


def _near(amount: int, threshold: int) -> bool:
    return amount * 8 <= threshold * 10 <= amount * 12


def step(least: int) -> int:
    """The smallest of 1, 2, 5 × 10^n that is at least `least` and the smallest step: so coarse that
    the step tells the largest firm only as a band does, by a factor of two or more."""
    size = SMALLEST_STEP
    while True:
        for factor in (1, 2, 5):
            if size * factor >= least:
                return size * factor
        size *= 10


def shown(cell: Cell, earlier: Interval | None = None) -> Interval:
    """The interval that is published: the step that holds the sum, and one more at each side.

    An interval that was published before stays as long as it holds the sum with its halo: a small
    correction then shows nothing at all.
    """
    halo = cell.halo
    if earlier and earlier.low <= max(0, cell.total - halo) and cell.total + halo <= earlier.high:
        return earlier
    size = step(halo)
    floor = cell.total // size
    return Interval(max(0, (floor - 1) * size), (floor + 2) * size)


def counted(count: int, earlier: tuple[int, int] | None = None) -> tuple[int, int]:
    """The interval of a number of key taxpayers: six numbers, so that any two firms could stand at
    the other side of the threshold."""
    halo = 2
    if earlier is not None and earlier[0] <= max(0, count - halo) and count + halo <= earlier[1]:
        return earlier
    floor = count // halo
    return max(0, (floor - 1) * halo), (floor + 2) * halo - 1
