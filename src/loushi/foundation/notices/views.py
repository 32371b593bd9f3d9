"""The notice pages: list, opening, preferences, and what could not be delivered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loushi.foundation.core import jobs
from loushi.foundation.core.errors import Refused

from . import commands, queries
from .forms import PreferencesForm


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/notices/`: unread first; the filter lives in the address."""
    unread_only = request.GET.get("show") == "unread"
    kind = request.GET.get("kind", "")
    context = {
        "page": queries.page(
            request.actor,
            unread_only=unread_only,
            kind=kind,
            after=request.GET.get("after", ""),
        ),
        "unread": queries.unread_count(request.actor),
        "kinds": queries.kinds_held(request.actor),
        "unread_only": unread_only,
        "kind": kind,
    }
    return render(request, "notices/list.html", context)


@require_safe
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks as read and leads to the matter."""
    link = commands.mark_read(actor=request.actor, pk=pk)
    return redirect(link or "notices:list")


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    commands.mark_read(actor=request.actor, pk=pk)
    return redirect("notices:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all that the person could have seen: ids up to the newest one shown."""
    until = request.POST.get("until", "")
    count = commands.mark_all_read(actor=request.actor, until=int(until) if until.isdigit() else 0)
    if count:
        text = ngettext("%(count)s 条消息已标为已读。", "%(count)s 条消息已标为已读。", count)
        messages.success(request, text % {"count": count})
    return redirect("notices:list")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """`/notices/preferences/`: a mode for each kind, the digest's hour, quiet hours."""
    chosen = queries.preferences(request.actor)
    form = PreferencesForm(request.POST or None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            commands.save_preferences(
                actor=request.actor,
                digest_hour=form.cleaned_data["digest_hour"],
                quiet_from=form.cleaned_data["quiet_from"],
                quiet_until=form.cleaned_data["quiet_until"],
                modes=form.modes(),
            )
        except Refused as refusal:
            for error in refusal.errors:
                form.add_error(error.field or None, str(error.message))
        else:
            messages.success(request, _("通知设置已保存，从下一条消息起生效。"))
            return redirect("notices:preferences")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "notices/preferences.html", {"form": form}, status=status)


@require_safe
def undelivered(request: HttpRequest) -> HttpResponse:
    """`/notices/undelivered/`: dead letters and the state of the workers."""
    letters = queries.dead_letters(request.actor)
    return render(
        request, "notices/undelivered.html", {"letters": letters, "status": jobs.status()}
    )


@require_POST
def retry(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    commands.retry(actor=request.actor, what=what, pk=pk)
    messages.success(request, _("已放回待办队列，后台会马上再试一次。"))
    return redirect("notices:undelivered")
