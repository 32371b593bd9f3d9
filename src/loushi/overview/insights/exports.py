"""The timeline of an enterprise as a file."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import ExportColumn, Exporter


class TimelineExporter(Exporter):
    """What happened to one enterprise; made from its page, never for all at once."""

    name = "enterprise_timeline"
    label = _("企业全程")
    permission = "enterprises.export"
    columns = (
        ExportColumn("on", _("日期")),
        ExportColumn("kind", _("类别")),
        ExportColumn("title", _("事项"), width=48),
        ExportColumn("text", _("内容"), width=40),
        ExportColumn("meta", _("来源和原因"), width=32),
    )

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        raise Denied
