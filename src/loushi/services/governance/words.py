"""Rules and results as sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from loushi.services.governance.counting import Count
from loushi.services.governance.models import Base, Share, Side
from loushi.services.governance.models import Resolution as R


def rule_words(rule: Mapping[str, Any]) -> str:
    """A rule in one sentence."""
    text = _("%(quorum)s到会方可表决；按%(base)s计算，%(majority)s赞成为通过") % {
        "quorum": Share(rule["quorum"]).label, "base": Base(rule["base"]).label,
        "majority": Share(rule["majority"]).label,
    }  # fmt: skip
    if rule["both"]:
        text += _("，人数和表决权都要达到")
    if rule["sides"]:
        sides = "、".join(str(Side(one).label) for one in rule["sides"])
        text += _("；只有%(sides)s的委员表决") % {"sides": sides}
    return text + _("。")


def result_words(count: Count, adopted: bool) -> str:
    """A result with every number that makes it up."""
    parts = [
        _("应到 %(all)d 席，到会 %(there)d 席")
        % {"all": count.entitled.heads, "there": count.present.heads},
    ]
    if count.recused:
        parts.append(_("回避 %(number)d 席") % {"number": count.recused})
    parts.append(
        _("赞成 %(pro)d、反对 %(contra)d、弃权 %(abstain)d")
        % {"pro": count.pro.heads, "contra": count.contra.heads, "abstain": count.abstain.heads}
    )
    if count.silent:
        parts.append(_("未投 %(number)d") % {"number": count.silent})
    if count.entitled.weight != count.entitled.heads:
        parts.append(
            _("表决权：赞成 %(pro)d / %(base)d")
            % {"pro": count.pro.weight, "base": count.base.weight}
        )
    return (
        pgettext("between parts", "，").join(parts)
        + _("。")
        + (_("通过。") if adopted else _("未通过。"))
    )


VERDICTS = {
    "solved": lazy("已解决"), "explained": lazy("已解释说明"), "unsolvable": lazy("暂无法解决"),
    "escalated": lazy("已提请上级"),
}  # fmt: skip


def stand_of(row: R) -> str:
    """Where a resolution stands."""
    return str(VERDICTS.get(row.verdict) or row.get_state_display())
