"""Forms of the designer. Conditions are ticked, never typed; the rules are the commands'."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from loushi.services.catalogue.models.flow import Flow, Step
from loushi.services.catalogue.queries.bundle_words import (
    CHANNELS,
    FIELD_KINDS,
    LIMITS,
    RECORD_KINDS,
    VERBS,
    YES_NO,
)

WINDOW = "window"


def _text(label: Any, size: int, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, **more)


def _ticks(label: Any, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **more
    )


class BundleForm(forms.Form):
    """A new bundle, or its name and what is told about it."""

    title = _text(lazy("名称"), 40, True, help_text=lazy("例如 开店、电竞赛事、招聘。"))
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    summary = _text(
        lazy("说明"), 500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("申请人先看到的一段话。"),
    )  # fmt: skip
    founders = forms.BooleanField(
        label=lazy("还没有企业的人也能办"), required=False,
        help_text=lazy("例如开店：在窗口登记姓名和电话就能申请。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if units is None:
            del fields["unit_id"]
        else:
            fields["unit_id"].choices = units


class PartForm(forms.Form):
    """What the forms of all parts share: the revision that the designer saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    def main(self) -> list[Any]:
        return [field for field in self if not field.is_hidden]


class FieldForm(PartForm):
    """One question of the form."""

    label = _text(lazy("问什么"), 40, True, help_text=lazy("例如 业态、面积（平方米）。"))
    kind = forms.ChoiceField(
        label=lazy("怎么答"), choices=list(FIELD_KINDS.items()), widget=forms.RadioSelect,
        initial="text",
    )  # fmt: skip
    options = _text(
        lazy("选项"), 1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("单选、多选、地点时填，一行一个。步骤的条件从这里选。"),
    )  # fmt: skip
    hint = _text(lazy("提示"), 300, help_text=lazy("写在问题下面的小字。"))
    required = forms.BooleanField(
        label=lazy("必填"), required=False, initial=True,
        help_text=lazy("步骤的条件要看的问题必须必填。"),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        given = super().values()
        return given | {"options": given["options"].splitlines()}


class MaterialForm(PartForm):
    """One material."""

    label = _text(lazy("材料名称"), 40, True, help_text=lazy("整件事只收一次，几个部门共用。"))
    hint = _text(lazy("要求"), 300, help_text=lazy("例如 身份证正反面。"))
    required = forms.BooleanField(label=lazy("必须交"), required=False, initial=True)


class RecordForm(PartForm):
    """One thing that is recorded while an application runs."""

    label = _text(lazy("记录什么"), 40, True, help_text=lazy("例如 观众人次、突发情况。"))
    kind = forms.ChoiceField(
        label=lazy("怎么记"), choices=list(RECORD_KINDS.items()), widget=forms.RadioSelect,
        initial="count",
    )  # fmt: skip
    measure = _text(lazy("单位"), 8, help_text=lazy("数量的单位，例如 人次。"))


class StepForm(PartForm):
    """One step; a group of ticks or two edges for each question that can decide."""

    title = _text(lazy("步骤名称"), 40, True, help_text=lazy("例如 核发营业执照。"))
    owner = forms.ChoiceField(label=lazy("由谁办"))
    limit_amount = forms.IntegerField(
        label=lazy("几天办好"), min_value=1, max_value=1000, initial=1
    )
    limit_kind = forms.ChoiceField(
        label=lazy("时限单位"), choices=list(LIMITS.items()), initial="working_days"
    )
    after = _ticks(
        lazy("排在谁之后"), (), help_text=lazy("都不勾表示一开始就办；几步勾同一步就同时办。")
    )
    materials = _ticks(lazy("要用的材料"), ())
    needs = _ticks(
        lazy("要看的填写内容"), (), help_text=lazy("只勾办这一步必须看的，其余部门看不到。")
    )
    verb = forms.ChoiceField(label=lazy("怎么办"), choices=list(VERBS.items()))
    channel = forms.ChoiceField(label=lazy("在哪里办"), choices=list(CHANNELS.items()))
    how = _text(lazy("给申请人的话"), 300, help_text=lazy("例如 检查前会打电话约时间。"))
    closing = forms.BooleanField(label=lazy("办完这一步，整件事就办结"), required=False)

    def __init__(
        self, *args: Any, flow: Flow, departments: Iterable[tuple[int, str]], code: str = "",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        step = flow.step(code)
        # The form ticks what is asked for; what an import excludes ("none") stays as it is.
        self.kept = [asdict(one) for one in step.when if one.op == "none"] if step else []
        fields: Any = self.fields
        named = [(str(pk), name) for pk, name in departments]
        fields["owner"].choices = [
            ("", lazy("请选择")), (WINDOW, lazy("综合服务中心（窗口）")), *named
        ]  # fmt: skip
        others = [(one.code, one.title) for one in flow.steps if one.code != code]
        for name, choices in (
            ("after", others), ("materials", [(one.code, one.label) for one in flow.materials]),
            ("needs", [(one.code, one.label) for one in flow.fields]),
        ):  # fmt: skip
            fields[name].choices = choices
            if not choices:
                del fields[name]
        self.deciding: list[str] = []
        for one in flow.fields:
            if one.kind == "number":
                for op, words in (("low", lazy("%s 至少")), ("high", lazy("%s 至多"))):
                    self._condition(f"when-{one.code}-{op}", forms.FloatField(
                        label=words % one.label, required=False  # type: ignore[operator]
                    ))  # fmt: skip
            elif one.values:
                choices = [(value, YES_NO.get(value, value)) for value in one.values]
                self._condition(f"when-{one.code}-any", _ticks(one.label, choices))

    def _condition(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.deciding.append(name)

    def main(self) -> list[Any]:
        return [field for field in super().main() if field.name not in self.deciding]

    def conditions(self) -> list[Any]:
        return [self[name] for name in self.deciding]

    def values(self) -> dict[str, Any]:
        given = super().values()
        owner = given.pop("owner")
        when = list(self.kept)
        for name in self.deciding:
            _when, code, op = name.split("-")
            value = given.pop(name)
            if op == "any" and value:
                when.append({"field": code, "op": op, "values": value})
            elif op != "any" and value is not None:
                when.append({"field": code, "op": op, "values": [value]})
        return given | {
            "when": when, "window": owner == WINDOW,
            "department": int(owner) if owner and owner != WINDOW else None,
        }  # fmt: skip


def step_initial(step: Step) -> dict[str, Any]:
    """A step's form as it stands."""
    names = ("title", "limit_amount", "limit_kind", "after", "materials", "needs", "verb",
             "channel", "how", "closing")  # fmt: skip
    found = {name: getattr(step, name) for name in names}
    for test in step.when:
        values = list(test.values)
        if test.op != "none":
            found[f"when-{test.field}-{test.op}"] = values if test.op == "any" else values[0]
    return found | {"owner": WINDOW if step.window else str(step.department or "")}
