"""Background work of this package."""

from django.utils.translation import gettext_lazy as _lazy

from loushi.foundation.core.jobs import periodic
from loushi.services.catalogue import commands


@periodic(every=60, name="catalogue.release_resources", label=_lazy("让出过时未到的资源名额"))
def release_resources() -> int:
    """Frees places of resource bookings to which nobody came."""
    return commands.release_resources()
