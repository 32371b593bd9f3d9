"""The three lists, and matches between them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.matching import commands, queries
from loushi.casework.matching import match_showing as showing
from loushi.casework.matching.exports import ListExporter, MatchExporter
from loushi.casework.matching.policy import EXPORT, VIEW
from loushi.casework.matching.views.forming import tried
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.transfer.commands import export


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """企业所需, 职工所盼, 社区所能."""
    _allowed(request)
    if kind := request.GET.get("export", ""):
        rows = queries.list_lines(request.actor)
        return export(ListExporter, rows, actor=request.actor, kind=kind).response()
    return render(request, "matching/lists.html", showing.lists_context(request))


@require_GET
def matches(request: HttpRequest) -> HttpResponse:
    """What may fit, and what a person said of it."""
    _allowed(request)
    if kind := request.GET.get("export", ""):
        rows = queries.all_matches(request.actor)
        return export(MatchExporter, rows, actor=request.actor, kind=kind).response()
    return render(request, "matching/matches.html", showing.matches_context(request))


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Looks for what may fit."""
    count = commands.propose_matches(actor=request.actor)
    text = ngettext("找到 %(n)d 条新的匹配。", "找到 %(n)d 条新的匹配。", count) % {"n": count}
    messages.info(request, text if count else _("没有新的匹配。"))
    return redirect("matching:matches")


@require_POST
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """It fits, or it does not."""
    queries.match_row(request.actor, pk)
    steps = {"confirm": commands.confirm_match, "dismiss": commands.dismiss_match}
    if name not in steps:
        raise NotVisible
    note = request.POST.get("note", "")
    if tried(request, lambda: steps[name](actor=request.actor, match_id=pk, note=note)):
        messages.info(request, _("已确认，并告诉提交人。") if name == "confirm" else _("已排除。"))
    return redirect(reverse("matching:matches"))


def _allowed(request: HttpRequest) -> None:
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    if request.GET.get("export") and not request.actor.has(EXPORT):
        raise Denied
