"""Forms: what people type, with the labels they read. Rules stand in commands, not here."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Channel, Side, Tier, Urgency, Verdict
from loushi.foundation.core.calendar_models import LIMIT_KINDS
from loushi.foundation.core.rating import Solved
from loushi.foundation.web.fields import FilesField

Choices = Iterable[tuple[Any, Any]]


class DemandForm(forms.Form):
    """Submitting (enterprise, employee) and registering on somebody's behalf (clerk).

    The choices are made by queries under the actor's scope and handed in.
    """

    text = forms.CharField(
        label=_("遇到了什么事"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 5000}),
        error_messages={"required": _("请写一下遇到了什么事。")},
    )
    category = forms.TypedChoiceField(
        label=_("归哪一类"),
        coerce=int,
        error_messages={"required": _("请选择归哪一类。拿不准时选最接近的，窗口可以更改。")},
    )
    building = forms.TypedChoiceField(label=_("位置"), coerce=int, required=False, empty_value=None)
    space = forms.TypedChoiceField(label=_("房号"), coerce=int, required=False, empty_value=None)
    place = forms.CharField(label=_("位置说明"), max_length=120, required=False)
    urgency = forms.ChoiceField(
        label=_("紧急程度"),
        choices=Urgency.choices,
        initial=Urgency.NORMAL,
        widget=forms.RadioSelect,
    )
    side = forms.ChoiceField(
        label=_("这件事关系到"),
        choices=Side.choices,
        initial=Side.ENTERPRISE,
        widget=forms.RadioSelect,
    )
    uploads = FilesField(label=_("照片或文件"), required=False)
    hide_name = forms.BooleanField(
        label=_("对办理单位隐去我的姓名"),
        required=False,
        help_text=_("社区仍会联系您；企业名称照常显示。"),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(
        self, *args: Any, categories: Choices, buildings: Choices, spaces: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category"].choices = [("", _("请选择")), *categories]
        fields["building"].choices = [("", _("请选择楼宇")), *buildings]
        fields["space"].choices = [("", _("不限房号")), *spaces]


class FirmForm(DemandForm):
    """The enterprise's own form: the side follows from the role, urgency is folded away."""

    contact_phone = forms.CharField(
        label=_("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=_("办理单位打这个电话找您；凭编号和后四位可查进度。"),
    )
    field_order = (
        "text", "category", "building", "space", "place", "uploads", "hide_name", "urgency",
        "contact_phone", "key",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["side"]


class TrackForm(forms.Form):
    """Progress without login."""

    number = forms.CharField(
        label=_("诉求编号"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        help_text=_("提交后给您的编号，如 GS-2026-000123。"),
        error_messages={"required": _("请填写诉求编号。")},
    )
    digits = forms.RegexField(
        r"^\d{4}$",
        label=_("联系电话后四位"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
        error_messages={
            "required": _("请填写联系电话的后四位。"),
            "invalid": _("请填写 4 位数字。"),
        },
    )


class CategoryForm(forms.Form):
    """A category of the list; the code is given once."""

    code = forms.CharField(label=_("编码"), max_length=30, help_text=_("第二级写成 10.08 这样。"))
    name = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60, required=False)
    parent = forms.TypedChoiceField(label=_("上级"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, parents: Choices = (), named: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["parent"].choices = [("", _("第一级")), *parents]
        if named:
            del self.fields["code"], self.fields["parent"]


class LevelForm(forms.Form):
    """One row of the table of service levels."""

    category_code = forms.ChoiceField(label=_("类别"), required=False)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), required=False, choices=[("", _("不限")), *Urgency.choices]
    )
    tier = forms.ChoiceField(
        label=_("层级"), required=False, choices=[("", _("不限")), *Tier.choices]
    )
    accept_amount = forms.IntegerField(label=_("受理时限"), min_value=1, required=False)
    accept_kind = forms.ChoiceField(
        label=_("受理时限单位"), choices=LIMIT_KINDS, initial="working_minutes"
    )
    contact_amount = forms.IntegerField(label=_("首次联系时限"), min_value=1, required=False)
    contact_kind = forms.ChoiceField(
        label=_("首次联系时限单位"), choices=LIMIT_KINDS, initial="working_days"
    )
    resolve_amount = forms.IntegerField(label=_("办结时限"), min_value=1, required=False)
    resolve_kind = forms.ChoiceField(
        label=_("办结时限单位"), choices=LIMIT_KINDS, initial="working_days"
    )
    valid_from = forms.DateField(
        label=_("起用日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(
        label=_("依据"), max_length=200, required=False, help_text=_("文件名称、文号或会议。")
    )

    def __init__(self, *args: Any, categories: Choices = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category_code"].choices = [("", _("不限")), *categories]


class RegisterForm(DemandForm):
    """The clerk's form: who, by which channel, whom to call back."""

    channel = forms.ChoiceField(
        label=_("怎么来的"),
        choices=[c for c in Channel.choices if c[0] in {"window", "phone", "visit", "group"}],
        initial=Channel.WINDOW,
        widget=forms.RadioSelect,
    )
    enterprise = forms.TypedChoiceField(
        label=_("哪家企业"), coerce=int, required=False, empty_value=None
    )
    title = forms.CharField(label=_("标题"), max_length=80, required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)
    contact_email = forms.EmailField(
        label=_("联系邮箱"),
        required=False,
        help_text=_("没有账号的联系人，有了答复会收到一个一次性评价链接。"),
    )

    field_order = (
        "channel", "enterprise", "text", "title", "category", "building", "space", "place",
        "contact_name", "contact_phone", "contact_email", "urgency", "side", "uploads", "hide_name",
    )  # fmt: skip

    def __init__(self, *args: Any, enterprises: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["enterprise"].choices = [("", _("不是企业，或还没登记")), *enterprises]


def _text(label: Any, *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=5000, widget=forms.Textarea(attrs={"rows": rows})
    )


def _limit_fields() -> dict[str, forms.Field]:
    kinds = [("", _("按时限表")), *LIMIT_KINDS]
    return {
        "limit_amount": forms.IntegerField(label=_("另定时限"), required=False, min_value=1),
        "limit_kind": forms.ChoiceField(label=_("时限单位"), required=False, choices=kinds),
    }


def move_fields(move: str, departments: Choices) -> dict[str, forms.Field]:
    """The fields of one move's form; moves without any are a single press."""
    units = [("", _("请选择部门")), *departments]
    reason = {"reason": _text(_("理由"))}
    note = {"note": _text(_("说明"))}
    files = {"uploads": FilesField(label=_("照片或文件"), required=False)}
    lead = {"lead": forms.ChoiceField(label=_("主办单位"), choices=units)}
    co = {
        "co": forms.MultipleChoiceField(
            label=_("协办单位"),
            choices=units[1:],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "co_days": forms.IntegerField(
            label=_("协办时限（工作日，不填按时限表）"), required=False, min_value=1, max_value=365
        ),
    }
    until = {
        "review_on": forms.DateField(
            label=_("复核日期"), widget=forms.DateInput(attrs={"type": "date"})
        )
    }
    amount = {"amount": forms.IntegerField(label=_("延长几个工作日"), min_value=1, max_value=365)}
    verdict = {
        "verdict": forms.ChoiceField(
            label=_("结论"), choices=Verdict.choices, widget=forms.RadioSelect
        ),
        "answer": _text(_("给企业的答复"), rows=5),
    }
    remark = {"note": _text(_("附言"), required=False, rows=2)}
    table: dict[str, dict[str, forms.Field]] = {
        "decline": reason,
        "dispatch": {**lead, **_limit_fields(), **co, **remark},
        "arbitrate": {**lead, **_limit_fields(), **co, **reason},
        "transfer": {**lead, **_limit_fields(), **reason},
        "contact": note,
        "progress": {**note, **files},
        "answer_part": {**note, **files},
        "resolve": {**verdict, **files},
        "hand_back": reason,
        "ask_info": note,
        "supply_info": {**note, **files},
        "ask_extension": {**amount, **reason},
        "refuse_extension": reason,
        "ask_suspension": {**until, **reason},
        "suspend": {**until, **reason},
        "escalate": reason,
        "reopen": reason,
        "close": reason,
        "supervise": reason,
        "merge": {"into": forms.CharField(label=_("并入哪一件（编号）"), max_length=20)},
        "split": {"parts": _text(_("拆成几件：每件一段，段与段之间空一行"), rows=8)},
        "note": note,
        "rate": {
            "solved": forms.ChoiceField(
                label=_("这件事解决了吗？"), choices=Solved.choices, widget=forms.RadioSelect
            ),
            "score": forms.ChoiceField(
                label=_("办得怎么样？"), choices=SCORES, widget=forms.RadioSelect
            ),
            "words": _text(_("想说的话"), required=False),
        },
    }
    return table.get(move, {})


SCORES = [
    ("1", _("很不满意")),
    ("2", _("不满意")),
    ("3", _("一般")),
    ("4", _("满意")),
    ("5", _("很满意")),
]


class MoveForm(forms.Form):
    """The form of one move, built from the table of fields above."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(
        self, *args: Any, move: str, departments: Choices = (), items: Choices = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(move_fields(move, departments))
        if items:
            self.fields["item"] = forms.ChoiceField(
                label=_("并入已有议题"), required=False, choices=[("", _("作为新的议题")), *items],
                help_text=_("同一件事已在待议时选它，一次商议、各自答复。"),
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What the command wants: limits as a pair, parts as a list, a number as an id."""
        given = {k: v for k, v in self.cleaned_data.items() if k not in {"key", "uploads"}}
        days = given.pop("co_days", None)
        if days:
            given["co_limit"] = ("working_days", days)
        kind, amount = given.pop("limit_kind", ""), given.pop("limit_amount", None)
        if kind and amount:
            given["lead_limit"] = (kind, amount)
        if "parts" in given:
            given["parts"] = [part.strip() for part in given["parts"].split("\n\n")]
        if "into" in given:
            digits = given["into"].rpartition("-")[2]
            given["into"] = int(digits) if digits.isdigit() else 0
        return given


class SavedViewForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=30)
    query = forms.CharField(widget=forms.HiddenInput, max_length=500, required=False)
