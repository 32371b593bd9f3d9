"""The list of visits, one visit, coverage and ratings."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.visits import queries
from loushi.casework.visits.exports import VisitExporter
from loushi.casework.visits.models import Finding, Visit
from loushi.casework.visits.policy import EXPORT, INSPECT, RECORD, VIEW
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import export
from loushi.registry.buildings.queries import page_of, visible_units


@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    """All visible visits, filtered by the address."""
    if not (request.actor.has(VIEW) or request.actor.has(INSPECT) or request.actor.see_all):
        raise Denied
    filters = _filters(request)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.visit_lines(request.actor, filters)
        return export(VisitExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.visit_list(
        request.actor,
        filters,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "page": page,
        "filters": filters,
        "narrowed": filters != queries.Filters(),
        "units": visible_units(request.actor),
        "purposes": Visit.Purpose.choices,
        "kinds": Finding.Kind.choices,
        "may_export": request.actor.has(EXPORT),
        "may_record": request.actor.has(RECORD),
        "may_inspect": request.actor.has(INSPECT) or request.actor.has(VIEW),
        "columns": [
            {"key": "firm", "label": _("企业"), "fixed": True},
            {"key": "at", "label": _("时间"), "fixed": True},
            {"key": "purpose", "label": _("为什么来"), "fixed": True},
            {"key": "met", "label": _("见到谁"), "fixed": True},
            {"key": "found", "label": _("发现"), "fixed": True},
            {"key": "who", "label": _("走访人"), "fixed": True},
        ],
    }
    return render(request, "visits/list.html", context)


@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: what was found and what became of it."""
    page = queries.visit_page(request.actor, pk)
    return render(request, "visits/visit.html", {"page": page, "visit": page.line})


@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """A month's coverage with the firms that were reached, or were not."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    today = timezone.localdate()
    since, until = queries.month_of(request.GET.get("month", ""), today)
    reached = request.GET.get("reached", "") != "no"
    rows = queries.firms_reached(request.actor, since, until, reached=reached)
    page = page_of(
        rows.select_related("unit"),
        order=("name",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "coverage": queries.coverage(request.actor, since, until),
        "page": page,
        "reached": reached,
        "month": since.strftime("%Y-%m"),
        "months": _months(today),
        "now": timezone.now(),
    }
    return render(request, "visits/coverage.html", context)


@require_GET
def ratings(request: HttpRequest) -> HttpResponse:
    """What firms say of visits: closed batches, added up by community."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    return render(request, "visits/ratings.html", {"sums": queries.rating_sums(request.actor)})


def _months(today: date) -> list[str]:
    first = today.replace(day=1)
    found = []
    for _number in range(24):
        found.append(first.strftime("%Y-%m"))
        first = date.fromordinal(first.toordinal() - 1).replace(day=1)
    return found


def _filters(request: HttpRequest) -> queries.Filters:
    query = request.GET
    purpose, found = query.get("purpose", ""), query.get("found", "")
    return queries.Filters(
        q=query.get("q", "").strip()[:80],
        unit=reading.whole(query.get("unit", "")),
        building=reading.whole(query.get("building", "")),
        enterprise=reading.whole(query.get("enterprise", "")),
        purpose=purpose if purpose in Visit.Purpose.values else "",
        found=found if found in Finding.Kind.values else "",
        mine=query.get("mine", "") == "1",
        since=reading.day(query.get("since", "")),
        until=reading.day(query.get("until", "")),
        state=query.get("state", "") if query.get("state", "") in ("all", "withdrawn") else "",
    )
