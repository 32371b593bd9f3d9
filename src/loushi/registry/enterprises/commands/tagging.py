"""Tags: set and taken off by people, or kept by a dated rule."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import running
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.models import Enterprise, EnterpriseTag, TagKind, TagRule
from loushi.registry.enterprises.policy import CHANGE

WHY = "tags of enterprises that were checked"
MOST_AT_ONCE = 20_000
Rows = QuerySet[Enterprise]


def _industry(rows: Rows, value: Any, on: date) -> Rows:
    wanted = Q()
    for code in value:
        wanted |= Q(industry__code__startswith=str(code))
    return rows.filter(wanted) if value else rows.none()


CONDITIONS: Mapping[str, Callable[[Rows, Any, date], Rows]] = {
    "industry": _industry,
    "age_days_at_most": lambda rows, value, on: rows.filter(
        established_on__gte=on - timedelta(days=int(value))
    ),
    "size": lambda rows, value, on: rows.filter(size__in=list(value)),
    "business_kind": lambda rows, value, on: rows.filter(business_kind__in=list(value)),
    "staff_at_least": lambda rows, value, on: rows.filter(staff_count__gte=int(value)),
}
"""The kinds of condition that a `TagRule` may hold, all of which must be met."""


def set_tag(
    *,
    actor: Actor,
    enterprise_ids: Sequence[int],
    kind: str,
    since: date | None = None,
    source: str = "",
    permission: str = CHANGE,
) -> int:
    """Tags enterprises from a day on (default today); those that carry it stay as they are."""
    with transaction.atomic():
        day = since or timezone.localdate()
        paths = _paths(actor, enterprise_ids, kind, day, permission)
        held = _carrying(sorted(paths), kind)
        fresh = [pk for pk in sorted(paths) if pk not in held]
        made = insert_rows(
            [
                EnterpriseTag(
                    enterprise_id=pk, unit_path=paths[pk], kind_id=kind, since=day,
                    source=source[:60],
                )
                for pk in fresh
            ]
        )  # fmt: skip
        _record(actor, "enterprises.tag", made, {"kind": kind, "since": day}, source)
    return len(made)


def end_tag(
    *, actor: Actor, enterprise_ids: Sequence[int], kind: str, on: date | None = None, why: str = ""
) -> int:
    """Takes a tag off; `on` is the first day without it."""
    with transaction.atomic():
        day = on or timezone.localdate()
        paths = _paths(actor, enterprise_ids, kind, day, CHANGE)
        held = [tag for tag in _carrying(sorted(paths), kind).values() if not tag.by_rule]
        if any(tag.since > day for tag in held):
            raise Refused(_("取消日期早于标签的起始日期。请核对。"), field="on")
        update_rows(EnterpriseTag, [(tag.pk, {"until": day}) for tag in held])
        _record(actor, "enterprises.untag", held, {"kind": kind, "until": day}, why)
    return len(held)


def apply_tag_rules(*, actor: Actor) -> int:
    """Brings the tags that follow from today's rules up to date; returns how many changed. A tag
    that a person set is never touched. For the system only."""
    if not actor.system:
        raise Denied
    today = timezone.localdate()
    rules = list(TagRule.objects.filter(running(today), running(today, "kind__")).order_by("pk"))
    with transaction.atomic():
        changed = _drop_unruled({rule.kind_id for rule in rules}, today)
    for rule in rules:
        with transaction.atomic():
            changed += _apply(rule, today)
    return changed


def _drop_unruled(ruled: set[str], today: date) -> int:
    """Takes off what a rule had set that no longer runs."""
    held = EnterpriseTag.objects.unscoped(WHY).filter(by_rule=True, until__isnull=True)
    gone = list(held.exclude(kind_id__in=sorted(ruled)))
    update_rows(EnterpriseTag, [(tag.pk, {"until": max(today, tag.since)}) for tag in gone])
    return len(gone)


def _apply(rule: TagRule, today: date) -> int:
    rows = Enterprise.objects.unscoped(WHY).exclude(status=Enterprise.Status.CANCELLED)
    for condition in rule.conditions:
        rows = CONDITIONS[condition["what"]](rows, condition["value"], today)
    wanted = dict(rows.order_by("pk").values_list("pk", "unit_path"))
    held = {
        tag.enterprise_id: tag
        for tag in EnterpriseTag.objects.unscoped(WHY).filter(
            kind_id=rule.kind_id, until__isnull=True
        )
    }
    gone = [tag for pk, tag in held.items() if tag.by_rule and pk not in wanted]
    update_rows(EnterpriseTag, [(tag.pk, {"until": max(today, tag.since)}) for tag in gone])
    fresh = [
        EnterpriseTag(
            enterprise_id=pk, unit_path=path, kind_id=rule.kind_id, since=today,
            source=rule.source[:60], by_rule=True,
        )
        for pk, path in wanted.items()
        if pk not in held
    ]  # fmt: skip
    insert_rows(fresh)
    return len(gone) + len(fresh)


def _paths(
    actor: Actor, ids: Sequence[int], kind: str, day: date, permission: str
) -> dict[int, str]:
    wanted = sorted(set(ids))
    if not TagKind.offered().filter(pk=kind).exists():
        raise Refused(_("没有这个标签，或已停用。请重新选择。"), field="kind")
    if day > timezone.localdate():
        raise Refused(_("日期不能晚于今天。"), field="since")
    if not wanted:
        raise Refused(_("没有选中企业。请先勾选，或按楼宇、单元筛选。"), field="enterprises")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(_("一次最多 20,000 家企业。请分楼宇或网格办理。"), field="enterprises")
    found: dict[int, str] = {}
    for chunk in chunks(wanted):
        rows = Enterprise.objects.visible_to(actor, permission).filter(pk__among=chunk)
        rows = rows.exclude(status=Enterprise.Status.CANCELLED)
        found |= dict(rows.values_list("pk", "unit_path"))
    if len(found) < len(wanted):
        raise Refused(
            _("有企业不存在、已注销，或不在您可更正的范围内。请核对后重试。"), field="enterprises"
        )
    return found


def _carrying(ids: Sequence[int], kind: str) -> dict[int, EnterpriseTag]:
    found: dict[int, EnterpriseTag] = {}
    for chunk in chunks(ids):
        rows = EnterpriseTag.objects.unscoped(WHY).filter(
            enterprise_id__among=chunk, kind_id=kind, until__isnull=True
        )
        found |= {row.enterprise_id: row for row in rows}
    return found


def _record(
    actor: Actor, action: str, tags: Sequence[EnterpriseTag], after: dict[str, Any], why: str
) -> None:
    record_many(actor=actor, action=action, lines=[Line(tag, {}, after, why) for tag in tags])
