"""The sweep over the register for the retention list."""

from django.utils.translation import gettext_lazy as _

from loushi.casework.visits.commands.retention import look_for_signs
from loushi.foundation.core.jobs import periodic


@periodic(name="visits.look_for_signs", every=3600, label=_("留意迁出迹象"))
def signs() -> int:
    """Opens and closes alerts; running it again changes nothing."""
    return look_for_signs()
