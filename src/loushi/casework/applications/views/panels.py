"""What this package shows on the pages of an enterprise and of a service (see config/panels.py)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.applications import queries
from loushi.casework.applications.models import Application
from loushi.casework.applications.policy import APPLY, is_staff
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.services.catalogue.queries import item_bundle

Shown = tuple[str, dict[str, Any]] | None
MOST = 5


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last applications of a firm."""
    if not is_staff(actor):
        return None
    lines, count = queries.of_firm(actor, enterprise_id, MOST)
    if not lines:
        return None
    kinds = [
        {"row": one, "kind": queries.STATE_KINDS[Application.State(one.state)]} for one in lines
    ]  # fmt: skip
    return "applications/panel.html", {"rows": kinds, "count": count}


def of_service_item(actor: Actor, item_id: int, **given: Any) -> Shown:
    """Below a service on the phone that is done by a bundle: applies for it."""
    bundle = item_bundle(actor, item_id) if actor.keys(ENTERPRISE, APPLY) else None
    if bundle is None:
        return None
    return "", {
        "label": _("直接申请“%(bundle)s”") % {"bundle": bundle.title}, "icon": "clipboard-list",
        "href": reverse("applications:apply_one", args=[bundle.pk]), "kind": "primary",
    }  # fmt: skip
