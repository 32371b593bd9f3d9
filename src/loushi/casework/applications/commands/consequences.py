"""What happens to applications when something below them changes; listeners are idempotent."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from loushi.casework.applications.commands.case import Case
from loushi.casework.applications.models import Application, ApplicationClock
from loushi.casework.applications.workflow import LIVE
from loushi.foundation.core import clocks
from loushi.foundation.core.actor import system_actor

BATCH = 500
WHY = "a change of the calendar reaches every running step"


def on_calendar_changed(payload: dict[str, Any]) -> None:
    """Running due times are made anew; stopped ones never change."""
    first = payload.get("since") or payload.get("from") or ""
    since = date.fromisoformat(first[:10]) if first else None
    rows = ApplicationClock.objects.unscoped(WHY).filter(
        stopped_at__isnull=True, step__application__state__in=LIVE
    )
    if since:
        rows = rows.filter(due_at__date__gte=since)
    ids = sorted(set(rows.values_list("step__application_id", flat=True)))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            found = Application.objects.unscoped(WHY).select_for_update(of=("self",))
            for row in found.filter(pk__in=ids[start : start + BATCH]).order_by("pk"):
                _recompute(row)


def _recompute(row: Application) -> None:
    case = Case(row, system_actor(), timezone.now())
    for step in case.steps:
        for clock in case.clocks:
            if clock.step_id != step.pk:
                continue
            paused = step.state == step.State.ASKED
            clocks.derive(clock, case.breaks(step), case.standard)
            if paused:
                clock.next_warning_at = None
            step.due_at = clock.due_at
            case.touch(clock)
            case.touch(step)
    case.due()
    case.save()
    row.save(update_fields=["due_at", "updated_at"])
