"""Downloads under the parent's policy, and uploads that wait for their form."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import commands, queries
from .models import Attachment

INLINE = frozenset({"image/jpeg", "image/png", "application/pdf"})


def _served(row: Attachment, *, thumbnail: bool) -> FileResponse:
    path = queries.stored_file(row, thumbnail=thumbnail)
    content_type = row.content_type
    if thumbnail and row.thumbnail:
        content_type = "image/jpeg" if row.thumbnail.endswith(".jpg") else "image/png"
    answer = FileResponse(
        path.open("rb"),
        as_attachment=content_type not in INLINE,
        filename=row.name,
        content_type=content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    # No script, no form, no frame: what a user uploaded never runs under our address.
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["Cache-Control"] = "private, max-age=3600"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_GET
def download(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The file itself; the name in the address is only for people."""
    return _served(queries.readable(request.actor, pk), thumbnail=False)


@require_GET
def small(request: HttpRequest, pk: int) -> HttpResponse:
    """The thumbnail of a picture."""
    return _served(queries.readable(request.actor, pk), thumbnail=True)


@require_http_methods(["GET", "POST"])
def pending(request: HttpRequest, token: str) -> HttpResponse:
    """The uploads of a form under way, as a fragment; POST adds some."""
    if request.method == "POST":
        uploads = request.FILES.getlist("attachments")
        commands.upload_pending(actor=request.actor, token=token, uploads=uploads)
    rows = queries.pending(request.actor, token)
    return render(request, "files/pending.html", {"rows": rows, "token": token})


@require_POST
def withdraw(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Takes one back."""
    commands.withdraw_pending(actor=request.actor, token=token, pk=pk)
    rows = queries.pending(request.actor, token)
    return render(request, "files/pending.html", {"rows": rows, "token": token})
