"""An enterprise's demands on its timeline (config/timeline.py)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Demand
from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.queries import Moment

MOST = 500


def of_enterprise(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """When each visible demand was handed in and when it was answered; the latest 500."""
    rows = Demand.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    for row in rows.order_by("-submitted_at", "-pk")[:MOST]:
        href = reverse("demands:case", args=[row.pk])
        yield Moment(
            timezone.localdate(row.submitted_at), "demand",
            _("提交诉求：%(title)s") % {"title": row.title},
            meta=str(row.get_state_display()), href=href, tone="new",
        )  # fmt: skip
        if row.resolved_at:
            yield Moment(
                timezone.localdate(row.resolved_at), "demand",
                _("答复诉求：%(title)s") % {"title": row.title}, href=href, tone="done",
            )  # fmt: skip
