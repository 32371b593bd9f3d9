"""The check before a release: may anybody narrow a protected value to less than ±20 %?

Everybody is taken to know all releases and who the key taxpayers are; the strongest coalition also
knows the band of every firm and one firm's own value. A witness is looked for first (the protected
value can be 20 % higher and lower with everything published still true); only where none is found
is the attacker's linear program solved, and where that narrows the value, cells of this release are
suppressed, chosen by the prices of the program (HiGHS).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loushi.registry.tax.disclosure.cube import Cell, Interval, Key, Member

LEAST = 20
"""Per cent: how far a protected value must stay uncertain at each side."""
TOLERANCE = 1.0
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier release: its intervals, and which version stood in which of its cells."""

    shown: Mapping[Key, Interval]
    cells_of: Mapping[int, tuple[Key, ...]]
    """Version id → the cells that it was counted in."""
    amounts: Mapping[int, int]
    """Version id → its amount, for those that count no more."""
    counts: Mapping[Key, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A protected value that the coalition narrows, and the cells that are suppressed for it."""

    key: Key
    low: int
    high: int
    value: int
    suppressed: tuple[Key, ...]
    frozen: bool
    """True where only earlier releases narrow it: nothing that this release does can help."""


@dataclass(slots=True)
class Table:
    """Constraints of one year: published intervals over versions of returns, now and before."""

    rows: list[tuple[Key, int, Interval, list[int]]]
    """(cell, release: 0 = this one, interval, version ids)"""
    of: dict[int, list[int]]
    """Version id → indices of rows."""


def check(
    cells: Mapping[Key, Cell],
    published: dict[Key, Interval],
    past: Sequence[Past],
    members: Sequence[Member],
) -> list[Finding]:
    """Protects every primary cell and every firm; takes suppressed cells out of `published`."""
    table = _table(cells, published, past)
    bands = {member.figure: member.band for member in members}
    amounts = {member.figure: member.amount for member in members}
    for one in past:
        for figure, amount in one.amounts.items():
            amounts.setdefault(figure, amount)
    slack = _slack(table, amounts)
    findings = []
    for key, cell in cells.items():
        if cell.primary not in {"few", "dominated"}:
            continue
        for _round in range(MOST_ROUNDS):
            finding = _protect(key, cell, table, slack, bands, amounts)
            if finding is None:
                break
            findings.append(finding)
            if finding.frozen:
                break
            for gone in finding.suppressed:
                published.pop(gone, None)
            table = _table(cells, published, past)
            slack = _slack(table, amounts)
    return findings


def _table(
    cells: Mapping[Key, Cell], published: Mapping[Key, Interval], past: Sequence[Past]
) -> Table:
    rows: list[tuple[Key, int, Interval, list[int]]] = [
        (key, 0, interval, [member.figure for member in cells[key].members])
        for key, interval in published.items()
    ]
    for number, release in enumerate(past, 1):
        inside: dict[Key, list[int]] = defaultdict(list)
        for figure, keys in release.cells_of.items():
            for key in keys:
                inside[key].append(figure)
        rows += [
            (key, number, interval, inside.get(key, [])) for key, interval in release.shown.items()
        ]
    of: dict[int, list[int]] = defaultdict(list)
    for index, (_key, _number, _interval, figures) in enumerate(rows):
        for figure in figures:
            of[figure].append(index)
    return Table(rows, of)


def _slack(table: Table, amounts: Mapping[int, int]) -> list[tuple[int, int]]:
    """How far each published sum could be lower or higher."""
    found = []
    for _key, _number, interval, figures in table.rows:
        total = sum(amounts.get(figure, 0) for figure in figures)
        found.append((total - interval.low, interval.high - total))
    return found


def _protect(
    key: Key, cell: Cell, table: Table, slack: Sequence[tuple[int, int]],
    bands: Mapping[int, tuple[int, int]], amounts: Mapping[int, int],
) -> Finding | None:  # fmt: skip
    """None where the value stays uncertain enough; otherwise what is found and done."""
    low, high = _required(cell)
    down = _witness(cell, cell.total - low, -1, table, slack, bands)
    up = _witness(cell, high - cell.total, 1, table, slack, bands)
    if down and up:
        return None
    from loushi.registry.tax.disclosure.program import attack_on  # loads scipy

    attack = attack_on(cell, table, bands, amounts)
    if attack.low <= low + TOLERANCE and attack.high >= high - TOLERANCE:
        return None
    candidates = [row for row in attack.binding if table.rows[row][1] == 0]
    if not candidates:
        return Finding(key, round(attack.low), round(attack.high), cell.total, (), True)
    cheapest = min(candidates, key=lambda row: (table.rows[row][2].high, table.rows[row][0]))
    gone = (table.rows[cheapest][0],)
    return Finding(key, round(attack.low), round(attack.high), cell.total, gone, False)


def _required(cell: Cell) -> tuple[int, int]:
    """±20 % of the value, as far as the bands alone leave it open."""
    lowest = sum(member.band[0] for member in cell.members)
    highest = sum(member.band[1] for member in cell.members)
    return (
        max(cell.total * (100 - LEAST) // 100, lowest),
        min(-(-cell.total * (100 + LEAST) // 100), highest),
    )


def _witness(
    cell: Cell, wanted: int, sign: int, table: Table, slack: Sequence[tuple[int, int]],
    bands: Mapping[int, tuple[int, int]],
) -> bool:  # fmt: skip
    """Whether moving the cell's own firms, largest first and inside their bands, reaches `wanted`
    without leaving any published interval."""
    used: dict[int, int] = defaultdict(int)
    for member in sorted(cell.members, key=lambda one: -one.amount):
        if wanted <= 0:
            return True
        lower, upper = bands[member.figure]
        room = upper - member.amount if sign > 0 else member.amount - lower
        for row in table.of.get(member.figure, ()):
            side = slack[row][1] if sign > 0 else slack[row][0]
            room = min(room, side - used[row])
        moved = max(0, min(room, wanted))
        for row in table.of.get(member.figure, ()):
            used[row] += moved
        wanted -= moved
    return wanted <= 0
