"""Recording a visit in under a minute; correcting and withdrawing one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.demands.queries import categories
from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import VisitEdit, VisitInput
from loushi.casework.visits.forms import VisitForm, WithdrawForm
from loushi.casework.visits.models import Finding, Visit
from loushi.casework.visits.policy import RECORD
from loushi.casework.visits.queries.recording import Subject, subject_of
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Conflict, Denied, LoushiError
from loushi.foundation.web.forming import add_refusal


def new(request: HttpRequest, pk: int) -> HttpResponse:
    """记走访: purpose, who was met, findings; one form, one transaction."""
    subject = subject_of(request.actor, pk)
    form = VisitForm(
        request.POST or None,
        contact=subject.contact_label,
        initial={
            "purpose": subject.purpose,
            "met": "contact" if subject.contact else "other",
            "key": reading.new_key(),
            "despite": subject.despite,
        },
    )
    blocks = reading.blocks_from(request.POST)
    if reading.changes_blocks(request.POST, blocks):
        return _page(request, subject, form, blocks)
    if request.method == "POST" and form.is_valid():
        try:
            commands.record_visit(
                actor=request.actor,
                given=VisitInput(
                    enterprise_id=pk,
                    findings=reading.findings_from(blocks),
                    **values_of_form(form.cleaned_data, subject),
                ),
                key=form.cleaned_data["key"],
            )
        except LoushiError as refusal:
            return _refused(request, subject, form, blocks, refusal)
        messages.info(request, _said(blocks, subject.name))
        return redirect("visits:today")
    return _page(request, subject, form, blocks)


@require_GET
def finding(request: HttpRequest) -> HttpResponse:
    """One more block, as a fragment (`gone`: nothing, which removes one)."""
    subject = subject_of(request.actor, reading.whole(request.GET.get("firm", "")) or 0)
    kind = request.GET.get("more", "")
    if request.GET.get("gone") or kind not in Finding.Kind.values:
        return HttpResponse("")
    context = {"block": reading.new_block(kind), **_choices(subject)}
    return render(request, "visits/_finding.html", context)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects one's own visit, or adds what was forgotten; both sides stay in its history."""
    visit = queries.visit_for_edit(request.actor, pk)
    if not queries.editable(request.actor, visit):
        raise Denied(_("只有走访人自己能在规定时间内改这条记录。"))
    subject = subject_of(request.actor, visit.enterprise_id)
    stored = {name: getattr(visit, name) for name in ("purpose", "met", "met_name", "met_title")}
    initial = stored | {
        "note": visit.note,
        "at": timezone.localtime(visit.at),
        "key": reading.new_key(),
    }
    form = VisitForm(request.POST or None, contact=subject.contact_label, initial=initial)
    blocks = reading.blocks_from(request.POST)
    more = {"visit": visit, "version": request.POST.get("version", visit.version)}
    if reading.changes_blocks(request.POST, blocks):
        return _page(request, subject, form, blocks, more)
    if request.method == "POST" and form.is_valid():
        values = values_of_form(form.cleaned_data, subject)
        values.pop("despite")
        try:
            commands.edit_visit(
                actor=request.actor,
                visit_id=pk,
                given=VisitEdit(
                    version=reading.whole(str(more["version"])) or 0,
                    findings=reading.findings_from(blocks),
                    why=request.POST.get("why", ""),
                    **values,
                ),
                key=form.cleaned_data["key"],
            )
        except LoushiError as refusal:
            return _refused(request, subject, form, blocks, refusal, more)
        messages.info(request, _("更正已保存，改动前后都留着。"))
        return redirect("visits:page", pk)
    return _page(request, subject, form, blocks, more)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws one's own visit, with a reason."""
    visit = queries.visit_for_edit(request.actor, pk)
    if not queries.editable(request.actor, visit):
        raise Denied(_("只有走访人自己能在规定时间内撤回。"))
    form = WithdrawForm(request.POST or None, initial={"version": visit.version})
    if request.method == "POST" and form.is_valid():
        try:
            commands.withdraw_visit(actor=request.actor, visit_id=pk, **form.cleaned_data)
        except LoushiError as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("走访已撤回。由它提的诉求和更正仍然有效。"))
            return redirect("visits:page", pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "visit": visit}
    return render(request, "visits/withdraw.html", context, status=status)


def values_of_form(cleaned: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """A contact that was only tapped is named from the register."""
    names = ("purpose", "met", "met_name", "met_title", "note", "despite", "at")
    values = {name: cleaned[name] for name in names}
    if values["met"] == Visit.Met.CONTACT and not values["met_name"]:
        values["met_name"], values["met_title"] = subject.contact, subject.contact_title
    return values


def _said(blocks: list[dict[str, Any]], name: str) -> str:
    demands = sum(block["kind"] == Finding.Kind.DEMAND for block in blocks)
    fixed = sum(block["kind"] == Finding.Kind.CORRECTION for block in blocks)
    leads = sum(block["kind"] == Finding.Kind.LEAD for block in blocks)
    said = _("已记下对“%(name)s”的走访。") % {"name": name}
    if demands:
        said += _("提了 %(n)d 件诉求，窗口已收到。") % {"n": demands}
    if leads:
        said += _("转出 %(n)d 条招商线索。") % {"n": leads}
    if fixed:
        said += _("更正 %(n)d 处登记，原值留痕。") % {"n": fixed}
    return said


def _choices(subject: Subject) -> dict[str, Any]:
    return {"categories": categories(), "whats": subject.whats, "firm": subject.id}


def _refused(
    request: HttpRequest,
    subject: Subject,
    form: VisitForm,
    blocks: list[dict[str, Any]],
    refusal: LoushiError,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    rest = reading.put_errors(blocks, refusal)
    for error in rest:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    if not rest:
        form.add_error(None, _("有一条发现要改，请看下面。"))
    more = dict(more or {})
    if isinstance(refusal, Conflict):
        more["conflict"] = refusal
        if "version" in refusal.theirs:
            more["version"] = refusal.theirs["version"]
    return _page(request, subject, form, blocks, more, refusal.status)


def _page(
    request: HttpRequest,
    subject: Subject,
    form: VisitForm,
    blocks: list[dict[str, Any]],
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    if not request.actor.has(RECORD):
        raise Denied
    context = {
        "subject": subject,
        "form": form,
        "blocks": blocks,
        "kinds": Finding.Kind.choices,
        "blanks": [reading.blank_block(kind) for kind in Finding.Kind.values],
        "asks_why": bool(subject.near) or "despite" in form.errors,
        "conflict": None,
        "visit": None,
        "version": None,
        **_choices(subject),
        **(more or {}),
    }
    if status == 200 and form.is_bound and form.errors:
        status = 422
    return render(request, "visits/record.html", context, status=status)
