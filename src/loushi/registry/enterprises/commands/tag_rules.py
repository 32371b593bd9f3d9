"""Setting by which rule a tag is kept, from a day on."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.enterprises.commands.tagging import CONDITIONS
from loushi.registry.enterprises.models import Enterprise, IndustryCode, TagKind, TagRule
from loushi.registry.enterprises.policy import LISTS

OLDEST_DAYS, MOST_STAFF = 36_500, 1_000_000


def set_tag_rule(
    *, actor: Actor, kind: str, conditions: Mapping[str, Any], since: date | None, source: str
) -> TagRule | None:
    """From a day on, a tag follows these conditions (what → value); without any it is set by people
    alone. What held before that day stays. The nightly job brings the tags up to date."""
    if not (actor.system or actor.has(LISTS)):
        raise Denied
    given = {what: conditions[what] for what in CONDITIONS if conditions.get(what)}
    wrong = dict(_wrong(given))
    if since is None or since < timezone.localdate():
        wrong["since"] = _("起用日期请选今天或以后：已经过去的日子按当时的规则。")
    if not source.strip():
        wrong["source"] = _("请写明依据，例如文件名或会议。")
    if wrong or since is None:
        raise Refused.many(wrong)
    with transaction.atomic():
        tag = TagKind.objects.select_for_update().filter(pk=kind).first()
        if tag is None:
            raise NotVisible
        rows = TagRule.objects.filter(kind=tag)
        before = rows.filter(since__lt=since).order_by("-since").first()
        later = rows.filter(since__gt=since).order_by("since").first()
        rows.filter(since=since).delete()
        if before is not None and (before.until is None or before.until > since):
            before.until = since
            before.save(update_fields=["until"])
        made = None
        if given:
            made = TagRule.objects.create(
                kind=tag, since=since, until=later.since if later else None,
                conditions=[{"what": what, "value": value} for what, value in given.items()],
                source=source.strip()[:120],
            )  # fmt: skip
        record(
            actor=actor,
            action="enterprises.tag_rule",
            subject=("enterprises.tagkind", None, tag.label),
            before={"conditions": before.conditions if before else []},
            after={"conditions": given, "since": since},
            why=source.strip(),
        )
    return made


def _wrong(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if codes := given.get("industry"):
        held = set(IndustryCode.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown := [code for code in codes if code not in held]:
            yield (
                "industry",
                _("没有这些行业代码：%(codes)s。请按国民经济行业分类填写。")
                % {"codes": "、".join(unknown[:5])},
            )
    for what, most, sentence in (
        ("age_days_at_most", OLDEST_DAYS, _("成立天数请填 1 到 36500 之间的整数。")),
        ("staff_at_least", MOST_STAFF, _("员工数请填 1 到 1000000 之间的整数。")),
    ):
        if what in given and not 0 < given[what] <= most:
            yield what, sentence
    for what, kinds in (("size", Enterprise.Size), ("business_kind", Enterprise.BusinessKind)):
        if set(given.get(what, ())) - set(kinds.values):
            yield what, _("请从列表里选择。")
