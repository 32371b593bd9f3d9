"""Whether a bundle can be run: every fault at once, in sentences that name the step. Pure.

Published bundles have none, and so every application of theirs ends: no circle, every step leads to
the one that gives the result, no step stands alone or can never be reached, and whoever has to do
it exists.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from loushi.foundation.core.clocks import InvalidLimit
from loushi.services.catalogue.models.flow import (
    CHOOSING,
    CLAIM,
    FIELD_KINDS,
    LISTED,
    MOST_STEPS,
    Field,
    Flow,
    Step,
    Test,
)

MOST = 10**12


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which part ("step", "field", "material", "") of the document."""

    part: str
    code: str
    text: str


def faults(flow: Flow, departments: Collection[int]) -> list[Fault]:
    """Everything that keeps a bundle from being published; `departments` are those that exist."""
    return [
        *_asked(flow),
        *_claim(flow),
        *_steps(flow, departments),
        *_conditions(flow),
        *_shape(flow),
        *_unused(flow),
    ]


def _asked(flow: Flow) -> Iterator[Fault]:
    for part, rows in (("field", flow.fields), ("material", flow.materials)):
        for label, count in Counter(one.label for one in rows).items():  # type: ignore[attr-defined]
            if count > 1:
                code = next(one.code for one in rows if one.label == label)  # type: ignore[attr-defined]
                text = _("“%(name)s”写了 %(n)d 次，请改名或删掉多余的。")
                yield Fault(part, code, text % {"name": label, "n": count})
    for one in flow.fields:
        if one.kind not in FIELD_KINDS or (one.kind in LISTED and not one.options):
            yield Fault("field", one.code, _("“%(name)s”还没有选项，请一行写一个。")
                        % {"name": one.label})  # fmt: skip


def _claim(flow: Flow) -> Iterator[Fault]:
    """Place and time: all three questions or none, once each, and required."""
    asked = [one for one in flow.fields if one.kind in CLAIM]
    kinds = sorted(one.kind for one in asked)
    if asked and (kinds != sorted(CLAIM) or not all(one.required for one in asked)):
        text = _("要查地点和时间冲突，地点、开始时间、结束时间三个问题要各有一个，并且必填。")
        yield Fault("field", asked[0].code, text)


def _steps(flow: Flow, departments: Collection[int]) -> Iterator[Fault]:
    if not flow.steps:
        yield Fault("", "", _("还没有步骤。请先添加步骤，写明由哪个部门办、几天办好。"))
    if len(flow.steps) > MOST_STEPS:
        yield Fault("", "", _("最多 %(n)d 个步骤。请合并一些。") % {"n": MOST_STEPS})
    for title, count in Counter(one.title for one in flow.steps).items():
        if count > 1:
            code = next(one.code for one in flow.steps if one.title == title)
            text = _("有 %(n)d 个步骤都叫“%(step)s”，请取不同的名称。")
            yield Fault("step", code, text % {"n": count, "step": title})
    for one in flow.steps:
        for text in _of_step(flow, one, departments):
            yield Fault("step", one.code, text % {"step": one.title})


def _of_step(flow: Flow, one: Step, departments: Collection[int]) -> Iterator[str]:
    if one.department not in departments and not one.window:
        yield _("步骤“%(step)s”没有负责部门。请选一个部门，或选由综合服务中心办。")
    try:
        _limit = one.limit
    except InvalidLimit:
        yield _("步骤“%(step)s”没有写几天办好。请填时限。")
    if set(one.after) - {step.code for step in flow.steps}:
        yield _("步骤“%(step)s”排在一个已删掉的步骤之后。请重新勾选它排在谁之后。")
    if set(one.materials) - {material.code for material in flow.materials}:
        yield _("步骤“%(step)s”要的材料已不在材料清单里。请重新勾选。")
    if set(one.needs) - {field.code for field in flow.fields}:
        yield _("步骤“%(step)s”要看的一项填写内容已删掉。请重新勾选。")


def _conditions(flow: Flow) -> Iterator[Fault]:
    for step in flow.steps:
        whole = True
        for test in step.when:
            found = flow.field(test.field)
            if found is None:
                text = _("步骤“%(step)s”的条件用到的问题已删掉。请重新选条件。")
                yield Fault("step", step.code, text % {"step": step.title})
                whole = False
            elif not fits(test, found):
                text = _("步骤“%(step)s”的条件里，“%(field)s”没有这样的选项。请重新选条件。")
                yield Fault("step", step.code, text % {"step": step.title, "field": found.label})
                whole = False
            elif not found.required:
                text = _(
                    "步骤“%(step)s”的条件看“%(field)s”，但它可以不填。请把“%(field)s”改为必填。"
                )
                yield Fault("step", step.code, text % {"step": step.title, "field": found.label})
        if whole and not satisfiable(flow, step.when):
            text = _("步骤“%(step)s”的条件互相矛盾，无论怎么填都不会办到它。请改条件。")
            yield Fault("step", step.code, text % {"step": step.title})


