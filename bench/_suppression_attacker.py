"""The attacker of the suppression bench and of the tests: a linear program of its own.

It shares no code with the product, nor its solver (GLOP here, HiGHS there). It knows what was
published (intervals of all releases), which firm stands in which cell of which release, which firms
are key taxpayers, and, by coalition, the band of every firm and the exact value of one firm. It
asks how far a value can be narrowed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from ortools.linear_solver import pywraplp

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
        self._models: dict[bool, _Model] = {}
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
        high = inf if one.is_key else self.threshold
        if bands:
            low, top = one.band
            high = inf if top is None else top
        return low, high

    def interval(
        self, target: Iterable[int], *, bands: bool, own: frozenset[int] = frozenset()
    ) -> Answer:
        """The least and the greatest sum of the target that agrees with everything known."""
        model = self._models.get(bands)
        if model is None or model.is_worn:
            model = self._models[bands] = _Model(self, bands)
        return model.asked(frozenset(target), own)

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


SCALE = 1e4
"""Amounts enter the program in ten thousands of yuan."""
OPEN = 1e9
"""Stands for "no bound": ten trillion yuan, far above what a district pays."""
WORN = 3000
"""Columns that questions may leave behind before the program is made anew."""


class _Model:
    """One program for many questions: each begins where the last one ended, which takes a few steps
    instead of thousands. Firms in the same cells of all releases are one column; a question about
    a part of such a group splits it."""

    def __init__(self, attacker: Attacker, bands: bool) -> None:
        self._attacker, self._bands = attacker, bands
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        # What is made simpler for one question cannot be the beginning of the next one.
        self._solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self._used = 0
        self._groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for version in attacker.versions:
            self._groups[tuple(attacker.where.get(version, ()))].append(version)
        rows = [self._solver.Constraint(low / SCALE, high / SCALE) for low, high in
                attacker.equations]  # fmt: skip
        self._column: dict[tuple[int, ...], Any] = {}
        for key, held in self._groups.items():
            low, high = self._bounds(held, frozenset())
            column = self._column[key] = self._solver.NumVar(low, high, "")
            for row in key:
                rows[row].SetCoefficient(column, 1)

    @property
    def is_worn(self) -> bool:
        return self._used > WORN

    def _bounds(self, held: Iterable[int], own: frozenset[int]) -> tuple[float, float]:
        ends = [self._attacker.bounds(version, self._bands, own) for version in held]
        low, high = sum(low for low, _ in ends), sum(high for _, high in ends)
        return low / SCALE, OPEN if high == inf else high / SCALE

    def asked(self, target: frozenset[int], own: frozenset[int]) -> Answer:
        """The two ends of the target's sum; the program is left as it was."""
        inside: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for version in target:
            inside[tuple(self._attacker.where.get(version, ()))].append(version)
        changed = {tuple(self._attacker.where.get(version, ())) for version in own}
        for key in changed:
            self._column[key].SetBounds(*self._bounds(self._groups[key], own))
        parts, links = [], []
        for key, held in inside.items():
            rest = [version for version in self._groups[key] if version not in target]
            if not rest:
                parts.append(self._column[key])
                continue
            part = self._solver.NumVar(*self._bounds(held, own), "")
            link = self._solver.Constraint(*self._bounds(rest, own))
            link.SetCoefficient(self._column[key], 1)
            link.SetCoefficient(part, -1)
            parts.append(part)
            links.append((link, part))
        answer = Answer(self._end(parts, least=True), self._end(parts, least=False))
        for link, part in links:
            link.SetBounds(-inf, inf)
            part.SetBounds(0, 0)
        for key in changed:
            self._column[key].SetBounds(*self._bounds(self._groups[key], frozenset()))
        self._used += len(links)
        return answer

    def _end(self, parts: Sequence[Any], *, least: bool) -> float:
        objective = self._solver.Objective()
        objective.Clear()
        for part in parts:
            objective.SetCoefficient(part, 1)
        objective.SetOptimizationDirection(not least)
        status = self._solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise RuntimeError(f"the attacker's program ended with status {status}")
        value = float(objective.Value())
        return inf if value > OPEN / 2 else value * SCALE
