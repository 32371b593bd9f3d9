"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy

from loushi.casework.demands.models import Verdict
from loushi.casework.matching.models import JointDecision, MeetingSeat
from loushi.foundation.web.fields import FilesField

BLANK = ("", lazy("未填"))


def _text(label: Any, size: int, help_text: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, help_text=help_text)


def _area(label: Any, size: int = 5000, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=size, widget=widget, **more)


def _pick(label: Any, **more: Any) -> forms.TypedChoiceField:
    more = {"required": False} | more
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, **more)


def _ticks(label: Any, **more: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, coerce=int, widget=forms.CheckboxSelectMultiple, **more
    )


class Form(forms.Form):
    """A form whose lists come from the caller: name → choices; a list that is None goes."""

    key = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, found in (choices or {}).items():
            if found is None:
                del self.fields[name]
                continue
            field: Any = self.fields[name]
            multiple = isinstance(field, forms.MultipleChoiceField)
            field.choices = list(found) if field.required or multiple else [BLANK, *found]


class IssueForm(Form):
    """A common issue."""

    name = _text(
        lazy("名称"), 60, lazy("例如“写字楼分割办证”。提交诉求的企业看得到，不要写企业名。"),
        required=True,
    )  # fmt: skip
    summary = _area(
        lazy("共同的情况"), required=False,
        help_text=lazy("这些诉求共同的难处；牵头和协同单位看得到。"),
    )  # fmt: skip
    category_id = _pick(lazy("类别"))
    unit_id = _pick(lazy("所属单元"), required=True,
                    help_text=lazy("跨社区的共性问题选上一级单元。"))  # fmt: skip


class NewForm(IssueForm):
    """A new one with its first demands (drawn by the page itself)."""

    why = _text(lazy("并入理由"), 200)


class TicksForm(Form):
    """Some demands and a reason."""

    demands = _ticks(lazy("诉求"))
    reason = _text(lazy("理由"), 200, required=True)


class SplitForm(Form):
    """Some demands that become an issue of their own."""

    demands = _ticks(lazy("拆出去的诉求"))
    name = _text(lazy("新共性问题的名称"), 60, required=True)
    summary = _area(lazy("共同的情况"), required=False)


class MergeForm(Form):
    into = _pick(lazy("并入哪一个"), required=True)


class AssignForm(Form):
    """Lead and co-units."""

    lead = _pick(lazy("牵头单位"), required=True)
    co = _ticks(lazy("协同单位"), required=False)
    dispatch = forms.BooleanField(
        label=lazy("同时交办待交办的诉求"), required=False, initial=True,
        help_text=lazy("每件诉求照常计时、留痕；已经在办的不变。"),
    )  # fmt: skip


class AnswerForm(Form):
    """The one answer to all demands of an issue."""

    verdict = forms.ChoiceField(
        label=lazy("办理结果"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    answer = _area(
        lazy("答复"), rows=6, help_text=lazy("每一件诉求都会收到这段答复，由提交人各自评价。")
    )
    uploads = FilesField(label=lazy("政策文件或照片"), required=False)


class ReferForm(Form):
    body_id = _pick(lazy("提交给"), required=True)


class WhyForm(Form):
    why = _text(lazy("原因"), 200, required=True)


class NoteForm(Form):
    note = _area(lazy("记一条"), help_text=lazy("办理单位看得到，企业看不到。"))


class MeetingForm(Form):
    """When, where, about what, with whom."""

    kind = forms.ChoiceField(label=lazy("形式"), widget=forms.RadioSelect)
    title = _text(lazy("会议名称"), 80, required=True)
    starts_at = forms.DateTimeField(
        label=lazy("时间"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    place = _text(lazy("地点"), 80, required=True)
    convener = _text(lazy("召集单位"), 60, required=True)
    issues = _ticks(lazy("上会的共性问题"))
    lead_id = _pick(lazy("牵头单位"), help_text=lazy("不选则按共性问题的牵头单位。"))
    co = _ticks(lazy("还请哪些单位"), required=False,
                help_text=lazy("共性问题的牵头和协同单位自动在内。"))  # fmt: skip


class ChairForm(Form):
    chair = _text(lazy("主持人"), 40, required=True)


class NotesForm(Form):
    notes = _area(lazy("会议记录"), 20_000, 10, required=False)


class DecisionForm(Form):
    """What was decided."""

    text = _area(lazy("定了什么"), 300, 3)
    issue_id = _pick(lazy("针对哪个共性问题"))
    department_id = _pick(lazy("责任单位"))
    owner = _text(lazy("责任人"), 40, lazy("没有责任单位的，写明谁来办。"))
    due_on = forms.DateField(
        label=lazy("完成期限"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class FollowForm(Form):
    state = forms.ChoiceField(
        label=lazy("进展"), choices=JointDecision.State.choices, widget=forms.RadioSelect
    )
    note = _text(lazy("说明"), 300)


class AttendanceForm(Form):
    """Who is there; two fields for each department."""

    def __init__(self, *args: Any, seats: Sequence[Any], guests: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        for one in seats:
            unit = one.department.name if one.department else one.organisation
            self.fields[f"seat{one.pk}"] = forms.ChoiceField(
                label=unit, choices=MeetingSeat.How.choices, required=False,
                widget=forms.RadioSelect, initial=one.how or None,
            )  # fmt: skip
            self.fields[f"name{one.pk}"] = _text(lazy("%(unit)s参会人") % {"unit": unit}, 40)
            self.initial[f"name{one.pk}"] = one.name
        self.fields["guests"] = _area(
            lazy("列席"), 1000, 3, required=False, initial=guests,
            help_text=lazy("一行一人：姓名 单位，例如 陈屿 云栈餐饮。"),
        )  # fmt: skip

    def seats(self) -> dict[int, tuple[str, str]]:
        """By seat how and who; those left blank are left out."""
        return {
            int(name[4:]): (value, self.cleaned_data.get(f"name{name[4:]}", ""))
            for name, value in self.cleaned_data.items()
            if name.startswith("seat") and value
        }

    def guests(self) -> list[tuple[str, str]]:
        lines = filter(None, map(str.strip, self.cleaned_data["guests"].splitlines()))
        return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def local(moment: Any) -> str:
    """A moment as the browser's field wants it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""
