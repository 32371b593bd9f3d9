"""Resources: at the desk and on the phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.actor import DEPARTMENT, UNIT
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.registry.accounts.policy import can_at
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue import showing_resources as showing
from loushi.services.catalogue.forms_resources import ResourceForm
from loushi.services.catalogue.policy import CHANGE, VIEW
from loushi.services.catalogue.views.forming import done, tried


@require_GET
def resource_list(request: HttpRequest) -> HttpResponse:
    """All visible resources; an enterprise's people are sent to their own page."""
    actor = request.actor
    if not actor.keys(UNIT, VIEW) and not actor.keys(DEPARTMENT, VIEW):
        if actor.has(VIEW):
            return redirect("catalogue:own_resources")
        raise Denied
    filters = showing.filters_from(request.GET)
    page = queries.resource_list(
        actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = showing.list_context(request, filters, page)
    return render(request, "catalogue/resources.html", context)


@require_GET
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """One resource."""
    row = queries.resource_row(request.actor, pk)
    context = showing.resource_context(request.actor, row)
    staff = request.actor.keys(UNIT, VIEW) or request.actor.keys(DEPARTMENT, VIEW)
    page = "catalogue/resource.html" if staff else "catalogue/own_resource.html"
    return render(request, page, context)


def create(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    if not request.actor.has(CHANGE):
        raise Denied
    form = ResourceForm(request.POST or None, **showing.form_choices(request.actor, None))
    made: list[Any] = []

    def act() -> None:
        values = showing.typed(request.actor, form.cleaned_data)
        made.append(
            commands.draft_resource(
                actor=request.actor, unit_id=values.pop("unit_id"), values=values
            )
        )

    if done(request, form, act):
        messages.info(request, _("已存为草稿。看一遍，再发布。"))
        return redirect("catalogue:resource", made[0].pk)
    return _form(request, form, _("登记资源"), reverse("catalogue:resources"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Completes or corrects a resource."""
    row = queries.resource_row(request.actor, pk)
    if not can_at(request.actor, CHANGE, row.unit_path):
        raise Denied
    form = ResourceForm(
        request.POST or None, initial=showing.initial(row),
        **showing.form_choices(request.actor, row),
    )  # fmt: skip
    if done(request, form, lambda: commands.update_resource(
        actor=request.actor, resource_id=pk, values=showing.typed(request.actor, form.cleaned_data)
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("catalogue:resource", pk)
    title = _("修改“%(name)s”") % {"name": row.name}
    return _form(request, form, title, reverse("catalogue:resource", args=[pk]))


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publishes or withdraws."""
    queries.resource_row(request.actor, pk)
    if name not in ("publish", "withdraw"):
        raise NotVisible
    command = commands.publish_resource if name == "publish" else commands.withdraw_resource
    if tried(request, lambda: command(actor=request.actor, resource_id=pk)):
        messages.info(request, _("已发布，企业可以看到。") if name == "publish" else _("已撤下。"))
    return redirect("catalogue:resource", pk)


@require_GET
def own_resources(request: HttpRequest) -> HttpResponse:
    """On the phone: what can be used here."""
    if not request.actor.has(VIEW):
        raise Denied
    return render(request, "catalogue/own_resources.html", showing.own_context(request.actor))


def _form(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/resource_form.html", context, status=status)
