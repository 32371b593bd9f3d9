"""That a demand is handled together with like ones, in its own history; `matching` calls this.

Which demands are together stands only there. Here is the line that the submitter reads: the number
of the common issue and nothing of anybody else.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import telling
from loushi.casework.demands.models import Demand
from loushi.casework.demands.workflow import workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor

JOINED, PARTED = "joined", "parted"
TOLD = gettext_noop("您的诉求与同类诉求一起办理")


def note_joint(
    *, actor: Actor, demands: Sequence[Demand], move: str, issue: str, told: bool = True
) -> None:
    """Writes "joined" or "parted" into the history of each demand, in the caller's transaction;
    the caller has checked the right."""
    for demand in demands:
        event = workflow.write(
            demand, move, demand.state, demand.state, actor=actor, data={"issue": issue}
        )
        record(actor=actor, action=f"demands.{move}", subject=demand, after={"issue": issue})
        if told and move == JOINED:
            telling.tell(
                demand, telling.firm_people(demand), "demand_joined", TOLD, f"joined:{event.pk}"
            )
