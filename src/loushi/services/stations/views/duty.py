"""My shifts on a phone, handover, swaps, calendar addresses."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.access import public
from loushi.foundation.core.errors import LoushiError, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.accounts.queries import actor_for
from loushi.services.stations import calendars, commands, queries, showing
from loushi.services.stations.forms import HandoverForm, SwapForm


@require_GET
def duty(request: HttpRequest) -> HttpResponse:
    """The acting person's shifts and the swaps that wait for an answer."""
    return render(request, "stations/duty.html", showing.duty_context(request))


def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """One own shift: who stood there, what the next one must know."""
    row = queries.shift_page(request.actor, pk)
    form = HandoverForm(request.POST or None, initial=showing.handover_initial(row, request))
    if request.method == "POST" and form.is_valid():
        try:
            commands.hand_over(actor=request.actor, shift_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已保存。"))
            return redirect("stations:duty")
    context = {"form": form, "row": row, "before": queries.handed_over(row)}
    return render(request, "stations/shift.html", context, status=422 if form.is_bound else 200)


def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks somebody to take a shift."""
    row = queries.shift_page(request.actor, pk)
    partners = queries.swap_partners(row)
    form = SwapForm(request.POST or None, **showing.swap_choices(partners, row))
    if request.method == "POST" and form.is_valid():
        try:
            commands.ask_swap(actor=request.actor, shift_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已请对方答复；对方同意后生效。"))
            return redirect("stations:duty")
    context = {"form": form, "row": row, "partners": showing.partner_lines(partners)}
    return render(request, "stations/swap.html", context, status=422 if form.is_bound else 200)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The other side's answer."""
    try:
        commands.answer_swap(
            actor=request.actor, swap_id=pk, agree=request.POST.get("answer") == "agree"
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("stations:duty")


@require_POST
def feed_address(request: HttpRequest) -> HttpResponse:
    """Issues or stops a calendar address; a new one is shown this once."""
    station = request.POST.get("station", "")
    station_id = int(station) if station.isascii() and station.isdigit() else None
    if request.POST.get("act") == "stop":
        commands.revoke_feed(actor=request.actor, station_id=station_id)
        messages.info(request, _("日历订阅已停用，旧地址不能再打开。"))
        return redirect("stations:page", station_id) if station_id else redirect("stations:duty")
    secret = commands.issue_feed(actor=request.actor, station_id=station_id)
    address = request.build_absolute_uri(reverse("stations:feed", args=[secret]))
    return render(request, "stations/address.html", {"address": address, "station": station_id})


@public
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A calendar for programs: whoever knows the secret reads it."""
    token = commands.feed_of(secret)
    if token is None:
        raise Http404
    actor = actor_for(token.user, timezone.localdate())
    try:
        if token.station is not None:
            queries.station_page(actor, token.station_id or 0)  # the person may still see it
            shifts = queries.shifts_at(station=token.station)
        else:
            shifts = queries.shifts_at(actor=actor)
    except LoushiError:
        raise Http404 from None
    name = token.station.name if token.station else _("我的值守")
    text = calendars.written(name, shifts)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    return response
