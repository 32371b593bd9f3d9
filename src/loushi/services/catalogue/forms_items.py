"""Forms of the service list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy


def _text(label: Any, size: int, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, **more)


def _area(label: Any, size: int, rows: int = 3, **more: Any) -> forms.CharField:
    return _text(label, size, widget=forms.Textarea(attrs={"rows": rows}), **more)


def _since() -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=lazy("从哪天起"), widget=widget,
        help_text=lazy("今天或以后。这一天之前的清单保持原样，随时查得到。"),
    )  # fmt: skip


class ItemForm(forms.Form):
    """An item; in the form of a revision without code and unit."""

    code = _text(lazy("事项编码"), 20, True, help_text=lazy("例如 YL23，同一清单内不重复。"))
    unit_id = forms.TypedChoiceField(label=lazy("哪个单位的清单"), coerce=int)
    title = _text(lazy("事项名称"), 80, True)
    summary = _text(lazy("能办什么"), 300)
    field_id = forms.ChoiceField(label=lazy("五位一体"))
    side_id = forms.ChoiceField(label=lazy("由哪一侧提供"))
    value_added = forms.BooleanField(label=lazy("增值化服务"), required=False)
    one_matter = forms.BooleanField(label=lazy("“一类事”"), required=False)
    bundle_id = forms.TypedChoiceField(
        label=lazy("由哪件“一类事”办理"), coerce=int, empty_value=None, required=False,
        help_text=lazy("选了以后，企业在手机上看这个事项时，最上面的按钮就是申请这件一类事。"),
    )  # fmt: skip
    office = _text(lazy("责任部门"), 60, help_text=lazy("与部门名录同名时会自动关联。"))
    contact = _text(lazy("联系方式"), 60)
    conditions = _area(lazy("办理条件"), 1000, help_text=lazy("一行一条。"))
    materials = _area(lazy("所需材料"), 2000, 4, help_text=lazy("一行一项。"))
    steps = _area(lazy("怎么办"), 2000, 4, help_text=lazy("一行一步。"))
    fees = _text(lazy("收费"), 120)
    limit = _text(lazy("办理时限"), 120, help_text=lazy("例如 2 个工作日。"))
    hours = _text(lazy("办理时间"), 120, help_text=lazy("例如 工作日 9:00-17:30。"))
    channels = _text(lazy("办理渠道"), 120, help_text=lazy("例如 窗口、手机、上门。"))
    source = _text(lazy("依据"), 200)
    since = _since()
    why = _text(lazy("修改说明"), 200)
    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, fields: Any, sides: Any, bundles: Any, units: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        made: Any = self.fields
        made["field_id"].choices = [("", lazy("请选择")), *fields]
        made["side_id"].choices = [("", lazy("请选择")), *sides]
        made["bundle_id"].choices = [("", lazy("不由一类事办理")), *bundles]
        if units is None:
            del self.fields["code"], self.fields["unit_id"]
        else:
            made["unit_id"].choices = units
            del self.fields["why"], self.fields["number"]


class TakeForm(forms.Form):
    """Items of the guide for a community's menu."""

    items = forms.TypedMultipleChoiceField(
        label=lazy("接收哪些事项"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("请至少勾选一项。")},
    )  # fmt: skip
    since = _since()

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = items  # type: ignore[attr-defined]


class EntryForm(forms.Form):
    """What a community says otherwise than the guide."""

    hours = _text(lazy("办理时间"), 120)
    channels = _text(lazy("办理渠道"), 120)
    contact = _text(lazy("联系方式"), 60)
    note = _area(lazy("本社区说明"), 300, help_text=lazy("例如 在一楼综合服务中心 3 号窗口办理。"))
    since = _since()

    def __init__(self, *args: Any, guide: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, said in guide.items():
            if said:
                self.fields[name].help_text = said


class TemplateForm(forms.Form):
    """A shipped list for a unit."""

    unit_id = forms.TypedChoiceField(label=lazy("哪个单位的清单"), coerce=int)
    template = forms.ChoiceField(label=lazy("模板"), widget=forms.RadioSelect)
    since = _since()

    def __init__(self, *args: Any, units: Any, templates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made: Any = self.fields
        made["unit_id"].choices, made["template"].choices = units, templates
