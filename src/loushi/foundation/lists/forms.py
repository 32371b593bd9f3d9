"""The form of a word: the columns of its list, its days, the basis."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from loushi.foundation.core.errors import LoushiError
from loushi.foundation.lists.registry import WordList

lazy = gettext_lazy


def _day(label: Any, help_text: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class WordForm(forms.Form):
    """It only reads what was typed; the rules are the command's."""

    def __init__(self, *args: Any, listed: WordList, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fixed = code in listed.fixed
        for column in listed.columns():
            if fixed and column.name not in {listed.fields[0], *listed.free}:
                continue
            field = column.formfield()
            if column.name == "order":
                field.help_text = lazy("小的排在前面。")
            if isinstance(field, forms.TypedChoiceField) and not code:
                field.choices = [
                    (value, label if value else lazy("请选择")) for value, label in field.choices
                ]
            self.fields[column.name] = field
        if not fixed:
            self.fields["since"] = _day(lazy("起用日期"), lazy("从这一天起可以选。"))
            self.fields["until"] = _day(
                lazy("停用日期"), lazy("从这一天起不再可选，已有的记录不受影响；不填就一直可选。")
            )
        self.fields["source"] = forms.CharField(
            label=lazy("依据"), max_length=120, help_text=lazy("例如文件名或会议。")
        )

    def values(self) -> dict[str, Any]:
        """What `commands.save_word` takes."""
        given = dict(self.cleaned_data)
        days = {name: given.pop(name, None) for name in ("since", "until", "source")}
        return {"values": given, **days}


def add_refusal(form: forms.Form, refusal: LoushiError) -> None:
    """Puts a command's sentences beside the fields that they are about."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
