"""Bookings of resources: on the phone of who comes, as the day's list of the provider."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import permits
from loushi.registry.accounts.policy import can_at
from loushi.services.catalogue import calendars, commands, queries
from loushi.services.catalogue import showing_bookings as showing
from loushi.services.catalogue.forms_bookings import ReserveForm, TimesForm
from loushi.services.catalogue.models import Resource
from loushi.services.catalogue.policy import BOOK, CHANGE, HOST
from loushi.services.catalogue.queries.bookings import phone_of, times_of
from loushi.services.catalogue.views.forming import done, tried


@require_GET
def own_bookings(request: HttpRequest) -> HttpResponse:
    """Own bookings, and what can be booked."""
    if not request.actor.has(BOOK):
        raise Denied
    return render(request, "catalogue/own_bookings.html", showing.own_context(request))


def book(request: HttpRequest, pk: int) -> HttpResponse:
    """A resource: day, time, what for."""
    resource = queries.open_to_book(request.actor, pk)
    return _booking(request, resource, host=False)


def host_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Books for somebody who calls."""
    resource = queries.open_to_book(request.actor, pk, HOST)
    return _booking(request, resource, host=True)


@require_GET
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes on a day."""
    resource = queries.served_resource(request.actor, pk)
    on = showing.day_from(request.GET.get("on", "")) or timezone.localdate()
    context = showing.day_context(request, resource, on)
    return render(request, "catalogue/resource_day.html", context)


def times(request: HttpRequest, pk: int) -> HttpResponse:
    """When a resource can be booked."""
    row = queries.resource_row(request.actor, pk)
    if not can_at(request.actor, CHANGE, row.unit_path):
        raise Denied
    held = times_of(row)
    if request.method == "POST" and request.POST.get("act") == "stop":
        commands.end_times(actor=request.actor, resource_id=pk)
        messages.info(request, _("不再接受预约。已约的照旧。"))
        return redirect("catalogue:resource", pk)
    initial = {name: getattr(held, name) for name in TimesForm.base_fields} if held else None
    form = TimesForm(request.POST or None, initial=initial)
    if done(request, form, lambda: commands.set_times(
        actor=request.actor, resource_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("预约时段已保存。"))
        return redirect("catalogue:resource", pk)
    context = {
        "form": form, "title": _("“%(name)s”的预约时段") % {"name": row.name},
        "back": reverse("catalogue:resource", args=[pk]), "held": held,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/times_form.html", context, status=status)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a booking back."""
    row = queries.booked_row(request.actor, pk)
    if tried(request, lambda: commands.cancel_resource_booking(
        actor=request.actor, booking_id=pk
    )):  # fmt: skip
        messages.info(request, _("预约已取消。"))
    host = request.POST.get("from") == "day" and permits(request.actor, HOST, row)
    return redirect(_day_of(row) if host else reverse("catalogue:own_bookings"))


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrived, served, or not come."""
    row = queries.booked_row(request.actor, pk)
    step = request.POST.get("step", "")
    tried(request, lambda: commands.mark_resource_booking(
        actor=request.actor, booking_id=pk, step=step
    ))  # fmt: skip
    return redirect(_day_of(row))


@require_GET
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """A booking for the phone's calendar."""
    row = queries.booked_row(request.actor, pk)
    response = HttpResponse(calendars.written(row), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="booking-{row.pk}.ics"'
    return response


def _booking(request: HttpRequest, resource: Resource, *, host: bool) -> HttpResponse:
    table, most = queries.timetable(resource)
    here = reverse(f"catalogue:{'host_book' if host else 'book'}", args=[resource.pk])
    on = showing.day_from(request.GET.get("on", ""))
    context = showing.days_context(table, on, here)
    own = {} if host else {"phone": phone_of(request.actor)}
    form = ReserveForm(
        request.POST or None, slots=showing.slot_choices(table, context["on"]), most=most,
        host=host, initial={"key": showing.new_key(), **own},
    )  # fmt: skip
    made: list[Any] = []

    def act() -> None:
        given = dict(form.cleaned_data)
        command = commands.book_resource_for if host else commands.book_resource
        starts_at = given.pop("slot")
        made.append(
            command(actor=request.actor, resource_id=resource.pk, starts_at=starts_at, **given)
        )

    if done(request, form, act):
        messages.info(request, showing.done_message(made[0]))
        return redirect(_day_of(made[0]) if host else reverse("catalogue:own_bookings"))
    context |= {"row": resource, "form": form, "most": most}
    page = "catalogue/host_book.html" if host else "catalogue/book.html"
    return render(request, page, context, status=422 if form.is_bound else 200)


def _day_of(row: Any) -> str:
    on = timezone.localtime(row.slot.starts_at).date()
    return f"{reverse('catalogue:resource_day', args=[row.resource_id])}?on={on}"
