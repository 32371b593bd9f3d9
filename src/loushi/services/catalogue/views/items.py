"""The service list: at the desk of district and community, and on the phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import export
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.queries import unit_choices
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue import showing_items as showing
from loushi.services.catalogue.exports import ItemExporter
from loushi.services.catalogue.forms_items import EntryForm, ItemForm, TakeForm, TemplateForm
from loushi.services.catalogue.policy import CHANGE, EXPORT, VIEW, may_at
from loushi.services.catalogue.views.forming import done, tried


@require_GET
def item_list(request: HttpRequest) -> HttpResponse:
    """The list of a unit on a day; an enterprise's people are sent to their own page."""
    if not _staff(request.actor):
        if request.actor.has(VIEW):
            return redirect("catalogue:own_items")
        raise Denied
    unit_id, units = showing.chosen_unit(request.actor, request.GET.get("unit"))
    context = showing.list_context(request, unit_id, units)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        return export(ItemExporter, context["rows"], actor=request.actor, kind=kind).response()
    return render(request, "catalogue/items.html", context)


@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it says on a day, what it said before, who offers it."""
    if not _staff(request.actor):
        queries.own_item(request.actor, pk, None)
        return redirect("catalogue:own_item", pk)
    return render(request, "catalogue/item.html", showing.item_context(request, pk))


def create(request: HttpRequest) -> HttpResponse:
    """A new item of a list."""
    if not request.actor.has(CHANGE):
        raise Denied
    initial = {"since": timezone.localdate(), "unit_id": request.GET.get("unit", "")}
    form = ItemForm(request.POST or None, initial=initial, **showing.item_choices(request.actor))
    made: list[Any] = []

    def act() -> None:
        values = dict(form.cleaned_data)
        unit_id, since = values.pop("unit_id"), values.pop("since")
        made.append(
            commands.create_item(actor=request.actor, unit_id=unit_id, values=values, since=since)
        )

    if done(request, form, act):
        messages.info(request, _("已写入清单。"))
        return redirect("catalogue:item", made[0].pk)
    return _form(request, form, _("新增服务事项"), reverse("catalogue:items"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What an item says from a day on."""
    row = queries.item_row(request.actor, pk)
    if not may_at(request.actor, CHANGE, row):
        raise Denied
    last = queries.item_versions(request.actor, pk)[0]
    form = ItemForm(
        request.POST or None, initial=showing.item_initial(last),
        **showing.item_choices(request.actor, last),
    )  # fmt: skip

    def act() -> None:
        values = dict(form.cleaned_data)
        since, why, number = values.pop("since"), values.pop("why"), values.pop("number") or 0
        commands.revise_item(
            actor=request.actor, item_id=pk, values=values, since=since, why=why, number=number
        )

    if done(request, form, act):
        messages.info(request, _("已保存为新的一版，从所填的日期起生效。"))
        return redirect("catalogue:item", pk)
    return _form(request, form, _("修改服务事项"), reverse("catalogue:item", args=[pk]))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an item off all lists from today."""
    queries.item_row(request.actor, pk)
    if tried(request, lambda: commands.withdraw_item(actor=request.actor, item_id=pk)):
        messages.info(request, _("从今天起不再提供。以前的清单里仍查得到。"))
    return redirect("catalogue:item", pk)


def template(request: HttpRequest) -> HttpResponse:
    """Fills a list from a shipped one."""
    if not request.actor.has(CHANGE):
        raise Denied
    shipped = commands.item_templates()
    initial = {"since": timezone.localdate(), "unit_id": request.GET.get("unit", "")}
    form = TemplateForm(
        request.POST or None, initial=initial, units=unit_choices(request.actor, CHANGE),
        templates=[(one["code"], f"{one['label']}。{one['about']}") for one in shipped],
    )  # fmt: skip
    made: list[int] = []
    if done(request, form, lambda: made.extend(
        commands.install_items(actor=request.actor, **form.cleaned_data)
    )):  # fmt: skip
        text = ngettext("已装入 %(n)d 项，可逐项修改。", "已装入 %(n)d 项，可逐项修改。", len(made))
        messages.info(request, text % {"n": len(made)})
        return redirect(f"{reverse('catalogue:items')}?unit={form.cleaned_data['unit_id']}")
    return _form(request, form, _("从模板装入清单"), reverse("catalogue:items"))


def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Items of the guide for the menu of a community (`pk` is the unit)."""
    unit = queries.list_unit(request.actor, pk)
    if not can_at(request.actor, CHANGE, unit.path):
        raise Denied
    choices = showing.take_choices(request.actor, pk)
    form = TakeForm(
        request.POST or None, items=choices,
        initial={"since": timezone.localdate(), "items": [one for one, _name in choices]},
    )  # fmt: skip
    counted: list[int] = []

    def act() -> None:
        counted.append(
            commands.take_items(
                actor=request.actor, unit_id=pk, item_ids=form.cleaned_data["items"],
                since=form.cleaned_data["since"],
            )
        )  # fmt: skip

    back = f"{reverse('catalogue:items')}?unit={pk}"
    if done(request, form, act):
        text = ngettext("已接收 %(n)d 项。", "已接收 %(n)d 项。", counted[0])
        messages.info(request, text % {"n": counted[0]})
        return redirect(back)
    title = _("%(unit)s接收目录事项") % {"unit": unit.name}
    return _form(request, form, title, back, button=_("接收勾上的"))


def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Hours, channels and contact of a community's own."""
    row = queries.entry_row(request.actor, pk)
    if not may_at(request.actor, CHANGE, row):
        raise Denied
    form = EntryForm(
        request.POST or None, initial=showing.entry_initial(row),
        guide=showing.guide_words(request.actor, row),
    )  # fmt: skip

    def act() -> None:
        values = dict(form.cleaned_data)
        since = values.pop("since")
        commands.adapt_entry(actor=request.actor, entry_id=pk, values=values, since=since)

    back = f"{reverse('catalogue:item', args=[row.item_id])}?unit={row.unit_id}"
    if done(request, form, act):
        messages.info(request, _("已保存，从所填的日期起生效。"))
        return redirect(back)
    given = {"unit": row.unit.name, "item": queries.item_titles([row.item_id])[row.item_id]}
    return _form(request, form, _("%(item)s：%(unit)s怎么办") % given, back)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an item off a community's menu from today."""
    row = queries.entry_row(request.actor, pk)
    if tried(request, lambda: commands.drop_entry(actor=request.actor, entry_id=pk)):
        messages.info(request, _("从今天起本社区不再提供。"))
    return redirect(f"{reverse('catalogue:items')}?unit={row.unit_id}")


@require_GET
def own_items(request: HttpRequest) -> HttpResponse:
    """On the phone: find a service."""
    if not request.actor.has(VIEW):
        raise Denied
    return render(request, "catalogue/own_items.html", showing.own_context(request))


@require_GET
def own_item(request: HttpRequest, pk: int) -> HttpResponse:
    """On the phone: how it is done, and the ways on."""
    context = showing.own_item_context(request, pk)
    return render(request, "catalogue/own_item.html", context)


def _staff(actor: Actor) -> bool:
    return bool(actor.keys(UNIT, VIEW) or actor.keys(DEPARTMENT, VIEW))


def _form(
    request: HttpRequest, form: Any, title: str, back: str, *, button: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "button": button}
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/resource_form.html", context, status=status)
