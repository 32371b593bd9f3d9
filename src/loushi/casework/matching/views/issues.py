"""Common issues: list, page, form, and the steps that need a sentence."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.matching import commands, queries, showing
from loushi.casework.matching.exports import IssueExporter
from loushi.casework.matching.forms import AnswerForm, AssignForm, IssueForm, NoteForm, WhyForm
from loushi.casework.matching.policy import EXPORT, VIEW
from loushi.casework.matching.views.forming import done, new_key, shown, tried
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.transfer.commands import export


@require_GET
def issue_list(request: HttpRequest) -> HttpResponse:
    """All visible issues."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    filters = showing.filters_from(request.GET)
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.all_lines(request.actor, filters)
        return export(IssueExporter, rows, actor=request.actor, kind=kind).response()
    page = queries.issue_list(
        request.actor, filters,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return render(request, "matching/list.html", showing.list_context(request, filters, page))


@require_GET
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue."""
    page = queries.issue_page(request.actor, pk)
    return render(request, "matching/issue.html", showing.issue_context(request.actor, page))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames and corrects an issue."""
    row = showing.allowed(request.actor, pk, "edit").row
    names = ("name", "summary", "category_id")
    form = IssueForm(
        request.POST or None, initial={name: getattr(row, name) for name in names},
        choices={"category_id": showing.category_choices(), "unit_id": None},
    )  # fmt: skip
    if done(request, form, lambda: commands.edit_issue(
        actor=request.actor, issue_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("更正已保存。"))
        return redirect("matching:issue", pk)
    return shown(request, form, _("更正共性问题"), showing.back_to(pk), sub=row.number)


def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Names lead and co-units and dispatches what waits."""
    page = showing.allowed(request.actor, pk, "assign")
    form = AssignForm(
        request.POST or None, choices=showing.unit_choices(request.actor),
        initial={"lead": page.row.lead_id, "co": [one.pk for one in page.helpers]},
    )  # fmt: skip
    if done(request, form, lambda: commands.assign_issue(
        actor=request.actor, issue_id=pk, lead_id=form.cleaned_data["lead"],
        co_ids=form.cleaned_data["co"], dispatch=form.cleaned_data["dispatch"],
    )):  # fmt: skip
        messages.info(request, showing.assigned_words(request.actor, pk))
        return redirect("matching:issue", pk)
    hint = _("牵头单位统一答复；它和协同单位主办的诉求，一次答复都能办结。")
    return shown(request, form, _("交办"), showing.back_to(pk), sub=page.row.name, hint=hint,
                 button=_("交办"))  # fmt: skip


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The one answer, with what it will reach."""
    page = showing.allowed(request.actor, pk, "answer")
    last = page.answers[0][0] if page.answers else None
    initial = {"key": new_key()} | (
        {"verdict": last.verdict, "answer": last.text} if last and page.line.open else {}
    )
    form = AnswerForm(request.POST or None, request.FILES or None, initial=initial)
    found: list[commands.Given] = []
    if done(request, form, lambda: found.append(commands.answer_issue(
        actor=request.actor, issue_id=pk, verdict=form.cleaned_data["verdict"],
        text=form.cleaned_data["answer"], uploads=form.cleaned_data["uploads"] or (),
        key=form.cleaned_data["key"],
    ))):  # fmt: skip
        messages.info(request, showing.answered_words(request.actor, pk, found[0]))
        return redirect("matching:issue", pk)
    reach = queries.reach(request.actor, page.row)
    return shown(request, form, _("统一答复"), showing.back_to(pk), sub=page.row.name,
                 button=_("提交答复"), template="matching/answer.html", reach=reach,
                 reached=sum(not one.why for one in reach))  # fmt: skip


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Closes, takes an adding back; or asks for a sentence: dissolves, reopens, notes."""
    if name in ("close", "undo"):
        if request.method != "POST":
            raise NotVisible
        event = showing.number(request.POST.get("event"))
        plain: dict[str, Callable[[], Any]] = {
            "close": lambda: commands.close_issue(actor=request.actor, issue_id=pk),
            "undo": lambda: commands.undo_add(actor=request.actor, issue_id=pk, event_id=event),
        }
        if tried(request, plain[name]):
            done_words = {"close": _("已办结。"), "undo": _("已撤销，这些诉求照常单独办理。")}
            messages.info(request, done_words[name])
        return redirect("matching:issue", pk)
    asked: dict[str, tuple[Any, str, str, Callable[..., Any]]] = {
        "dissolve": (WhyForm, _("解散共性问题"), _("这些诉求照常各自办理，经过都保留。"),
                     commands.dissolve_issue),
        "reopen": (WhyForm, _("重新办理"), "", commands.reopen_issue),
        "recall": (WhyForm, _("收回重办"), "", commands.recall_issue),
        "note": (NoteForm, _("记一条"), "", commands.note_issue),
    }  # fmt: skip
    if name not in asked:
        raise NotVisible
    page = showing.allowed(request.actor, pk, name)
    kind, title, hint, command = asked[name]
    form = kind(request.POST or None)
    field = "note" if name == "note" else "why"
    if done(request, form, lambda: command(
        actor=request.actor, issue_id=pk, **{field: form.cleaned_data[field]}
    )):  # fmt: skip
        return redirect("matching:issue", pk)
    return shown(request, form, title, reverse("matching:issue", args=[pk]), sub=page.row.name,
                 hint=hint, button=title)  # fmt: skip
