"""疑似重复: the list, one pair side by side, the merge, its record, its undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.forms import ApartForm, MergeForm, PairForm
from loushi.registry.enterprises.models import DuplicateProposal
from loushi.registry.enterprises.policy import CHANGE, MERGE


@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals of one state, the most probable first."""
    asked = request.GET.get("state", "open")
    state = asked if asked in DuplicateProposal.State.values else "open"
    marks = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = queries.proposal_list(request.actor, state=state, **marks)
    states = [{"code": code, "label": label} for code, label in DuplicateProposal.State.choices]
    context = {"page": page, "state": state, "states": states, "form": PairForm()}
    return render(request, "enterprises/duplicates.html", context)


@require_GET
def pair(request: HttpRequest) -> HttpResponse:
    """From two numbers or codes, typed by hand, to the page that compares them."""
    form = PairForm(request.GET)
    if form.is_valid():
        ids = queries.pair_ids(request.actor, **form.cleaned_data)
        if ids is not None:
            return redirect("enterprises:compare", *ids)
        form.add_error("one", _("您的范围内没有这样两家不同的企业。请核对信用代码或企业全称。"))
    page = queries.proposal_list(request.actor)
    context = {"page": page, "state": "open", "states": [], "form": form}
    return render(request, "enterprises/duplicates.html", context, status=422)


def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two enterprises side by side; `pk` stays, `other` goes. The merge itself is the POST."""
    rows = queries.compared(request.actor, pk, other)
    form = MergeForm(request.POST or None, columns=[row for row in rows if row.differs])
    if request.method == "POST" and form.is_valid():
        try:
            merge = commands.merge_enterprises(
                actor=request.actor, kept_id=pk, former_id=other, **form.cleaned_data
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            said = _("已把“%(name)s”并入，原编号和代码仍可查到。30 天内可撤销。")
            messages.info(request, said % {"name": merge.former_name})
            return redirect("enterprises:page", pk)
    return _compare(request, pk, other, rows, form, 422 if form.is_bound else 200)


@require_POST
def set_apart(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that a pair is not one firm."""
    form = ApartForm(request.POST)
    row = queries.proposal(request.actor, pk)
    if not form.is_valid():
        rows = queries.compared(request.actor, row.first_id, row.second_id)
        merge = MergeForm(columns=[one for one in rows if one.differs])
        pair_ids = (row.first_id, row.second_id)
        return _compare(request, *pair_ids, rows, merge, 422, apart=form)
    commands.set_apart(actor=request.actor, proposal_id=pk, **form.cleaned_data)
    messages.info(request, _("已记下：不是同一家，以后不再提示。"))
    return redirect("enterprises:duplicates")


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back that a pair is not one firm."""
    commands.reopen_proposal(actor=request.actor, proposal_id=pk)
    messages.info(request, _("已放回待核对。"))
    return redirect("enterprises:duplicates")


@require_GET
def merge_list(request: HttpRequest) -> HttpResponse:
    """The merges of the last time, each with its undo."""
    if not request.actor.has(MERGE):
        raise Denied
    return render(request, "enterprises/merges.html", {"rows": queries.merges(request.actor)})


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What an undo would bring back and what was changed since; the undo itself is the POST."""
    changes = queries.changes_since(request.actor, pk)
    error = ""
    if request.method == "POST":
        confirmed = request.POST.get("confirmed") == "yes"
        try:
            row = commands.undo_merge(actor=request.actor, merge_id=pk, confirmed=confirmed)
        except Conflict as refusal:
            error = str(refusal)
        else:
            messages.info(request, _("已撤销并户，“%(name)s”恢复原编号。") % {"name": row.name})
            return redirect("enterprises:page", row.pk)
    context = {"row": queries.merge_line(request.actor, pk), "changes": changes, "error": error}
    return render(request, "enterprises/undo.html", context, status=409 if error else 200)


@require_GET
def look_alikes(request: HttpRequest) -> HttpResponse:
    """While a form is filled in: enterprises that are probably registered already."""
    if not request.actor.has(CHANGE):
        raise Denied
    found = queries.look_alikes(
        request.actor,
        name=request.GET.get("name", "")[:120],
        code=request.GET.get("credit_code", "")[:18],
        address=request.GET.get("registered_address", "")[:200],
    )
    return render(request, "enterprises/look_alikes.html", {"found": found})


def _compare(
    request: HttpRequest, pk: int, other: int, rows: Any, form: MergeForm, status: int,
    apart: ApartForm | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "rows": rows,
        "form": form,
        "apart": apart or ApartForm(),
        "kept": queries.side(request.actor, pk),
        "former": queries.side(request.actor, other),
        "moves": queries.what_moves(request.actor, pk, other),
        "proposal": queries.proposal_of(request.actor, pk, other),
    }
    return render(request, "enterprises/compare.html", context, status=status)
