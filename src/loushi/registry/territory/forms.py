"""Forms for changing the tree. They only read; the commands judge."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.errors import LoushiError

Choices = Iterable[tuple[Any, Any]]
CHOOSE = ("", _("请选择"))


class TreeForm(forms.Form):
    """A change on a date; shows a command's refusal beside the fields it names."""

    on = forms.DateField(
        label=_("生效日期"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("可以是过去、今天或将来；将来的变动到当天自动生效"),
    )

    def refuse(self, refusal: LoushiError) -> None:
        for error in refusal.errors:
            name = error.field if error.field in self.fields else None
            self.add_error(name, str(error.message))

    def choose(self, name: str, choices: Choices, *, blank: Any = CHOOSE) -> None:
        """Sets the choices of a field, with a blank one before them."""
        start = [blank] if blank else []
        self.fields[name].choices = [*start, *choices]  # type: ignore[attr-defined]


class FoundForm(TreeForm):
    parent = forms.TypedChoiceField(label=_("上级单元"), coerce=int)
    kind = forms.ChoiceField(label=_("层级"))
    code = forms.CharField(label=_("编码"), max_length=32, help_text=_("例如 GS-01，定了不再改"))
    name = forms.CharField(label=_("名称"), max_length=60)
    prefix = forms.CharField(
        label=_("诉求编号前缀"), max_length=4, required=False, help_text=_("2 到 4 个大写字母")
    )
    feature = forms.CharField(label=_("特色"), max_length=60, required=False)
    source = forms.CharField(label=_("依据"), max_length=200, required=False)
    field_order = ("parent", "kind", "code", "name", "on", "prefix", "feature", "source")

    def __init__(self, *args: Any, parents: Choices, kinds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("parent", parents)
        self.choose("kind", kinds)


class RenameForm(TreeForm):
    name = forms.CharField(label=_("新名称"), max_length=60)
    why = forms.CharField(label=_("依据"), max_length=200, required=False)
    field_order = ("name", "on", "why")


class DetailsForm(forms.Form):
    feature = forms.CharField(label=_("特色"), max_length=60, required=False)
    prefix = forms.CharField(label=_("诉求编号前缀"), max_length=4, required=False)
    source = forms.CharField(label=_("依据"), max_length=200, required=False)
    refuse = TreeForm.refuse


class MoveForm(TreeForm):
    parent = forms.TypedChoiceField(label=_("新的上级单元"), coerce=int)
    why = forms.CharField(label=_("依据"), max_length=200, required=False)
    field_order = ("parent", "on", "why")

    def __init__(self, *args: Any, parents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("parent", parents)


class MergeForm(TreeForm):
    units = forms.TypedMultipleChoiceField(
        label=_("并入的单元"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label=_("依据"), max_length=200, required=False)
    field_order = ("units", "on", "why")

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("units", units, blank=None)


MAX_HEIRS = 8


class SplitForm(TreeForm):
    """Several heirs, new or standing; each child and each building goes to one of them.

    Plain selects, so that it works without script: `heir_2_name`, `child_17`, `building_4`.
    """

    dissolve = forms.BooleanField(
        label=_("拆分后撤销原单元"),
        required=False,
        help_text=_("撤销时，第 1 个承接单元接手没有另行指定的事项；每个下级都要有去向"),
    )
    why = forms.CharField(label=_("依据"), max_length=200, required=False)
    heirs = forms.IntegerField(min_value=1, max_value=MAX_HEIRS, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        units: Choices,
        children: Choices,
        buildings: Choices,
        count: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.count = max(1, min(count, MAX_HEIRS))
        self.fields["heirs"].initial = self.count
        self._children, self._buildings = list(children), list(buildings)
        standing = list(units)
        for number in self.numbers:
            self._add_heir(number, standing)
        for kind, rows, stays in (
            ("child", self._children, _("留在原单元")),
            ("building", self._buildings, _("随所在单元")),
        ):
            for key, label in rows:
                field = forms.TypedChoiceField(
                    label=label, coerce=int, required=False, empty_value=0
                )
                field.choices = [("", stays), *((n, self.spoken(n)) for n in self.numbers)]
                self.fields[f"{kind}_{key}"] = field

    def _add_heir(self, number: int, standing: list[tuple[Any, Any]]) -> None:
        unit = forms.TypedChoiceField(
            label=_("承接单元"), coerce=int, required=False, empty_value=None
        )
        unit.choices = [("", _("新设一个")), *standing]
        self.fields |= {
            f"heir_{number}_unit": unit,
            f"heir_{number}_code": forms.CharField(
                label=_("新单元编码"), max_length=32, required=False
            ),
            f"heir_{number}_name": forms.CharField(
                label=_("新单元名称"), max_length=60, required=False
            ),
            f"heir_{number}_prefix": forms.CharField(
                label=_("诉求编号前缀"), max_length=4, required=False
            ),
        }

    @property
    def numbers(self) -> range:
        return range(1, self.count + 1)

    def spoken(self, number: int) -> str:
        """An heir in the selects and the preview: its number and, once typed, its name."""
        given = self.data or self.initial
        name = str(given.get(f"heir_{number}_name") or "").strip()
        unit = self.fields[f"heir_{number}_unit"]
        chosen = str(given.get(f"heir_{number}_unit") or "")
        for key, label in unit.choices:  # type: ignore[attr-defined]
            if chosen and str(key) == chosen:
                name = str(label)
        return str(_("承接单元 %(number)d") % {"number": number}) + (f"·{name}" if name else "")

    def heir_rows(self) -> list[dict[str, Any]]:
        """The heirs' fields for the template."""
        parts = ("unit", "code", "name", "prefix")
        return [
            {"number": n, "fields": [self[f"heir_{n}_{part}"] for part in parts]}
            for n in self.numbers
        ]

    def child_fields(self) -> list[forms.BoundField]:
        return [self[f"child_{key}"] for key, _label in self._children]

    def building_fields(self) -> list[forms.BoundField]:
        return [self[f"building_{key}"] for key, _label in self._buildings]

    def _given(self, kind: str, rows: list[tuple[Any, Any]], number: int) -> tuple[int, ...]:
        found = self.cleaned_data
        return tuple(key for key, _label in rows if found.get(f"{kind}_{key}") == number)

    def clean(self) -> dict[str, Any]:
        """Adds `parts`: per heir that was filled in, what it takes."""
        data: dict[str, Any] = super().clean() or {}
        parts = []
        for number in self.numbers:
            unit, code, name, prefix = (
                data.get(f"heir_{number}_{part}") for part in ("unit", "code", "name", "prefix")
            )
            takes = {
                "children": self._given("child", self._children, number),
                "buildings": self._given("building", self._buildings, number),
            }
            if not unit and not (code or name):
                if any(takes.values()):
                    self.add_error(
                        f"heir_{number}_unit",
                        _("有下级或楼宇划给了它，请选一个已有单元，或写明新单元。"),
                    )
                continue
            for part, value in (("code", code), ("name", name)):
                if not unit and not value and f"heir_{number}_{part}" not in self.errors:
                    self.add_error(f"heir_{number}_{part}", _("新单元的编码和名称都要填写。"))
            who = {"heir_id": unit} if unit else {
                "code": code or "", "name": name or "", "prefix": (prefix or "").upper(),
            }  # fmt: skip
            parts.append({"number": number, **who, **takes})
        if not parts and not self.errors:
            self.add_error("heir_1_unit", _("请至少写明一个承接单元。"))
        data["parts"] = parts
        return data


class HostForm(forms.Form):
    community = forms.CharField(label=_("属地社区编码或名称"), max_length=60)
    since = forms.DateField(
        label=_("自"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    refuse = TreeForm.refuse
