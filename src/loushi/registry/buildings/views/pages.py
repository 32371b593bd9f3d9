"""Pages of buildings: the list, a building with its plan, rooms and history, the forms."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.exports import BuildingExporter, SpaceExporter
from loushi.registry.buildings.forms import BuildingForm, ReplaceForm, RoleForm, SpaceForm
from loushi.registry.buildings.policy import CHANGE, EXPORT
from loushi.registry.buildings.showing import (
    building_context,
    list_context,
    spaces_context,
)


@require_GET
def building_list(request: HttpRequest) -> HttpResponse:
    """All visible buildings, filtered by the address."""
    filters = list_filters(request)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.building_lines(request.actor, filters)
        return export(BuildingExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.building_list(
        request.actor,
        filters,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "buildings/list.html", list_context(request, filters, page))


@require_GET
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """One building: its stacking plan, drawn by the package that knows the tenants."""
    day = _day(request.GET.get("on", ""))
    context = building_context(request, pk, "plan")
    context["panels"] = queries.panels_of(
        request.actor,
        "building",
        pk,
        on=day,
        space=_whole(request.GET.get("space", "")),
        colour=request.GET.get("colour", "")[:20],
    )
    return render(request, "buildings/building.html", context)


@require_GET
def spaces(request: HttpRequest, pk: int) -> HttpResponse:
    """The rooms of a building as a table."""
    context = building_context(request, pk, "spaces")
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.exported_spaces(request.actor, [pk])
        return export(SpaceExporter, rows, actor=request.actor, kind=kind).response()
    return render(request, "buildings/spaces.html", context | spaces_context(request, pk))


@require_GET
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts of a building, who is responsible for it, and its history."""
    context = building_context(request, pk, "facts")
    context["panels"] = queries.panels_of(request.actor, "building.history", pk)
    context["files"] = queries.files_of(request.actor, pk)
    return render(request, "buildings/facts.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """Registers a building."""
    units = queries.unit_choices(request.actor)
    if not units:
        raise Denied
    form = BuildingForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_building(actor=request.actor, values=form.values())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记“%(name)s”。") % {"name": made.name})
            return redirect("buildings:page", made.pk)
    return _form(request, form, _("登记一幢楼"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a building."""
    initial = queries.building_values(request.actor, pk)
    form = BuildingForm(
        request.POST or None, units=queries.unit_choices(request.actor), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.update_building(actor=request.actor, building_id=pk, values=form.values())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("更正已保存，留痕中记下了改动前后的内容。"))
            return redirect("buildings:page", pk)
    return _form(request, form, _("更正“%(name)s”") % {"name": initial["name"]}, pk)


def create_space(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers a room."""
    page = queries.building_page(request.actor, pk)
    if not page.may_change:
        raise Denied
    form = SpaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            room = commands.save_space(actor=request.actor, values=form.values(pk))
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记房号 %(number)s。") % {"number": room.number})
            return redirect("buildings:spaces", pk)
    return _form(request, form, _("登记房源 · %(name)s") % {"name": page.building.name}, pk)


def edit_space(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a room; its number is its name and stays."""
    initial = queries.space_values(request.actor, pk)
    form = SpaceForm(request.POST or None, initial=initial)
    form.fields["number"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            values = form.values(initial["building_id"])
            commands.save_space(actor=request.actor, values=values)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("房号 %(number)s 已更正。") % {"number": initial["number"]})
            return redirect("buildings:spaces", initial["building_id"])
    title = _("更正房号 %(number)s") % {"number": initial["number"]}
    return _form(request, form, title, initial["building_id"])


def replace_spaces(request: HttpRequest, pk: int) -> HttpResponse:
    """Splits, joins or gives up rooms from a day on."""
    page = queries.building_page(request.actor, pk)
    if not page.may_change:
        raise Denied
    numbers = request.GET.get("room", "")[:30]
    initial = {"on": timezone.localdate(), "numbers": numbers}
    form = ReplaceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            ids = commands.replace_spaces(actor=request.actor, building_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            said = _("%(old)s 从 %(day)s 起撤销，新增 %(n)d 间。") % {
                "old": "、".join(form.cleaned_data["numbers"]),
                "day": form.cleaned_data["on"].isoformat(), "n": len(ids),
            }  # fmt: skip
            messages.info(request, said)
            return redirect("buildings:spaces", pk)
    title = _("拆分、合并或撤销房间 · %(name)s") % {"name": page.building.name}
    return _form(request, form, title, pk)


@require_POST
def restore_space(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back that a room was given up."""
    building_id = queries.space_values(request.actor, pk)["building_id"]
    try:
        room = commands.restore_space(actor=request.actor, space_id=pk)
    except Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(request, _("房号 %(number)s 已恢复。") % {"number": room.number})
    return redirect("buildings:spaces", building_id)


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a person a role at a building."""
    page = queries.building_page(request.actor, pk)
    if not page.may_appoint:
        raise Denied
    form = RoleForm(
        request.POST or None,
        people=queries.people_choices(page.building),
        roles=queries.role_choices(),
        initial={"since": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.appoint_building_role(actor=request.actor, building_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已任命，开始日期起生效。"))
            return redirect("buildings:facts", pk)
    return _form(request, form, _("任命 · %(name)s") % {"name": page.building.name}, pk)


def list_filters(request: HttpRequest) -> queries.Filters:
    """The filters that stand in the address."""
    get = request.GET.get
    return queries.Filters(
        q=get("q", "").strip()[:80],
        unit=_whole(get("unit", "")),
        grade=get("grade", "")[:10],
        vacancy=get("vacancy", "") if get("vacancy", "") in {"yes", "no"} else "",
        sort=get("sort", "place")[:20],
    )


def _form(request: HttpRequest, form: Any, title: str, pk: int | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "pk": pk, "change": CHANGE, "files": False}
    status = 422 if form.is_bound else 200
    return render(request, "buildings/form.html", context, status=status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
