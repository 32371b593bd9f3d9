"""Pages of what is vacant: the list of rooms, and the calendar of leases that end."""

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import export
from loushi.registry.buildings import queries as buildings
from loushi.registry.buildings.models import Space
from loushi.registry.buildings.policy import VIEW as SEE_ROOMS
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.exports import VacancyExporter
from loushi.registry.enterprises.policy import EXPORT, VIEW
from loushi.registry.enterprises.views.charts import charts


@require_GET
def vacancies(request: HttpRequest) -> HttpResponse:
    """The vacant rooms of today, filtered by the address."""
    if not request.actor.has(SEE_ROOMS):
        raise Denied
    filters = _filters(request)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.vacant_lines(request.actor, filters)
        return export(VacancyExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.vacant_rooms(
        request.actor, filters, after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )  # fmt: skip
    rooms, area = queries.vacant_area(request.actor, filters)
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return render(
        request,
        "enterprises/vacancies.html",
        {
            "page": page, "filters": filters, "rooms": rooms, "area": area,
            "on": timezone.localdate(), "units": buildings.visible_units(request.actor),
            "building": _building(request, filters.building),
            "uses": queries.vacant_uses(request.actor), "conditions": Space.Condition.choices,
            "export": f"?{asked.urlencode()}" if request.actor.has(EXPORT) else "",
            "narrowed": filters != replace(queries.VacancyFilters(), sort=filters.sort),
        },
    )  # fmt: skip


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Months × area of the leases that end, and the rows of the chosen month."""
    if not (request.actor.has(VIEW) and request.actor.has(SEE_ROOMS)):
        raise Denied
    today = timezone.localdate()
    unit, building = _whole(request, "unit"), _whole(request, "building")
    named = _building(request, building)
    month = _month(request.GET.get("month", "")) or today.replace(day=1)
    days = queries.month_ends(today)
    series = (
        queries.monthly_of_building(building, days)
        if building and named
        else queries.monthly(request.actor, days, unit)
    )
    leases = queries.lease_months(request.actor, today, unit=unit, building=building)
    return render(
        request,
        "enterprises/calendar.html",
        {
            "panel": charts(series, leases, today, {"unit": unit, "building": building}),
            "month": month, "on": today, "unit": unit, "building": named,
            "building_id": building if named else None,
            "units": buildings.visible_units(request.actor),
            "rows": queries.ending_leases(
                request.actor, today, month, unit=unit, building=building
            ),
            "occupancy": series[-1].occupancy,
        },
    )  # fmt: skip


def _filters(request: HttpRequest) -> queries.VacancyFilters:
    sort = request.GET.get("sort", "-area")
    return queries.VacancyFilters(
        unit=_whole(request, "unit"),
        building=_whole(request, "building"),
        least=_area(request, "least"),
        most=_area(request, "most"),
        use=request.GET.get("use", "")[:20],
        condition=request.GET.get("condition", "")[:10],
        days=_whole(request, "days"),
        sort=sort if sort in {"-area", "area", "place", "since"} else "-area",
    )


def _building(request: HttpRequest, pk: int | None) -> str:
    """The name of a visible building, for the sentence that narrows; NotVisible for strangers."""
    return buildings.building_name(request.actor, pk) if pk else ""


def _whole(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _area(request: HttpRequest, name: str) -> Decimal | None:
    try:
        number = Decimal(request.GET.get(name, "").strip() or "x")
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 10**8 else None


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
