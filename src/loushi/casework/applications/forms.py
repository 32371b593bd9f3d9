"""Forms of this package. They only read what was typed; the rules are the commands'."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.core.rating import SCORES, Solved
from loushi.foundation.web.fields import FilesField
from loushi.services.catalogue.models.flow import Field, Flow, Material
from loushi.services.catalogue.queries.bundle_words import YES_NO

SCORE_WORDS = (lazy("很不满意"), lazy("不满意"), lazy("一般"), lazy("满意"), lazy("很满意"))


def _area(label: Any, size: int, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=size, widget=widget, **more)


def _key() -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class AnswersForm(forms.Form):
    """The one form of a bundle, made from its questions; at the window with the applicant."""

    key = _key()

    def __init__(
        self, *args: Any, flow: Flow, window: bool = False, units: Any = (), founders: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.flow, self.window = flow, window
        if window:
            self.fields.update(_window_fields(units, founders=founders))
        self.asked = [f"answer_{one.code}" for one in flow.fields]
        for one in flow.fields:
            self.fields[f"answer_{one.code}"] = _answer(one)

    def about(self) -> list[Any]:
        return [self[name] for name in WINDOW_FIELDS if name in self.fields]

    def questions(self) -> list[Any]:
        return [self[name] for name in self.asked]

    def answers(self) -> dict[str, Any]:
        return {name.removeprefix("answer_"): self.cleaned_data.get(name) for name in self.asked}


WINDOW_FIELDS = ("firm", "applicant", "contact_name", "contact_phone", "unit_id")


def _window_fields(units: Any, *, founders: bool) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "firm": forms.CharField(
            label=lazy("企业名称或统一社会信用代码"), max_length=80, required=not founders,
            help_text=lazy("还没有企业的不填，填下面的申请人。") if founders else "",
        ),
    }  # fmt: skip
    if founders:
        found["applicant"] = forms.CharField(label=lazy("申请人"), max_length=80, required=False)
    found |= {
        "contact_name": forms.CharField(label=lazy("联系人"), max_length=40, required=False),
        "contact_phone": forms.CharField(
            label=lazy("联系电话"), max_length=20, required=False,
            widget=forms.TextInput(attrs={"inputmode": "tel"}),
        ),
        "unit_id": forms.TypedChoiceField(label=lazy("所属社区"), coerce=int, choices=units),
    }  # fmt: skip
    return found


def _answer(one: Field) -> forms.Field:
    given: dict[str, Any] = {
        "label": one.label, "required": one.required, "help_text": one.hint,
        "error_messages": {"required": lazy("请填写这一项。")},
    }  # fmt: skip
    choices = [(value, YES_NO.get(value, value)) for value in one.values]
    if one.kind == "long":
        return forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **given)
    if one.kind == "number":
        return forms.FloatField(**given)
    if one.kind == "date":
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return forms.DateField(widget=widget, **given)
    if one.kind in ("begin", "end"):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        return forms.DateTimeField(widget=widget, **given)
    if one.kind == "ticks":
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **given
        )
    if one.kind in ("choice", "yes", "place"):
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **given)
    return forms.CharField(max_length=200, **given)


class MaterialsForm(forms.Form):
    """What has to be handed in for the answers that were given: files, or paper at the window."""

    def __init__(self, *args: Any, materials: Sequence[Material], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.materials = materials
        for one in materials:
            self.fields[f"material_{one.code}"] = FilesField(
                label=one.label, required=one.required, help_text=one.hint
            )
            self.fields[f"paper_{one.code}"] = forms.BooleanField(
                label=lazy("纸质材料交到窗口"), required=False
            )

    def rows(self) -> list[tuple[Material, Any, Any]]:
        return [
            (one, self[f"material_{one.code}"], self[f"paper_{one.code}"])
            for one in self.materials
        ]  # fmt: skip

    def uploads(self) -> dict[str, list[Any]]:
        return {
            one.code: self.cleaned_data.get(f"material_{one.code}") or []
            for one in self.materials
        }  # fmt: skip

    def papers(self) -> list[str]:
        return [one.code for one in self.materials if self.cleaned_data.get(f"paper_{one.code}")]


class SaidForm(forms.Form):
    """The result of a step, what has to be corrected, or why it is not approved."""

    said = _area(lazy("说明"), 1000, 4, required=False)
    key = _key()

    def __init__(
        self, *args: Any, label: Any, required: bool, hint: Any = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["said"]
        field.label, field.required, field.help_text = label, required, hint


class ErrandForm(forms.Form):
    """Who runs the errand; a hand-over says how it stands."""

    agent = forms.TypedChoiceField(label=lazy("由谁代跑"), coerce=int)
    said = _area(
        lazy("交接说明"), 300, required=False,
        help_text=lazy("换人时写明办到哪一步、东西在哪里。"),
    )  # fmt: skip
    key = _key()

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["agent"].choices = [("", lazy("请选择")), *people]


class SupplyForm(forms.Form):
    """A correction: words, and files of any of the materials."""

    note = _area(lazy("补正说明"), 2000)
    key = _key()

    def __init__(
        self, *args: Any, materials: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes = []
        for code, label in materials:
            self.codes.append(code)
            self.fields[f"material_{code}"] = FilesField(label=label, required=False)

    def files(self) -> list[Any]:
        return [self[f"material_{code}"] for code in self.codes]

    def uploads(self) -> dict[str, list[Any]]:
        return {code: self.cleaned_data.get(f"material_{code}") or [] for code in self.codes}


class WhyForm(forms.Form):
    """A reason."""

    reason = _area(lazy("原因"), 300)
    key = _key()


class RecordForm(forms.Form):
    """A number, or what happened."""

    code = forms.ChoiceField(label=lazy("记录哪一项"), widget=forms.RadioSelect)
    amount = forms.IntegerField(label=lazy("数量"), required=False, min_value=0)
    text = _area(lazy("情况"), 500, required=False)
    key = _key()

    def __init__(self, *args: Any, flow: Flow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["code"].choices = [(one.code, one.label) for one in flow.records]
        if not any(one.kind == "count" for one in flow.records):
            del fields["amount"]


class RateForm(forms.Form):
    """评价, as demands have it."""

    solved = forms.ChoiceField(
        label=lazy("这件事办成了吗？"), choices=Solved.choices, widget=forms.RadioSelect
    )
    score = forms.ChoiceField(
        label=lazy("满意吗？"), widget=forms.RadioSelect,
        choices=list(zip(map(str, SCORES), SCORE_WORDS, strict=True)),
    )  # fmt: skip
    words = _area(lazy("想说的话"), 2000, required=False)
    key = _key()
