"""The attacker of the suppression bench and of the tests: a linear program of its own.

It shares no code with the product. It knows what was published (intervals of all releases), which
firm stands in which cell of which release, which firms are key taxpayers, and, by coalition, the
band of every firm and the exact value of one firm. It asks how far a value can be narrowed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, vstack

Cell = tuple[Any, ...]


@dataclass(frozen=True)
class Version:
    """One recorded amount of a firm; a correction is another version."""

    firm: int
    amount: float
    band: tuple[float, float | None]
    is_key: bool
    current: bool


@dataclass(frozen=True)
class Told:
    """One release of one year: intervals, and which versions each cell sums."""

    intervals: Mapping[Cell, tuple[float, float]]
    members: Mapping[Cell, Sequence[int]]


@dataclass(frozen=True)
class Answer:
    low: float
    high: float


class Attacker:
    """Everything known of one year. Amounts in yuan."""

    def __init__(
        self, told: Sequence[Told], versions: Mapping[int, Version], threshold: float
    ) -> None:
        self.versions = versions
        self.threshold = threshold
        self.equations: list[tuple[float, float]] = []
        self.where: dict[int, list[int]] = defaultdict(list)
        for release in told:
            for cell, (low, high) in release.intervals.items():
                row = len(self.equations)
                self.equations.append((low, high))
                for version in release.members[cell]:
                    self.where[version].append(row)

    def bounds(self, version: int, bands: bool, own: frozenset[int]) -> tuple[float, float]:
        """What is known of one amount before anything was published."""
        one = self.versions[version]
        if version in own or not one.current:
            return one.amount, one.amount
        low = self.threshold if one.is_key else 0.0
        high = np.inf if one.is_key else self.threshold
        if bands:
            low, top = one.band
            high = np.inf if top is None else top
        return low, high

    def interval(
        self, target: Iterable[int], *, bands: bool, own: frozenset[int] = frozenset()
    ) -> Answer:
        """The least and the greatest sum of the target that agrees with everything known."""
        wanted = frozenset(target)
        groups: dict[tuple[Any, ...], list[float]] = {}
        for version in set(self.where) | wanted:
            key = (version in wanted, tuple(self.where.get(version, ())))
            low, high = self.bounds(version, bands, own)
            held = groups.setdefault(key, [0.0, 0.0])
            held[0] += low
            held[1] += high
        rows, columns = [], []
        for column, (_in, equations) in enumerate(groups):
            rows += equations
            columns += [column] * len(equations)
        size = (len(self.equations), len(groups))
        matrix = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=size).tocsr()
        lows = np.array([low for low, _high in self.equations])
        highs = np.array([high for _low, high in self.equations])
        cost = np.array([float(key[0]) for key in groups])
        limits = [(low, None if high == np.inf else high) for low, high in groups.values()]
        system, sides = vstack([matrix, -matrix]), np.concatenate([highs, -lows])
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * cost, A_ub=system, b_ub=sides, bounds=limits, method="highs")
            if found.status == 3:
                ends.append(np.inf)
            elif found.status == 0:
                ends.append(float(found.fun))
            else:
                raise RuntimeError(f"the attacker's program: {found.message}")
        return Answer(ends[0], ends[1] if ends[1] == np.inf else -ends[1])

    def prior(self, target: Iterable[int], bands: bool, own: frozenset[int]) -> tuple[float, float]:
        """What was known of the sum without any release."""
        ends = [self.bounds(version, bands, own) for version in target]
        return sum(low for low, _ in ends), sum(high for _, high in ends)

    def narrowed(
        self, target: Sequence[int], *, bands: bool, own: frozenset[int] = frozenset()
    ) -> bool:
        """Whether the releases leave less than ±20 % of the value (as far as it was open)."""
        value = sum(self.versions[version].amount for version in target)
        if value <= 0:
            return False
        before = self.prior(target, bands, own)
        known = sum(self.versions[version].amount for version in target if version in own)
        free = value - known
        least = max(value - 0.2 * free, before[0])
        most = min(value + 0.2 * free, before[1])
        found = self.interval(target, bands=bands, own=own)
        tolerance = 1e-6 * value + 1.0
        return found.low > least + tolerance or found.high < most - tolerance
