"""/api/v1/notices: one's own notices."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from . import commands, queries

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """One notice; `link` is a path of this server."""

    id: int
    kind: str
    kind_label: str
    title: str
    body: str
    link: str
    created_at: datetime
    read: bool


class NoticePage(Schema):
    """Unread first, each part newest first; pass `after` on for the next page ('' at the end)."""

    items: list[NoticeOut]
    after: str
    unread: int


@router.get("", response=NoticePage, summary=str(_("我的消息")), operation_id="list_notices")
def list_notices(
    request: HttpRequest, unread_only: bool = False, kind: str = "", after: str = ""
) -> dict[str, object]:
    page = queries.page(request.actor, unread_only=unread_only, kind=kind, after=after)
    return {
        "items": [
            {
                "id": row.pk,
                "kind": row.kind,
                "kind_label": row.kind_label,
                "title": row.title,
                "body": row.body,
                "link": row.link,
                "created_at": row.created_at,
                "read": row.read,
            }
            for row in page.rows
        ],
        "after": page.after,
        "unread": queries.unread_count(request.actor),
    }


@router.post(
    "/{notice_id}/read",
    response={204: None},
    summary=str(_("标为已读")),
    operation_id="read_notice",
)
def read_notice(request: HttpRequest, notice_id: int) -> tuple[int, None]:
    commands.mark_read(actor=request.actor, pk=notice_id)
    return 204, None
