"""The form of a resource."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy


def _text(label: Any, size: int, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, **more)


def _date(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, **more)


def _area(label: Any, size: int, **more: Any) -> forms.CharField:
    return _text(label, size, widget=forms.Textarea(attrs={"rows": 3}), **more)


class ResourceForm(forms.Form):
    """A resource; capacity and dates may wait until it is published."""

    name = _text(lazy("资源名称"), 80, True)
    kind_id = forms.ChoiceField(label=lazy("类型"))
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    building_ids = forms.TypedMultipleChoiceField(
        label=lazy("服务的楼宇"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=lazy("不勾表示服务整个社区。"),
    )  # fmt: skip
    provider = _text(lazy("提供方"), 80)
    firm = _text(
        lazy("提供方企业"), 80,
        help_text=lazy("提供方是本区登记的企业才填：全称或信用代码。它的联系人就能在手机上看到谁来。"),
    )  # fmt: skip
    summary = _area(lazy("内容"), 1000)
    capacity = forms.IntegerField(
        label=lazy("容量"), min_value=1, max_value=999_999_999, required=False,
        help_text=lazy("发布前须填，例如 200。"),
    )  # fmt: skip
    measure = _text(lazy("容量单位"), 12, help_text=lazy("例如 人、座、万元。"))
    since = _date(lazy("开始日期"), help_text=lazy("发布前须填。"))
    until = _date(lazy("结束日期"), help_text=lazy("最后一天；长期提供的留空。"))
    hours = _text(lazy("开放时间"), 120, help_text=lazy("例如 工作日 11:00-13:30。"))
    terms = _area(lazy("使用条件"), 500)
    booking = _area(lazy("怎么预约"), 300)
    contact = _text(lazy("联系电话"), 60)

    def __init__(
        self, *args: Any, kinds: Any, units: Any, buildings: Any, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind_id"].choices = [("", lazy("请选择")), *kinds]
        fields["building_ids"].choices = buildings
        if units is None:
            del self.fields["unit_id"]
        else:
            fields["unit_id"].choices = units
