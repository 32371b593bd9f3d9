"""Comparing the three lists at night."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from loushi.casework.matching import commands
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.jobs import TASK, periodic, stopping
from loushi.registry.territory import queries as territory
from loushi.registry.territory.models import UnitKind


@periodic(daily="03:30", name="matching.compare_lists", lane=TASK, label=_lazy("比对三张清单"))
def compare_lists() -> int:
    """Community by community; returns how many proposals are new."""
    actor = system_actor(str(_("系统：夜里比对")))
    found = 0
    for unit in territory.units(UnitKind.COMMUNITY):
        if stopping():
            break
        found += commands.compare_unit(actor=actor, unit_id=unit.pk)
    return found
