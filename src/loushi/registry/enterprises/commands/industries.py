"""Loading the code table of GB/T 4754 (an importer feeds it; the migration has the top levels)."""

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.transfer.commands import update_rows
from loushi.registry.enterprises.models import IndustryCode


class IndustryValues(TypedDict):
    """One code: level 1 门类, 2 大类, 3 中类, 4 小类."""

    code: str
    level: int
    parent: str
    section: str
    name: str


def load_industries(*, actor: Actor, rows: Sequence[IndustryValues], why: str = "") -> int:
    """Writes the codes, new or changed; returns how many. A code whose parent is missing is
    refused; nothing is deleted, because enterprises may use it."""
    with transaction.atomic():
        known = IndustryCode.objects.in_bulk()
        given = {row["code"] for row in rows}
        for row in rows:
            if row["parent"] and row["parent"] not in given and row["parent"] not in known:
                raise Refused(
                    _("行业代码 %(code)s 的上级 %(parent)s 不存在。请一并导入。")
                    % {"code": row["code"], "parent": row["parent"]},
                    field="parent",
                )
        fresh = [IndustryCode(**row) for row in rows if row["code"] not in known]
        changed = [
            row
            for row in rows
            if row["code"] in known
            and any(getattr(known[row["code"]], name) != value for name, value in row.items())
        ]
        IndustryCode.objects.bulk_create(fresh)
        update_rows(IndustryCode, [(row["code"], row) for row in changed])  # type: ignore[misc]
        if fresh or changed:
            record(
                actor=actor,
                action="enterprises.industries",
                subject=("enterprises.industrycode", None, "GB/T 4754"),
                after={"new": len(fresh), "changed": len(changed)},
                why=why,
            )
    return len(fresh) + len(changed)
