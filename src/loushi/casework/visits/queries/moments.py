"""Visits to an enterprise on its timeline (config/timeline.py)."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import Visit
from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.queries import Moment

MOST = 500


def of_enterprise(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """The visits that the actor sees, the latest 500; notes stay on their own page."""
    rows = Visit.objects.visible_to(actor).filter(
        enterprise_id=enterprise_id, state=Visit.State.RECORDED
    )
    for row in rows.order_by("-at", "-pk")[:MOST]:
        met = " ".join(filter(None, [row.met_name, row.met_title]))
        yield Moment(
            timezone.localdate(row.at), "visit",
            _("%(team)s走访：%(purpose)s")
            % {"team": row.team_name, "purpose": row.get_purpose_display()},
            text=_("见到 %(who)s") % {"who": met} if met else str(row.get_met_display()),
            meta=row.visitor_name, tone="handling",
        )  # fmt: skip
