"""What the views of this package share: a form's way through its command."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loushi.casework.applications.forms import add_refusal
from loushi.foundation.core.errors import Conflict, Refused


def new_key() -> str:
    """A key that makes a repeated sending of the same form happen once."""
    return uuid4().hex


def done(request: HttpRequest, form: Any, act: Callable[[], Any]) -> bool:
    """Whether the form was sent and its command carried out; a refusal stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except (Refused, Conflict) as refusal:
        add_refusal(form, refusal)
        return False
    return True


def tried(request: HttpRequest, act: Callable[[], Any]) -> bool:
    """Carries out a command without a form; a refusal is told on the next page."""
    try:
        act()
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
        return False
    return True


def shown(
    request: HttpRequest, form: Any, title: str, back: str, *, sub: str = "", hint: str = "",
    button: str = "", template: str = "applications/form.html", **more: Any,
) -> HttpResponse:  # fmt: skip
    """The page of a form."""
    context = {"form": form, "title": title, "back": back, "sub": sub, "hint": hint,
               "button": button, **more}  # fmt: skip
    return render(request, template, context, status=422 if form.is_bound else 200)
