"""An enterprise's applications on its timeline (config/timeline.py)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.applications.models import Application
from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.queries import Moment

MOST = 500


def of_enterprise(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """When each visible application was handed in and when it ended; the latest 500."""
    rows = Application.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    for row in rows.order_by("-submitted_at", "-pk")[:MOST]:
        href = reverse("applications:case", args=[row.pk])
        yield Moment(
            timezone.localdate(row.submitted_at), "application",
            _("申请一类事：%(title)s") % {"title": row.title},
            meta=str(row.get_state_display()), href=href, tone="new",
        )  # fmt: skip
        if row.ended_at:
            yield Moment(
                timezone.localdate(row.ended_at), "application",
                _("一类事%(state)s：%(title)s")
                % {"title": row.title, "state": _ended(row)}, href=href, tone="done",
            )  # fmt: skip


def _ended(row: Application) -> str:
    state = Application.State
    if row.state in (state.FINISHED, state.CLOSED):
        return _("办结")
    return str(row.get_state_display())
