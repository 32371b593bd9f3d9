"""Tables of the core: events with their deliveries, idempotency keys, calendar, leases, stamps."""

from django.db import models
from django.utils import timezone

from .calendar_models import (
    CalendarDay,
    CalendarSetting,
    ClockFields,
    ServiceLevel,
    WorkingHours,
)
from .job_models import JobLease, QueuedTask, WorkerBeat
from .scoping import PublicModel

__all__ = [
    "CalendarDay",
    "CalendarSetting",
    "ClockFields",
    "Event",
    "EventDelivery",
    "IdempotencyKey",
    "JobLease",
    "QueuedTask",
    "ServiceLevel",
    "Stamp",
    "WorkerBeat",
    "WorkingHours",
]


class Event(PublicModel):
    """A fact that other packages react to, written in the transaction of its cause."""

    name = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class EventDelivery(PublicModel):
    """One listener's copy of an event: pending, done, or dead after too many attempts."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    listener = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="event_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="event_delivery_due",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.listener} of event {self.event_id}: {self.state}"


class IdempotencyKey(PublicModel):
    """Remembers what a create with a client's key made, so that a repeat makes nothing new."""

    user_id = models.BigIntegerField()
    command = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    object_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "command", "key"], name="idempotency_once")
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.key}"


class Stamp(PublicModel):
    """A number that grows with every change of certain tables: the sum over `writer` (see stamps).

    Written by the database's triggers alone. `tx` is the transaction that moved the row last.
    """

    name = models.CharField(max_length=30)
    writer = models.BigIntegerField()
    n = models.BigIntegerField()
    tx = models.BigIntegerField(default=0)

    class Meta:
        db_table = "core_stamp"
        constraints = [models.UniqueConstraint(fields=["name", "writer"], name="stamp_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.n}"
