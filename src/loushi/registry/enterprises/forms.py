"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from loushi.registry.enterprises.models import Enterprise, Lies, Presence

lazy = gettext_lazy
Choices = list[tuple[int, str]]
BLANK = [("", lazy("未填"))]


def _date(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class EnterpriseForm(forms.Form):
    """Everything of an enterprise that a person may type."""

    name = forms.CharField(
        label=lazy("企业名称"), max_length=120, help_text=lazy("与营业执照一致。")
    )
    credit_code = forms.CharField(
        label=lazy("统一社会信用代码"),
        required=False,
        max_length=30,
        help_text=lazy("18 位，填错哪一位会告诉您。"),
    )
    short_name = forms.CharField(label=lazy("简称"), max_length=40, required=False)
    business_kind = forms.ChoiceField(
        label=lazy("主体类型"), choices=Enterprise.BusinessKind.choices
    )
    industry_id = forms.ChoiceField(label=lazy("行业（GB/T 4754）"), required=False)
    size = forms.ChoiceField(
        label=lazy("规模"), choices=[*BLANK, *Enterprise.Size.choices], required=False
    )
    status = forms.ChoiceField(label=lazy("经营状态"), choices=Enterprise.Status.choices)
    established_on = _date(lazy("成立日期"))
    registered_address = forms.CharField(label=lazy("注册地址"), max_length=200, required=False)
    staff_count = forms.IntegerField(label=lazy("员工数"), required=False)
    unit_id = forms.TypedChoiceField(
        label=lazy("所属单元"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=lazy("登记入驻后，按主要入驻地自动更新。"),
    )
    officer_id = forms.TypedChoiceField(
        label=lazy("企业专员"), coerce=int, empty_value=None, required=False
    )

    def __init__(
        self, *args: Any, units: Choices, officers: Choices, industries: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = [*BLANK, *units]  # type: ignore[attr-defined]
        self.fields["officer_id"].choices = [*BLANK, *officers]  # type: ignore[attr-defined]
        self.fields["industry_id"].choices = [*BLANK, *industries]  # type: ignore[attr-defined]


class MoveInForm(forms.Form):
    """A tenancy begins. `building_id` comes from the page, the room by its number."""

    building_id = forms.TypedChoiceField(label=lazy("楼宇"), coerce=int)
    space_number = forms.CharField(
        label=lazy("房号"),
        max_length=30,
        required=False,
        help_text=lazy("没有登记过的房号会一并登记；合用一间的照样填。"),
    )
    presence = forms.ChoiceField(
        label=lazy("在地状态"),
        choices=Presence.choices,
        help_text=lazy("没有登记过注册地的，按这里的选择登记；已登记的必须一致。"),
    )
    area = forms.DecimalField(label=lazy("面积（㎡）"), required=False)
    since = _date(lazy("入驻日期"), required=True)
    lease_until = _date(lazy("租约到期"))

    def __init__(self, *args: Any, buildings: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building_id"].choices = [("", lazy("请选择")), *buildings]  # type: ignore[attr-defined]


class MoveOutForm(forms.Form):
    """A tenancy ends."""

    on = _date(lazy("迁出日期"), required=True, help_text=lazy("从这一天起不再在这里。"))
    why = forms.CharField(
        label=lazy("原因"), max_length=200, help_text=lazy("例如“租约到期不续”。")
    )


class FactForm(forms.Form):
    """Where an enterprise is registered or pays tax, from a day on."""

    lies = forms.ChoiceField(label=lazy("在哪里"), choices=Lies.choices)
    address = forms.CharField(
        label=lazy("地址"), max_length=200, required=False,
        help_text=lazy("照执照或税务登记抄写。"),
    )  # fmt: skip
    building_id = forms.TypedChoiceField(
        label=lazy("本区的哪幢楼"), coerce=int, empty_value=None, required=False,
        help_text=lazy("只知道在本区、不知道哪幢，可以不选。"),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=lazy("变化的原因"),
        help_text=lazy("原来登记错了，选“更正”：错的一条撤回留底，不会抹掉。"),
    )
    since = _date(lazy("从哪天起"), required=True)
    source = forms.CharField(
        label=lazy("来源"), max_length=60, help_text=lazy("例如“营业执照”“税务登记”“企业告知”。")
    )
    note = forms.CharField(label=lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, buildings: Choices, reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building_id"].choices = [("", lazy("不指定")), *buildings]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [("", lazy("请选择")), *reasons]  # type: ignore[attr-defined]


class StabilityForm(forms.Form):
    """How firmly an enterprise stays."""

    level = forms.ChoiceField(label=lazy("稳定度"))
    reason = forms.CharField(
        label=lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    on = _date(lazy("判断日期"), required=True)

    def __init__(self, *args: Any, levels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", lazy("请选择")), *levels]  # type: ignore[attr-defined]


class BulkForm(forms.Form):
    """What is done to all enterprises of a list at once."""

    ACTS = (
        ("officer", lazy("交给一位企业专员")),
        ("tag", lazy("加标签")),
        ("untag", lazy("取消标签")),
    )
    act = forms.ChoiceField(label=lazy("办什么"), choices=ACTS)
    user_id = forms.TypedChoiceField(
        label=lazy("企业专员"), coerce=int, empty_value=None, required=False
    )
    tag = forms.ChoiceField(label=lazy("标签"), required=False)
    since = _date(lazy("从哪天起"), required=True)
    why = forms.CharField(
        label=lazy("原因或来源"), max_length=60, help_text=lazy("例如“网格调整”“统计局规上名录”。")
    )

    def __init__(self, *args: Any, officers: Choices, tags: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user_id"].choices = [("", lazy("暂不指定")), *officers]  # type: ignore[attr-defined]
        self.fields["tag"].choices = [("", lazy("请选择")), *tags]  # type: ignore[attr-defined]


class ContactForm(forms.Form):
    """A contact."""

    name = forms.CharField(label=lazy("姓名"), max_length=40)
    phone = forms.CharField(label=lazy("电话"), max_length=20, required=False)
    title = forms.CharField(label=lazy("职务"), max_length=40, required=False)
    is_primary = forms.BooleanField(label=lazy("主要联系人"), required=False)


class PurposeForm(forms.Form):
    """Why somebody looks at a phone number."""

    purpose = forms.CharField(label=lazy("用途"), max_length=100)


class RefuseForm(forms.Form):
    """Why a sign-up is refused."""

    reason = forms.CharField(
        label=lazy("未通过的原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=lazy("申请人会看到。"),
    )  # fmt: skip


class SignUpForm(forms.Form):
    """The public sign-up; what is missing is said by the command, all at once."""

    credit_code = forms.CharField(
        label=lazy("统一社会信用代码"),
        required=False,
        max_length=30,
        help_text=lazy("营业执照上的 18 位代码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    enterprise_name = forms.CharField(label=lazy("企业名称"), required=False, max_length=120)
    unit_id = forms.TypedChoiceField(
        label=lazy("所在商务社区"), coerce=int, empty_value=None, required=False
    )
    address = forms.CharField(label=lazy("所在楼宇和房号"), required=False, max_length=120)
    contact_name = forms.CharField(
        label=lazy("联系人姓名"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=lazy("联系电话"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    username = forms.CharField(
        label=lazy("用户名"), required=False, max_length=60,
        help_text=lazy("登录时用，小写字母开头。"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )  # fmt: skip
    password = forms.CharField(
        label=lazy("密码"), required=False, max_length=128,
        help_text=lazy("至少 10 位，不要只用数字。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = [("", lazy("请选择")), *communities]  # type: ignore[attr-defined]


class PairForm(forms.Form):
    """Two enterprises by code or full name, to be compared by hand."""

    one = forms.CharField(
        label=lazy("保留的企业"), max_length=120, help_text=lazy("信用代码或全称")
    )
    other = forms.CharField(
        label=lazy("并入的企业"), max_length=120, help_text=lazy("信用代码或全称")
    )


class ApartForm(forms.Form):
    """Why two are not one."""

    why = forms.CharField(
        label=lazy("为什么不是同一家"), max_length=200, help_text=lazy("例如“同名不同店”。")
    )


class MergeForm(forms.Form):
    """Which values the enterprise that stays takes over, and on what grounds."""

    take = forms.MultipleChoiceField(
        label=lazy("沿用并入一方的哪些内容"), required=False, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(
        label=lazy("并户依据"), max_length=200, help_text=lazy("例如“同一家，营业执照已核对”。")
    )

    def __init__(self, *args: Any, columns: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["take"]
        field.choices = [(column.name, column.label) for column in columns]


class LicenceForm(forms.Form):
    """A photo of a business licence."""

    photo = forms.FileField(
        label=lazy("营业执照照片"), widget=forms.FileInput(attrs={"accept": "image/*"})
    )


class TagRuleForm(forms.Form):
    """By which conditions a tag is kept; all of those that are filled in must hold."""

    industry = forms.CharField(
        label=lazy("行业代码"), required=False, max_length=300,
        help_text=lazy("按国民经济行业分类，用空格隔开，例如“63 64 65”；写大类就包括下面的小类。"),
    )  # fmt: skip
    age_days_at_most = forms.IntegerField(
        label=lazy("成立不超过（天）"), required=False, help_text=lazy("三年填 1095。")
    )
    staff_at_least = forms.IntegerField(label=lazy("员工不少于（人）"), required=False)
    size = forms.MultipleChoiceField(
        label=lazy("规模"), choices=Enterprise.Size.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    business_kind = forms.MultipleChoiceField(
        label=lazy("主体类型"), choices=Enterprise.BusinessKind.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    since = _date(lazy("起用日期"), required=True)
    source = forms.CharField(
        label=lazy("依据"), max_length=120, help_text=lazy("例如文件名或会议。")
    )

    def clean_industry(self) -> list[str]:
        """The codes, each once."""
        text = self.cleaned_data["industry"]
        for mark in ",，、；;":
            text = text.replace(mark, " ")
        return list(dict.fromkeys(text.split()))
