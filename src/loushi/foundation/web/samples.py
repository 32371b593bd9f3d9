"""Sample data of the style page: invented names, and every sum adds up.

The words stand in `samples_data/*.json`: they are data, not words of the interface, and stay
Chinese in every language.
"""

import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from loushi import __version__
from loushi.foundation.web.assets import SCRIPTS, SHEETS, THEME_COOKIE, THEMES, versioned

PARTS = {
    "": "web/styleguide/index.html",
    "case": "web/styleguide/case.html",
    "board": "web/styleguide/board.html",
    "building": "web/styleguide/building.html",
    "import": "web/styleguide/import.html",
    "form": "web/styleguide/form.html",
    "phone": "web/styleguide/phone.html",
    "phone-form": "web/styleguide/phone_form.html",
    "phone-rate": "web/styleguide/phone_rate.html",
    "entrance": "web/styleguide/entrance.html",
    "empty": "web/styleguide/empty.html",
}
FOLDER = Path(__file__).resolve().parent / "samples_data"


@cache
def load(name: str) -> dict[str, Any]:
    """One file of sample data."""
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return data


class SampleForm(forms.Form):
    """Every kind of field, with the words of the sample data."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.ChoiceField()
    phone = forms.CharField(required=False)
    on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    secret = forms.CharField(required=False, widget=forms.PasswordInput)
    solved = forms.ChoiceField(widget=forms.RadioSelect, initial="yes")
    rating = forms.ChoiceField(widget=forms.RadioSelect, initial="4")
    towers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    hide = forms.BooleanField(required=False)

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        for name, words in load("components")["form"].items():
            field: Any = self.fields[name]
            field.label = words["label"]
            field.help_text = words.get("help", "")
            field.initial = words.get("initial", field.initial)
            if "choices" in words:
                field.choices = [tuple(choice) for choice in words["choices"]]


def wrong_form() -> SampleForm:
    """The form as it comes back with one error and all that was typed."""
    words = load("components")["form"]
    form = SampleForm(
        {"text": words["text"]["initial"], "place": "", "solved": "yes", "rating": "4"}
    )
    form.full_clean()
    form.errors["place"] = form.error_class([words["place"]["error"]])
    return form


def _frame(request: HttpRequest) -> SimpleNamespace:
    """A frame with an invented person and place, whoever looks."""
    case = load("case")
    asked = request.GET.get("theme") or request.COOKIES.get(THEME_COOKIE, "")
    spoken = get_language() or ""
    links = [SimpleNamespace(**entry) for entry in case["rail"]]
    return SimpleNamespace(
        here=request.get_full_path(),
        version=__version__,
        sheets=[versioned(path) for path in SHEETS],
        scripts=[versioned(path) for path in SCRIPTS],
        theme=asked if asked in THEMES else "auto",
        language=spoken,
        language_tag="en" if spoken.startswith("en") else "zh-Hans",
        languages=[name for _code, name in settings.LANGUAGES],
        known=True,
        user_key="",
        person=SimpleNamespace(**case["person"]),
        place=[SimpleNamespace(label=text, href="?") for text in case["case"]["place"]],
        unread=3,
        home_url=reverse("web:styleguide"),
        login_url="",
        logout_url="",
        language_url=reverse("web:language"),
        search_url=reverse("web:styleguide"),
        search_text="",
        notices_url="?notices=1",
        places=[SimpleNamespace(label=text, href="?") for text in case["case"]["place"][:1]],
        navigation=links,
        rail=links,
        bottom_bar=links[:4],
        bottom=links[:4],
        more=links[4:],
        phone_entries=[SimpleNamespace(**entry) for entry in case["phone"]["entries"]],
        phone_more=[],
        person_links=[],
        request_id="",
    )


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the style pages show."""
    components = load("components")
    return {
        **components,
        **load("case"),
        **load("boards"),
        "frame": _frame(request),
        "parts": [part for part in PARTS if part],
        "short_tabs": load("boards")["tower_page"]["tabs"][:3],
        "form": SampleForm(),
        "wrong": wrong_form(),
        "page": {
            "first": 1,
            "last": 50,
            "total": 1000,
            "capped": True,
            "before": None,
            "after": "abc",
        },
        "sort": request.GET.get("sort", "until"),
    }
