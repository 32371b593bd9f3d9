"""Files of a demand: list, add, download."""

from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Path, Status
from ninja.files import UploadedFile

from loushi.casework.demands import queries
from loushi.casework.demands.api.cases import Key, attachment
from loushi.casework.demands.api.routing import answers, router
from loushi.casework.demands.api.schemas import AttachmentOut, Id
from loushi.casework.demands.commands.attachments import add_attachments
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.files.queries import stored_file

BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/{int:demand_id}/attachments",
    response=answers(200, list[AttachmentOut], 404, 422),
    operation_id="list_attachments",
    summary=_("诉求的附件"),
)
def list_attachments(request: HttpRequest, demand_id: Path[Id]) -> Any:
    """The files that the caller may read."""
    view = queries.case(request.actor, demand_id)
    return [attachment(row, demand_id) for row in view.attachments]


@router.post(
    "/{int:demand_id}/attachments",
    response=answers(201, list[AttachmentOut], 403, 404, 409, 422),
    operation_id="add_attachments",
    summary=_("添加附件"),
)
def add(
    request: HttpRequest,
    demand_id: Path[Id],
    uploads: list[UploadedFile] = File(..., max_length=9),  # noqa: B008 - ninja's way
    key: str = Key,
) -> Any:
    """Adds files (multipart/form-data, field `uploads`). Types are recognised by content, location
    data of pictures is removed."""
    add_attachments(actor=request.actor, demand_id=demand_id, uploads=uploads, key=key)
    view = queries.case(request.actor, demand_id)
    return Status(201, [attachment(row, demand_id) for row in view.attachments])


@router.get(
    "/{int:demand_id}/attachments/{int:attachment_id}",
    response=answers(200, None, 404, 422),
    openapi_extra={"responses": {200: {"content": {"*/*": BINARY}}}},
    operation_id="download_attachment",
    url_name="download_attachment",
    summary=_("下载附件"),
)
def download(request: HttpRequest, demand_id: Path[Id], attachment_id: Path[Id]) -> Any:
    """The file itself."""
    view = queries.case(request.actor, demand_id)
    row = next((one for one in view.attachments if one.pk == attachment_id), None)
    if row is None:
        raise NotVisible
    answer = FileResponse(
        stored_file(row).open("rb"),
        as_attachment=True,
        filename=row.name,
        content_type=row.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
