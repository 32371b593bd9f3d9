"""What was published, and publishing: preview first, then the explicit act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.tax import commands, queries
from loushi.registry.tax.exports import CubeExporter
from loushi.registry.tax.forms import PublishForm
from loushi.registry.tax.policy import BANDS, CUBE, EXPORT, FIGURES, RELEASE
from loushi.registry.tax.views import published, showing


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page that the person may open."""
    for permission, name in ((FIGURES, "ledger"), (BANDS, "bands"), (CUBE, "cube")):
        if request.actor.has(permission):
            return redirect(f"tax:{name}")
    raise Denied


@require_GET
def cube(request: HttpRequest) -> HttpResponse:
    """The newest release, or an earlier one, as it was frozen."""
    if not request.actor.has(CUBE):
        raise Denied
    chosen = queries.edition(request.actor, showing.whole(request.GET.get("release", "")))
    if chosen is None:
        return render(request, "tax/unpublished.html", showing.tabs(request.actor, "cube"))
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.cells(request.actor, chosen.id, measure="tax")
        return export(CubeExporter, rows, actor=request.actor, kind=kind).response()
    year = published.year_of(chosen, request.GET.get("year", ""))
    return render(request, "tax/cube.html", published.cube_context(request.actor, chosen, year))


@require_GET
def towers(request: HttpRequest) -> HttpResponse:
    """The towers of the newest release, with their tiers, growth and tax per square metre."""
    if not request.actor.has(CUBE):
        raise Denied
    chosen = queries.edition(request.actor)
    if chosen is None:
        return render(request, "tax/unpublished.html", showing.tabs(request.actor, "towers"))
    year = published.year_of(chosen, request.GET.get("year", ""))
    return render(request, "tax/towers.html", published.towers_context(request.actor, chosen, year))


def release(request: HttpRequest) -> HttpResponse:
    """The preview of the next release; posting publishes exactly what was previewed."""
    if not request.actor.has(RELEASE):
        raise Denied
    years = queries.years(request.actor, FIGURES)
    chosen = published.chosen_years(request.POST or request.GET, years)
    made = queries.draft(request.actor, chosen)
    form = PublishForm(request.POST or None, years=years, initial={"digest": made.digest})
    if request.method == "POST" and form.is_valid():
        try:
            row = commands.publish_release(actor=request.actor, **form.cleaned_data)
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("第 %(n)d 号汇总已发布，从此不再改动。") % {"n": row.number})
            return redirect("tax:cube")
    context = published.preview_context(request.actor, form, made, years, chosen)
    return render(request, "tax/release.html", context, status=422 if form.is_bound else 200)
