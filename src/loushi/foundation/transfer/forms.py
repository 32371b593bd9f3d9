"""The forms of the import pages; choices come from queries and the registry."""

from collections import Counter
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.core.actor import Actor

from . import queries, registry
from .models import ImportBatch

ACCEPT = ".xlsx,.csv,.gz,.tsv,.geojson,.json"
FORM_ERRORS = frozenset({"file", "source", "tz", "unit", "note"})


class UploadForm(forms.Form):
    """A file for one importer."""

    file = forms.FileField(
        label=gettext_lazy("文件"), widget=forms.FileInput(attrs={"accept": ACCEPT})
    )
    unit = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    source = forms.CharField(
        label=gettext_lazy("来源"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("例如“物业月报”。同一来源会沿用上次的列对应，并用它的编号认行。"),
    )
    tz = forms.CharField(
        label=gettext_lazy("时间的时区"),
        max_length=60,
        required=False,
        initial=settings.TIME_ZONE,
        help_text=gettext_lazy("文件里的时间没有写时区时，按这个时区理解。"),
    )
    sheet = forms.CharField(
        label=gettext_lazy("工作表"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("留空时取列名最吻合的一张表。"),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def __init__(self, *args: Any, actor: Actor, importer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = registry.importer(importer)
        units = registry.unit_choices(actor, kind.permission)
        every = [("", _("按表里写的单位"))]
        self.fields["unit"].choices = [*every, *units]  # type: ignore[attr-defined]
        if not kind.placed or not units:
            del self.fields["unit"]


class ColumnsForm(forms.Form):
    """Which heading of the file feeds which of our fields."""

    source = forms.CharField(
        label=gettext_lazy("来源"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("用外部编号认行时必须写明。"),
    )
    tz = forms.CharField(label=gettext_lazy("时间的时区"), max_length=60, required=False)

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(
            *args, initial={"source": batch.source, "tz": batch.zone, **kwargs.pop("initial", {})},
            **kwargs,
        )  # fmt: skip
        self.batch = batch
        columns = queries.columns_of(batch.importer)
        self.labels = {name: label for name, label, _required in columns}
        chosen = {heading: name for name, heading in batch.mapping.items()}
        choices = [("", _("不导入"))] + [
            (name, _("%(label)s（必填）") % {"label": label} if required else label)
            for name, label, required in columns
        ]
        for place, heading in enumerate(batch.header):
            if heading:
                self.fields[f"c{place}"] = forms.ChoiceField(
                    label=heading,
                    choices=choices,
                    required=False,
                    initial=chosen.get(heading, ""),
                )

    def pairs(self) -> list[tuple[forms.BoundField, str]]:
        """(select, heading) of each file column, in the file's order."""
        return [
            (self[f"c{place}"], heading)
            for place, heading in enumerate(self.batch.header)
            if heading
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        chosen = {name: data.get(name) for name in self.fields if name.startswith("c")}
        doubled = {name for name, many in Counter(chosen.values()).items() if name and many > 1}
        for field, name in chosen.items():
            if name in doubled:
                self.add_error(
                    field,
                    _("“%(label)s”已经由另一列提供。请只留一列。") % {"label": self.labels[name]},
                )
        if not any(chosen.values()):
            self.add_error(None, _("没有一列要导入。请至少指定一列。"))
        return data

    def mapping(self) -> dict[str, str]:
        """Our column → heading."""
        return {
            self.cleaned_data[f"c{place}"]: heading
            for place, heading in enumerate(self.batch.header)
            if heading and self.cleaned_data.get(f"c{place}")
        }


class PlaceForm(forms.Form):
    """The unit of a waiting row."""

    unit = forms.ChoiceField(label=gettext_lazy("归到哪个单位"))

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = registry.unit_choices(actor, permission)
        self.fields["unit"].choices = [("", _("请选择")), *units]  # type: ignore[attr-defined]


class DropForm(forms.Form):
    """Why a waiting row is not needed."""

    note = forms.CharField(label=gettext_lazy("为什么不再处理"), max_length=200)
