"""Forms of this package. They only read what was typed; the rules are the commands'."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

lazy = gettext_lazy


class PurposeForm(forms.Form):
    """What tax is looked at for today."""

    purpose = forms.CharField(
        label=lazy("今天查看税收的用途"), max_length=100,
        help_text=lazy("每天填一次，之后每次查看都会连同时间和用途一起留痕。"),
    )  # fmt: skip


class CorrectForm(forms.Form):
    """One corrected amount."""

    amount = forms.DecimalField(label=lazy("更正后的金额（元）"), decimal_places=2, max_digits=18)
    source = forms.CharField(label=lazy("数据来源"), max_length=60)
    why = forms.CharField(
        label=lazy("更正原因"), max_length=200, help_text=lazy("原来的数会作为旧版保留。")
    )


class TotalForm(forms.Form):
    """What the tax office publishes of the district."""

    year = forms.IntegerField(label=lazy("年度"))
    tax = forms.DecimalField(label=lazy("全区税收（元）"), decimal_places=2, max_digits=18)
    key_taxpayers = forms.IntegerField(label=lazy("全区重点税源户数"))
    source = forms.CharField(label=lazy("来源"), max_length=60)


class RuleForm(forms.Form):
    """Bands and threshold from a year on; amounts in 万元 as people say them."""

    since_year = forms.IntegerField(label=lazy("从哪一年度起"))
    edges = forms.CharField(
        label=lazy("各档下限（万元）"), max_length=200,
        help_text=lazy("从小到大，用逗号隔开，例如 10,50,100,500,1000。"),
    )  # fmt: skip
    key_threshold = forms.DecimalField(label=lazy("重点税源标准（万元）"))
    source = forms.CharField(label=lazy("依据"), max_length=120)

    def clean_edges(self) -> list[int]:
        """Whole yuan, in the order typed."""
        found = []
        for word in re.split(r"[,，、;；\s]+", self.cleaned_data["edges"].strip()):
            try:
                found.append(int(Decimal(word) * 10_000))
            except (InvalidOperation, ValueError):
                raise forms.ValidationError(
                    _("“%(word)s”不是数。请用逗号隔开各档下限，单位万元。") % {"word": word}
                ) from None
        return found

    def clean_key_threshold(self) -> int:
        """Whole yuan."""
        return int(self.cleaned_data["key_threshold"] * 10_000)


class PublishForm(forms.Form):
    """The explicit act: which years, and that the preview was read."""

    years = forms.TypedMultipleChoiceField(label=lazy("年度"), coerce=int)
    digest = forms.CharField(max_length=64)
    note = forms.CharField(label=lazy("发布说明"), max_length=200, required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["years"].choices = [(str(one), str(one)) for one in years]  # type: ignore[attr-defined]
