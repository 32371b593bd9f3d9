"""Forms of booking resources."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy


def _number(label: Any, low: int, high: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, **more)


def _text(label: Any, size: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=size, required=False, **more)


class TimesForm(forms.Form):
    """When a resource can be booked."""

    minutes = _number(lazy("每段（分钟）"), 5, 720, initial=60)
    places = _number(
        lazy("每段名额"), 1, 5000, help_text=lazy("场地一次给一家用就填 1，食堂填座位数。")
    )
    most = _number(lazy("一次最多约几个"), 1, 500, initial=1)
    days_ahead = _number(lazy("可提前预约（天）"), 0, 60, initial=14)
    release_minutes = _number(lazy("过时不到多久让出名额（分钟）"), 1, 240, initial=15)
    workday_hours = _text(
        lazy("工作日开放时间"),
        80,
        help_text=lazy("例如 09:00-12:00 13:30-17:30，含调休。"),
    )
    restday_hours = _text(lazy("休息日开放时间"), 80, help_text=lazy("休息日不开放的留空。"))
    extended_hours = _text(
        lazy("延时服务时间"), 80, help_text=lazy("每天都开放的午间、晚间，例如 12:00-13:30。")
    )


class ReserveForm(forms.Form):
    """A time and what for; by staff also who comes."""

    slot = forms.ChoiceField(label=lazy("时段"), widget=forms.RadioSelect)
    units = _number(lazy("约几个"), 1, 500, initial=1)
    name = forms.CharField(label=lazy("姓名"), max_length=40)
    phone = _text(lazy("电话"), 20)
    firm = _text(lazy("单位"), 80)
    note = _text(lazy("做什么用"), 300, widget=forms.Textarea(attrs={"rows": 2}))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, slots: Any, most: int, host: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = slots  # type: ignore[attr-defined]
        if most == 1:
            del self.fields["units"]
        if host:
            self.fields["phone"].required = True
        else:
            del self.fields["name"], self.fields["firm"]

    def clean_slot(self) -> datetime:
        zone = timezone.get_current_timezone()
        return datetime.fromisoformat(self.cleaned_data["slot"]).replace(tzinfo=zone)
