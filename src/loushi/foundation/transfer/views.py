"""Pages of import: the conversation from upload to roll-back, and the queue of unplaced rows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loushi.foundation.core.errors import Conflict, Refused

from . import commands, downloads, queries
from .forms import (
    FORM_ERRORS,
    ColumnsForm,
    DropForm,
    NoteForm,
    PlaceForm,
    RollBackForm,
    SourceForm,
    UploadForm,
)


def _blame(form: Form, error: Refused) -> None:
    """Puts each sentence of a refusal beside its field."""
    for item in error.errors:
        known = item.field in FORM_ERRORS and item.field in form.fields
        form.add_error(item.field if known else None, str(item.message))


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What may be imported, and the batches so far."""
    queries.needs_part(request.actor)
    page = queries.page_of(queries.batches(request.actor), request.GET, "pk", newest=True)
    context = {
        "importers": commands.describe_importers(request.actor),
        "page": page,
        "labels": queries.labels(),
        "waiting": queries.waiting(request.actor).count(),
    }
    return render(request, "transfer/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, importer: str) -> HttpResponse:
    """The file of a new batch."""
    info = downloads.importer_info(request.actor, importer)
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"key": get_random_string(24)}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batch = commands.upload_batch(
                actor=request.actor, importer=importer, upload=data["file"],
                sheet=data["sheet"], key=data["key"],
            )  # fmt: skip
            return redirect("transfer:batch", batch.pk)
        except Refused as error:
            _blame(form, error)
    status = 422 if form.errors else 200
    context = {"form": form, "info": info, "steps": queries.steps()}
    return render(request, "transfer/upload.html", context, status=status)


@require_safe
def template(request: HttpRequest, importer: str) -> FileResponse:
    """The template workbook of an importer."""
    downloads.importer_info(request.actor, importer)
    return downloads.template_file(importer)


