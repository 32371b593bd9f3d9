"""What follows from the day and from changed rooms, and the nightly look for duplicates."""

import logging

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.jobs import TASK, periodic
from loushi.registry.buildings import commands as buildings
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.proposals import refresh_proposals

log = logging.getLogger(__name__)


@periodic(
    name="enterprises.refresh_proposals", daily="02:40", lane=TASK, label=_("比对疑似重复的企业")
)
def look_for_duplicates() -> int:
    """Proposes pairs that are probably one firm; returns how many are open."""
    return refresh_proposals()


@periodic(name="enterprises.apply_tag_rules", every=3600, label=_("按规则更新企业标签"))
def apply_tag_rules() -> int:
    """The tags that follow from rules. Running it again changes nothing."""
    return commands.apply_tag_rules(actor=system_actor())


@periodic(every=20, name="enterprises.renew_totals", label=_("重算楼宇合计"))
def renew_totals() -> int:
    """Kept totals of the buildings that changed, fifty at a time."""
    return commands.renew_totals()


@periodic(daily="00:05", name="enterprises.turn_of_day", label=_("更新当天的在地和房源状态"))
def turn_of_day() -> int:
    """What begins or ends today: presence, homes, states of rooms, managers of buildings."""
    return commands.turn_of_day() + buildings.follow_contracts()


@periodic(daily="03:40", name="enterprises.check_totals", label=_("核对楼宇合计"))
def check_totals() -> int:
    """Compares the kept totals with the facts; what differs is said and made anew."""
    wrong = commands.repair_totals()
    if wrong:
        log.error("kept totals differed from the facts", extra={"buildings": wrong[:50]})
    return len(wrong)
