"""Bookings: on a phone for who comes, as the day's list for the window."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import permits
from loushi.foundation.web.forming import add_refusal
from loushi.services.stations import commands, queries
from loushi.services.stations import showing_booking as showing
from loushi.services.stations.forms import BookForm
from loushi.services.stations.models import Station
from loushi.services.stations.policy import BOOK, WINDOW


@require_GET
def book_home(request: HttpRequest) -> HttpResponse:
    """Own bookings, and where to book."""
    if not request.actor.has(BOOK):
        raise Denied
    return render(request, "stations/book_home.html", showing.home_context(request))


def book(request: HttpRequest, pk: int) -> HttpResponse:
    """A station: day, time, matter."""
    station = queries.bookable(request.actor, pk)
    context = showing.days_context(
        station, showing.day_from(request.GET.get("on", "")), "stations:book_at"
    )
    form = _form(request, station, context, window=False)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = commands.book(
                actor=request.actor, station_id=pk, starts_at=given.pop("slot"), **given
            )
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, showing.done_message(made))
            return redirect("stations:book")
    context["form"] = form
    return render(request, "stations/book.html", context, status=422 if form.is_bound else 200)


@require_GET
def window(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes on a day."""
    station = queries.bookable(request.actor, pk, WINDOW)
    on = showing.day_from(request.GET.get("on", "")) or timezone.localdate()
    return render(
        request, "stations/window.html", showing.window_context(request, station, on)
    )  # fmt: skip


def window_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Books for somebody who calls."""
    station = queries.bookable(request.actor, pk, WINDOW)
    context = showing.days_context(
        station, showing.day_from(request.GET.get("on", "")), "stations:window_book"
    )
    form = _form(request, station, context, window=True)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = commands.book_for(
                actor=request.actor, station_id=pk, starts_at=given.pop("slot"), **given
            )
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, showing.done_message(made))
            return redirect(_day_of(made))
    context["form"] = form
    return render(
        request, "stations/window_book.html", context, status=422 if form.is_bound else 200
    )


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a booking back."""
    row = queries.booking(request.actor, pk)
    try:
        commands.cancel_booking(actor=request.actor, booking_id=pk)
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(request, _("预约已取消。"))
    window = request.POST.get("from") == "window" and permits(request.actor, WINDOW, row)
    return redirect(_day_of(row) if window else reverse("stations:book"))


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrived, served, or not come."""
    row = queries.booking(request.actor, pk)
    try:
        commands.mark_booking(actor=request.actor, booking_id=pk, step=request.POST.get("step", ""))
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
    return redirect(_day_of(row))


def _form(request: HttpRequest, station: Station, context: Any, *, window: bool) -> BookForm:
    own = {} if window else {"phone": queries.phone_of(request.actor)}
    return BookForm(
        request.POST or None, slots=showing.slot_choices(station, context["on"]),
        services=queries.service_names(station), window=window,
        initial={"key": showing.new_key(), **own},
    )  # fmt: skip


def _day_of(row: Any) -> str:
    on = timezone.localtime(row.slot.starts_at).date()
    return f"{reverse('stations:window', args=[row.station_id])}?on={on}"
