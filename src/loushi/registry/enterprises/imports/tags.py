"""The importer of tags: lists of key taxpayers, above-scale firms and clusters come as files."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Importer,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.imports.located import CreditCode, firms_of
from loushi.registry.enterprises.models import Enterprise, EnterpriseTag, TagKind
from loushi.registry.enterprises.policy import IMPORT
from loushi.registry.enterprises.queries.finding import enterprise_finder

lazy = gettext_lazy
WHY = "an import recognises rows of all units"


@register
class TagImporter(Importer):
    """Tags by firm; one that a firm carries already stays as it is, with its first day."""

    name = "tags"
    label = lazy("企业标签")
    kind = "enterprises.enterprisetag"
    permission = IMPORT
    key = ("enterprise_id", "tag_code")
    external = False
    order = 33
    help = lazy("企业用信用代码或名称写明；标签用名称。已有的标签不变，文件不会取消标签。")
    columns = (
        Column("credit_code", lazy("统一社会信用代码"), CreditCode(), field=None,
               aliases=("信用代码", "税号"), example="91350100M000100Y43"),
        Column("enterprise", lazy("企业名称"), parsers.Text(120), field=None,
               aliases=("公司名称", "名称", "企业")),
        Column("enterprise_id", lazy("企业"), derived=True, field=None),
        Column("tag", lazy("标签"), parsers.Text(20, fold=True), required=True, field=None,
               aliases=("标签名称", "类别"), example="重点税源"),
        Column("tag_code", lazy("标签"), derived=True, field=None),
        Column("since", lazy("起始日期"), parsers.Day(), field=None, aliases=("认定日期",),
               example="2026-01-01"),
        Column("origin", lazy("依据"), parsers.Text(60), field=None, aliases=("来源", "文号")),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        codes = {str(row.get("credit_code") or "") for row in rows} - {""}
        names = {str(row.get("enterprise") or "") for row in rows} - {""}
        self.firms = enterprise_finder(codes=codes, names=names)
        self.gone: set[int] = set()
        for chunk in chunks(sorted(self.firms.ids())):
            rows_gone = Enterprise.objects.unscoped(WHY).filter(
                pk__among=chunk, status=Enterprise.Status.CANCELLED
            )
            self.gone |= set(rows_gone.values_list("pk", flat=True))
        kinds = TagKind.offered()
        self.kinds = {word: row.code for row in kinds for word in (row.code, row.label)}
        self.labels = [row.label for row in kinds]
        self.today = timezone.localdate()

    def check_row(self, row: Row) -> None:
        firms = firms_of(row, self.firms, self.context)
        if len(firms) == 1:
            row.unit_path = self.firms.paths[firms[0]]
            if firms[0] in self.gone:
                row.error("enterprise", _("这家企业已注销，不能再加标签。请删去这一行。"))
        word = str(row.get("tag") or "")
        if code := self.kinds.get(word):
            row.values["tag_code"] = code
        elif word:
            known = "、".join(self.labels)
            row.error("tag", _("没有标签“%(tag)s”。可用的有：%(known)s。") % {
                "tag": word, "known": known,
            })  # fmt: skip
        if (since := row.get("since")) and since > self.today:
            row.error("since", _("日期不能晚于今天。"))

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        for chunk in chunks(sorted({key[0] for key in keys})):
            rows = EnterpriseTag.objects.unscoped(WHY).filter(
                enterprise_id__among=chunk, until__isnull=True
            )
            found |= {
                (row.enterprise_id, row.kind_id): _stored(row)
                for row in rows
                if (row.enterprise_id, row.kind_id) in keys
            }
        return found

    def stored(self, ids: Collection[int]) -> dict[int, Stored]:
        rows = EnterpriseTag.objects.unscoped(WHY)
        return {
            row.pk: _stored(row)
            for chunk in chunks(sorted(ids))
            for row in rows.filter(pk__among=chunk)
        }

    def apply_new(self, rows: Sequence[Row]) -> None:
        alike: dict[tuple[str, date | None, str], list[Row]] = defaultdict(list)
        for row in rows:
            alike[row.values["tag_code"], row.get("since"), str(row.get("origin") or "")].append(
                row
            )
        batch = _("导入 %(batch)s") % {"batch": self.context.batch_number}
        for (kind, since, origin), held in alike.items():
            for chunk in chunks(sorted(row.values["enterprise_id"] for row in held)):
                commands.set_tag(
                    actor=self.context.actor, kind=kind, since=since, enterprise_ids=chunk,
                    source=origin or self.context.source or batch, permission=self.permission,
                )  # fmt: skip
        now = self.existing({(row.values["enterprise_id"], row.values["tag_code"]) for row in rows})
        for row in rows:
            row.object_id = now[row.values["enterprise_id"], row.values["tag_code"]].id

    def apply_changed(self, rows: Sequence[Row]) -> None:
        """Nothing of a carried tag is compared, so nothing changes."""


def _stored(row: Any) -> Stored:
    values = {"enterprise_id": row.enterprise_id, "tag_code": row.kind_id}
    return Stored(row.pk, values, row.unit_path)
