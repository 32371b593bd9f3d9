"""Three-valued matching: a missing fact is unknown, never no; both ways of asking agree."""

import random
from typing import Any

import pytest

from loushi.foundation.solvers.eligibility import (
    FAILED,
    MET,
    UNKNOWN,
    All,
    Any_,
    Column,
    Rule,
    Test,
    judge,
    leaves,
    match,
    match_one,
)

SURE = frozenset({"startup"})


@pytest.mark.parametrize(
    ("test", "value", "verdict"),
    [
        (Test("size", "in", ("small",)), "small", MET),
        (Test("size", "in", ("small",)), "large", FAILED),
        (Test("size", "in", ("small",)), None, UNKNOWN),
        (Test("industry", "starts", ("I65", "C")), "I6510", MET),
        (Test("industry", "starts", ("I65",)), "I6410", FAILED),
        (Test("industry", "starts", ("I6510",)), "I65", UNKNOWN),
        (Test("age", "between", (3, None)), 3.0, MET),
        (Test("age", "between", (3, None)), 2.99, FAILED),
        (Test("age", "between", (None, 5)), 5, MET),
        (Test("staff", "between", (1, 9)), 0, FAILED),
        (Test("tax", "within", (500, None)), (500, 1000), MET),
        (Test("tax", "within", (500, None)), (100, 500), FAILED),
        (Test("tax", "within", (500, None)), (100, 1000), UNKNOWN),
        (Test("tax", "within", (None, 500)), (1000, None), FAILED),
        (Test("tax", "within", (None, 500)), (0, 500), MET),
        (Test("tags", "carries", (frozenset({"startup"}), SURE)), frozenset(), FAILED),
        (Test("tags", "carries", (frozenset({"unicorn"}), SURE)), frozenset(), UNKNOWN),
        (Test("tags", "carries", (frozenset({"unicorn"}), SURE)), frozenset({"unicorn"}), MET),
        (Test("patents", "asked"), "anything", UNKNOWN),
    ],
)  # fmt: skip
def test_one_condition(test: Test, value: Any, verdict: int) -> None:
    assert judge(test, value) == verdict


def test_groups_follow_kleene() -> None:
    yes, no, open_ = (Test(name, "in", (1,)) for name in ("yes", "no", "open"))
    values = {"yes": 1, "no": 2}
    cases: list[tuple[Rule, int]] = [
        (All((yes, open_)), UNKNOWN), (All((no, open_)), FAILED), (Any_((yes, open_)), MET),
        (Any_((no, open_)), UNKNOWN), (Any_((no, no)), FAILED), (All(()), MET),
    ]  # fmt: skip
    for rule, verdict in cases:
        assert match_one(values, [rule])[0].verdict == verdict, rule
    found = match_one(values, [All((no, open_, Any_((no, yes))))])[0]
    assert (found.short, found.open) == (1, 1)
    assert [verdict for _test, verdict in found.reasons] == [FAILED, UNKNOWN, FAILED, MET]


def test_an_unknown_kind_of_test_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        judge(Test("size", "near"), "small")


def test_the_matrix_says_what_one_firm_is_told() -> None:
    rng = random.Random(1)
    rows = [
        {
            "size": rng.choice(("small", "large", None)), "age": rng.choice((None, 1.5, 4.0, 9.0)),
            "tags": rng.choice((None, frozenset({"startup"}), frozenset())),
        }
        for _ in range(60)
    ]  # fmt: skip
    small, old = Test("size", "in", ("small",)), Test("age", "between", (3, 8))
    marked = Test("tags", "carries", (frozenset({"startup", "unicorn"}), SURE))
    missing = Test("capital", "between", (100, None))
    rules: list[Rule] = [
        All((small, old)), All((small, Any_((old, marked)))), marked, All((missing, old)),
        Any_((small, old)),
    ]  # fmt: skip
    columns = {name: Column.of(row[name] for row in rows) for name in rows[0]}
    matrix = match(columns, rules)
    for n, row in enumerate(rows):
        for r, found in enumerate(match_one(row, rules)):
            assert matrix.verdicts[r][n] == found.verdict
            assert (matrix.short[r][n], matrix.open[r][n]) == (found.short, found.open)
            assert [int(matrix.tests[test][n]) for test in leaves(rules[r])] == [
                verdict for _test, verdict in found.reasons
            ]
    assert columns["size"].at(0) == rows[0]["size"]
