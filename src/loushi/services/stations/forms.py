"""Forms of this package. They only read what was typed; the rules are the commands'."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.services.stations.models import Kind, StationService, Tenure

BLANK = [("", lazy("未填"))]
WEEKDAYS = [
    (0, lazy("周一")), (1, lazy("周二")), (2, lazy("周三")), (3, lazy("周四")), (4, lazy("周五")),
    (5, lazy("周六")), (6, lazy("周日")),
]  # fmt: skip
EXAMPLE = lazy("例如 09:00-12:00 13:30-17:30；不开放留空。")


def _date(label: Any, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )


def _text(label: Any, size: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=False, help_text=help_text)


def _number(
    label: Any, least: int, most: int, help_text: Any = "", initial: int | None = None
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=False, help_text=help_text,
        initial=initial,
    )  # fmt: skip


class StationForm(forms.Form):
    """A station, its services and its spaces."""

    name = forms.CharField(label=lazy("站点名称"), max_length=60)
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    kind = forms.ChoiceField(label=lazy("类型"), choices=Kind.choices)
    tenure = forms.ChoiceField(label=lazy("场地来源"), choices=Tenure.choices)
    building_id = forms.TypedChoiceField(
        label=lazy("所在楼宇"), coerce=int, empty_value=None, required=False
    )
    address = _text(lazy("地址"), 120)
    phone = _text(lazy("服务电话"), 20)
    area = forms.DecimalField(
        label=lazy("面积（㎡）"), required=False, decimal_places=2, max_digits=10
    )
    workday_hours = _text(lazy("工作日开放时间"), 80, EXAMPLE)
    restday_hours = _text(lazy("休息日和节假日开放时间"), 80)
    extended_hours = _text(lazy("延时服务时间"), 80, lazy("午间、晚间加开的时段，每天都算。"))
    slot_minutes = _number(
        lazy("预约每段（分钟）"), 5, 480, lazy("填了才接受预约，例如 30；不接受预约留空。")
    )
    slot_places = _number(lazy("每段名额"), 1, 500, initial=2)
    days_ahead = _number(lazy("可提前预约（天）"), 0, 60, initial=7)
    release_minutes = _number(
        lazy("过时不到多久让出名额（分钟）"), 1, 240, lazy("让出的名额按顺序给候补的人。"), 15
    )
    services = forms.CharField(
        label=lazy("提供的服务"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("一行一项，可在前面写类别：政务 营业执照代办。"),
    )  # fmt: skip
    spaces = forms.CharField(
        label=lazy("空间台账"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("一行一间：名称 面积 座位数 用途，例如 会客厅 60 20 洽谈。"),
    )  # fmt: skip
    since = _date(lazy("启用日期"), required=False)
    note = _text(lazy("备注"), 300)

    def __init__(self, *args: Any, units: Any, buildings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building_id"].choices = [*BLANK, *buildings]  # type: ignore[attr-defined]
        if units is None:
            del self.fields["unit_id"]
        else:
            self.fields["unit_id"].choices = units  # type: ignore[attr-defined]

    def clean_services(self) -> list[tuple[str, str]]:
        categories = {str(label): code for code, label in StationService.Category.choices}
        found = []
        for line in self.cleaned_data["services"].splitlines():
            head, _gap, rest = line.strip().partition(" ")
            if head in categories and rest.strip():
                found.append((categories[head], rest.strip()[:60]))
            elif line.strip():
                found.append(("government", line.strip()[:60]))
        return found

    def clean_spaces(self) -> list[tuple[str, Decimal, int | None, str]]:
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["spaces"].splitlines())):
            parts = line.split()
            try:
                area = Decimal(parts[1])
                seats = int(parts[2]) if len(parts) > 2 and parts[2].isdecimal() else None
                if not 0 < area < 10**7:
                    raise InvalidOperation
            except (IndexError, InvalidOperation):
                raise forms.ValidationError(
                    _("看不懂“%(line)s”。请写成：名称 面积 座位数 用途。") % {"line": line}
                ) from None
            use = " ".join(parts[3:] if seats is not None else parts[2:])
            found.append((parts[0][:60], area, seats, use[:60]))
        return found


class InspectForm(forms.Form):
    """One pass through the standard."""

    on = _date(lazy("检查日期"))
    met = forms.TypedMultipleChoiceField(
        label=lazy("达标的条目"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = _text(lazy("检查说明"), 300)

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["met"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.name}：{one.hint}" if one.hint else one.name) for one in items
        ]


class RotaForm(forms.Form):
    """A new rota."""

    name = forms.CharField(label=lazy("名称"), max_length=60)
    unit_id = forms.TypedChoiceField(label=lazy("所属社区"), coerce=int)
    first = _date(lazy("第一天"))
    last = _date(lazy("最后一天"))
    rest_hours = forms.IntegerField(
        label=lazy("两班之间至少休息（小时）"), min_value=0, max_value=72, initial=11
    )
    longest_run = forms.IntegerField(
        label=lazy("最多连续值守（天）"), min_value=1, max_value=31, initial=6
    )
    most = forms.IntegerField(
        label=lazy("每个成员最多（班）"), min_value=1, max_value=99, required=False
    )
    like = forms.TypedChoiceField(
        label=lazy("成员和班次照搬"), coerce=int, empty_value=None, required=False
    )
    surge = forms.BooleanField(
        label=lazy("应急轮值"), required=False,
        help_text=lazy("防汛、大型活动等临时加开；与日常轮值互相避让。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Any, rotas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]
        self.fields["like"].choices = [("", lazy("不照搬")), *rotas]  # type: ignore[attr-defined]


class MembersForm(forms.Form):
    """Who is on a rota, and who of them has a skill."""

    chosen = forms.MultipleChoiceField(
        label=lazy("参加轮值的部门和人员"), required=False, widget=forms.CheckboxSelectMultiple
    )
    skill = _text(lazy("技能"), 20, lazy("有的班次要求专门技能时填写，例如 政务。"))
    skilled = forms.MultipleChoiceField(
        label=lazy("具备这项技能的"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]
        self.fields["skilled"].choices = choices  # type: ignore[attr-defined]


class TemplateForm(forms.Form):
    """What must be covered."""

    station_ids = forms.TypedMultipleChoiceField(
        label=lazy("站点"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=lazy("星期"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    starts = _time(lazy("开始"))
    ends = _time(lazy("结束"))
    needed = forms.IntegerField(label=lazy("需要几个成员"), min_value=1, max_value=20, initial=1)
    skill = _text(lazy("要求的技能"), 20)

    def __init__(self, *args: Any, stations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station_ids"].choices = stations  # type: ignore[attr-defined]


class AwayForm(forms.Form):
    """Days on which a member cannot."""

    member_id = forms.TypedChoiceField(label=lazy("成员"), coerce=int)
    first = _date(lazy("从"))
    last = _date(lazy("到"))
    why = _text(lazy("原因"), 60)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member_id"].choices = members  # type: ignore[attr-defined]


class HandoverForm(forms.Form):
    """After a shift. Nothing here is forced."""

    attended = forms.TypedChoiceField(
        label=lazy("到岗情况"), required=False, empty_value=None, coerce=lambda v: v == "yes",
        choices=[("", lazy("暂不登记")), ("yes", lazy("已到岗")), ("no", lazy("未到岗"))],
    )  # fmt: skip
    person = _text(lazy("值守人"), 40)
    handover = forms.CharField(
        label=lazy("交接事项"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class SwapForm(forms.Form):
    """A swap: to whom, for which shift of theirs."""

    taker_id = forms.TypedChoiceField(label=lazy("换给谁"), coerce=int)
    back_id = forms.TypedChoiceField(
        label=lazy("换回对方哪一班"), coerce=int, empty_value=None, required=False
    )
    words = _text(lazy("说明"), 200)

    def __init__(self, *args: Any, takers: Any, backs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker_id"].choices = takers  # type: ignore[attr-defined]
        self.fields["back_id"].choices = [  # type: ignore[attr-defined]
            ("", lazy("不换回，只请对方代班")), *backs,
        ]  # fmt: skip


class BookForm(forms.Form):
    """A time, a service and a matter; at the window also who comes."""

    slot = forms.ChoiceField(label=lazy("时段"), widget=forms.RadioSelect)
    name = forms.CharField(label=lazy("姓名"), max_length=40)
    phone = _text(lazy("电话"), 20)
    firm = _text(lazy("单位"), 80)
    service = forms.ChoiceField(label=lazy("办哪项服务"))
    matter = forms.CharField(
        label=lazy("办什么事"), required=False, max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, slots: Any, services: Any, window: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = slots  # type: ignore[attr-defined]
        if window:
            self.fields["phone"].required = True
        else:
            del self.fields["name"], self.fields["firm"]
        if services:
            self.fields["service"].choices = [  # type: ignore[attr-defined]
                ("", lazy("请选择")), *((one, one) for one in services),
            ]  # fmt: skip
        else:
            del self.fields["service"]

    def clean_slot(self) -> datetime:
        zone = timezone.get_current_timezone()
        return datetime.fromisoformat(self.cleaned_data["slot"]).replace(tzinfo=zone)
