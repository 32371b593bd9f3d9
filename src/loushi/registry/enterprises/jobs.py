"""Duplicates looked for at night; what changes by itself when a day begins."""

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.jobs import TASK, periodic
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.proposals import refresh_proposals


@periodic(name="enterprises.refresh_proposals", daily="02:40", lane=TASK)
def look_for_duplicates() -> int:
    """Proposes pairs that are probably one firm; returns how many are open."""
    return refresh_proposals()


@periodic(name="enterprises.turn_day", every=3600)
def turn_day() -> int:
    """Settles the enterprises of which something ended or began in the last days, then the tags
    that follow from rules. Running it again changes nothing."""
    settled = commands.settle_days()
    return settled + commands.apply_tag_rules(actor=system_actor())
