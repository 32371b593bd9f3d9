"""The audit's pages: list with filters, one entry, export. Each look is itself recorded."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import commands, queries
from . import export as files
from .forms import FilterForm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filter(request: HttpRequest) -> tuple[FilterForm, queries.Filter]:
    form = FilterForm({**queries.default_filter().as_text(), **request.GET.dict()})
    form.is_valid()
    return form, form.wanted()


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/audit/`: newest first; the filter lives in the address."""
    form, wanted = _filter(request)
    after = request.GET.get("after", "")
    page = queries.page(request.actor, wanted, after)
    if not after:
        commands.record_own_look(actor=request.actor, wanted=wanted.as_text())
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "wanted": wanted,
        "actions": queries.actions_of(request.actor),
        "query": urlencode(wanted.as_text()),
        "may_export": request.actor.has("audit.export"),
    }
    return render(request, "audit/list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its before/after table."""
    entry = queries.entry(request.actor, pk)
    commands.record_own_look(actor=request.actor, entry=pk)
    return render(request, "audit/detail.html", {"entry": entry})


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The found entries as csv or xlsx."""
    wanted = _filter(request)[1]
    rows = queries.exported(request.actor, wanted)
    commands.record_own_look(actor=request.actor, wanted=wanted.as_text(), export=form)
    response: HttpResponseBase
    if form == "xlsx":
        response = HttpResponse(files.as_xlsx(rows), content_type=XLSX)
    else:
        form = "csv"
        response = StreamingHttpResponse(files.as_csv(rows), content_type="text/csv")
    name = f"audit-{timezone.localdate():%Y%m%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
