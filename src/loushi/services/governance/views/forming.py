"""What the views of this package share: a form's way through its command, and its page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loushi.foundation.web.forming import done, tried

__all__ = ["done", "shown", "tried"]


def shown(
    request: HttpRequest, form: Any, title: str, back: str, *, hint: str = "", button: str = ""
) -> HttpResponse:
    """The page of a form."""
    context = {"form": form, "title": title, "back": back, "hint": hint, "button": button}
    status = 422 if form.is_bound else 200
    return render(request, "governance/form.html", context, status=status)
