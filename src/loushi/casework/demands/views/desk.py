"""The desk: inbox, case page, moves, registering on somebody's behalf, saved views, export."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.demands import commands, queries
from loushi.casework.demands.forms import MoveForm, RegisterForm, SavedViewForm, move_fields
from loushi.casework.demands.queries import towers
from loushi.casework.demands.queries.address import filters_from
from loushi.casework.demands.views import showing
from loushi.casework.demands.workflow import workflow
from loushi.foundation.core.errors import Denied, LoushiError, Refused
from loushi.foundation.web.parts import render_page


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox alone: list and first-day help, or the list on a phone."""
    if not request.actor.has("demands.view"):
        raise Denied
    return render_page(request, "demands/inbox.html", **showing.inbox_context(request))


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case beside the inbox."""
    view = queries.case(request.actor, pk)
    if not view.sees_internal:
        return redirect("demands:own", pk=pk)
    context = {**showing.inbox_context(request, selected=pk), **showing.case_context(request, view)}
    return render(request, "demands/case.html", context)


def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of a move, and the move itself; every move of the table comes through here."""
    view = queries.case(request.actor, pk)
    step = workflow.move(name)
    if step not in view.moves and request.method == "GET":
        raise Denied
    form = MoveForm(
        request.POST or None,
        request.FILES or None,
        move=name,
        departments=queries.departments(request.actor),
        items=towers.joinable_items(request.actor, view.demand) if name == "refer" else (),
        initial={"key": showing.new_key()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            demand = commands.make_move(
                actor=request.actor,
                demand_id=pk,
                move=name,
                values=form.values(),
                uploads=form.cleaned_data.get("uploads") or (),
                key=form.cleaned_data["key"],
            )
        except Refused as refusal:
            showing.add_errors(form, refusal)
        else:
            messages.info(request, showing.what_happened(step, demand))
            return redirect(showing.after_move(request, pk))
    context = {"case": view, "move": step, "form": form, "fields": move_fields(name, ())}
    status = 422 if form.is_bound else 200
    return render(request, "demands/move.html", context, status=status)


def register(request: HttpRequest) -> HttpResponse:
    """Registering on somebody's behalf: window, phone, visit, group message."""
    if not request.actor.has("demands.register"):
        raise Denied
    form = RegisterForm(
        request.POST or None,
        request.FILES or None,
        initial={"key": showing.new_key()},
        **showing.register_choices(request.actor, request.POST or request.GET),
    )
    if request.method == "POST" and form.is_valid():
        try:
            demand = commands.submit_demand(
                actor=request.actor,
                submission=showing.submission_from(form.cleaned_data),
                uploads=form.cleaned_data["uploads"],
                key=form.cleaned_data["key"],
            )
        except LoushiError as refusal:
            showing.add_errors(form, refusal)
        else:
            messages.info(request, _("已登记 %(number)s。") % {"number": demand.number})
            return redirect("demands:case", pk=demand.pk)
    status = 422 if form.is_bound else 200
    return render(request, "demands/register.html", {"form": form}, status=status)


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keeps the filters of the address under a name."""
    form = SavedViewForm(request.POST)
    if form.is_valid():
        commands.save_view(actor=request.actor, **form.cleaned_data)
        messages.info(request, _("已存为视图“%(name)s”。") % {"name": form.cleaned_data["name"]})
    query: Any = form.data.get("query", "")
    return redirect(f"{reverse('demands:inbox')}?{query}")


@require_POST
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    name = commands.remove_view(actor=request.actor, pk=pk)
    messages.info(request, _("已删除视图“%(name)s”。") % {"name": name})
    return redirect("demands:inbox")


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The rows under the filters, as a workbook, under the export permission."""
    if not request.actor.has("demands.export"):
        raise Denied
    return showing.workbook(request.actor, filters_from(request.GET))
