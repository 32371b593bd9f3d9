"""What the views of this package share: a form's way through its command."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from loushi.foundation.core.errors import Conflict, Refused
from loushi.services.catalogue.forms import add_refusal


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
