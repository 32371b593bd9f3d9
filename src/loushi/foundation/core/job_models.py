"""Tables of the worker: leases of periodic jobs, queued tasks, and heartbeats."""

from django.db import models
from django.utils import timezone

from .scoping import PublicModel


class JobLease(PublicModel):
    """A periodic job: when it is next due, and which worker holds it now.

    `leased_until` in the past means that the holder died; any worker may then take the job over.
    """

    name = models.CharField(max_length=80, primary_key=True)
    next_run_at = models.DateTimeField(default=timezone.now)
    holder = models.CharField(max_length=40, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    runs = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name}, next at {self.next_run_at:%F %T}"


class QueuedTask(PublicModel):
    """One call to make later, written in the transaction that wants it.

    `key` makes a task unique for ever ('' is never stored: no key is NULL).
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"

    name = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=160, null=True, blank=True, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    run_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=40, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["run_at", "id"],
                name="queued_task_due",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}: {self.state}"


class WorkerBeat(PublicModel):
    """A worker process: seen lately means alive."""

    worker = models.CharField(max_length=40, primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"worker {self.pid} on {self.host}"
