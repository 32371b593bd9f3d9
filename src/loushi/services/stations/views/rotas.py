"""Rotas: list, month grid, members, what must be covered, solving, publishing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import require
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings.queries import unit_choices
from loushi.services.stations import commands, queries, showing
from loushi.services.stations.forms import AwayForm, MembersForm, RotaForm, TemplateForm
from loushi.services.stations.policy import ROTA, VIEW


@require_GET
def rota_list(request: HttpRequest) -> HttpResponse:
    """All visible rotas."""
    if not request.actor.has(VIEW):
        raise Denied
    context = {"rows": queries.rota_list(request.actor)[:60], "may_plan": request.actor.has(ROTA)}
    return render(request, "stations/rotas.html", context | showing.tabs(request, "rotas"))


def create(request: HttpRequest) -> HttpResponse:
    """A new rota."""
    if not request.actor.has(ROTA):
        raise Denied
    rotas = [(one.pk, one.name) for one in queries.rota_list(request.actor)[:24]]
    form = RotaForm(request.POST or None, units=unit_choices(request.actor, ROTA), rotas=rotas)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        numbers = {name: given.pop(name) for name in ("rest_hours", "longest_run", "most")}
        try:
            made = commands.create_rota(actor=request.actor, numbers=numbers, **given)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("已新建“%(name)s”。下一步：成员、班次。") % {"name": made.name}
            )
            return redirect("stations:rota", made.pk)
    return _form(request, form, _("新建轮值表"), "stations:rotas")


@require_GET
def rota(request: HttpRequest, pk: int) -> HttpResponse:
    """One rota: the month grid, loads, what stays open and why."""
    page = queries.rota_page(request.actor, pk)
    return render(request, "stations/rota.html", showing.rota_context(page))


def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is on it."""
    page = _planned(request, pk)
    form = MembersForm(
        request.POST or None, choices=queries.member_choices(request.actor, page.row),
        initial=showing.members_initial(page),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_members(actor=request.actor, rota_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("stations:rota", pk)
    return _form(request, form, _("成员·%(name)s") % {"name": page.row.name}, "stations:rota", pk)


def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """What must be covered."""
    page = _planned(request, pk)
    stations = queries.station_choices(request.actor, page.row)
    form = TemplateForm(request.POST or None, stations=stations, initial=showing.COVER)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.add_template(actor=request.actor, rota_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已生成 %(count)d 个班次。") % {"count": made})
            return redirect("stations:rota", pk)
    return _form(request, form, _("班次·%(name)s") % {"name": page.row.name}, "stations:rota", pk)


def away(request: HttpRequest, pk: int) -> HttpResponse:
    """Days on which a member cannot."""
    page = _planned(request, pk)
    choices = [(member.pk, member.name) for member, _load, _year in page.loads]
    form = AwayForm(request.POST or None, members=choices)
    if request.method == "POST" and form.is_valid():
        try:
            commands.add_away(actor=request.actor, rota_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("stations:rota", pk)
    title = _("不能值守的日子·%(name)s") % {"name": page.row.name}
    return _form(request, form, title, "stations:rota", pk)


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Solve, solve anew, publish, drop a line."""
    row = queries.rota_row(request.actor, pk)
    require(request.actor, ROTA, row)
    which = int(request.POST.get("id") or 0) if request.POST.get("id", "0").isdecimal() else 0
    doing: dict[str, Any] = {
        "solve": lambda: commands.request_solution(actor=request.actor, rota_id=pk),
        "anew": lambda: commands.request_solution(actor=request.actor, rota_id=pk, anew=True),
        "publish": lambda: commands.publish(actor=request.actor, rota_id=pk),
        "drop-cover": lambda: commands.drop_template(
            actor=request.actor, rota_id=pk, template_id=which
        ),
        "drop-away": lambda: commands.drop_away(actor=request.actor, rota_id=pk, away_id=which),
    }
    if name in doing:
        try:
            doing[name]()
        except Refused as refusal:
            messages.warning(request, str(refusal))
    return redirect("stations:rota", pk)


def _planned(request: HttpRequest, pk: int) -> queries.RotaPage:
    page = queries.rota_page(request.actor, pk)
    require(request.actor, ROTA, page.row)
    return page


def _form(
    request: HttpRequest, form: Any, title: str, back: str, pk: int | None = None
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "pk": pk}
    return render(request, "stations/form.html", context, status=422 if form.is_bound else 200)
