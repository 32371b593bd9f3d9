"""The attacker's linear program (HiGHS). Loaded only when a witness was not found: scipy is big."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from loushi.registry.tax.disclosure.checking import Table
from loushi.registry.tax.disclosure.cube import Cell

OPEN = 10**17
"""The upper end of the last band: no bound."""


@dataclass(frozen=True, slots=True)
class Attack:
    """How far a value can be narrowed, and the published sums (rows) that do it."""

    low: float
    high: float
    binding: tuple[int, ...]


def attack_on(
    cell: Cell, table: Table, bands: Mapping[int, tuple[int, int]], amounts: Mapping[int, int]
) -> Attack:
    """The attacker's program for one value: firms that no published sum and no target tells apart
    are one unknown; its bounds are the sums of their bands."""
    own = {member.figure for member in cell.members}
    groups: dict[tuple[bool, tuple[int, ...]], list[int]] = defaultdict(list)
    for figure in own | set(table.of):
        groups[(figure in own, tuple(table.of.get(figure, ())))].append(figure)
    columns = list(groups)
    bounds = [_bounds(groups[column], bands, amounts) for column in columns]
    entries = [(row, at) for at, (_target, rows) in enumerate(columns) for row in rows]
    size = (len(table.rows), len(columns))
    if entries:
        lines, places = zip(*entries, strict=True)
        matrix = csr_matrix((np.ones(len(entries)), (lines, places)), shape=size)
    else:
        matrix = csr_matrix(size)
    tops = np.array([row[2].high for row in table.rows], dtype=float)
    floors = np.array([row[2].low for row in table.rows], dtype=float)
    target = np.array([1.0 if column[0] else 0.0 for column in columns])
    return _solved(matrix, floors, tops, target, bounds)


def _solved(
    matrix: Any, floors: Any, tops: Any, target: Any,
    bounds: Sequence[tuple[float, float | None]],
) -> Attack:  # fmt: skip
    stacked, sides = vstack([matrix, -matrix]), np.concatenate([tops, -floors])
    least = linprog(target, A_ub=stacked, b_ub=sides, bounds=bounds, method="highs")
    most = linprog(-target, A_ub=stacked, b_ub=sides, bounds=bounds, method="highs")
    count = matrix.shape[0]
    binding: set[int] = set()
    for answer in (least, most):
        if answer.status == 0:
            prices = answer.ineqlin.marginals
            binding |= {int(row) % count for row in np.flatnonzero(np.abs(prices) > 1e-9)}
    low = float(least.fun) if least.status == 0 else 0.0
    high = float(-most.fun) if most.status == 0 else float("inf")
    return Attack(low, high, tuple(sorted(binding)))


def _bounds(
    figures: Iterable[int], bands: Mapping[int, tuple[int, int]], amounts: Mapping[int, int]
) -> tuple[float, float | None]:
    """The sum of the bands; of a version that counts no more the attacker is taken to know the
    amount: whoever corrected it told."""
    low = high = 0.0
    for figure in figures:
        band = bands.get(figure)
        if band is None:
            low += amounts[figure]
            high += amounts[figure]
            continue
        low += band[0]
        high += band[1]
    return low, (None if high >= OPEN else high)
