"""Changes dated ahead take effect on their day; rows follow."""

from loushi.foundation.core.jobs import TASK, Gauge, periodic, register_gauge
from loushi.registry.territory import commands, queries
from loushi.registry.territory.commands.rewrites import reopen_strays


@periodic(name="territory.take_effect", every=60)
def take_effect() -> int:
    """Paths and names of today."""
    return commands.take_effect()


@periodic(name="territory.run_rewrites", every=5, lane=TASK)
def run_rewrites() -> int:
    """Carries rows to their unit's new place."""
    return commands.run_rewrites()


@periodic(name="territory.reopen_strays", every=300)
def strays() -> int:
    """Rows that a slow writer left on a path where no unit stands."""
    return reopen_strays()


def _waiting() -> Gauge:
    return Gauge(pending=queries.open_rewrites(), dead=0)


register_gauge("territory.rewrites", _waiting)
