"""The sweep: warns at 50, 80 and 100 % of a step's limit; files what nobody rated."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.applications.commands import close_unrated, telling
from loushi.casework.applications.models import (
    Application,
    ApplicationClock,
    ApplicationPause,
    ApplicationStep,
)
from loushi.casework.applications.policy import HANDLE, HEAD
from loushi.casework.applications.workflow import LIVE
from loushi.foundation.core import clocks
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.jobs import periodic
from loushi.registry.accounts import queries as accounts

BATCH = 500
RATING_DAYS = 15
WHY = "the sweep looks at every running step"


@periodic(every=60, name="applications.sweep", label=_l("提醒一类事步骤临期与超时"))
def sweep_steps() -> int:
    """Gives each due warning once; at most 500 rows a transaction. Returns how many were given."""
    now, given = timezone.now(), 0
    standard = clocks.standard()
    warning = ApplicationClock.objects.unscoped(WHY).filter(
        stopped_at__isnull=True, next_warning_at__lte=now, step__application__state__in=LIVE
    )
    with transaction.atomic():
        # Their applications are locked first, as by every move; then what is still due is read.
        first = warning.order_by("next_warning_at")[:BATCH]
        ids = first.values_list("step__application_id", flat=True)
        rows = Application.objects.unscoped(WHY).filter(pk__in=list(ids)).order_by("pk")
        held = list(rows.select_for_update().values_list("pk", flat=True))
        due = warning.filter(step__application__in=held).order_by("next_warning_at")
        for clock in due.select_related("step", "step__application"):
            pauses = ApplicationPause.objects.unscoped(WHY).filter(step_id=clock.step_id)
            breaks = clocks.breaks_of(pauses, now)
            reached = clocks.remind(clock, now, breaks, standard)
            clock.save()
            if reached:
                given += 1
                _warn(clock.step, reached)
    return given


def _warn(step: ApplicationStep, percent: int) -> None:
    """50 %: who does it; 80 %: the heads too; 100 %: named people upward, and it counts as late."""
    row = step.application
    people = telling.people_of(row, step)
    if percent >= 80 and step.department_id:
        people += accounts.users_with_permission(HEAD, department_id=step.department_id)
    if percent >= 80:
        people += accounts.users_with_permission(HANDLE, unit_path=step.unit_path)
    if percent >= 100:
        people += accounts.superiors_of(step.unit_path)
        ApplicationStep.objects.unscoped(WHY).filter(pk=step.pk).update(is_late=True)
        Application.objects.unscoped(WHY).filter(pk=row.pk).update(is_late=True)
    telling.warned(row, step, people, percent)


@periodic(every=3600, name="applications.close_unrated", label=_l("归档无人评价的一类事申请"))
def file_unrated() -> int:
    """Files what ended long ago and was never rated; it never counts as satisfied."""
    limit = timezone.now() - timedelta(days=RATING_DAYS)
    rows = Application.objects.unscoped(WHY).filter(state=Application.State.FINISHED)
    ids = list(rows.filter(ended_at__lt=limit).order_by("id").values_list("pk", flat=True)[:BATCH])
    actor = system_actor(str(_("系统：到期归档")))
    for pk in ids:
        close_unrated(actor=actor, application_id=pk)
    return len(ids)
