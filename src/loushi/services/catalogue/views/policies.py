"""Policies at the desk: list, page, form, who qualifies, pushing, declarations."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.actor import DEPARTMENT, UNIT
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import require
from loushi.foundation.transfer.commands import export
from loushi.services.catalogue import commands, queries, showing
from loushi.services.catalogue.exports import DeclarationExporter, MatchExporter, shown_lines
from loushi.services.catalogue.forms import PolicyForm, StepForm
from loushi.services.catalogue.policy import CHANGE, DECIDE, EXPORT, OWN, VIEW, may_at
from loushi.services.catalogue.views.forming import done, tried
from loushi.services.catalogue.workflow import next_states


@require_GET
def policy_list(request: HttpRequest) -> HttpResponse:
    """All visible policies; an enterprise's people are sent to their own page."""
    actor = request.actor
    if not actor.keys(UNIT, VIEW) and not actor.keys(DEPARTMENT, VIEW):
        if actor.has(OWN):
            return redirect("catalogue:policies")
        raise Denied
    filters = showing.filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not actor.has(EXPORT):
            raise Denied
        rows = queries.declaration_lines(actor)
        return export(DeclarationExporter, rows, actor=actor, kind=kind).response()
    page = queries.policy_list(
        actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "catalogue/list.html", showing.list_context(request, filters, page))


@require_GET
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One policy."""
    page = queries.policy_page(request.actor, pk)
    if not request.actor.keys(UNIT, VIEW) and not request.actor.keys(DEPARTMENT, VIEW):
        if request.actor.has(OWN):
            return redirect("catalogue:own_policy", pk)
        raise Denied
    return render(request, "catalogue/policy.html", showing.policy_context(page))


def create(request: HttpRequest) -> HttpResponse:
    """Registers a policy."""
    if not request.actor.has(CHANGE):
        raise Denied
    form = PolicyForm(request.POST or None, **showing.form_choices(request.actor, None))
    made: list[Any] = []

    def act() -> None:
        values = dict(form.cleaned_data)
        made.append(
            commands.create_policy(
                actor=request.actor, unit_id=values.pop("unit_id"), values=values
            )
        )

    if done(request, form, act):
        messages.info(request, _("已存为草稿。看一遍，再发布。"))
        return redirect("catalogue:policy", made[0].pk)
    return _form(request, form, _("登记政策"), reverse("catalogue:list"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of a policy."""
    row = queries.policy_row(request.actor, pk)
    if not may_at(request.actor, CHANGE, row):
        raise Denied
    form = PolicyForm(
        request.POST or None, initial=showing.initial(row),
        **showing.form_choices(request.actor, row),
    )  # fmt: skip

    def act() -> None:
        values = dict(form.cleaned_data)
        why, version = values.pop("why"), values.pop("version") or 0
        commands.revise_policy(
            actor=request.actor, policy_id=pk, values=values, why=why, version=version
        )

    if done(request, form, act):
        messages.info(request, _("修改已保存为新的一版。"))
        return redirect("catalogue:policy", pk)
    title = _("修改“%(name)s”") % {"name": row.title}
    return _form(request, form, title, reverse("catalogue:policy", args=[pk]))


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publishes, withdraws or pushes."""
    queries.policy_row(request.actor, pk)
    if name == "publish":
        if tried(request, lambda: commands.publish_policy(actor=request.actor, policy_id=pk)):
            messages.info(request, _("已发布，范围内的企业和岗位可以看到。"))
    elif name == "withdraw":
        if tried(request, lambda: commands.withdraw_policy(actor=request.actor, policy_id=pk)):
            messages.info(request, _("已撤下。"))
    elif name == "push":
        told: list[int] = []
        if tried(
            request,
            lambda: told.append(commands.push_policy(actor=request.actor, policy_id=pk)),
        ):
            messages.info(request, _pushed(told[0]))
        return redirect("catalogue:firms", pk)
    else:
        raise NotVisible
    return redirect("catalogue:policy", pk)


@require_GET
def firms(request: HttpRequest, pk: int) -> HttpResponse:
    """Which firms qualify, which nearly, and what is missing."""
    filters = showing.match_filters(request.GET)
    matched = commands.match_firms(actor=request.actor, policy_id=pk, unit=filters.unit)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = shown_lines(matched, queries.match_lines(request.actor, matched, filters))
        return export(MatchExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.match_page(
        request.actor, matched, filters,
        after=request.GET.get("after", "") or request.GET.get("before", ""),
    )  # fmt: skip
    context = showing.firms_context(request, matched, filters, page)
    context["may_push"] = queries.policy_page(request.actor, pk).may_push
    return render(request, "catalogue/firms.html", context)


def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step of a declaration, by staff."""
    row = queries.declaration(request.actor, pk)
    require(request.actor, DECIDE, row)
    form = StepForm(
        request.POST or None, steps=next_states(row.state, by_firm=False),
        initial={"on": timezone.localdate()},
    )  # fmt: skip
    if done(request, form, lambda: commands.move_declaration(
        actor=request.actor, declaration_id=pk, **form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("进展已登记，企业会收到通知。"))
        return redirect("catalogue:policy", row.policy_id)
    context = {
        "form": form, "row": row, "kind": showing.STEP_KINDS[row.state],
        "facts": showing.declaration_facts(row),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "catalogue/declaration.html", context, status=status)


def _pushed(count: int) -> str:
    if not count:
        return _("没有要推送的企业：符合的都已经推送过，或不愿接收。")
    return ngettext("已推送给 %(n)d 家企业。", "已推送给 %(n)d 家企业。", count) % {"n": count}


def _form(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(
        request, "catalogue/form.html", context, status=422 if form.is_bound else 200
    )  # fmt: skip
