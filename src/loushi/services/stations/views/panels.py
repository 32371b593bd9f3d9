"""What this package shows on pages of others (see config/panels.py)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.services.stations.policy import BOOK

Shown = tuple[str, dict[str, Any]] | None


def of_service_item(actor: Actor, item_id: int, **given: Any) -> Shown:
    """Below a service on the phone: books a time at a station."""
    if not actor.has(BOOK):
        return None
    return "", {
        "label": _("预约到站点办"), "href": reverse("stations:book"),
        "icon": "calendar-event", "kind": "plain",
    }  # fmt: skip
