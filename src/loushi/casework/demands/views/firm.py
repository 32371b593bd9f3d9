"""The enterprise's own pages: follow, submit, supply, urge, withdraw, rate."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.demands import commands
from loushi.casework.demands.forms import MoveForm
from loushi.casework.demands.queries import firm as own_queries
from loushi.casework.demands.queries.promises import accept_promise
from loushi.casework.demands.views import firm_showing as showing
from loushi.casework.demands.views.showing import add_errors
from loushi.foundation.core.errors import Conflict, Denied, LoushiError, NotVisible

OWN_MOVES = ("supply_info", "urge", "withdraw")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what waits for the person, what goes on, one big button."""
    context = {
        "home": own_queries.home(request.actor),
        "promise": accept_promise(),
        "may_submit": request.actor.has("demands.submit"),
    }
    return render(request, "demands/mine.html", context)


@require_GET
def own_list(request: HttpRequest) -> HttpResponse:
    """All own demands, newest first."""
    show = request.GET.get("show", "")
    context = {
        "page": own_queries.own_page(request.actor, show, request.GET.get("after", "")),
        "chips": showing.list_chips(own_queries.own_counts(request.actor), show),
        "may_submit": request.actor.has("demands.submit"),
    }
    return render(request, "demands/mine_all.html", context)


def submit(request: HttpRequest) -> HttpResponse:
    """提一件诉求: one form; what was written stays with every error."""
    place = own_queries.place_of(request.actor, showing.number(request, "enterprise"))
    if place is None:
        raise Denied
    form = showing.firm_form(request, place)
    if request.method == "POST" and form.is_valid():
        try:
            demand = commands.submit_demand(
                actor=request.actor,
                submission=showing.firm_submission(form.cleaned_data, place, request.user),
                uploads=form.cleaned_data["uploads"],
                key=form.cleaned_data["key"],
            )
        except LoushiError as refusal:
            showing.add_upload_errors(form, refusal)
        else:
            return redirect("demands:sent", pk=demand.pk)
    return render(
        request,
        "demands/mine_new.html",
        showing.form_context(request, form, place),
        status=422 if form.is_bound else 200,
    )


@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """The room field for the chosen building, as a fragment."""
    place = own_queries.place_of(request.actor, showing.number(request, "enterprise"))
    if place is None:
        raise Denied
    return render(request, "demands/_mine_rooms.html", {"form": showing.firm_form(request, place)})


@require_GET
def promise(request: HttpRequest) -> HttpResponse:
    """By when it will be accepted, for the chosen urgency, as a fragment."""
    found = accept_promise(request.GET.get("urgency", ""))
    return render(request, "demands/_promise.html", {"promise": found})


@require_GET
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """After submitting: the number and what happens next."""
    view = showing.own_case(request.actor, pk)
    return render(request, "demands/mine_sent.html", {"case": view, "demand": view.demand})


@require_GET
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """One own demand: facts, clock, public history, what can be done now."""
    return render(request, "demands/mine_one.html", showing.own_context(request, pk))


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Supply information, urge, withdraw; a refusal shows the page again with its sentence."""
    if name not in OWN_MOVES:
        raise NotVisible
    showing.own_case(request.actor, pk)
    form: Any = MoveForm(request.POST, request.FILES, move=name)
    more: dict[str, Any] = {"supply": form} if name == "supply_info" else {}
    if form.is_valid():
        try:
            demand = commands.make_move(
                actor=request.actor,
                demand_id=pk,
                move=name,
                values=form.values(),
                uploads=form.cleaned_data.get("uploads", ()),
                key=form.cleaned_data["key"],
            )
        except LoushiError as refusal:
            more["refusal"] = refusal.message
            context = {**showing.own_context(request, pk), **more}
            return render(request, "demands/mine_one.html", context, status=refusal.status)
        messages.info(request, showing.told(name, demand))
        return redirect("demands:own", pk=pk)
    context = {**showing.own_context(request, pk), **more}
    return render(request, "demands/mine_one.html", context, status=422)


def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer and its rating, in the firm's own words; or 要求重办."""
    view = showing.own_case(request.actor, pk)
    names = {step.name for step in view.moves}
    if not names & {"rate", "reopen"}:
        raise Conflict(_("这件诉求现在不能评价：要先有答复，评价过的不能再改。"))
    again = "again" in request.POST
    form = showing.rating_form(request, optional_score=again)
    if request.method == "POST" and form.is_valid():
        try:
            showing.keep_rating(request.actor, pk, form, again=again)
        except LoushiError as refusal:
            add_errors(form, refusal)
        else:
            messages.info(request, showing.thanks(again))
            return redirect("demands:own", pk=pk)
    context = {**showing.facts_context(view), "form": form, "may_reopen": "reopen" in names}
    status = 422 if form.is_bound else 200
    return render(request, "demands/mine_rate.html", context, status=status)
