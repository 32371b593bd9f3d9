"""What this package adds to the room beside the stacking plan (`loushi.config.panels`)."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings import queries


def owners_of_space(
    actor: Actor, space_id: int, on: date | None = None, **given: Any
) -> tuple[str, dict[str, Any]] | None:
    """A row with the owners of a room, for those who may see owners."""
    names = queries.owners_of_space(actor, space_id, on or timezone.localdate())
    return ("", {"label": _("产权人"), "value": "、".join(names), "fill": ""}) if names else None
