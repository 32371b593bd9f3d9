"""The rota solver: against brute force on tiny instances, and what each rule means."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.foundation.core.testing import SHANGHAI
from loushi.foundation.solvers.rota import (
    Member,
    Obstacle,
    Problem,
    Rules,
    Slot,
    explain,
    obstacles,
    solve,
)

START = datetime(2026, 12, 1, tzinfo=SHANGHAI)


def hour(day: int, at: int) -> datetime:
    return START + timedelta(days=day, hours=at)


def slot(key: str, day: int = 0, start: int = 9, end: int = 17, **more: Any) -> Slot:
    return Slot(key, more.pop("place", "站"), hour(day, start), hour(day, end), **more)


def allowed(problem: Problem, pairs: frozenset[Any]) -> bool:
    """Whether every free pair of a plan stands by the rules, the others given."""
    members = {one.key: one for one in problem.members}
    slots = {one.key: one for one in problem.slots}
    filled = Counter(key for _who, key in pairs)
    return all(filled[one.key] <= one.needed for one in problem.slots) and all(
        not obstacles(problem, pairs - {(who, key)}, members[who], slots[key])
        for who, key in pairs - problem.fixed
    )


def worth(problem: Problem, pairs: frozenset[Any]) -> tuple[int, ...]:
    """What the solver minimises, in its order."""
    loads = Counter(who for who, _key in pairs)
    carried = {one.key: one.carried for one in problem.members}
    missing = sum(one.needed for one in problem.slots) - len(pairs)
    moved = len(problem.previous - pairs)
    squares = sum(n * n for n in loads.values())
    year = sum(carried[who] for who, _key in pairs)
    if problem.fairness_first:
        return missing, squares, year, moved
    return missing, moved, squares, year


def best(problem: Problem) -> tuple[int, ...]:
    """The best of all plans, by trying every one."""
    every = [(one.key, two.key) for one in problem.members for two in problem.slots]
    found = None
    for size in range(len(every), -1, -1):
        for chosen in combinations(every, size):
            pairs = frozenset(chosen)
            if allowed(problem, pairs):
                value = worth(problem, pairs)
                found = value if found is None else min(found, value)
        if found is not None:  # fewer pairs leave more uncovered
            return found
    raise AssertionError("the empty plan is always allowed")


@st.composite
def tiny(draw: Any) -> Problem:
    """At most nine pairs, so that all 512 plans can be tried."""
    slots = [
        slot(
            f"s{n}", draw(st.integers(0, 2)), start := draw(st.sampled_from((0, 8, 16))), start + 8,
            place=f"站{n}", needed=draw(st.integers(1, 2)), skill=draw(st.sampled_from(("", "a"))),
        )
        for n in range(3)
    ]  # fmt: skip
    away = st.sets(st.integers(0, 2), max_size=1)
    members = [
        Member(
            f"m{n}",
            draw(st.sampled_from((frozenset(), frozenset({"a"})))),
            tuple((hour(day, 0), hour(day, 24)) for day in draw(away)),
            carried=draw(st.integers(0, 3)),
            most=draw(st.sampled_from((None, 1, 2))),
        )
        for n in range(3)
    ]  # fmt: skip
    pairs = st.frozensets(
        st.tuples(st.sampled_from(["m0", "m1", "m2"]), st.sampled_from(["s0", "s1", "s2"])),
        max_size=3,
    )
    return Problem(
        members, slots,
        Rules(draw(st.sampled_from((0, 60, 11 * 60))), draw(st.sampled_from((None, 1, 2)))),
        previous=draw(pairs), fairness_first=draw(st.booleans()),
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(tiny())
def test_no_plan_is_better_and_no_rule_is_broken(problem: Problem) -> None:
    plan = solve(problem)
    assert allowed(problem, plan.shifts)
    assert worth(problem, plan.shifts) == best(problem)
    assert plan.proven
    assert plan.floor_uncovered == plan.missing
    assert plan == solve(problem)


def test_a_full_cover_is_found_and_loads_differ_by_one_at_most() -> None:
    members = [Member(f"部门{n:02}") for n in range(22)]
    slots = [slot(f"{day}-{n}", day, place=f"站{n}") for day in range(30) for n in range(15)]
    plan = solve(Problem(members, slots, Rules(rest=11 * 60, longest_run=6)))
    assert (plan.missing, plan.uncovered, plan.spread) == (0, (), 1)
    assert plan.gap == 0
    places = Counter((who, key.split("-")[1]) for who, key in plan.shifts)
    assert max(places.values()) <= 3  # everybody sees all stations


def test_the_odd_shift_goes_to_who_carries_less() -> None:
    members = [Member("甲", carried=9), Member("乙", carried=3), Member("丙", carried=5)]
    plan = solve(Problem(members, [slot(f"s{n}", n) for n in range(5)]))
    assert plan.loads == {"甲": 1, "乙": 2, "丙": 2}


def test_an_uncovered_slot_says_why() -> None:
    away = ((hour(0, 0), hour(1, 0)),)
    members = [Member("甲", frozenset({"法务"}), away), Member("乙")]
    slots = [
        slot("无人会", 0, skill="医务"), slot("都不在", 0, skill="法务"), slot("有人", 0),
        slot("人不够", 0, place="另一站"),
    ]  # fmt: skip
    plan = solve(Problem(members, slots))
    why = {one.slot: (one.missing, one.main) for one in plan.uncovered}
    assert why.pop("无人会") == (1, Obstacle.SKILL)
    assert why.pop("都不在") == (1, Obstacle.UNAVAILABLE)
    assert list(why.values()) == [(1, Obstacle.BUSY)]


@pytest.mark.parametrize(
    ("rules", "days", "reason"),
    [
        (Rules(rest=24 * 60), (0, 1), Obstacle.REST),
        (Rules(longest_run=1), (0, 1), Obstacle.RUN),
        (Rules(most=1), (0, 5), Obstacle.LOAD),
    ],
)
def test_each_rule_leaves_its_reason(rules: Rules, days: Any, reason: Obstacle) -> None:
    slots = [slot(f"s{n}", day) for n, day in enumerate(days)]
    plan = solve(Problem([Member("甲")], slots, rules))
    assert [one.main for one in plan.uncovered] == [reason]


def test_earlier_shifts_count_for_rest_and_for_the_run() -> None:
    night = ((hour(-1, 20), hour(0, 4)),)
    problem = Problem([Member("甲", earlier=night)], [slot("s", 0)], Rules(rest=11 * 60))
    assert solve(problem).uncovered[0].main is Obstacle.REST
    problem = Problem([Member("甲", earlier=night)], [slot("s", 0)], Rules(longest_run=1))
    assert solve(problem).uncovered[0].main is Obstacle.RUN


def test_a_change_moves_only_what_it_must() -> None:
    members = [Member(f"部门{n}") for n in range(6)]
    slots = [slot(f"{day}-{n}", day, place=f"站{n}") for day in range(10) for n in range(4)]
    rules = Rules(rest=11 * 60)
    before = solve(Problem(members, slots, rules))
    lost = {pair for pair in before.shifts if pair[0] == "部门0" and pair[1].startswith("3-")}
    ill = Member("部门0", unavailable=((hour(3, 0), hour(4, 0)),))
    after = solve(Problem([ill, *members[1:]], slots, rules, previous=before.shifts))
    assert after.missing == 0
    assert before.shifts - after.shifts == lost
    assert after.moved == len(lost) == 1


def test_fixed_shifts_stay_whatever_the_rules_say() -> None:
    away = ((hour(0, 0), hour(1, 0)),)
    members = [Member("甲", unavailable=away, most=1), Member("乙")]
    slots = [slot("s0", 0), slot("s1", 1)]
    plan = solve(Problem(members, slots, fixed=frozenset({("甲", "s0")})))
    assert plan.shifts == {("甲", "s0"), ("乙", "s1")}


def test_a_member_with_places_of_its_own_stays_there() -> None:
    members = [Member("甲", places=frozenset({"东站"})), Member("乙")]
    slots = [slot("e", 0, place="东站"), slot("w", 0, place="西站")]
    assert solve(Problem(members, slots)).shifts == {("甲", "e"), ("乙", "w")}
    assert obstacles(Problem(members, slots), (), members[0], slots[1]) == [Obstacle.PLACE]


def test_nothing_to_do_and_nobody_to_do_it() -> None:
    assert solve(Problem([], [])).proven
    plan = solve(Problem([], [slot("s")]))
    assert (plan.missing, plan.proven) == (1, True)
    assert explain(Problem([], [slot("s")]), frozenset())[0].missing == 1


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="same member key"):
        Problem([Member("甲"), Member("甲")], [])
    with pytest.raises(ValueError, match="ends before"):
        Problem([], [slot("s", 0, 17, 9)])
