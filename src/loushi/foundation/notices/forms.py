"""The form of the preferences page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import queries


class PreferencesForm(forms.Form):
    """Times, and one choice per declared kind (`mode_<kind>`)."""

    digest_hour = forms.TypedChoiceField(
        label=_("每日汇总时间"),
        coerce=int,
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
        help_text=_("选择“每日汇总”的消息，在这个时间合成一封邮件。"),
    )
    quiet_from = forms.TimeField(
        label=_("免打扰从"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("免打扰到"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, chosen: queries.Preferences, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "digest_hour": chosen.digest_hour,
                "quiet_from": chosen.quiet_from,
                "quiet_until": chosen.quiet_until,
            },
        )
        super().__init__(*args, **kwargs)
        for kind in chosen.kinds:
            self.fields[f"mode_{kind.code}"] = forms.ChoiceField(
                label=kind.label,
                choices=queries.modes(),
                initial=kind.mode,
                help_text=_("紧急消息，不受免打扰限制。") if kind.urgent else "",
            )

    def modes(self) -> dict[str, str]:
        """Kind to mode, as chosen."""
        return {
            name.removeprefix("mode_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("mode_")
        }

    def kind_fields(self) -> list[Any]:
        """The bound fields of the kinds."""
        return [self[name] for name in self.fields if name.startswith("mode_")]
