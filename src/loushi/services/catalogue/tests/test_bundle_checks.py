"""The checker of bundles: every fault at once, in sentences that name the step; and whatever passes
it can be run to its end."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.services.catalogue import commands
from loushi.services.catalogue.checking import faults
from loushi.services.catalogue.models.flow import Field, Flow, Material, Step, Test, flow_of, plan
from loushi.services.catalogue.queries.flow_drawing import drawn

KIND = Field("f1", "业态", "choice", ("餐饮", "办公"))
AREA = Field("f2", "面积", "number")
WHAT = Field("f3", "办什么", "ticks", ("办赛", "赛旅"))


def step(code: str, *after: str, **more: Any) -> Step:
    return replace(Step(code, f"步骤{code}", department=1, after=after), **more)


def flow(*steps: Step, **more: Any) -> Flow:
    return Flow(fields=(KIND, AREA, WHAT), steps=steps, **more)


def told(found: Flow) -> str:
    return "\n".join(one.text for one in faults(found, {1}))


def test_a_whole_bundle_has_no_faults() -> None:
    when = (Test("f1", "any", ("餐饮",)), Test("f2", "low", (100,)))
    whole = flow(step("a"), step("b", "a", when=when), step("c", "a"),
                 step("d", "b", "c", closing=True))  # fmt: skip
    assert told(whole) == ""


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (flow(), ["还没有步骤"]),
        (flow(step("a", "b"), step("b", "a"), step("c", "a", closing=True)),
         ["“步骤a”“步骤b”互相等待"]),
        (flow(step("a"), step("b", "a")), ["没有发出结果的步骤"]),
        (flow(step("a", closing=True), step("b", "a", closing=True)),
         ["“步骤a”“步骤b”都标了办结", "还有步骤排在它之后"]),
        (flow(step("a"), step("x", "a"), step("b", "a", closing=True)), ["“步骤x”办完就断了"]),
        (flow(step("a"), step("x"), step("b", "a", closing=True)), ["“步骤x”孤零零的"]),
        (flow(step("a"), step("b", "a", closing=True, when=(Test("f1", "any", ("餐饮",)),))),
         ["“步骤b”发出结果，不能带条件"]),
        (flow(step("a", department=9, closing=True)), ["“步骤a”没有负责部门"]),
        (flow(step("a", limit_amount=0, closing=True)), ["“步骤a”没有写几天办好"]),
        (flow(step("a", "gone", closing=True)), ["“步骤a”排在一个已删掉的步骤之后"]),
        (flow(step("a", materials=("m9",), closing=True)), ["“步骤a”要的材料已不在"]),
        (flow(step("a", needs=("f9",), closing=True)), ["“步骤a”要看的一项填写内容已删掉"]),
        (flow(step("a", closing=True), materials=(Material("m1", "身份证明"),)),
         ["材料“身份证明”没有步骤要用"]),
        (flow(step("a"), step("b", "a", when=(Test("f9", "any", ("餐饮",)),)),
              step("c", "b", closing=True)), ["“步骤b”的条件用到的问题已删掉"]),
        (flow(step("a"), step("b", "a", when=(Test("f1", "any", ("零售",)),)),
              step("c", "b", closing=True)), ["“步骤b”的条件里，“业态”没有这样的选项"]),
        (flow(step("a"), step("b", "a", when=(Test("f1", "any", ("餐饮",)),
                                              Test("f1", "any", ("办公",)))),
              step("c", "b", closing=True)), ["“步骤b”的条件互相矛盾"]),
        (flow(step("a"), step("b", "a", when=(Test("f2", "low", (9,)), Test("f2", "high", (8,)))),
              step("c", "b", closing=True)), ["“步骤b”的条件互相矛盾"]),
    ],
)  # fmt: skip
def test_each_fault_is_told_in_a_sentence_that_names_the_step(
    broken: Flow, words: list[str]
) -> None:
    text = told(broken)
    assert all(one in text for one in words), text


def test_all_faults_are_told_at_once() -> None:
    broken = flow(step("a", department=None), step("x"), step("b", "c"), step("c", "b"),
                  step("d", "a", closing=True, limit_amount=0))  # fmt: skip
    text = told(broken)
    for words in ("步骤a”没有负责部门", "步骤x”孤零零", "互相等待", "步骤d”没有写几天"):
        assert words in text


def test_two_ticks_may_be_asked_for_together_but_not_two_choices() -> None:
    both = (Test("f3", "any", ("办赛",)), Test("f3", "any", ("赛旅",)))
    whole = flow(step("a"), step("b", "a", when=both), step("c", "a", "b", closing=True))
    assert told(whole) == ""


def test_a_condition_needs_an_answer() -> None:
    when = (Test("f1", "any", ("餐饮",)),)
    steps = (step("a"), step("b", "a", when=when), step("c", "b", closing=True))
    loose = Flow(fields=(replace(KIND, required=False),), steps=steps)
    assert "请把“业态”改为必填" in told(loose)


def test_who_waits_for_a_skipped_step_waits_for_what_that_waited_for() -> None:
    when = (Test("f1", "any", ("餐饮",)),)
    whole = flow(step("a"), step("b", "a", when=when), step("c", "b", when=when),
                 step("d", "c", closing=True))  # fmt: skip
    office = {one.step.code: one.waits for one in plan(whole, {"f1": "办公"})}
    food = {one.step.code: one.waits for one in plan(whole, {"f1": "餐饮"})}
    assert office == {"a": frozenset(), "d": frozenset({"a"})}
    assert food["d"] == frozenset({"c"})


# ---- whatever passes can be run -----------------------------------------------------------------

CODES = "abcdefgh"
VALUES = st.sampled_from(("餐饮", "办公"))
TESTS = st.one_of(
    st.builds(lambda v: Test("f1", "any", (v,)), VALUES),
    st.builds(lambda v: Test("f1", "none", (v,)), VALUES),
    st.builds(lambda op, n: Test("f2", op, (n,)), st.sampled_from(("low", "high")),
              st.integers(0, 3)),
    st.builds(lambda v: Test("f3", "any", (v,)), st.sampled_from(("办赛", "赛旅"))),
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sets(st.sampled_from(CODES), max_size=3), st.lists(TESTS, max_size=3),
              st.booleans()),
    min_size=1, max_size=len(CODES),
)  # fmt: skip
ANSWERS = st.fixed_dictionaries({
    "f1": VALUES, "f2": st.integers(0, 4),
    "f3": st.lists(st.sampled_from(("办赛", "赛旅")), unique=True, min_size=1),
})  # fmt: skip


def made(given_steps: list[Any]) -> Flow:
    return flow(*(
        step(CODES[n], *sorted(after), when=tuple(when), closing=closing)
        for n, (after, when, closing) in enumerate(given_steps)
    ))  # fmt: skip


def run(found: Flow, answers: dict[str, Any]) -> list[str]:
    """Does whatever is open until nothing is; the order in which things were done."""
    waits = {one.step.code: one.waits for one in plan(found, answers)}
    done: list[str] = []
    while ready := [code for code in waits if code not in done and waits[code] <= set(done)]:
        done.append(ready[-1])
    return done


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(STEPS, ANSWERS)
def test_what_passes_ends_for_all_answers(given_steps: list[Any], answers: Any) -> None:
    found = made(given_steps)
    drawn(found, {})  # and whatever is designed can be drawn
    if faults(found, {1}):
        return
    done = run(found, answers)
    taken = {one.step.code for one in plan(found, answers)}
    (ending,) = [one.code for one in found.steps if one.closing]
    assert set(done) == taken, "nothing waits for ever"
    assert done[-1] == ending, "the result comes last"
    place = {code: n for n, code in enumerate(done)}
    for one in found.steps:
        for first in one.after:
            if one.code in place and first in place:
                assert place[first] < place[one.code], "no step before its predecessors"


def brute(found: Flow) -> bool:
    """Whether every step is reached by some answers, tried out one by one."""
    reached: set[str] = set()
    for kind in ("餐饮", "办公"):
        for area in range(-1, 5):
            for what in (["办赛"], ["赛旅"], ["办赛", "赛旅"]):
                answers = {"f1": kind, "f2": area, "f3": what}
                reached |= {one.code for one in found.steps if one.applies(answers)}
    return reached == {one.code for one in found.steps}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_contradictions_are_found_exactly(given_steps: list[Any]) -> None:
    found = made(given_steps)
    text = told(found)
    assert ("互相矛盾" not in text) == brute(found)


@pytest.mark.parametrize("name", ["shop", "esports", "hiring", "outdoor"])
def test_the_shipped_examples_lack_nothing_but_departments(name: str) -> None:
    content = commands.examples()[name]["content"]
    for one in content["steps"]:
        assert one["window"] or one["department_name"]
    filled = {**content, "steps": [one | {"department": 1} for one in content["steps"]]}
    assert told(flow_of(filled)) == ""
