"""The first page after login: the first place the person may go, or a welcome."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from loushi.config.page import Frame
from loushi.registry.accounts import queries


def home(request: HttpRequest) -> HttpResponse:
    """Enterprises go to their phone pages, staff to the first entry of the rail."""
    frame = Frame(request)
    actor = request.actor
    is_firm = actor.has("demands.submit") and not actor.has("demands.accept")
    entries = (frame.phone_entries if is_firm else []) or frame.navigation
    if entries and actor.grants:
        return redirect(entries[0].href)
    posts = queries.history_of(actor, request.user.pk)
    context = {"posts": posts, "today": timezone.localdate(), "person": request.user}
    return render(request, "accounts/welcome.html", context)
