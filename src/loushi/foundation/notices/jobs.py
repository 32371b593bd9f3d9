"""Periodic jobs: plan and send; both claim rows, so that every worker may run them."""

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import DELIVER, Gauge, periodic, register_gauge

from . import outbox
from .models import Delivery, Notice


@periodic(name="notices.plan", lane=DELIVER, each_worker=True, label=_("安排邮件"))
def plan() -> int:
    return outbox.plan()


@periodic(name="notices.send", lane=DELIVER, each_worker=True, label=_("发送邮件"))
def send() -> int:
    return outbox.send_due()


def _gauge() -> Gauge:
    rows = Delivery.objects.unscoped("counting")
    waiting = rows.filter(state__in=Delivery.OPEN)
    return Gauge(
        pending=waiting.count()
        + Notice.objects.unscoped("counting").filter(planned_at=None).count(),
        dead=rows.filter(state=Delivery.State.DEAD).count(),
        oldest=waiting.aggregate(oldest=Min("next_attempt_at"))["oldest"],
    )


register_gauge("notices", _gauge, _("邮件"))
