"""Forms of this package. They only read what was typed; the rules are the commands'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from loushi.registry.leads.models import LostReason, Source

lazy = gettext_lazy
BLANK = [("", lazy("未填"))]


def _date(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, decimal_places=2)


class LeadForm(forms.Form):
    """Everything of a lead that a person may type at any stage."""

    company = forms.CharField(label=lazy("企业名称"), max_length=120, required=False)
    source = forms.ChoiceField(label=lazy("来源"), choices=Source.choices)
    unit_id = forms.TypedChoiceField(label=lazy("由谁跟进"), coerce=int)
    contact_name = forms.CharField(label=lazy("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(
        label=lazy("联系电话"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip
    industry_id = forms.ChoiceField(label=lazy("行业（GB/T 4754）"), required=False)
    area_min = _money(lazy("面积不小于（㎡）"))
    area_max = _money(lazy("面积不大于（㎡）"))
    budget = _money(lazy("预算（元/㎡·天）"))
    use = forms.CharField(
        label=lazy("用途"), max_length=20, required=False,
        help_text=lazy("与房源登记的用途一致，例如办公、商业。"),
    )  # fmt: skip
    needed_by = _date(lazy("希望入驻日期"))
    note = forms.CharField(label=lazy("备注"), max_length=300, required=False)

    def __init__(self, *args: Any, units: Any, industries: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["industry_id"].choices = [*BLANK, *industries]  # type: ignore[attr-defined]
        if units is None:
            del self.fields["unit_id"]
        else:
            self.fields["unit_id"].choices = units  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """What a step may ask for; only the fields it needs are kept."""

    contact_name = forms.CharField(label=lazy("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=lazy("联系电话"), max_length=20, required=False)
    industry_id = forms.ChoiceField(label=lazy("行业（GB/T 4754）"), required=False)
    area_min = _money(lazy("面积不小于（㎡）"))
    use = forms.CharField(
        label=lazy("用途"), max_length=20, required=False,
        help_text=lazy("与房源登记的用途一致，例如办公、商业。"),
    )  # fmt: skip
    space_id = forms.TypedChoiceField(
        label=lazy("房源"), coerce=int, empty_value=None, required=False
    )
    price = _money(lazy("报价（元/㎡·天）"))
    credit_code = forms.CharField(label=lazy("统一社会信用代码"), max_length=30, required=False)
    lease_since = _date(lazy("起租日期"))
    lease_until = _date(lazy("租约到期"))
    lost_reason = forms.ChoiceField(
        label=lazy("流失原因"), choices=[*BLANK, *LostReason.choices], required=False
    )
    on = _date(lazy("日期"))
    words = forms.CharField(
        label=lazy("说明"), max_length=200, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, asks: Any, rooms: Any, industries: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space_id"].choices = [*BLANK, *rooms]  # type: ignore[attr-defined]
        self.fields["industry_id"].choices = [*BLANK, *industries]  # type: ignore[attr-defined]
        for name in set(self.fields) - set(asks):
            del self.fields[name]


class ReferForm(forms.Form):
    """What a referrer knows of a firm."""

    company = forms.CharField(label=lazy("企业名称"), max_length=120, required=False)
    contact_name = forms.CharField(label=lazy("企业联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(
        label=lazy("联系电话"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip
    area_min = _money(lazy("大约要多少面积（㎡）"))
    words = forms.CharField(label=lazy("引荐说明"), max_length=200, required=False)


class PostForm(forms.Form):
    """A referral post."""

    name = forms.CharField(label=lazy("联络站名称"), max_length=60)
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    address = forms.CharField(label=lazy("地址"), max_length=120, required=False)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]


class ReferrerForm(forms.Form):
    """A person of a post."""

    username = forms.CharField(
        label=lazy("用户名"), max_length=60,
        help_text=lazy("账号由安全管理员建立，角色选“招商联络站”。"),
    )  # fmt: skip
