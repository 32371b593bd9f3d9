"""The form of a sheet."""

from django import forms
from django.utils.translation import gettext_lazy as _

from loushi.casework.codes.commands import ENTRANCE, ROOMS, WHOLE


class SheetForm(forms.Form):
    """Which codes."""

    kind = forms.ChoiceField(
        label=_("做哪种"),
        choices=[(ROOMS, _("每间房一个")), (ENTRANCE, _("每个入口一个")), (WHOLE, _("整幢一个"))],
        widget=forms.RadioSelect,
        required=False,
    )
    entrances = forms.CharField(
        label=_("入口名称"),
        required=False,
        max_length=500,
        help_text=_("一行一个，例如“东门”。只在按入口时填。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
