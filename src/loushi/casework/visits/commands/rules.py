"""Setting the numbers of the visiting rules and of the retention list, from a day on."""

from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import RetentionRule, VisitRule
from loushi.casework.visits.policy import CONFIGURE
from loushi.casework.visits.queries.signs import SIGNS
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused

LARGEST = 1000
R = TypeVar("R", VisitRule, RetentionRule)


def set_rule(
    *, actor: Actor, code: str, value: int | None, valid_from: date | None, source: str = ""
) -> VisitRule:
    """Sets one rule from a day on; what holds before that day never changes."""
    wrong: dict[str, str] = {}
    if code not in VisitRule.Code.values:
        wrong["code"] = _("请选择一条规则。")
    if value is not None and code == VisitRule.Code.PLAN_SIZE and value < 2:
        wrong["value"] = _("一天的计划至少两家。")
    return _set(actor, VisitRule, {"code": code}, value, valid_from, source, wrong)


def set_threshold(
    *, actor: Actor, sign: str, value: int | None, valid_from: date | None, source: str = ""
) -> RetentionRule:
    """Sets from which number on a sign of the retention list shows, from a day on."""
    wrong: dict[str, str] = {}
    if sign not in SIGNS:
        wrong["sign"] = _("请选择一个信号。")
    if value == 0:
        wrong["value"] = _("门槛至少是 1：填 0 会让每家企业都上名单。")
    return _set(actor, RetentionRule, {"sign": sign}, value, valid_from, source, wrong)


def _set(
    actor: Actor, model: type[R], which: dict[str, Any], value: int | None, day: date | None,
    source: str, wrong: dict[str, str],
) -> R:  # fmt: skip
    if not (actor.system or actor.has(CONFIGURE)):
        raise Denied
    if value is None or not 0 <= value <= LARGEST:
        wrong["value"] = _("请填 0 到 1000 之间的整数。")
    if day is None or day < timezone.localdate():
        wrong["valid_from"] = _("起用日期请选今天或以后：已经过去的日子按当时的规则。")
    if not source.strip():
        wrong["source"] = _("请写明依据，例如文件名或会议。")
    if wrong or value is None or day is None:
        raise Refused.many(wrong)
    with transaction.atomic():
        held = model._default_manager.filter(**which, valid_from=day).first()
        row, _made = model._default_manager.update_or_create(
            **which, valid_from=day, defaults={"value": value, "source": source.strip()[:200]}
        )
        record(
            actor=actor,
            action="visits.rule",
            subject=row,
            before={"value": held.value} if held else {},
            after={**which, "value": value, "valid_from": day},
            why=source.strip(),
        )
    return row
