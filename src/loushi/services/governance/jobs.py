"""Background work of this package."""

from django.utils.translation import gettext_lazy as _lazy

from loushi.foundation.core.jobs import periodic
from loushi.services.governance import commands


@periodic(every=3600, name="governance.remind_tasks", label=_lazy("提醒快到期和已到期的决议任务"))
def remind_tasks() -> int:
    """Tells owners and conveners, once."""
    return commands.remind_tasks()
