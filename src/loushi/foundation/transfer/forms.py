"""The forms of the import pages; choices come from queries and the registry."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.core.actor import Actor

from . import queries, registry
from .models import ImportBatch

ACCEPT = ".xlsx,.csv,.gz,.tsv,.geojson,.json"
FORM_ERRORS = frozenset({"file", "source", "tz", "unit", "note", "why"})


class UploadForm(forms.Form):
    """A file for one importer."""

    file = forms.FileField(
        label=gettext_lazy("文件"), widget=forms.FileInput(attrs={"accept": ACCEPT})
    )
    sheet = forms.CharField(
        label=gettext_lazy("工作表"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("留空时取列名最吻合的一张表。"),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)


class SourceForm(forms.Form):
    """Where a file comes from, and which unit it concerns."""

    source = forms.CharField(
        label=gettext_lazy("来源"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "sources"}),
        help_text=gettext_lazy("例如“物业月报”。同一来源会沿用上次的列对应，并用它的编号认行。"),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("范围"),
        required=False,
        help_text=gettext_lazy("选了范围，表里没写单位的行都归到这里；范围之外的行会退回。"),
    )
    tz = forms.CharField(
        label=gettext_lazy("时间的时区"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("文件里的时间没有写时区时，按这个时区理解。"),
    )

    def __init__(self, *args: Any, actor: Actor, batch: ImportBatch, **kwargs: Any) -> None:
        initial = {"source": batch.source, "unit": batch.unit_path, "tz": batch.zone}
        super().__init__(*args, initial=initial, **kwargs)
        kind = registry.importer(batch.importer)
        units = registry.unit_choices(actor, kind.permission)
        every = [("", _("按表里写的单位"))]
        self.fields["unit"].choices = [*every, *units]  # type: ignore[attr-defined]
        if not kind.placed or not units:
            del self.fields["unit"]


class NoteForm(forms.Form):
    """Why something that looks wrong is right: for one row, or for all of a kind."""

    note = forms.CharField(label=gettext_lazy("说明"), max_length=200)
    row = forms.IntegerField(required=False, min_value=1)
    kind = forms.CharField(required=False, max_length=200)


class RollBackForm(forms.Form):
    """Why a batch is rolled back, and whether later edits go too."""

    why = forms.CharField(
        label=gettext_lazy("为什么撤回"),
        max_length=200,
        help_text=gettext_lazy("例如“物业发来的是上季度的表”。会留痕。"),
    )
    edited = forms.BooleanField(
        label=gettext_lazy("后来改过的格也撤回，那些改动会丢失"), required=False
    )


class ColumnsForm(forms.Form):
    """Which heading of the file feeds which of our fields."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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

    def pairs(self) -> list[tuple[forms.BoundField, str, str]]:
        """(select, heading, how it was found) of each file column, in the file's order."""
        words = {"remembered": _("沿用上次"), "given": _("您指定"), "recognised": _("识别")}
        return [
            (self[f"c{place}"], heading, words.get(self.batch.origins.get(heading, ""), ""))
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
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("这一行有要确认的地方时，写明为什么没有错。"),
    )

    def __init__(self, *args: Any, actor: Actor, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = registry.unit_choices(actor, permission)
        self.fields["unit"].choices = [("", _("请选择")), *units]  # type: ignore[attr-defined]


class DropForm(forms.Form):
    """Why a waiting row is not needed."""

    note = forms.CharField(label=gettext_lazy("为什么不再处理"), max_length=200)
