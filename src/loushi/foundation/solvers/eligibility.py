"""Who meets which rule: three-valued, over columns of facts, with the reason for every condition.

Pure and usable alone (numpy only; no Django, no models). A rule is a tree of `All` and `Any` over
`Test`s; a fact that is missing makes a test UNKNOWN, never FAILED (Kleene's logic: `All` is the
minimum, `Any` the maximum of FAILED < UNKNOWN < MET).

>>> facts = {"size": Column.of(["small", "large", None]), "age": Column.of([4.0, 9.0, 1.0])}
>>> rule = All((Test("size", "in", ("small",)), Test("age", "between", (3, None))))
>>> found = match(facts, [rule])
>>> found.verdicts[0].tolist()
[2, 0, 0]
>>> found.tests[rule.parts[0]].tolist()
[2, 0, 1]

Why it is fast: facts of a hundred thousand firms have few distinct values (a few hundred industry
codes, some thousand ages). A test is decided once for each distinct value by `judge`, the one place
where a rule stands, and a firm's verdict is looked up. The same test in two rules is decided once.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

FAILED, UNKNOWN, MET = 0, 1, 2
Verdicts = npt.NDArray[np.uint8]
COUNTS = np.array([1, 256, 0], dtype=np.uint16)
"""A part of a rule in one number, so that adding counts both: failed below, unknown above."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one fact.

    `op` and `values`:
    "in" (a, b …): the value is one of these;
    "starts" (a, b …): the value begins with one of these; a value that is itself only the beginning
    of one is not precise enough to tell;
    "between" (low, high): both ends included, None is open;
    "within" (low, high): the value is an interval (from, to) of which only that is known;
    "carries" (marks, sure): the value is a set of marks; one of `marks` is enough. Not carrying a
    mark counts as no only for marks in `sure`, which are kept by a rule;
    "asked" (): nothing is recorded, somebody has to be asked.
    """

    __test__ = False  # not a test of pytest

    fact: str
    op: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    parts: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Any_:
    parts: "tuple[Rule, ...]"


Rule = Test | All | Any_


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one fact: `codes` point into `words`, whose first place is "missing"."""

    words: tuple[Any, ...]
    codes: npt.NDArray[np.intp]

    @classmethod
    def of(cls, values: Iterable[Hashable]) -> "Column":
        """Any hashable values; None is missing."""
        known: dict[Any, int] = {None: 0}
        place = known.setdefault
        codes = np.fromiter((place(value, len(known)) for value in values), dtype=np.intp)
        return cls(tuple(known), codes)

    def at(self, row: int) -> Any:
        """The value of one row; None is missing."""
        return self.words[self.codes[row]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What came out. `verdicts[r][n]` of rule r for row n; `tests` of every single condition;
    `short` and `open` count the parts of a rule that failed and that nobody knows."""

    verdicts: list[Verdicts]
    tests: Mapping[Test, Verdicts]
    short: list[Verdicts]
    open: list[Verdicts]


@dataclass(frozen=True, slots=True)
class Found:
    """One rule for one firm: `reasons` are the tests with their verdicts, in the rule's order."""

    verdict: int
    reasons: tuple[tuple[Test, int], ...] = field(default=())
    short: int = 0
    open: int = 0


def judge(test: Test, value: Any) -> int:
    """The verdict of one test on one value: the only place that knows what a test means."""
    if value is None or test.op == "asked":
        return UNKNOWN
    values = test.values
    if test.op == "in":
        return MET if value in values else FAILED
    if test.op == "starts":
        if any(value.startswith(one) for one in values):
            return MET
        return UNKNOWN if any(one.startswith(value) for one in values) else FAILED
    if test.op == "between":
        low, high = values
        under, over = low is not None and value < low, high is not None and value > high
        return FAILED if under or over else MET
    if test.op == "within":
        return _within(value, values)
    if test.op == "carries":
        marks, sure = values
        if value & marks:
            return MET
        return FAILED if marks <= sure else UNKNOWN
    raise ValueError(f"unknown kind of test {test.op!r}")


def _within(value: tuple[float, float | None], wanted: tuple[Any, ...]) -> int:
    """Intervals include their lower and exclude their upper end."""
    low, high = wanted
    begins, ends = value
    if low is not None and ends is not None and ends <= low:
        return FAILED
    if high is not None and begins >= high:
        return FAILED
    above = low is None or begins >= low
    below = high is None or (ends is not None and ends <= high)
    return MET if above and below else UNKNOWN


def match(facts: Mapping[str, Column], rules: Sequence[Rule]) -> Matrix:
    """Every rule against every row."""
    rows = max((len(column.codes) for column in facts.values()), default=0)
    tests: dict[Test, Verdicts] = {}

    def walk(rule: Rule) -> Verdicts:
        if isinstance(rule, Test):
            if rule not in tests:
                tests[rule] = _column_of(rule, facts.get(rule.fact), rows)
            return tests[rule]
        step = np.minimum if isinstance(rule, All) else np.maximum
        parts = [walk(part) for part in rule.parts] or [np.full(rows, MET, dtype=np.uint8)]
        found = parts[0]
        for part in parts[1:]:
            found = step(found, part)
        return found

    counts: dict[Rule, npt.NDArray[np.uint16]] = {}
    verdicts, short, unclear = [], [], []
    for rule in rules:
        total = np.zeros(rows, dtype=np.uint16)
        for part in _parts(rule):
            if part not in counts:
                counts[part] = COUNTS.take(walk(part).astype(np.intp))
            total += counts[part]
        failed, open_ = (total & 255).astype(np.uint8), (total >> 8).astype(np.uint8)
        short.append(failed)
        unclear.append(open_)
        # MET where nothing failed and nothing is open, UNKNOWN where something is only open
        verdicts.append(((open_ == 0).view(np.uint8) + np.uint8(1)) * (failed == 0).view(np.uint8))
    return Matrix(verdicts, tests, short, unclear)


def _column_of(test: Test, column: Column | None, rows: int) -> Verdicts:
    if column is None:
        return np.full(rows, UNKNOWN, dtype=np.uint8)
    table = np.array([judge(test, word) for word in column.words], dtype=np.uint8)
    return table.take(column.codes)


def match_one(values: Mapping[str, Any], rules: Sequence[Rule]) -> list[Found]:
    """Every rule against one firm: without numpy, whose calls cost more than one row is worth, and
    without remembering tests, which costs more than judging them again."""
    found = []
    for rule in rules:
        reasons: list[tuple[Test, int]] = []
        parts = [_decided(part, values, reasons) for part in _parts(rule)]
        short, unclear = parts.count(FAILED), parts.count(UNKNOWN)
        found.append(Found(min(parts, default=MET), tuple(reasons), short, unclear))
    return found


def _decided(rule: Rule, values: Mapping[str, Any], reasons: list[tuple[Test, int]]) -> int:
    if isinstance(rule, Test):
        verdict = judge(rule, values.get(rule.fact))
        reasons.append((rule, verdict))
        return verdict
    parts = [_decided(part, values, reasons) for part in rule.parts]
    return _together(rule, parts)


def _together(rule: All | Any_, parts: list[int]) -> int:
    if not parts:
        return MET
    return min(parts) if isinstance(rule, All) else max(parts)


def leaves(rule: Rule) -> tuple[Test, ...]:
    """The tests of a rule, in its order."""
    if isinstance(rule, Test):
        return (rule,)
    return tuple(test for part in rule.parts for test in leaves(part))


def _parts(rule: Rule) -> "tuple[Rule, ...]":
    """What a rule asks for at the top: each part is one thing that may be missing."""
    return rule.parts if isinstance(rule, All) else (rule,)
