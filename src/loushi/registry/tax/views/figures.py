"""Figures for the one role, bands for few. Nothing shows before a purpose was given today."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.tax import commands, queries
from loushi.registry.tax.exports import BandExporter, LedgerExporter
from loushi.registry.tax.forms import CorrectForm, PurposeForm
from loushi.registry.tax.policy import BANDS, EXPORT, FIGURES
from loushi.registry.tax.views import showing


def purpose(request: HttpRequest) -> HttpResponse:
    """What tax is looked at for today; then back to where the person came from."""
    if not (request.actor.has(BANDS) or request.actor.has(FIGURES)):
        raise Denied
    initial = {"purpose": queries.purpose_today(request.actor)}
    form = PurposeForm(request.POST or None, initial=initial)
    target = request.POST.get("next") or request.GET.get("next") or "/tax/"
    if request.method == "POST" and form.is_valid():
        try:
            commands.state_purpose(actor=request.actor, purpose=form.cleaned_data["purpose"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
            return redirect(target if safe else "/tax/")
    return _ask(request, form, target)


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Amounts of all firms of one year: the finance officer's list."""
    return _list(request, FIGURES)


@require_GET
def bands(request: HttpRequest) -> HttpResponse:
    """Bands of the firms in one's own range."""
    return _list(request, BANDS)


@require_GET
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions of one firm's figures."""
    if request.actor.has(FIGURES) and not queries.purpose_today(request.actor):
        return _ask(request, PurposeForm(), request.get_full_path())
    history = commands.look_at_figures(actor=request.actor, enterprise_id=pk)
    return render(request, "tax/firm.html", showing.firm_context(request.actor, pk, history))


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The bands of one firm, as a fragment of its page; recorded with the purpose."""
    said = request.POST.get("purpose", "")
    try:
        found = commands.look_at_band(actor=request.actor, enterprise_id=pk, purpose=said)
    except Refused as refusal:
        context = {"pk": pk, "error": str(refusal), "purpose": said, "asked": True}
        return render(request, "tax/look.html", context, status=422)
    context = {"bands": found, "purpose": queries.purpose_today(request.actor)}
    return render(request, "tax/looked.html", context)


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects one amount; the earlier version stays."""
    row = queries.figure_for_change(request.actor, pk)
    if not queries.purpose_today(request.actor):
        return _ask(request, PurposeForm(), request.get_full_path())
    form = CorrectForm(request.POST or None, initial={"source": row.source})
    if request.method == "POST" and form.is_valid():
        try:
            commands.correct_figure(
                actor=request.actor, measure="tax", figure_id=pk, **form.cleaned_data
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("tax:firm", row.enterprise_id)
    title = _("更正 %(year)d 年税收 · %(name)s") % {"year": row.year, "name": row.enterprise.name}
    return showing.form_page(request, form, title, back="tax:firm", pk=row.enterprise_id)


def _list(request: HttpRequest, permission: str) -> HttpResponse:
    if not request.actor.has(permission):
        raise Denied
    if not queries.purpose_today(request.actor):
        return _ask(request, PurposeForm(), request.get_full_path())
    filters = showing.filters_from(request.GET)
    narrowed = {key: value for key, value in request.GET.items() if value}
    shows = "tax" if permission == FIGURES else "bands"
    if kind := request.GET.get("export", ""):
        return _export(request, filters, permission, kind, shows, narrowed)
    page = queries.ledger(
        request.actor, filters, permission=permission,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    commands.note_list_look(
        actor=request.actor, shows=shows, filters=narrowed, firms=len(page.rows)
    )
    context = showing.list_context(request.actor, request.GET, filters, page, permission)
    return render(request, "tax/list.html", context)


def _export(
    request: HttpRequest, filters: queries.Filters, permission: str, kind: str, shows: str,
    narrowed: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    if not request.actor.has(EXPORT):
        raise Denied
    rows = list(queries.ledger_lines(request.actor, filters, permission))
    commands.note_list_look(actor=request.actor, shows=shows, filters=narrowed, firms=len(rows))
    exporter = LedgerExporter if permission == FIGURES else BandExporter
    return export(exporter, rows, actor=request.actor, kind=kind).response()


def _ask(request: HttpRequest, form: Any, target: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "tax/purpose.html", {"form": form, "next": target}, status=status)
