"""The desk: list, page, forms, moving in and out, contacts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.exports import EnterpriseExporter
from loushi.registry.enterprises.forms import (
    ContactForm,
    EnterpriseForm,
    MoveInForm,
    MoveOutForm,
    PurposeForm,
)
from loushi.registry.enterprises.policy import CHANGE, EXPORT
from loushi.registry.enterprises.views import showing
from loushi.registry.enterprises.views.address import filters_from


@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """All visible enterprises, filtered by the address."""
    filters = filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.enterprise_lines(request.actor, filters)
        return export(EnterpriseExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.enterprise_list(
        request.actor,
        filters,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "enterprises/list.html", showing.list_context(request, filters, page))


@require_GET
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """One enterprise: facts, places through time, contacts, what other packages add; a number
    that was merged leads to the enterprise of today."""
    try:
        context = showing.page_context(request, pk)
    except NotVisible:
        return redirect("enterprises:page", queries.enterprise_now(request.actor, pk))
    return render(request, "enterprises/enterprise.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """Registers an enterprise."""
    if not request.actor.has(CHANGE):
        raise Denied
    form = enterprise_form(request, {"business_kind": "company", "status": "operating"})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.register_enterprise(actor=request.actor, values=form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记“%(name)s”。请接着登记入驻。") % {"name": made.name})
            return redirect("enterprises:move_in", made.pk)
    return _form(request, form, _("登记一家企业"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects an enterprise."""
    initial = queries.enterprise_values(request.actor, pk)
    form = enterprise_form(request, initial)
    if request.method == "POST" and form.is_valid():
        try:
            commands.update_enterprise(
                actor=request.actor, enterprise_id=pk, values=form.cleaned_data
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("更正已保存，留痕中记下了改动前后的内容。"))
            return redirect("enterprises:page", pk)
    return _form(request, form, _("更正“%(name)s”") % {"name": initial["name"]}, pk)


def move_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a tenancy."""
    initial = queries.enterprise_values(request.actor, pk)
    form = MoveInForm(
        request.POST or None,
        buildings=queries.building_choices(request.actor, limit=500),
        initial={"since": timezone.localdate(), "presence": "here_registered"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.move_in(actor=request.actor, enterprise_id=pk, values=form.cleaned_data)
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记入驻。"))
            return redirect("enterprises:page", pk)
    return _form(request, form, _("登记入驻 · %(name)s") % {"name": initial["name"]}, pk)


def move_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a tenancy."""
    place, enterprise_id, name = queries.tenancy_for_change(request.actor, pk)
    form = MoveOutForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            commands.move_out(actor=request.actor, tenancy_id=pk, **form.cleaned_data)
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记从%(place)s迁出。") % {"place": place})
            return redirect("enterprises:page", enterprise_id)
    title = _("从%(place)s迁出 · %(name)s") % {"place": place, "name": name}
    return _form(request, form, title, enterprise_id)


def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds a contact, or changes the one of that name."""
    initial = queries.enterprise_values(request.actor, pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.save_contact(actor=request.actor, enterprise_id=pk, values=form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("联系人“%(name)s”已保存。") % {"name": form.cleaned_data["name"]}
            )
            return redirect("enterprises:page", pk)
    return _form(request, form, _("联系人 · %(name)s") % {"name": initial["name"]}, pk)


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows a full phone number to somebody who says what for."""
    form = PurposeForm(request.POST)
    purpose = form.cleaned_data["purpose"] if form.is_valid() else ""
    try:
        phone = commands.reveal_phone(actor=request.actor, contact_id=pk, purpose=purpose)
    except Refused as refusal:
        context = {"contact_id": pk, "error": str(refusal), "purpose": purpose}
        return render(request, "enterprises/reveal.html", context, status=422)
    context = {"contact_id": pk, "phone": phone, "purpose": purpose}
    return render(request, "enterprises/revealed.html", context)


def enterprise_form(
    request: HttpRequest, initial: dict[str, Any], *, bound: bool = True
) -> EnterpriseForm:
    """The form with the choices that this person has; `bound` False: filled in, nothing typed."""
    return EnterpriseForm(
        (request.POST or None) if bound else None,
        units=queries.home_choices(request.actor, initial.get("unit_id")),
        officers=queries.officer_choices(request.actor),
        industries=queries.industry_choices(initial.get("industry_id")),
        initial=initial,
    )


def _form(request: HttpRequest, form: Any, title: str, pk: int | None = None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title, "pk": pk}
    return render(request, "enterprises/form.html", context, status=status)
