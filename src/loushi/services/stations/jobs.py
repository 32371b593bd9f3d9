"""Background work of this package: the task that solves a rota stands with its command."""

from django.utils.translation import gettext_lazy as _lazy

from loushi.foundation.core.jobs import periodic
from loushi.services.stations import commands
from loushi.services.stations.commands.solving import solve_later

__all__ = ["release_missed", "solve_later"]


@periodic(every=60, name="stations.release_missed", label=_lazy("让出过时未到的预约名额"))
def release_missed() -> int:
    """Frees places of bookings to which nobody came."""
    return commands.release_missed()
