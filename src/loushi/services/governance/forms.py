"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy

from loushi.services.governance.models import (
    Attendance,
    Base,
    Choice,
    Matter,
    Post,
    ResolutionTask,
    Share,
    Side,
)
from loushi.services.governance.words import VERDICTS

BLANK = ("", lazy("未填"))


def _date(label: Any, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def _text(label: Any, size: int, help_text: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=required, help_text=help_text)


def _area(label: Any, size: int = 5000, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=size, widget=widget, **more)


def _pick(label: Any, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=False, **more)


class Form(forms.Form):
    """A form whose lists come from the caller: name → choices; a list that is None goes."""

    def __init__(self, *args: Any, choices: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, found in (choices or {}).items():
            if found is None:
                del self.fields[name]
                continue
            field: Any = self.fields[name]
            multiple = isinstance(field, forms.MultipleChoiceField)
            field.choices = list(found) if field.required or multiple else [BLANK, *found]


class BodyForm(Form):
    """A body."""

    name = _text(lazy("名称"), 60, required=True)
    kind = forms.ChoiceField(label=lazy("类型"))
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    building_id = _pick(lazy("所在楼宇"), help_text=lazy("留空表示议本社区所有楼宇的事。"))
    since = _date(lazy("成立日期"), required=False)
    until = _date(lazy("撤销日期"), required=False)
    note = _text(lazy("备注"), 300)


class SeatForm(Form):
    """A member for a term."""

    user_id = _pick(lazy("账号"), help_text=lazy("有账号的委员能收通知、在手机上表决。"))
    name = _text(lazy("姓名"), 40, lazy("选了账号可以不填。"))
    side = forms.ChoiceField(label=lazy("代表"), choices=Side.choices)
    post = forms.ChoiceField(label=lazy("职务"), choices=Post.choices, initial=Post.MEMBER)
    enterprise_id = _pick(lazy("所在企业"), help_text=lazy("议到这家企业时自动回避。"))
    manager_id = _pick(lazy("所在物业公司"), help_text=lazy("议到这家公司时自动回避。"))
    votes = forms.BooleanField(label=lazy("有表决权"), required=False, initial=True)
    weight = forms.IntegerField(
        label=lazy("表决权数"), min_value=1, max_value=100_000_000, initial=1,
        help_text=lazy("一席一票写 1；按面积表决的写面积。"),
    )  # fmt: skip
    since = _date(lazy("任期开始"), required=False)
    until = _date(lazy("任期结束"), required=False)


class RuleForm(Form):
    """A rule for one matter from a day on."""

    matter = forms.ChoiceField(label=lazy("事项"), choices=Matter.choices)
    quorum = forms.ChoiceField(label=lazy("多少委员到会方可表决"), choices=Share.choices)
    majority = forms.ChoiceField(label=lazy("多少赞成为通过"), choices=Share.choices)
    base = forms.ChoiceField(label=lazy("赞成按什么计算"), choices=Base.choices)
    both = forms.BooleanField(label=lazy("人数和表决权都要达到"), required=False)
    sides = forms.MultipleChoiceField(
        label=lazy("谁有表决权"), choices=Side.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=lazy("都不勾表示所有委员。"),
    )  # fmt: skip
    notice_days = forms.IntegerField(
        label=lazy("提前几天通知"), min_value=0, max_value=60, initial=3
    )
    since = _date(lazy("起用日期"))


class ItemForm(Form):
    """A matter for a body."""

    title = _text(lazy("议什么"), 80, required=True)
    summary = _area(lazy("情况和建议"), required=False)
    matter = forms.ChoiceField(label=lazy("事项"), choices=Matter.choices)
    enterprise_id = _pick(
        lazy("涉及的企业"), help_text=lazy("例如拟签约的企业；在这家企业的委员须回避。")
    )
    manager_id = _pick(lazy("涉及的物业公司"))


class MeetingForm(Form):
    """When and where."""

    title = _text(lazy("会议名称"), 80, required=True)
    starts_at = forms.DateTimeField(
        label=lazy("时间"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    place = _text(lazy("地点"), 80, required=True)
    dial_in = _text(lazy("电话接入"), 80, lazy("例如会议电话号码；电话参加的也算到会。"))
    urgent = _text(lazy("紧急理由"), 200, lazy("通知来不及按规则提前时填写，会写进纪要。"))


class AgendaForm(Form):
    """Which waiting items go on the agenda."""

    item_ids = forms.TypedMultipleChoiceField(
        label=lazy("待上会的议题"), coerce=int, widget=forms.CheckboxSelectMultiple
    )


class AttendanceForm(Form):
    """Who is there; one field for each member."""

    def __init__(self, *args: Any, members: Sequence[Any], guests: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        for one in members:
            self.fields[f"seat{one.seat.pk}"] = forms.ChoiceField(
                label=one.seat.name, choices=Attendance.How.choices, required=False,
                widget=forms.RadioSelect, initial=one.how or None,
            )  # fmt: skip
        self.fields["guests"] = _area(
            lazy("列席"), 1000, 3, required=False, initial=guests,
            help_text=lazy("一行一人：姓名 单位，例如 陈屿 云栈餐饮。"),
        )  # fmt: skip

    def members(self) -> dict[int, str]:
        """How each member takes part, by seat; those left blank are left out."""
        return {
            int(name[4:]): value
            for name, value in self.cleaned_data.items()
            if name.startswith("seat") and value
        }

    def guests(self) -> list[tuple[str, str]]:
        lines = filter(None, map(str.strip, self.cleaned_data["guests"].splitlines()))
        return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


class ChairForm(Form):
    chair = _text(lazy("主持人"), 40, required=True)


class NotesForm(Form):
    notes = _area(lazy("会议记录"), 20_000, 10, required=False)


class DiscussionForm(Form):
    discussion = _area(lazy("讨论"), 20_000, 6, required=False)


class WhyForm(Form):
    why = _text(lazy("原因"), 300, required=True)


class VoteForm(Form):
    """How a vote is opened."""

    secret = forms.BooleanField(
        label=lazy("无记名投票"), required=False,
        help_text=lazy("每席票数相同、至少五人到会才能用；结束后谁也查不出谁投了什么。"),
    )  # fmt: skip
    recused = forms.TypedMultipleChoiceField(
        label=lazy("还有谁要回避"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("在所涉企业或物业公司任职的委员已自动回避。"),
    )  # fmt: skip


class CastForm(Form):
    choice = forms.ChoiceField(
        label=lazy("您的表决"), choices=Choice.choices, widget=forms.RadioSelect
    )


class RollForm(Form):
    """An open vote taken down by the convener: one field for each member on the roll."""

    def __init__(self, *args: Any, roll: Sequence[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        for one in roll:
            self.fields[f"seat{one.seat_id}"] = forms.ChoiceField(
                label=one.name, choices=Choice.choices, required=False,
                widget=forms.RadioSelect, initial=one.choice or None,
            )  # fmt: skip

    def changed(self) -> dict[int, str]:
        """What differs from what was there, by seat."""
        return {
            int(name[4:]): self.cleaned_data[name]
            for name in self.changed_data
            if self.cleaned_data.get(name)
        }


class ResolutionForm(Form):
    text = _area(lazy("决议内容"), 2000, 4)


class TaskForm(Form):
    """Something to be done."""

    what = _text(lazy("要做什么"), 120, required=True)
    owner_id = _pick(lazy("负责人账号"), help_text=lazy("会收到通知，到期可自己登记完成。"))
    owner_name = _text(lazy("负责人"), 40, lazy("没有账号的写姓名或单位。"))
    due_on = _date(lazy("完成期限"))


class ProgressForm(Form):
    state = forms.ChoiceField(
        label=lazy("进展"), choices=ResolutionTask.State.choices, widget=forms.RadioSelect
    )
    note = _text(lazy("说明"), 300)


class ReportForm(Form):
    """The answer to everybody behind a resolution."""

    verdict = forms.ChoiceField(
        label=lazy("办理结果"),
        choices=[(code, label) for code, label in VERDICTS.items() if code != "escalated"],
    )
    answer = _area(
        lazy("答复"), help_text=lazy("背后每一件诉求都会收到这段答复，由提交人各自评价。")
    )


def local(moment: Any) -> str:
    """A moment as the browser's field wants it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""