def _page(
    request: HttpRequest, found: Any, template_name: str, more: dict[str, Any]
) -> HttpResponse:
    """One step of the conversation: what was said so far on the left, the step on the right."""
    context = queries.batch_summary(found) | queries.talk(found) | {"batch": found, **more}
    form = more.get("form")
    status = 422 if form is not None and form.errors else 200
    return render(request, template_name, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the file comes from; POST proposes the columns as this source had them last time."""
    found = queries.batch(request.actor, pk)
    if request.method != "POST" and not queries.is_open(found):
        return redirect("transfer:batch", pk)
    form = SourceForm(request.POST or None, actor=request.actor, batch=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            commands.tell_source(
                actor=request.actor, pk=pk, source=data["source"], unit_path=data.get("unit"),
                tz=data["tz"],
            )  # fmt: skip
            return redirect("transfer:columns", pk)
        except Refused as error:
            _blame(form, error)
    known = queries.sources(request.actor, queries.batches, found.importer)
    return _page(
        request, found, "transfer/source.html", {"form": form, "sources": known, "step": 2}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column feeds which field; POST has the whole file checked."""
    found = queries.batch(request.actor, pk)
    if request.method != "POST" and not queries.is_open(found):
        return redirect("transfer:batch", pk)
    form = ColumnsForm(request.POST or None, batch=found)
    if request.method == "POST" and form.is_valid():
        try:
            commands.check_batch(actor=request.actor, pk=pk, mapping=form.mapping())
            return redirect("transfer:batch", pk)
        except Refused as error:
            _blame(form, error)
    return _page(request, found, "transfer/columns.html", {"form": form, "step": 3})


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the batch is: the next question, the work that runs, or what the file changes."""
    found = queries.batch(request.actor, pk)
    if found.state == "uploaded" and not found.work:
        return redirect("transfer:columns" if found.told_source else "transfer:source", pk)
    outcome = queries.outcome_of(request.GET.get("outcome", ""))
    page = queries.page_of(queries.rows_of(request.actor, pk, outcome), request.GET, "row_number")
    return _page(
        request,
        found,
        "transfer/batch.html",
        {
            "outcome": outcome,
            "after": request.GET.get("after", ""),
            "page": page,
            "preview": queries.preview(found, page.rows),
            "can_roll_back": queries.can_roll_back(found),
            "why_not_back": queries.why_not_back(found),
            "back_until": queries.back_until(found),
        },
    )


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar of the work that runs; when it is done the page is loaded anew."""
    found = queries.batch(request.actor, pk)
    answer = render(request, "transfer/progress.html", {"batch": found})
    if not found.work:
        answer["HX-Refresh"] = "true"
    return answer


def _asked(request: HttpRequest, pk: int, ask: Callable[[], Any], anchor: str = "") -> HttpResponse:
    """Does something with a batch and goes back to it; a refusal is shown there."""
    try:
        ask()
    except (Refused, Conflict) as error:
        messages.error(request, str(error))
    address = reverse("transfer:batch", args=[pk])
    outcome = queries.outcome_of(request.POST.get("outcome", ""))
    after = request.POST.get("after", "")
    asked = {"outcome": outcome, "after": after if after.isdecimal() else ""}
    words = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{address}{'?' if words else ''}{words}{anchor}")


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Has a checked batch applied; repeating it changes nothing."""
    partial = request.POST.get("partial") == "1"
    return _asked(
        request, pk, lambda: commands.apply_batch(actor=request.actor, pk=pk, partial=partial)
    )


@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Has the batch checked once more, with the same columns."""
    return _asked(request, pk, lambda: commands.check_batch(actor=request.actor, pk=pk, again=True))


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's note for a row, or for all rows of a kind that have none yet."""
    queries.batch(request.actor, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("说明没有记下：请写一句话，不超过 200 字。"))
        return _asked(request, pk, lambda: None)
    data = form.cleaned_data
    if data["row"]:
        return _asked(
            request, pk,
            lambda: commands.note_row(
                actor=request.actor, pk=pk, row=data["row"], note=data["note"]
            ),
            f"#r{data['row']}",
        )  # fmt: skip
    return _asked(
        request, pk,
        lambda: commands.note_kind(
            actor=request.actor, pk=pk, kind=data["kind"], note=data["note"]
        ),
    )  # fmt: skip


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels a batch that was not applied; what was written already is taken back."""
    done = commands.cancel_batch(actor=request.actor, pk=pk)
    if done.work or done.state != "cancelled":
        return redirect("transfer:batch", pk)
    messages.success(request, _("批次已取消，登记没有改动，上传的文件已删除。"))
    return redirect("transfer:list")


@require_http_methods(["GET", "HEAD", "POST"])
def roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What rolling back would do, later edits first; POST looks at it, or does it."""
    found = queries.batch(request.actor, pk)
    if request.method != "POST":
        if found.work or found.state != "applied" or not found.survey:
            return redirect("transfer:batch", pk)
        form = RollBackForm()
    elif "why" not in request.POST:
        return _asked(request, pk, lambda: commands.survey_batch(actor=request.actor, pk=pk))
    else:
        form = RollBackForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            return _asked(
                request, pk,
                lambda: commands.roll_back_batch(
                    actor=request.actor, pk=pk, why=data["why"], edited=data["edited"]
                ),
            )  # fmt: skip
    more = {"form": form, "survey": found.survey, "surveyed_at": queries.surveyed_at(found)}
    return _page(request, found, "transfer/roll_back.html", more)


@require_safe
def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as the file had them, with a column 原因."""
    return downloads.return_file(request.actor, pk)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The rows that nobody could place."""
    queries.needs_part(request.actor)
    page = queries.page_of(queries.waiting(request.actor), request.GET, "pk")
    context = {"page": page, "labels": queries.labels()}
    return render(request, "transfer/waiting.html", context)


def _waiting_page(request: HttpRequest, row: Any, place: Form, drop_form: Form) -> HttpResponse:
    context = {
        "row": row, "place": place, "drop": drop_form,
        "label": queries.labels().get(row.importer, ""), "cells": queries.shown_cells(row),
    }  # fmt: skip
    wrong = place.errors or drop_form.errors
    return render(request, "transfer/waiting_row.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One waiting row; POST places it."""
    row = queries.waiting_row(request.actor, pk)
    form = PlaceForm(request.POST or None, actor=request.actor, permission=row.permission)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            commands.place_row(
                actor=request.actor, pk=pk, unit_path=data["unit"], note=data["note"]
            )
            messages.success(request, _("已归位并登记。"))
            return redirect("transfer:waiting")
        except Refused as error:
            _blame(form, error)
    return _waiting_page(request, row, form, DropForm())


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a waiting row out of the queue."""
    row = queries.waiting_row(request.actor, pk)
    form = DropForm(request.POST)
    if form.is_valid():
        commands.drop_row(actor=request.actor, pk=pk, note=form.cleaned_data["note"])
        messages.success(request, _("已移出待归位，原因已记下。"))
        return redirect("transfer:waiting")
    place = PlaceForm(actor=request.actor, permission=row.permission)
    return _waiting_page(request, row, place, form)
