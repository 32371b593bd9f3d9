"""A form's way through its command: what the views of all packages share."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from loushi.foundation.core.errors import Conflict, LoushiError, Refused


def new_key() -> str:
    """A key that makes a repeated sending of the same form happen once."""
    return uuid4().hex


def add_refusal(form: forms.Form, refusal: LoushiError) -> None:
    """Puts a command's sentences beside the fields that they are about."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))


def done(
    request: HttpRequest, form: Any, act: Callable[[], Any],
    tell: Callable[[Any, LoushiError], None] = add_refusal,
) -> bool:  # fmt: skip
    """Whether the form was sent and its command carried out; a refusal stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except (Refused, Conflict) as refusal:
        tell(form, refusal)
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
