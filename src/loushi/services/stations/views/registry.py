"""Stations: the list, a station, its form, an inspection."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.actor import UNIT
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import require
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings.queries import choices, panels_of, unit_choices
from loushi.services.stations import commands, queries, showing
from loushi.services.stations.exports import StationExporter
from loushi.services.stations.forms import InspectForm, StationForm
from loushi.services.stations.policy import CHANGE, DUTY, EXPORT, VIEW


@require_GET
def station_list(request: HttpRequest) -> HttpResponse:
    """All visible stations; who only has own duties is sent there."""
    if not request.actor.keys(UNIT, VIEW) and request.actor.has(DUTY):
        return redirect("stations:duty")
    filters = showing.filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.station_lines(request.actor, filters)
        return export(StationExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.station_list(
        request.actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "stations/list.html", showing.list_context(request, filters, page))


@require_GET
def station(request: HttpRequest, pk: int) -> HttpResponse:
    """One station."""
    page = queries.station_page(request.actor, pk)
    context = showing.station_context(page)
    context["panels"] = panels_of(request.actor, "station", pk, unit_path=page.row.unit_path)
    return render(request, "stations/station.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """Registers a station."""
    if not request.actor.has(CHANGE):
        raise Denied
    form = StationForm(
        request.POST or None, units=unit_choices(request.actor, CHANGE),
        buildings=choices(request.actor, limit=400),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            made = commands.create_station(
                actor=request.actor, unit_id=values.pop("unit_id"), values=values
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记“%(name)s”。") % {"name": made.name})
            return redirect("stations:page", made.pk)
    return _form(request, form, _("登记服务站点"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a station."""
    page = queries.station_page(request.actor, pk)
    require(request.actor, CHANGE, page.row)
    form = StationForm(
        request.POST or None, units=None, buildings=choices(request.actor, limit=400),
        initial=showing.initial(page),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            commands.update_station(actor=request.actor, station_id=pk, values=form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("更正已保存。"))
            return redirect("stations:page", pk)
    return _form(request, form, _("更正“%(name)s”") % {"name": page.row.name})


def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes through the standard."""
    page = queries.station_page(request.actor, pk)
    require(request.actor, CHANGE, page.row)
    today = timezone.localdate()
    form = InspectForm(
        request.POST or None, items=queries.standard_on(today), initial={"on": today}
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.inspect(actor=request.actor, station_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("检查结果已记录。"))
            return redirect("stations:page", pk)
    return _form(request, form, _("达标检查·%(name)s") % {"name": page.row.name})


def _form(request: HttpRequest, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": "stations:list"}
    return render(request, "stations/form.html", context, status=422 if form.is_bound else 200)
