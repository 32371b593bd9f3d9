"""Bands and thresholds, dated."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import root_path
from loushi.registry.accounts.policy import can_at
from loushi.registry.tax.commands.figures import latest_year
from loushi.registry.tax.models import TaxRule
from loushi.registry.tax.policy import RULES

WIDEST = 12


def save_rule(
    *, actor: Actor, since_year: int, edges: Sequence[int], key_threshold: int, source: str
) -> TaxRule:
    """Sets bands and threshold from a year on. Years that hold figures keep theirs: a firm whose
    value was seen in two sets of bands would lie in their overlap."""
    if not can_at(actor, RULES, root_path()):
        raise Denied
    _refuse_wrong(edges, key_threshold, source)
    latest = latest_year()
    if latest is not None and since_year <= latest:
        raise Refused(
            _("%(year)d 年已有数据，档位只能从更晚的年度起改。") % {"year": latest},
            field="since_year",
        )
    with transaction.atomic():
        rule, _made = TaxRule.objects.update_or_create(
            since_year=since_year,
            defaults={
                "edges": list(edges),
                "key_threshold": key_threshold,
                "source": source.strip(),
            },
        )
        record(
            actor=actor,
            action="tax.rule_set",
            subject=rule,
            after={"since_year": since_year, "edges": list(edges), "threshold": key_threshold},
            unit_path=root_path(),
        )
    return rule


def _refuse_wrong(edges: Sequence[int], key_threshold: int, source: str) -> None:
    wrong = {}
    if not 1 <= len(edges) <= WIDEST or any(edge <= 0 for edge in edges):
        wrong["edges"] = _("请填 1 到 12 个大于 0 的档位下限，单位元。")
    elif any(high * 3 < low * 5 for low, high in zip(edges, edges[1:], strict=False)):
        wrong["edges"] = _(
            "档位要从小到大，每档上限至少是下限的 1.67 倍，否则凭档位就能推断出金额。"
        )
    if key_threshold not in edges:
        wrong["key_threshold"] = _("重点税源标准必须是其中一个档位下限，否则标志会透露更多。")
    if not source.strip():
        wrong["source"] = _("请写明依据。")
    if wrong:
        raise Refused.many(wrong)
