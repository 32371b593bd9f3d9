"""The core's own periodic jobs: deliver events, and clear away what is no longer needed."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import stamps
from .events import deliver_due
from .jobs import DELIVER, Gauge, periodic, register_gauge
from .models import Event, EventDelivery, IdempotencyKey, JobLease, QueuedTask, WorkerBeat

ROWS_PER_TRANSACTION = 500
IDEMPOTENCY_DAYS = 30
DONE_DAYS = 90


@periodic(name="core.deliver_events", lane=DELIVER, each_worker=True, label=_("投递事件"))
def deliver_events() -> int:
    """Runs the listeners of events that are due; claims its rows one by one."""
    return deliver_due()


def _delete(rows: Any) -> int:
    """Deletes in short transactions, so that people can submit meanwhile."""
    total = 0
    while True:
        ids = list(rows.values_list("pk", flat=True)[:ROWS_PER_TRANSACTION])
        if not ids:
            return total
        rows.model._base_manager.filter(pk__in=ids).delete()
        total += len(ids)


@periodic(name="core.clear_away", daily="03:10", label=_("清理过期记录"))
def clear_away() -> int:
    """Deletes sessions that ran out, idempotency keys after 30 days, and finished work after 90.

    A client may repeat a create with its key for 30 days; after that the key would make a new one.
    """
    now = timezone.now()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    old = now - timedelta(days=DONE_DAYS)
    open_deliveries = EventDelivery.objects.filter(~Q(state=EventDelivery.State.DONE))
    return (
        _delete(
            IdempotencyKey.objects.filter(created_at__lt=now - timedelta(days=IDEMPOTENCY_DAYS))
        )
        + _delete(
            Event.objects.filter(created_at__lt=old).exclude(
                pk__in=open_deliveries.values("event_id")
            )
        )
        + _delete(QueuedTask.objects.filter(state=QueuedTask.State.DONE, finished_at__lt=old))
        + _delete(WorkerBeat.objects.filter(seen_at__lt=now - timedelta(days=7)))
        + _delete(JobLease.objects.filter(next_run_at__lt=old))
    )


@periodic(name="core.fold_stamps", every=3600, label=_("合并变更标记"))
def fold_stamps() -> int:
    """Keeps the stamps' table small: rows of connections that have ended become one."""
    return stamps.fold()


def _events() -> Gauge:
    rows = EventDelivery.objects.all()
    pending = rows.filter(state=EventDelivery.State.PENDING)
    return Gauge(
        pending=pending.count(),
        dead=rows.filter(state=EventDelivery.State.DEAD).count(),
        oldest=pending.aggregate(oldest=Min("next_attempt_at"))["oldest"],
    )


def _tasks() -> Gauge:
    rows = QueuedTask.objects.all()
    pending = rows.filter(state=QueuedTask.State.PENDING)
    return Gauge(
        pending=pending.count(),
        dead=rows.filter(state=QueuedTask.State.DEAD).count(),
        oldest=pending.aggregate(oldest=Min("run_at"))["oldest"],
    )


register_gauge("events", _events, _("事件"))
register_gauge("tasks", _tasks, _("任务"))
