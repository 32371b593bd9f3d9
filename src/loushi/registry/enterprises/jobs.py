"""Nightly work: duplicates are looked for anew."""

from loushi.foundation.core.jobs import TASK, periodic
from loushi.registry.enterprises.commands.proposals import refresh_proposals


@periodic(name="enterprises.refresh_proposals", daily="02:40", lane=TASK)
def look_for_duplicates() -> int:
    """Proposes pairs that are probably one firm; returns how many are open."""
    return refresh_proposals()
