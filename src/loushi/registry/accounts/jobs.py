"""Accounts of people who have left are closed on the day after their last."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import periodic
from loushi.registry.accounts import commands


@periodic(name="accounts.close_left", daily="00:30", label=_("停用离岗人员的账号"))
def close_left() -> int:
    """Closes accounts whose last day has passed."""
    return commands.close_left()
