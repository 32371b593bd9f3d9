"""Setting the numbers of the visiting rules, from a day on."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import VisitRule
from loushi.casework.visits.policy import CONFIGURE
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused

LARGEST = 1000


def set_rule(
    *, actor: Actor, code: str, value: int | None, valid_from: date | None, source: str = ""
) -> VisitRule:
    """Sets one rule from a day on; what holds before that day never changes."""
    if not (actor.system or actor.has(CONFIGURE)):
        raise Denied
    wrong: dict[str, str] = {}
    if code not in VisitRule.Code.values:
        wrong["code"] = _("请选择一条规则。")
    if value is None or not 0 <= value <= LARGEST:
        wrong["value"] = _("请填 0 到 1000 之间的整数。")
    elif code == VisitRule.Code.PLAN_SIZE and value < 2:
        wrong["value"] = _("一天的计划至少两家。")
    if valid_from is None or valid_from < timezone.localdate():
        wrong["valid_from"] = _("起用日期请选今天或以后：已经过去的日子按当时的规则。")
    if not source.strip():
        wrong["source"] = _("请写明依据，例如文件名或会议。")
    if wrong or value is None or valid_from is None:
        raise Refused.many(wrong)
    with transaction.atomic():
        held = VisitRule.objects.filter(code=code, valid_from=valid_from).first()
        before = {"value": held.value} if held else {}
        row, _made = VisitRule.objects.update_or_create(
            code=code,
            valid_from=valid_from,
            defaults={"value": value, "source": source.strip()[:200]},
        )
        record(
            actor=actor,
            action="visits.rule",
            subject=row,
            before=before,
            after={"code": code, "value": value, "valid_from": valid_from},
            why=source.strip(),
        )
    return row
