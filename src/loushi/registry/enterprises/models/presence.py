"""Whether an enterprise is registered and really sits here: one rule, pure, over the facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lies(models.TextChoices):
    """Where an address lies, seen from the district."""

    INSIDE = "inside", _("本区")
    OUTSIDE = "outside", _("区外")
    UNKNOWN = "unknown", _("待核")


class Presence(models.TextChoices):
    """The tri-state of the seed documents (domain.md E2), and what is not known yet."""

    HERE_REGISTERED = "here_registered", _("在地在册")
    HERE_ONLY = "here_only", _("在地不在册")
    REGISTERED_ONLY = "registered_only", _("在册不在地")
    UNKNOWN = "unknown", _("注册地待核")


def presence_of(*, sits: bool, lies: str | None) -> str:
    """The presence of an enterprise at one place on one day.

    `sits`: whether it really is there that day; where it is not, the row exists because it is
    registered there. `lies`: where the registration in force that day lies, None for no
    registration. 在册 is registered anywhere in the district, as 墅企瞭望台 does (domain.md D).
    """
    if not sits:
        return Presence.REGISTERED_ONLY
    if lies == Lies.INSIDE:
        return Presence.HERE_REGISTERED
    if lies == Lies.OUTSIDE:
        return Presence.HERE_ONLY
    return Presence.UNKNOWN
