"""Words of a bundle: limits, conditions, kinds, verbs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.foundation.core.clocks import LimitKind
from loushi.services.catalogue.models.flow import NO, YES, Field, Flow, Step, Test
from loushi.services.catalogue.queries.flow_drawing import drawn

FIELD_KINDS = {
    "text": _l("一行文字"), "long": _l("一段文字"), "number": _l("数字"), "date": _l("日期"),
    "choice": _l("单选"), "ticks": _l("多选"), "yes": _l("是或否"),
    "place": _l("地点（单选，查冲突）"), "begin": _l("开始时间"), "end": _l("结束时间"),
}  # fmt: skip
RECORD_KINDS = {"count": _l("数量，可以合计"), "log": _l("文字记录")}
VERBS = {
    "handle": _l("部门办理"), "guide": _l("远程指导"), "fill": _l("线上填报"),
    "review": _l("线上审核"), "file": _l("备案即入"), "errand": _l("线下代跑"),
}  # fmt: skip
CHANNELS = {"online": _l("线上"), "window": _l("窗口"), "site": _l("现场")}
LIMITS = {
    "working_days": _l("个工作日"), "working_minutes": _l("个工作分钟"),
    "clock_hours": _l("小时（不分昼夜）"), "clock_minutes": _l("分钟（不分昼夜）"),
    "statutory_days": _l("个工作日（次日起算，到下班）"),
}  # fmt: skip
SHORT_LIMITS = {
    "working_days": _l("%(n)d 个工作日"), "working_minutes": _l("%(n)d 工作分钟"),
    "clock_hours": _l("%(n)d 小时"), "clock_minutes": _l("%(n)d 分钟"),
    "statutory_days": _l("%(n)d 个工作日"),
}  # fmt: skip
YES_NO = {YES: _l("是"), NO: _l("否")}


def limit_words(step: Step) -> str:
    """ "2 个工作日"."""
    kind = LimitKind(step.limit_kind).value
    if kind == "working_minutes" and step.limit_amount % 60 == 0:
        return _("%(n)d 工作小时") % {"n": step.limit_amount // 60}
    return str(SHORT_LIMITS[kind] % {"n": step.limit_amount})


def owner_words(step: Step, names: Mapping[int, str]) -> str:
    """Who does it."""
    if step.window:
        return _("综合服务中心")
    return names.get(step.department or 0, "") or _("未定部门")


def answer_words(field: Field, value: Any) -> str:
    """An answer to a question as it is read."""
    if field.kind in ("begin", "end"):
        return str(value).replace("T", " ")
    return value_words(value)


def value_words(value: Any) -> str:
    """A value as it is read."""
    if isinstance(value, list | tuple):
        return "、".join(map(value_words, value))
    if value in YES_NO:
        return str(YES_NO[value])
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def test_words(flow: Flow, test: Test) -> str:
    """ "业态是餐饮"."""
    found = flow.field(test.field)
    label = found.label if found else _("已删掉的问题")
    said = {"field": label, "value": _(" 或 ").join(map(value_words, test.values))}
    return {
        "any": _("%(field)s：%(value)s"), "none": _("%(field)s：不是 %(value)s"),
        "low": _("%(field)s不少于 %(value)s"), "high": _("%(field)s不超过 %(value)s"),
    }[test.op] % said  # fmt: skip


def condition_words(flow: Flow, step: Step) -> str:
    """All conditions of a step, '' where there are none."""
    return "；".join(test_words(flow, one) for one in step.when)


def below_words(flow: Flow, names: Mapping[int, str]) -> dict[str, str]:
    """What stands under each box of the picture."""
    return {one.code: f"{owner_words(one, names)}·{limit_words(one)}" for one in flow.steps}


def step_label(flow: Flow, step: Step, names: Mapping[int, str]) -> str:
    """A box read aloud."""
    parts = [step.title, owner_words(step, names), limit_words(step), condition_words(flow, step)]
    return "，".join(filter(None, parts))


def picture(flow: Flow, names: Mapping[int, str], states: Mapping[str, str] | None = None) -> Any:
    """The picture of a flow, with words under and behind each box."""
    labels = {one.code: step_label(flow, one, names) for one in flow.steps}
    return drawn(flow, below_words(flow, names), states, labels)
