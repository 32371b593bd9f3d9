"""Events between packages: written with their cause, delivered after it, exactly once in effect.

`publish` inserts the event and one delivery row per listener into the caller's transaction.
`deliver_due` (called by the worker, and right after commit) runs each listener in a transaction of
its own together with marking the row done; a listener that fails is retried with back-off and
becomes a dead letter after ten attempts. Listeners must be idempotent all the same. The one list of
who listens is `loushi.config.subscriptions.SUBSCRIPTIONS`: event name → dotted paths of callables
that take (payload: dict).
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from .jobs import wake_on_commit
from .logs import request_id
from .models import Event, EventDelivery

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
FIRST_DELAY_SECONDS = 5


def listeners_of(name: str) -> tuple[str, ...]:
    """The dotted paths that listen to an event."""
    subscriptions: Mapping[str, tuple[str, ...]] = import_string(settings.LOUSHI_SUBSCRIPTIONS)
    return tuple(subscriptions.get(name, ()))


def publish(name: str, payload: Mapping[str, Any]) -> Event:
    """Writes an event and its deliveries; must be called inside the transaction of the cause."""
    event = Event.objects.create(
        name=name, payload=dict(payload), request_id=request_id.get(), created_at=timezone.now()
    )
    EventDelivery.objects.bulk_create(
        EventDelivery(event=event, listener=path, next_attempt_at=timezone.now())
        for path in listeners_of(name)
    )
    wake_on_commit()
    return event


def deliver_due(limit: int = 100) -> int:
    """Delivers up to `limit` due events; returns how many listeners ran successfully."""
    due = list(
        EventDelivery.objects.filter(
            state=EventDelivery.State.PENDING, next_attempt_at__lte=timezone.now()
        )
        .order_by("next_attempt_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(_deliver(pk) for pk in due)


def _deliver(pk: int) -> bool:
    token = None
    try:
        with transaction.atomic():
            rows = EventDelivery.objects.filter(pk=pk, state=EventDelivery.State.PENDING)
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            delivery = rows.select_related("event").first()
            if delivery is None:
                return False
            token = request_id.set(delivery.event.request_id or f"event-{delivery.event_id}")
            listener = import_string(delivery.listener)
            listener(delivery.event.payload)
            delivery.state = EventDelivery.State.DONE
            delivery.done_at = timezone.now()
            delivery.attempts += 1
            delivery.error = ""
            delivery.save()
        return True
    except Exception as error:
        log.exception("event delivery %s failed", pk)
        _postpone(pk, error)
        return False
    finally:
        if token is not None:
            request_id.reset(token)


def _postpone(pk: int, error: Exception) -> None:
    with transaction.atomic():
        delivery = EventDelivery.objects.select_for_update().filter(pk=pk).first()
        if delivery is None or delivery.state != EventDelivery.State.PENDING:
            return
        delivery.attempts += 1
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        delivery.next_attempt_at = timezone.now() + timedelta(
            seconds=FIRST_DELAY_SECONDS * 2 ** (delivery.attempts - 1)
        )
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = EventDelivery.State.DEAD
        delivery.save()


def retry(pk: int) -> None:
    """Puts a dead letter back into the queue."""
    EventDelivery.objects.filter(pk=pk, state=EventDelivery.State.DEAD).update(
        state=EventDelivery.State.PENDING, attempts=0, next_attempt_at=timezone.now()
    )
