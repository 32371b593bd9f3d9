"""Forms of this package. They only read what was typed; the rules are the commands'."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.core.errors import LoushiError
from loushi.registry.buildings.models import Grade, ReferenceSystem, Space

lazy = gettext_lazy
Choices = list[tuple[int, str]]


class OutlineField(forms.CharField):
    """GeoJSON typed or pasted as text; blank is None."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        if not value:
            return None
        if isinstance(value, dict):
            return value
        try:
            found = json.loads(value)
        except ValueError:
            raise forms.ValidationError(
                _("不是 GeoJSON。请从地图软件导出轮廓后整段粘贴。")
            ) from None
        if isinstance(found, dict) and found.get("type") == "Feature":
            found = found.get("geometry")
        if not isinstance(found, dict):
            raise forms.ValidationError(_("不是 GeoJSON。请从地图软件导出轮廓后整段粘贴。"))
        return found


class BuildingForm(forms.Form):
    """Everything of a building that a person may type."""

    name = forms.CharField(label=lazy("楼宇名称"), max_length=80)
    code = forms.CharField(label=lazy("楼宇编码"), max_length=32, required=False)
    unit_id = forms.TypedChoiceField(label=lazy("所属单元"), coerce=int)
    address = forms.CharField(label=lazy("地址"), max_length=200, required=False)
    floors_above = forms.IntegerField(label=lazy("地上层数"), required=False)
    floors_below = forms.IntegerField(label=lazy("地下层数"), required=False)
    lettable_area = forms.DecimalField(label=lazy("可租面积（㎡）"), required=False)
    grade = forms.ChoiceField(
        label=lazy("等级"), choices=[("", lazy("未评定")), *Grade.choices], required=False
    )
    grade_source = forms.CharField(
        label=lazy("等级依据"), max_length=60, required=False,
        help_text=lazy("谁在哪一年评定的，例如“2025 年区商务楼宇评定”。"),
    )  # fmt: skip
    completed_year = forms.IntegerField(label=lazy("交付年份"), required=False)
    manager = forms.CharField(label=lazy("物业公司"), max_length=100, required=False)
    longitude = forms.DecimalField(label=lazy("经度"), required=False)
    latitude = forms.DecimalField(label=lazy("纬度"), required=False)
    crs = forms.ChoiceField(
        label=lazy("坐标系"),
        choices=ReferenceSystem.choices,
        required=False,
        help_text=lazy("坐标按所选坐标系原样保存，不作换算；不清楚时选“未说明”。"),
    )
    outline = OutlineField(label=lazy("轮廓（GeoJSON）"), required=False)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the command takes."""
        values = dict(self.cleaned_data)
        values["crs"] = values["crs"] or ReferenceSystem.UNKNOWN
        return values


class SpaceForm(forms.Form):
    """One room."""

    number = forms.CharField(label=lazy("房号"), max_length=30)
    floor_number = forms.IntegerField(
        label=lazy("楼层"), required=False, help_text=lazy("地下一层写 −1；没有登记的楼层会补上。")
    )
    area = forms.DecimalField(label=lazy("面积（㎡）"), required=False)
    use = forms.CharField(label=lazy("用途"), max_length=20, required=False)
    condition = forms.ChoiceField(
        label=lazy("交付条件"), choices=[("", lazy("未填")), *Space.Condition.choices],
        required=False,
    )  # fmt: skip
    rent = forms.DecimalField(label=lazy("报价（元/㎡·天）"), required=False)
    state = forms.ChoiceField(label=lazy("状态"), choices=Space.State.choices)
    state_since = forms.DateField(
        label=lazy("状态自何日起"), required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=lazy("留空表示从今天起。有企业入驻的房间总是“已租”，不必在这里改。"),
    )  # fmt: skip

    def values(self, building_id: int) -> dict[str, Any]:
        """What the command takes."""
        return {**self.cleaned_data, "building_id": building_id}


class RoleForm(forms.Form):
    """A person's role at a building."""

    user_id = forms.TypedChoiceField(label=lazy("人员"), coerce=int)
    role = forms.ChoiceField(label=lazy("角色"))
    since = forms.DateField(
        label=lazy("开始日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=lazy("结束日期"), required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=lazy("留空表示没有期限。"),
    )  # fmt: skip

    def __init__(self, *args: Any, people: Choices, roles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user_id"].choices = people  # type: ignore[attr-defined]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


def add_refusal(form: forms.Form, refusal: LoushiError) -> None:
    """Puts a command's sentences beside the fields that they are about."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