def fits(test: Test, found: Field) -> bool:
    """Whether a condition can be asked of this question."""
    if test.op in ("any", "none"):
        return (
            found.kind in CHOOSING and bool(test.values) and set(test.values) <= set(found.values)
        )
    if test.op not in ("low", "high") or found.kind != "number" or len(test.values) != 1:
        return False
    edge = test.values[0]
    return isinstance(edge, int | float) and not isinstance(edge, bool) and abs(edge) <= MOST


def satisfiable(flow: Flow, tests: Iterable[Test]) -> bool:
    """Whether some answers fulfil all tests (each fits its field)."""
    tests = list(tests)
    for code in {one.field for one in tests}:
        own = [one for one in tests if one.field == code]
        found = flow.field(code)
        assert found is not None
        if found.kind == "number":
            low = max((float(t.values[0]) for t in own if t.op == "low"), default=None)
            high = min((float(t.values[0]) for t in own if t.op == "high"), default=None)
            if low is not None and high is not None and low > high:
                return False
            continue
        free = set(found.values) - {v for t in own if t.op == "none" for v in t.values}
        wanted = [set(t.values) & free for t in own if t.op == "any"]
        # One tick may answer each "any" on its own; a single choice must answer all of them.
        good = all(wanted) if found.kind == "ticks" else bool(free.intersection(*wanted))
        if not good:
            return False
    return True


def _shape(flow: Flow) -> Iterator[Fault]:
    circle = circles(flow.steps)
    for names in circle:
        titles = _listed([one.title for one in names])
        text = _("步骤%(steps)s互相等待，永远轮不到。请去掉其中一个“排在谁之后”。")
        yield Fault("step", names[0].code, text % {"steps": titles})
    ending = [one for one in flow.steps if one.closing]
    if flow.steps and not ending:
        text = _("没有发出结果的步骤。请在最后一步勾选“办完这一步，整件事就办结”。")
        yield Fault("", "", text)
    if len(ending) > 1:
        text = _("步骤%(steps)s都标了办结，一件事只能有一个结果。请只留一个。")
        titles = _listed([one.title for one in ending])
        yield Fault("step", ending[0].code, text % {"steps": titles})
    for one in ending[:1]:
        if one.when:
            text = _("步骤“%(step)s”发出结果，不能带条件，否则有人等不到结果。请去掉条件。")
            yield Fault("step", one.code, text % {"step": one.title})
        if any(one.code in other.after for other in flow.steps):
            text = _("步骤“%(step)s”办完就办结，但还有步骤排在它之后。请改顺序。")
            yield Fault("step", one.code, text % {"step": one.title})
    if len(ending) == 1:
        yield from _loose(flow, ending[0], {one.code for group in circle for one in group})


def _loose(flow: Flow, ending: Step, circled: set[str]) -> Iterator[Fault]:
    leading = before(flow.steps, ending.code) | {ending.code}
    for one in flow.steps:
        if one.code in leading or one.code in circled:
            continue
        followed = any(one.code in other.after for other in flow.steps)
        if not one.after and not followed:
            text = _("步骤“%(step)s”孤零零的，不排在谁之后，也没有步骤等它。请连到流程里，或删掉。")
        else:
            text = _("步骤“%(step)s”办完就断了，到不了“%(end)s”。请让后面的步骤排在它之后。")
        yield Fault("step", one.code, text % {"step": one.title, "end": ending.title})


def _unused(flow: Flow) -> Iterator[Fault]:
    wanted = {code for one in flow.steps for code in one.materials}
    for one in flow.materials:
        if flow.steps and one.code not in wanted:
            text = _("材料“%(name)s”没有步骤要用。请在要用它的步骤里勾上，或删掉。")
            yield Fault("material", one.code, text % {"name": one.label})


def before(steps: Sequence[Step], code: str) -> set[str]:
    """All steps from which one comes to this step."""
    after = {one.code: one.after for one in steps}
    found: set[str] = set()
    left = list(after.get(code, ()))
    while left:
        one = left.pop()
        if one not in found and one in after:
            found.add(one)
            left += after[one]
    return found


def circles(steps: Sequence[Step]) -> list[list[Step]]:
    """Groups of steps that wait for each other."""
    above = {one.code: before(steps, one.code) for one in steps}
    found: list[list[Step]] = []
    seen: set[str] = set()
    for one in steps:
        if one.code in above[one.code] and one.code not in seen:
            group = [
                other for other in steps
                if other.code in above[one.code] and one.code in above[other.code]
            ]  # fmt: skip
            seen |= {other.code for other in group}
            found.append(group)
    return found


def _listed(titles: list[Any]) -> str:
    return "".join(f"“{one}”" for one in titles)
