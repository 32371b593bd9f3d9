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


class SplitForm(TreeForm):
    """One new unit split off; dissolving into several is done by splitting off, then merging."""

    code = forms.CharField(label=_("新单元编码"), max_length=32)
    name = forms.CharField(label=_("新单元名称"), max_length=60)
    prefix = forms.CharField(label=_("诉求编号前缀"), max_length=4, required=False)
    children = forms.TypedMultipleChoiceField(
        label=_("划给新单元的下级"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    buildings = forms.TypedMultipleChoiceField(
        label=_("单独划给新单元的楼宇"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("划走的下级所含楼宇会一起走，不必再选"),
    )
    why = forms.CharField(label=_("依据"), max_length=200, required=False)
    field_order = ("code", "name", "prefix", "on", "children", "buildings", "why")

    def __init__(self, *args: Any, children: Choices, buildings: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("children", list(children)), ("buildings", list(buildings))):
            self.choose(name, choices, blank=None)
            if not choices:
                self.fields[name].widget = forms.MultipleHiddenInput()


class HostForm(forms.Form):
    community = forms.CharField(label=_("属地社区编码或名称"), max_length=60)
    since = forms.DateField(
        label=_("自"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    refuse = TreeForm.refuse
