"""Bodies: the list, a body, its form, members and rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import require
from loushi.foundation.transfer.commands import export
from loushi.registry.buildings.queries import choices as building_choices
from loushi.registry.buildings.queries import unit_choices
from loushi.services.governance import commands, queries, showing
from loushi.services.governance.exports import BodyExporter
from loushi.services.governance.forms import BodyForm, RuleForm, SeatForm
from loushi.services.governance.policy import CHANGE, EXPORT, may_look
from loushi.services.governance.views.forming import done, shown


@require_GET
def body_list(request: HttpRequest) -> HttpResponse:
    """All visible bodies."""
    if not may_look(request.actor):
        raise Denied
    filters = showing.filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.body_lines(request.actor, filters)
        return export(BodyExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.body_list(
        request.actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "governance/list.html", showing.list_context(request, filters, page))


@require_GET
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """One body."""
    page = queries.body_page(request.actor, pk)
    return render(request, "governance/body.html", showing.body_context(request, page))


def create(request: HttpRequest) -> HttpResponse:
    """Registers a body."""
    if not request.actor.has(CHANGE):
        raise Denied
    form = BodyForm(request.POST or None, choices=showing.body_choices(
        unit_choices(request.actor, CHANGE), building_choices(request.actor, limit=400)
    ) | {"until": None})  # fmt: skip
    made = []

    def act() -> None:
        values = dict(form.cleaned_data)
        made.append(
            commands.create_body(
                actor=request.actor,
                unit_id=values.pop("unit_id"),
                kind=values.pop("kind"),
                values=values,
            )  # fmt: skip
        )

    if done(request, form, act):
        messages.info(request, _("已登记“%(name)s”。下一步：登记委员。") % {"name": made[0].name})
        return redirect("governance:body", made[0].pk)
    return shown(request, form, _("登记议事组织"), reverse("governance:list"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a body."""
    row = queries.body_row(request.actor, pk)
    require(request.actor, CHANGE, row)
    names = ("name", "building_id", "since", "until", "note")
    form = BodyForm(
        request.POST or None, initial={name: getattr(row, name) for name in names},
        choices={"kind": None, "unit_id": None,
                 "building_id": building_choices(request.actor, limit=400)},
    )  # fmt: skip
    if done(request, form, lambda: commands.update_body(
        actor=request.actor, body_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("governance:body", pk)
    title = _("更正“%(name)s”") % {"name": row.name}
    return shown(request, form, title, reverse("governance:body", args=[pk]))


def add_seat(request: HttpRequest, pk: int) -> HttpResponse:
    """A new member."""
    row = queries.body_row(request.actor, pk)
    require(request.actor, CHANGE, row)
    form = SeatForm(
        request.POST or None, choices=showing.seat_choices(request.actor, row),
        initial={"since": timezone.localdate()},
    )  # fmt: skip
    if done(request, form, lambda: commands.add_seat(
        actor=request.actor, body_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("委员已登记。"))
        return redirect("governance:body", pk)
    title = _("登记委员·%(name)s") % {"name": row.name}
    return shown(request, form, title, reverse("governance:body", args=[pk]))


def edit_seat(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Corrects a member, or ends the term."""
    page = queries.body_page(request.actor, pk)
    require(request.actor, CHANGE, page.row)
    found = next((one for one in (*page.seats, *page.former) if one.pk == seat), None)
    if found is None:
        raise NotVisible
    form = SeatForm(
        request.POST or None, choices=showing.seat_choices(request.actor, page.row),
        initial=showing.seat_initial(found),
    )  # fmt: skip
    if done(request, form, lambda: commands.update_seat(
        actor=request.actor, body_id=pk, seat_id=seat, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("governance:body", pk)
    return shown(request, form, _("更正委员“%(name)s”") % {"name": found.name},
                 reverse("governance:body", args=[pk]))  # fmt: skip


def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule from a day on."""
    row = queries.body_row(request.actor, pk)
    require(request.actor, CHANGE, row)
    matter = request.GET.get("matter", "ordinary")
    form = RuleForm(request.POST or None, initial=showing.rule_initial(row, matter))
    if done(request, form, lambda: commands.set_rule(
        actor=request.actor, body_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("规则已保存，从起用日期起的表决按它计算。"))
        return redirect("governance:body", pk)
    hint = _("已经表决的仍按当时的规则。章程和法律另有规定的，从其规定。")
    title = _("议事规则·%(name)s") % {"name": row.name}
    return shown(request, form, title, reverse("governance:body", args=[pk]), hint=hint)
