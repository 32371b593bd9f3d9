"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from loushi.casework.visits.models import Visit, VisitRule

lazy = gettext_lazy
Choices = list[tuple[int, str]]
WHEN = "%Y-%m-%dT%H:%M"


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    """A day, typed or picked."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class VisitForm(forms.Form):
    """Purpose, who was met, when; the findings stand beside it (`findings.py`)."""

    purpose = forms.ChoiceField(
        label=lazy("为什么来"),
        choices=[pair for pair in Visit.Purpose.choices if pair[0] != Visit.Purpose.INSPECTION],
        widget=forms.RadioSelect,
        required=False,
    )
    met = forms.ChoiceField(
        label=lazy("见到谁"), choices=Visit.Met.choices, widget=forms.RadioSelect, required=False
    )
    met_name = forms.CharField(label=lazy("姓名"), max_length=40, required=False)
    met_title = forms.CharField(label=lazy("职务"), max_length=40, required=False)
    at = forms.DateTimeField(
        label=lazy("走访时间"),
        required=False,
        input_formats=[WHEN],
        help_text=lazy("不填就是现在。什么时候去的都算。"),
        widget=forms.DateTimeInput(format=WHEN, attrs={"type": "datetime-local"}),
    )
    note = forms.CharField(
        label=lazy("备注"),
        max_length=2000,
        required=False,
        help_text=lazy("企业看不到。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    despite = forms.CharField(
        label=lazy("近期有人去过，为什么还要去"), max_length=200, required=False
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, contact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contact:
            met: Any = self.fields["met"]
            met.choices = [
                (code, contact if code == Visit.Met.CONTACT else label)
                for code, label in Visit.Met.choices
            ]


class WithdrawForm(forms.Form):
    """Why a visit is withdrawn."""

    why = forms.CharField(label=lazy("为什么撤回"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CampaignForm(forms.Form):
    """A new sweep."""

    name = forms.CharField(label=lazy("名称"), max_length=60, required=False)
    building_ids = forms.TypedMultipleChoiceField(
        label=lazy("楼宇"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("房间按所属片区、微网格交给那里的人。"),
    )
    unit_id = forms.TypedChoiceField(
        label=lazy("只扫这个单元的房间"), coerce=int, empty_value=None, required=False
    )
    starts_on = day_field(lazy("开始"))
    due_on = day_field(lazy("截止"))
    note = forms.CharField(
        label=lazy("说明"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, buildings: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building_ids"].choices = buildings  # type: ignore[attr-defined]
        self.fields["unit_id"].choices = [("", lazy("全部")), *units]  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """The end of a sweep."""

    note = forms.CharField(
        label=lazy("结束说明"),
        max_length=300,
        required=False,
        help_text=lazy("还有没去的房间时，请写一句原因。"),
    )


class AddRoomForm(forms.Form):
    """A room that the list lacked."""

    floor = forms.IntegerField(label=lazy("楼层"), help_text=lazy("地下一层填 -1。"))
    number = forms.CharField(label=lazy("房号"), max_length=30)


class InspectionForm(forms.Form):
    """A department plans to go somewhere."""

    department_id = forms.TypedChoiceField(label=lazy("部门"), coerce=int)
    firm = forms.CharField(
        label=lazy("企业全称或统一社会信用代码"),
        max_length=120,
        help_text=lazy("按营业执照写。"),
    )
    on = day_field(lazy("日期"))
    subject = forms.CharField(label=lazy("检查事项"), max_length=120, required=False)
    despite = forms.CharField(
        label=lazy("近期有人去过，为什么还要去"), max_length=200, required=False
    )
    tell = forms.BooleanField(label=lazy("同时告诉企业"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, departments: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department_id"].choices = departments  # type: ignore[attr-defined]


class RatingForm(forms.Form):
    """One anonymous rating."""

    verdict = forms.ChoiceField(
        label=lazy("这次走访对您有帮助吗？"),
        choices=[
            ("helpful", lazy("有帮助")),
            ("fair", lazy("一般")),
            ("useless", lazy("没帮助")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    too_often = forms.BooleanField(label=lazy("来得太勤了"), required=False)


class RetentionForm(forms.Form):
    """What came of a sign, or until when it is put off."""

    act = forms.ChoiceField(
        label=lazy("怎么办"), initial="handled", widget=forms.RadioSelect,
        choices=[("handled", lazy("已处理")), ("snoozed", lazy("暂缓"))],
    )  # fmt: skip
    outcome = forms.CharField(
        label=lazy("处理结果，或暂缓的原因"), required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    until = day_field(lazy("暂缓到"))


class RuleForm(forms.Form):
    """One number of the rules, from a day on."""

    code = forms.ChoiceField(label=lazy("规则"), choices=VisitRule.Code.choices)
    value = forms.IntegerField(label=lazy("数值"), required=False)
    valid_from = day_field(lazy("起用日期"))
    source = forms.CharField(label=lazy("依据"), max_length=200, required=False)


class ThresholdForm(forms.Form):
    """One threshold of the retention list, from a day on."""

    sign = forms.ChoiceField(label=lazy("信号"))
    value = forms.IntegerField(label=lazy("门槛"), required=False)
    valid_from = day_field(lazy("起用日期"))
    source = forms.CharField(label=lazy("依据"), max_length=200, required=False)

    def __init__(self, *args: Any, signs: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sign"].choices = signs  # type: ignore[attr-defined]
