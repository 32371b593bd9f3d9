"""People as a workbook."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import ExportColumn, Exporter, export
from loushi.registry.accounts import policy, queries


def _posts(row: queries.PersonRow) -> str:
    return "；".join(f"{post.unit or post.department} {post.role.label}" for post in row.posts)


def _state(row: queries.PersonRow) -> Any:
    return _("启用") if row.user.is_active else _("已停用")


class PeopleExporter(Exporter):
    name, label = "people", _("人员")
    columns = (
        ExportColumn("name", _("姓名"), lambda row: row.user.name),
        ExportColumn("username", _("用户名"), lambda row: row.user.username),
        ExportColumn("phone", _("手机号"), lambda row: row.user.phone, width=16),
        ExportColumn("email", _("邮箱"), lambda row: row.user.email, width=24),
        ExportColumn("posts", _("现任职"), _posts, width=40),
        ExportColumn("state", _("状态"), _state),
    )


CHUNK = 500


def _streamed(rows: Any) -> Iterator[queries.PersonRow]:
    """All people with their posts, read in portions: two queries for each 500."""
    people, today = rows.iterator(chunk_size=CHUNK), timezone.localdate()
    while part := list(islice(people, CHUNK)):
        yield from queries.with_posts(part, today)


def export_people(actor: Actor, rows: Any, *, kind: str) -> HttpResponse:
    """The same rows as on the page; phones and mails only for the security administrator."""
    hidden = frozenset() if policy.can_manage(actor) else frozenset({"phone", "email"})
    file = export(PeopleExporter, _streamed(rows), actor=actor, kind=kind, hidden=hidden)
    return file.response()
