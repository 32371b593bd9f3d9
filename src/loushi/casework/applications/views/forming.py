"""What the views of this package share: a form's way through its command, and its page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loushi.foundation.web.forming import done, new_key, tried

__all__ = ["done", "new_key", "shown", "tried"]


def shown(
    request: HttpRequest, form: Any, title: str, back: str, *, sub: str = "", hint: str = "",
    button: str = "", template: str = "applications/form.html", **more: Any,
) -> HttpResponse:  # fmt: skip
    """The page of a form."""
    context = {"form": form, "title": title, "back": back, "sub": sub, "hint": hint,
               "button": button, **more}  # fmt: skip
    return render(request, template, context, status=422 if form.is_bound else 200)
