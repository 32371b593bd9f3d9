"""Pages of import: list, upload, columns, preview, apply, and the queue of unplaced rows."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loushi.foundation.core.errors import Conflict, Refused

from . import commands, downloads, queries
from .forms import FORM_ERRORS, ColumnsForm, DropForm, PlaceForm, UploadForm


def _blame(form: Form, error: Refused) -> None:
    """Puts each sentence of a refusal beside its field."""
    for item in error.errors:
        known = item.field in FORM_ERRORS and item.field in form.fields
        form.add_error(item.field if known else None, str(item.message))


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What may be imported, and the batches so far."""
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
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        importer=importer,
        initial={"key": get_random_string(24)},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batch = commands.upload_batch(
                actor=request.actor, importer=importer, upload=data["file"],
                unit_path=data.get("unit") or "", source=data["source"], tz=data["tz"],
                sheet=data["sheet"], key=data["key"],
            )  # fmt: skip
            return redirect("transfer:columns", batch.pk)
        except Refused as error:
            _blame(form, error)
    status = 422 if form.errors else 200
    return render(request, "transfer/upload.html", {"form": form, "info": info}, status=status)


@require_safe
def template(request: HttpRequest, importer: str) -> FileResponse:
    """The template workbook of an importer."""
    downloads.importer_info(request.actor, importer)
    return downloads.template_file(importer)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column feeds which field; POST checks the whole file."""
    batch = queries.batch(request.actor, pk)
    if not queries.is_open(batch):
        return redirect("transfer:batch", pk)
    form = ColumnsForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            commands.check_batch(
                actor=request.actor, pk=pk, mapping=form.mapping(),
                source=form.cleaned_data["source"], tz=form.cleaned_data["tz"],
            )  # fmt: skip
            return redirect("transfer:batch", pk)
        except Refused as error:
            _blame(form, error)
    context = {"batch": batch, "form": form, "label": queries.labels().get(batch.importer, "")}
    status = 422 if form.errors else 200
    return render(request, "transfer/columns.html", context, status=status)


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would change (or has changed), row by row."""
    found = queries.batch(request.actor, pk)
    if found.state == "uploaded":
        return redirect("transfer:columns", pk)
    outcome = queries.outcome_of(request.GET.get("outcome", ""))
    page = queries.page_of(queries.rows_of(request.actor, pk, outcome), request.GET, "row_number")
    context = queries.batch_summary(found) | {
        "batch": found,
        "outcome": outcome,
        "page": page,
        "preview": queries.preview(found, page.rows),
    }
    return render(request, "transfer/batch.html", context)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies a checked batch; repeating it changes nothing."""
    partial = request.POST.get("partial") == "1"
    try:
        done = commands.apply_batch(actor=request.actor, pk=pk, partial=partial)
    except (Refused, Conflict) as error:
        messages.error(request, str(error))
        return redirect("transfer:batch", pk)
    messages.success(
        request,
        _("已应用：新增 %(new)d 行，变更 %(changed)d 行。") % queries.numbers(done),
    )
    return redirect("transfer:batch", pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels a batch that was not applied."""
    commands.cancel_batch(actor=request.actor, pk=pk)
    messages.success(request, _("批次已取消，登记没有改动，上传的文件已删除。"))
    return redirect("transfer:list")


@require_safe
def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as the file had them, with a column 原因."""
    return downloads.return_file(request.actor, pk)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The rows that nobody could place."""
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
            commands.place_row(actor=request.actor, pk=pk, unit_path=form.cleaned_data["unit"])
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
