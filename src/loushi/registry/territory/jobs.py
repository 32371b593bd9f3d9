"""Changes dated ahead take effect on their day; rows follow."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import TASK, Gauge, periodic, register_gauge
from loushi.registry.territory import commands, queries
from loushi.registry.territory.commands.rewrites import reopen_strays


@periodic(name="territory.take_effect", every=60, label=_("区划变更到日生效"))
def take_effect() -> int:
    """Paths and names of today."""
    return commands.take_effect()


@periodic(name="territory.run_rewrites", every=5, lane=TASK, label=_("随区划改写归属"))
def run_rewrites() -> int:
    """Carries rows to their unit's new place."""
    return commands.run_rewrites()


@periodic(name="territory.reopen_strays", every=300, label=_("找回归属不明的记录"))
def strays() -> int:
    """Rows that a slow writer left on a path where no unit stands."""
    return reopen_strays()


def _waiting() -> Gauge:
    return Gauge(pending=queries.open_rewrites(), dead=0)


register_gauge("territory.rewrites", _waiting, _("区划改写"))
