"""The counter queue: the desk, the paper number, the wall screen, the phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.transfer.commands import export
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.queries import panels_of
from loushi.services.stations import commands, queries
from loushi.services.stations import showing_queue as showing
from loushi.services.stations.exports import TicketExporter
from loushi.services.stations.forms_queue import CountersForm
from loushi.services.stations.policy import BOOK, CHANGE, EXPORT


@require_GET
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Who waits, and who stands at the chosen counter."""
    station = queries.queue_station(request.actor, pk)
    if kind := request.GET.get("export", ""):
        if not can_at(request.actor, EXPORT, station.unit_path):
            raise Denied
        rows = queries.ticket_lines(request.actor, pk)
        return export(TicketExporter, rows, actor=request.actor, kind=kind).response()
    context = showing.desk_context(request, station, request.GET.get("counter", ""))
    context["panels"] = panels_of(request.actor, "station", pk, unit_path=station.unit_path)
    return render(request, "stations/queue.html", context)


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Calls, calls again, finishes, marks as missed, sends to another counter."""
    queries.queue_station(request.actor, pk)
    ticket, counter = showing.ids(request.POST, "ticket", "counter")
    given: dict[str, Any] = {"actor": request.actor}
    steps: dict[str, Any] = {
        "next": lambda: commands.call_next(**given, counter_id=counter),
        "again": lambda: commands.call_again(**given, ticket_id=ticket),
        "served": lambda: commands.end_ticket(**given, ticket_id=ticket, state="served"),
        "missed": lambda: commands.end_ticket(**given, ticket_id=ticket, state="missed"),
        "leave": lambda: commands.leave_queue(**given, ticket_id=ticket),
        "transfer": lambda: commands.transfer_ticket(
            **given, ticket_id=ticket,
            counter_id=showing.ids(request.POST, "target")[0],
        ),
    }  # fmt: skip
    if name not in steps:
        raise NotVisible
    try:
        steps[name]()
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
    return redirect(f"{reverse('stations:queue', args=[pk])}?counter={counter or ''}")


@require_POST
def print_number(request: HttpRequest, pk: int) -> HttpResponse:
    """A number on paper, for who stands there."""
    try:
        made = commands.print_ticket(
            actor=request.actor, station_id=pk, service=request.POST.get("service", "")
        )
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
        return redirect("stations:queue", pk)
    return redirect("stations:queue_number", made.pk)


@require_GET
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """The number as it is printed."""
    row = queries.ticket_row(request.actor, pk)
    return render(request, "stations/queue_number.html", showing.number_context(row))


@require_GET
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """The wall of the hall: who is called where; numbers only, no names."""
    station = queries.queue_station(request.actor, pk)
    return render(request, "stations/queue_screen.html", showing.screen_context(station))


def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """On the phone: takes a number, sees how many are in front, gives it back."""
    station = queries.queue_station(request.actor, pk, BOOK)
    refusal = ""
    if request.method == "POST":
        held = queries.own_ticket(request.actor, station)
        try:
            if request.POST.get("act") == "leave" and held is not None:
                commands.leave_queue(actor=request.actor, ticket_id=held.pk)
            elif request.POST.get("act") == "take":
                service = request.POST.get("service", "")
                commands.take_ticket(actor=request.actor, station_id=pk, service=service)
        except (Refused, Conflict) as error:
            refusal = str(error)
        else:
            return redirect("stations:ticket", pk)
    context = showing.phone_context(request, station) | {"refusal": refusal}
    return render(request, "stations/ticket.html", context, status=422 if refusal else 200)


def counters(request: HttpRequest, pk: int) -> HttpResponse:
    """The counters of a station and what each does."""
    row = queries.station_page(request.actor, pk).row
    if not can_at(request.actor, CHANGE, row.unit_path):
        raise Denied
    form = CountersForm(request.POST or None, initial=showing.counters_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_counters(actor=request.actor, station_id=pk, lines=form.lines())
        except (Refused, Conflict) as refusal:
            form.add_error("counters", str(refusal))
        else:
            messages.info(request, _("窗口已保存。"))
            return redirect("stations:page", pk)
    context = showing.counters_context(row) | {"form": form}
    return render(
        request, "stations/form.html", context, status=422 if form.is_bound else 200
    )  # fmt: skip
