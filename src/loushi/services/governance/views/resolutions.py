"""Resolutions: list, page, tasks, report."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import require
from loushi.foundation.transfer.commands import export
from loushi.services.governance import commands, queries, showing
from loushi.services.governance.exports import ResolutionExporter
from loushi.services.governance.forms import ProgressForm, ReportForm, ResolutionForm, TaskForm
from loushi.services.governance.policy import CONVENE, EXPORT, may_look
from loushi.services.governance.views.forming import done, shown


@require_GET
def resolution_list(request: HttpRequest) -> HttpResponse:
    """All visible resolutions."""
    if not may_look(request.actor) and not queries.own_tasks(request.actor):
        raise Denied
    filters = showing.resolution_filters(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.resolution_lines(request.actor, filters)
        return export(ResolutionExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.resolution_list(
        request.actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = showing.resolutions_context(request, filters, page)
    return render(request, "governance/resolutions.html", context)


@require_GET
def resolution(request: HttpRequest, pk: int) -> HttpResponse:
    """One resolution."""
    page = queries.resolution_page(request.actor, pk)
    return render(request, "governance/resolution.html", showing.resolution_context(request, page))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of a resolution."""
    page = queries.resolution_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    form = ResolutionForm(request.POST or None, initial={"text": page.row.text})
    if done(request, form, lambda: commands.edit_resolution(
        actor=request.actor, resolution_id=pk, text=form.cleaned_data["text"]
    )):  # fmt: skip
        return redirect("governance:resolution", pk)
    return shown(request, form, _("更正决议"), reverse("governance:resolution", args=[pk]))


def add_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Something to be done."""
    page = queries.resolution_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    people = queries.people_choices(request.actor, page.row.body)
    form = TaskForm(request.POST or None, choices={"owner_id": people})
    if done(request, form, lambda: commands.add_task(
        actor=request.actor, resolution_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("任务已登记。"))
        return redirect("governance:resolution", pk)
    return shown(request, form, _("登记任务"), reverse("governance:resolution", args=[pk]),
                 hint=page.row.text)  # fmt: skip


def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a task, by its owner or the convener."""
    row = queries.task_row(request.actor, pk)
    form = ProgressForm(request.POST or None, initial={"state": row.state, "note": row.note})
    if done(request, form, lambda: commands.finish_task(
        actor=request.actor, task_id=pk, **form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("进展已登记。"))
        return redirect(showing.after_task(request.actor, row))
    hint = _("%(who)s，%(due)s 前完成。%(number)s：%(text)s") % {
        "who": row.owner_name, "due": row.due_on, "number": row.resolution.number,
        "text": row.resolution.text,
    }  # fmt: skip
    return shown(request, form, row.what, showing.after_task(request.actor, row), hint=hint)


@require_POST
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """Drafts the resource that a resolution brings; a person completes it."""
    made = commands.draft_resource(actor=request.actor, resolution_id=pk)
    messages.info(request, _("已生成资源草稿。请填写容量和日期，再发布。"))
    return redirect("catalogue:resource_edit", made.pk)


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer to everybody behind it."""
    page = queries.resolution_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    initial = {"verdict": "solved" if page.row.adopted else "explained"}
    form = ReportForm(request.POST or None, initial=initial)
    if done(request, form, lambda: commands.report_back(
        actor=request.actor, resolution_id=pk, **form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("已答复。背后的诉求会各自收到，由提交人评价。"))
        return redirect("governance:resolution", pk)
    return shown(request, form, _("答复"), reverse("governance:resolution", args=[pk]),
                 hint=page.row.text, button=_("提交答复"))  # fmt: skip
