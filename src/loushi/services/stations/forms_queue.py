"""The form of a station's counters."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

SPLIT = re.compile(r"[,，、;；]")


class CountersForm(forms.Form):
    """One counter per line: its name, then what it does."""

    counters = forms.CharField(
        label=lazy("有哪些窗口"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=lazy(
            "一行一个，例如 1 号窗口：执照代办、法律咨询。冒号后不写的，什么都办。"
            "全部清空就不再叫号。"
        ),
    )  # fmt: skip

    def lines(self) -> list[tuple[str, list[str]]]:
        """Names with their services."""
        found: list[tuple[str, list[str]]] = []
        for line in str(self.cleaned_data["counters"]).splitlines():
            name, _colon, rest = line.replace(":", "：").partition("：")
            if name.strip():
                said = [one.strip() for one in SPLIT.split(rest)]
                found.append((name.strip(), [one for one in said if one]))
        return found


def as_text(rows: Any) -> str:
    """Counters as the form shows them."""
    return "\n".join(
        f"{one.name}：{'、'.join(one.services)}" if one.services else one.name for one in rows
    )
