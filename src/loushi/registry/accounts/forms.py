"""Forms of login, own account, people and departments. They only read; the commands judge."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.errors import LoushiError

Choices = Iterable[tuple[Any, Any]]


class PlainForm(forms.Form):
    """A form that can show a command's refusal beside the fields it names."""

    def refuse(self, refusal: LoushiError) -> None:
        for error in refusal.errors:
            name = error.field if error.field in self.fields else None
            self.add_error(name, str(error.message))


class DayField(forms.DateField):
    """A date, today unless another is chosen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class LoginForm(PlainForm):
    identifier = forms.CharField(
        label=_("用户名或手机号"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(label=_("密码"), strip=False, widget=_password("current-password"))


class PasswordForm(PlainForm):
    old = forms.CharField(label=_("现在的密码"), strip=False, widget=_password("current-password"))
    new = forms.CharField(label=_("新密码"), strip=False, widget=_password("new-password"))
    again = forms.CharField(
        label=_("再输一遍新密码"), strip=False, widget=_password("new-password")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一样，请重新输入。"))
        return data


class ProfileForm(PlainForm):
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)
    language = forms.ChoiceField(
        label=_("语言"),
        choices=[("", _("默认")), ("zh-hans", "简体中文"), ("en", "English")],
        required=False,
    )


class TokenForm(PlainForm):
    label = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：每周导出报表"))
    days = forms.IntegerField(label=_("有效天数"), initial=90, min_value=1)


class PersonForm(PlainForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(
        label=_("用户名"), max_length=60, help_text=_("小写字母开头，例如 zhou.wendi")
    )
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False)
    email = forms.CharField(label=_("邮箱"), max_length=254, required=False)


class PersonEditForm(PlainForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False)
    email = forms.CharField(label=_("邮箱"), max_length=254, required=False)


class WhyForm(PlainForm):
    why = forms.CharField(label=_("原因"), max_length=200)


class LeaveForm(PlainForm):
    on = DayField(label=_("最后一天"), initial=timezone.localdate)
    why = forms.CharField(label=_("离岗原因"), max_length=200)


class EndForm(PlainForm):
    on = DayField(label=_("最后一天"), initial=timezone.localdate)
    why = forms.CharField(label=_("原因"), max_length=200, required=False)


class AppointForm(PlainForm):
    role = forms.ChoiceField(label=_("角色"))
    unit = forms.TypedChoiceField(label=_("任在单元"), coerce=int, empty_value=None, required=False)
    department = forms.TypedChoiceField(
        label=_("任在部门"), coerce=int, empty_value=None, required=False
    )
    since = DayField(label=_("任职起"), initial=timezone.localdate)
    until = DayField(label=_("任职止"), required=False, help_text=_("含当天；不定期可留空"))
    note = forms.CharField(label=_("依据"), max_length=200, required=False)

    def __init__(
        self, *args: Any, roles: Choices, units: Choices, departments: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("请选择")), *roles]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("不任在单元")), *units]  # type: ignore[attr-defined]
        self.fields["department"].choices = [  # type: ignore[attr-defined]
            ("", _("不任在部门")),
            *departments,
        ]


class BulkAppointForm(AppointForm):
    people = forms.CharField(
        label=_("人员"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("每行一个用户名或手机号"),
    )
    field_order = ("people", "role", "unit", "department", "since", "until", "note")


class PeopleFilterForm(PlainForm):
    q = forms.CharField(label=_("姓名、用户名或手机号"), max_length=60, required=False)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[
            ("", _("全部")),
            ("active", _("启用")),
            ("first", _("未改初始密码")),
            ("inactive", _("已停用")),
        ],
    )
    role = forms.ChoiceField(label=_("角色"), required=False)
    unit = forms.TypedChoiceField(label=_("所在单元"), required=False, coerce=int, empty_value=None)
    department = forms.TypedChoiceField(
        label=_("所在部门"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self, *args: Any, roles: Choices, units: Choices, departments: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("全部"))
        self.fields["role"].choices = [every, *roles]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [every, *units]  # type: ignore[attr-defined]
        self.fields["department"].choices = [every, *departments]  # type: ignore[attr-defined]


class DepartmentForm(PlainForm):
    code = forms.CharField(label=_("部门编码"), max_length=32)
    name = forms.CharField(label=_("部门名称"), max_length=60)
    short_name = forms.CharField(label=_("简称"), max_length=20, required=False)
    unit = forms.TypedChoiceField(label=_("所属区或街道"), coerce=int)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)
    duties = forms.CharField(label=_("职责"), max_length=200, required=False)
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]


class SupportForm(PlainForm):
    user = forms.CharField(label=_("用户名或手机号"), max_length=60)
    reason = forms.CharField(label=_("事由"), max_length=200)
    hours = forms.IntegerField(label=_("时长（小时）"), initial=2, min_value=1, max_value=8)
