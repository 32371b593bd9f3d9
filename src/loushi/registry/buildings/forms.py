"""Forms of this package. They only read what was typed; the rules are the commands'."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.registry.buildings.models import Grade, Owner, ReferenceSystem, Space

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

    since = forms.DateField(
        label=lazy("启用日期"), required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=lazy("新分隔出来的房间填写；留空表示一直有。这一天以前的剖面图和入驻率里没有它。"),
    )  # fmt: skip

    def values(self, building_id: int) -> dict[str, Any]:
        """What the command takes."""
        return {**self.cleaned_data, "building_id": building_id}


class ReplaceForm(forms.Form):
    """Rooms that are split, joined or given up."""

    numbers = forms.CharField(
        label=lazy("原来的房号"), max_length=200,
        help_text=lazy("几间合并就写几间，用空格隔开。"),
    )  # fmt: skip
    on = forms.DateField(
        label=lazy("从哪天起"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=lazy("这一天以前仍是原来的房间。"),
    )  # fmt: skip
    rows = forms.CharField(
        label=lazy("变成哪些房间"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("一行一间：房号、空格、面积（㎡），例如“1201A 105.5”。只是撤销，就留空。"),
    )  # fmt: skip
    why = forms.CharField(
        label=lazy("依据"), max_length=200,
        help_text=lazy("例如“房产分割登记 2026-05”。"),
    )  # fmt: skip

    def clean_numbers(self) -> list[str]:
        """The room numbers, however they were separated."""
        text = self.cleaned_data["numbers"]
        for mark in ",，、；;":
            text = text.replace(mark, " ")
        return text.split()

    def clean_rows(self) -> list[dict[str, Any]]:
        """One room a line; a line without area is a room whose area is not known yet."""
        found = []
        for line in self.cleaned_data["rows"].splitlines():
            number, *rest = line.replace("㎡", " ").split()[:3] or [""]
            if number:
                found.append({"number": number, "area": rest[0] if rest else None})
        return found


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


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


class OwnerForm(forms.Form):
    """An owner and the share."""

    owner = forms.CharField(label=lazy("产权人"), max_length=100)
    kind = forms.ChoiceField(label=lazy("类型"), choices=Owner.Kind.choices)
    credit_code = forms.CharField(
        label=lazy("统一社会信用代码"), max_length=18, required=False,
        help_text=lazy("企业填写；个人不登记证件号码。"),
    )  # fmt: skip
    number = forms.CharField(
        label=lazy("房号"), max_length=30, required=False, help_text=lazy("留空表示整幢楼。")
    )
    share = forms.DecimalField(label=lazy("份额（%）"), required=False)
    since = _day(lazy("开始日期"))
    until = _day(lazy("结束日期"), help_text=lazy("不再持有的第一天；留空表示仍持有。"))
    contact = forms.CharField(label=lazy("联系人"), max_length=40, required=False)
    phone = forms.CharField(label=lazy("电话"), max_length=20, required=False)


class EndForm(forms.Form):
    """The first day on which something is no longer so."""

    until = _day(lazy("不再持有的第一天"), required=True)


class ContractForm(forms.Form):
    """A contract of a property manager."""

    manager = forms.CharField(label=lazy("物业公司"), max_length=100)
    scope = forms.CharField(
        label=lazy("服务范围"), max_length=200, required=False,
        help_text=lazy("同一范围的合同时间上不能重叠。"),
    )  # fmt: skip
    since = _day(lazy("开始日期"), required=True)
    until = _day(lazy("到期日期"), help_text=lazy("合同的最后一天；留空表示没有期限。"))
    contact = forms.CharField(label=lazy("项目负责人"), max_length=40, required=False)
    phone = forms.CharField(label=lazy("服务电话"), max_length=20, required=False)


class AmenityForm(forms.Form):
    """An amenity; kind and name say which one is corrected."""

    kind = forms.ChoiceField(label=lazy("种类"))
    name = forms.CharField(
        label=lazy("名称"), max_length=40, required=False,
        help_text=lazy("同类有几处时用名称区分；再次登记同一种类和名称即为更正。"),
    )  # fmt: skip
    place = forms.CharField(label=lazy("位置"), max_length=60, required=False)
    count = forms.IntegerField(label=lazy("数量"), required=False, min_value=0)
    capacity = forms.IntegerField(label=lazy("可容纳人数"), required=False, min_value=0)
    hours = forms.CharField(label=lazy("开放时间"), max_length=60, required=False)
    is_public = forms.BooleanField(label=lazy("对外开放"), required=False)
    note = forms.CharField(label=lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class VenueForm(forms.Form):
    """A public space; its name says which one is corrected."""

    name = forms.CharField(label=lazy("名称"), max_length=60)
    floor_number = forms.IntegerField(label=lazy("楼层"), required=False)
    area = forms.DecimalField(label=lazy("面积（㎡）"), required=False, min_value=0)
    capacity = forms.IntegerField(label=lazy("可容纳人数"), required=False, min_value=0)
    hours = forms.CharField(label=lazy("开放时间"), max_length=60, required=False)
    equipment = forms.CharField(label=lazy("设备"), max_length=200, required=False)
    terms = forms.CharField(label=lazy("使用办法"), max_length=200, required=False)
    is_open = forms.BooleanField(label=lazy("现在开放"), required=False, initial=True)


class FilesForm(forms.Form):
    """What the uploaded files are; the files themselves are read by the view."""

    label = forms.ChoiceField(
        label=lazy("这些是"),
        choices=[
            (word, word)
            for word in (lazy("照片"), lazy("物业合同"), lazy("图纸"), lazy("其他文件"))
        ],
    )  # fmt: skip


class StateForm(forms.Form):
    """What a room was from a day to a day."""

    state = forms.ChoiceField(
        label=lazy("状态"), choices=Space.State.choices,
        help_text=lazy("选“空置”即撤回这段时间里登记的预留、自用或未交付；有企业入驻的日子总是“已租”。"),
    )  # fmt: skip
    since = _day(lazy("开始日期"), required=True)
    until = _day(lazy("结束日期"), help_text=lazy("不再是这个状态的第一天；留空表示一直如此。"))
    why = forms.CharField(label=lazy("依据"), max_length=100)


class CountingForm(forms.Form):
    """From a day on, what counts in the denominator."""

    since = _day(lazy("起用日期"), required=True)
    reserved = forms.BooleanField(label=lazy("预留计入分母"), required=False)
    undelivered = forms.BooleanField(label=lazy("未交付计入分母"), required=False)
    basis = forms.CharField(label=lazy("依据"), max_length=100)


class TierForm(forms.Form):
    """A tax tier."""

    name = forms.CharField(label=lazy("名称"), max_length=20)
    threshold = forms.DecimalField(
        label=lazy("年税收不低于（元）"), max_digits=16, decimal_places=2
    )
    since = _day(lazy("起用日期"), required=True)
    until = _day(lazy("停用日期"), help_text=lazy("最后一天；留空表示仍在使用。"))
    basis = forms.CharField(label=lazy("依据"), max_length=100, required=False)
