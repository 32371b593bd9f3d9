"""The filter of the audit page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .queries import Filter, default_filter, results

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FilterForm(forms.Form):
    """Reads the filter from the address; what is left out falls back to the last thirty days."""

    since = forms.DateField(label=_("从"), required=False, widget=DATE)
    until = forms.DateField(label=_("到"), required=False, widget=DATE)
    who = forms.CharField(label=_("人员"), required=False, max_length=80)
    action = forms.CharField(
        label=_("动作"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"list": "audit-actions"}),
    )
    subject = forms.CharField(label=_("对象"), required=False, max_length=200)
    request = forms.CharField(label=_("请求编号"), required=False, max_length=64)
    result = forms.ChoiceField(label=_("结果"), required=False, choices=results)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期。请调换或重新选择。"))
        return data

    def wanted(self) -> Filter:
        """The filter; fields that could not be read count as left out."""
        usual = default_filter()
        data = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        until: date = data.get("until") or usual.until
        since: date = data.get("since") or min(usual.since, until)
        return Filter(
            since=since,
            until=until,
            who=data.get("who", "").strip(),
            action=data.get("action", "").strip(),
            subject=data.get("subject", "").strip(),
            request=data.get("request", "").strip(),
            result=data.get("result", ""),
        )
