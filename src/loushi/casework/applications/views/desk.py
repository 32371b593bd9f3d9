"""Applications at the desk: inbox, case, the moves of a step, totals."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from loushi.casework.applications import commands, queries, showing
from loushi.casework.applications.exports import ApplicationExporter, RecordExporter
from loushi.casework.applications.forms import ErrandForm, RecordForm, SaidForm, WhyForm
from loushi.casework.applications.policy import EXPORT, is_staff
from loushi.casework.applications.queries.totals import lines_for_file
from loushi.casework.applications.showing_own import supply_form
from loushi.casework.applications.views.forming import done, new_key, shown, tried
from loushi.casework.applications.workflow import LABELS
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.transfer.commands import export

SAID: dict[str, tuple[Any, Any, bool]] = {
    "done": (_l("结果"), _l("申请人会看到，例如证照编号、领取方式。可以不填。"), False),
    "ask": (_l("要补正什么"), _l("写清楚缺什么、怎么补。补正期间时限暂停。"), True),
    "refuse": (_l("为什么不予通过"), _l("写明依据和救济途径。整件申请随之结束。"), True),
}


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Applications that concern the reader; an enterprise's people have their own page."""
    actor = request.actor
    if not is_staff(actor):
        if actor.has("applications.apply"):
            return redirect("applications:mine")
        raise Denied
    filters = showing.filters_from(actor, request.GET)
    if kind := request.GET.get("export", ""):
        if not actor.has(EXPORT):
            raise Denied
        rows = queries.all_lines(actor, filters)
        return export(ApplicationExporter, rows, actor=actor, kind=kind).response()
    page = queries.application_list(
        actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = showing.inbox_context(request, filters, page)
    return render(request, "applications/inbox.html", context)


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One application."""
    if not is_staff(request.actor):
        return redirect("applications:own", queries.own_page(request.actor, pk).row.pk)
    page = queries.case_page(request.actor, pk)
    return render(request, "applications/case.html", showing.case_context(request, page))


def step(request: HttpRequest, pk: int, code: str, move: str) -> HttpResponse:
    """Starts a step; or asks for the words that a move needs."""
    given: dict[str, Any] = {"actor": request.actor, "application_id": pk, "code": code}
    if move == "start":
        queries.case_page(request.actor, pk).step(code)
        if request.method != "POST":
            raise NotVisible
        tried(request, lambda: commands.move_step(**given, move=move))
        return redirect("applications:case", pk)
    if move == "assign":
        return _errand(request, pk, code)
    if move not in SAID:
        raise NotVisible
    page, line = showing.allowed_step(request.actor, pk, code, move)
    label, hint, required = SAID[move]
    form = SaidForm(request.POST or None, label=label, hint=hint, required=required,
                    initial={"key": new_key()})  # fmt: skip
    if done(request, form, lambda: commands.move_step(
        **given, move=move, said=form.cleaned_data["said"], key=form.cleaned_data["key"]
    )):  # fmt: skip
        messages.info(request, _("%(step)s：%(move)s。")
                      % {"step": line.row.title, "move": LABELS[move]})  # fmt: skip
        return redirect("applications:case", pk)
    return shown(request, form, f"{LABELS[move]}·{line.row.title}", _back(pk),
                 sub=page.row.title, button=str(LABELS[move]))  # fmt: skip


def _errand(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Who runs an errand, from now on."""
    page, line = showing.allowed_step(request.actor, pk, code, "assign")
    people = [one for one in queries.runners(page.row) if one[0] != line.row.agent_id]
    form = ErrandForm(request.POST or None, people=people, initial={"key": new_key()})
    if done(request, form, lambda: commands.assign_errand(
        actor=request.actor, application_id=pk, code=code,
        person_id=form.cleaned_data["agent"], why=form.cleaned_data["said"],
        key=form.cleaned_data["key"],
    )):  # fmt: skip
        messages.info(request, _("已交给代跑的人，并通知了他。"))
        return redirect("applications:case", pk)
    title = _("换人代跑") if line.row.agent_id else _("交代跑")
    return shown(request, form, f"{title}·{line.row.title}", _back(pk), sub=page.row.title,
                 button=title)  # fmt: skip


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Supplies for the applicant, withdraws, records; takes a wrong record out."""
    given: dict[str, Any] = {"actor": request.actor, "application_id": pk}
    if name == "unrecord":
        showing.allowed(request.actor, pk, "record")
        if request.method != "POST":
            raise NotVisible
        held = showing.number(request.POST.get("record"))
        if tried(request, lambda: commands.withdraw_record(**given, record_id=held)):
            messages.info(request, _("已从合计里去掉，经过里还查得到。"))
        return redirect("applications:case", pk)
    if name not in ("supply", "withdraw", "record"):
        raise NotVisible
    page = showing.allowed(request.actor, pk, name)
    form, command, title = _acts(request, page, name, given)
    if done(request, form, command):
        return redirect("applications:case", pk)
    return shown(request, form, title, _back(pk), sub=page.row.title, button=title)


def _acts(
    request: HttpRequest, page: queries.CasePage, name: str, given: dict[str, Any]
) -> tuple[Any, Callable[[], Any], str]:
    data = request.POST if request.method == "POST" else None
    initial = {"key": new_key()}
    if name == "supply":
        form: Any = supply_form(page, request if data is not None else None)
        return form, lambda: commands.supply(
            **given, note=form.cleaned_data["note"], uploads=form.uploads(),
            key=form.cleaned_data["key"],
        ), _("替申请人补正")  # fmt: skip
    if name == "withdraw":
        form = WhyForm(data, initial=initial)
        return form, lambda: commands.withdraw(
            **given, reason=form.cleaned_data["reason"], key=form.cleaned_data["key"]
        ), _("撤回申请")  # fmt: skip
    form = RecordForm(data, flow=page.flow, initial=initial)
    return form, lambda: commands.add_record(**given, **form.cleaned_data), _("记一条")


@require_GET
def totals(request: HttpRequest) -> HttpResponse:
    """Totals per bundle."""
    if not is_staff(request.actor):
        raise Denied
    return render(request, "applications/totals.html", showing.totals_context(request))


@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """The rows behind a total."""
    if not is_staff(request.actor):
        raise Denied
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = lines_for_file(request.actor)
        return export(RecordExporter, rows, actor=request.actor, kind=kind).response()
    return render(request, "applications/records.html", showing.records_context(request))


def _back(pk: int) -> str:
    return reverse("applications:case", args=[pk])
