"""Figures about applications for bundles (一类事): how many ended in time, how many run now."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.applications.models import Application
from loushi.overview.insights.queries.figures import VIEW, Figure, Source

S = Application.State
DECIDED = (S.FINISHED, S.CLOSED, S.REFUSED)


APPLICATIONS = Source(
    "applications", _("一类事办理记录"),
    lambda actor: Application.objects.visible_to(actor, VIEW), "applications.view",
)  # fmt: skip
APPLICATION_FIGURES: tuple[Figure, ...] = (
    Figure(
        "applications_on_time",
        _("一类事按时办结"),
        _("办完的申请（办结或未通过，撤回的不算）"),
        "ended_at",
        lambda: Q(state__in=DECIDED),
        lambda: Q(is_late=False),
        APPLICATIONS,
    ),
    Figure(
        "applications_running",
        _("一类事在办未超时"),
        _("现在在办的申请"),
        "",
        lambda: Q(state=S.HANDLING),
        lambda: Q(is_late=False) & (Q(due_at__isnull=True) | Q(due_at__gte=timezone.now())),
        APPLICATIONS,
    ),
)
