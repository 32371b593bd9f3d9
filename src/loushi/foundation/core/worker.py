"""The worker: three lanes that run what is due, and a keeper that says so.

Each lane is a thread with a database connection of its own, so that a long task never delays a
delivery: `deliver` (events, notices; looks every two seconds and when woken), `sweep` (periodic
jobs), `task` (queued tasks and long periodic jobs). The keeper writes the heartbeat and renews the
leases that are held. A worker that is killed stops renewing; after 30 seconds another takes over
what it held.
"""

import logging
import os
import random
import socket
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .job_models import JobLease, QueuedTask, WorkerBeat
from .jobs import DELIVER, LEASE, SWEEP, TASK, Periodic, registered, task_named, wake_file
from .logs import request_id

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
LOOK_SECONDS = 2.0
WAKE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 25.0
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 3600
BATCH = 20


class LeaseLost(RuntimeError):
    """Another worker took the row over while this one worked; its transaction rolls back."""


def back_off(
    attempts: int, *, first: float = FIRST_DELAY_SECONDS, longest: float = LONGEST_DELAY_SECONDS
) -> timedelta:
    """The pause after the nth failed attempt: `first` seconds, doubled each time up to `longest`,
    plus or minus 20 % so that many failures do not come back at one moment."""
    seconds = min(first * 2 ** min(max(attempts, 1) - 1, 32), longest)
    # Spreads retries; nothing secret depends on it.
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def next_run(job: Periodic, now: datetime) -> datetime:
    """When a periodic job is due after a run that began at `now`."""
    if not job.daily:
        return now + timedelta(seconds=job.every)
    hour, minute = (int(part) for part in job.daily.split(":"))
    local = timezone.localtime(now)
    due = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return due if due > local else due + timedelta(days=1)


class Worker:
    """One worker process."""

    def __init__(self) -> None:
        self.name = uuid4().hex
        self._holding: set[str] = set()
        self._last: dict[str, float] = {}
        import_module("loushi.foundation.core.housekeeping")

    # ---- running ------------------------------------------------------------------------------
    def run(
        self, stop: threading.Event, stopping: threading.Event, *, watch_parent: bool = False
    ) -> None:
        """Runs until `stop` is set (or the parent process is gone), then lets each lane finish
        the job it is at, for at most 25 seconds; what is left is taken over by its lease."""
        parent = os.getppid()
        wakes = {lane: threading.Event() for lane in (DELIVER, SWEEP, TASK)}
        lanes = [
            threading.Thread(target=self._lane, args=(lane, woken, stopping), name=lane)
            for lane, woken in wakes.items()
        ]
        keeper = threading.Thread(target=self._keep, args=(stopping,), name="keeper", daemon=True)
        for thread in (*lanes, keeper):
            thread.daemon = True
            thread.start()
        log.info("worker %s started", self.name)
        seen = self._stamp()
        while not stop.wait(WAKE_SECONDS):
            stamp = self._stamp()
            if stamp != seen:
                seen = stamp
                wakes[DELIVER].set()
                wakes[TASK].set()
            if watch_parent and os.getppid() != parent:
                break
        stopping.set()
        for woken in wakes.values():
            woken.set()
        end = time.monotonic() + PATIENCE_SECONDS
        for thread in (*lanes, keeper):
            thread.join(max(0.0, end - time.monotonic()))
        log.info("worker %s stopped", self.name)

    def drain(self) -> int:
        """Runs everything that is due in this thread until a round finds nothing."""
        total = 0
        self._ensure_leases()
        while True:
            self._last.clear()
            did = self._deliver() + self._sweep() + self._tasks()
            if not did:
                return total
            total += did

    def _lane(self, lane: str, woken: threading.Event, stopping: threading.Event) -> None:
        work = {DELIVER: self._deliver, SWEEP: self._sweep, TASK: self._tasks}[lane]
        pause = 1.0
        ready = False
        while not stopping.is_set():
            did = 0
            try:
                close_old_connections()
                if not ready:
                    self._ensure_leases()
                    ready = True
                did = work()
                pause = 1.0
            except DatabaseError as error:
                log.warning("lane %s waits for the database: %s", lane, error)
                connection.close()
                stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            except Exception:
                log.exception("lane %s failed", lane)
                stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            if not did:
                woken.wait(LOOK_SECONDS)
            woken.clear()
        connection.close()

    def _stamp(self) -> int:
        try:
            return wake_file().stat().st_mtime_ns
        except OSError:
            return 0

    # ---- the three lanes ----------------------------------------------------------------------
    def _periodic(self, lane: str) -> int:
        jobs = [job for job in registered().values() if job.lane == lane]
        due = self._due(jobs)
        return sum(self._run(job) for job in jobs if job.name in due and self._may(job))

    def _due(self, jobs: Sequence[Periodic]) -> set[str]:
        """The jobs that may be worth taking: one look for a whole lane, which is idle mostly."""
        leased = [job.name for job in jobs if not job.each_worker]
        due = {job.name for job in jobs if job.each_worker}
        if leased:
            due |= set(self._free(leased).values_list("name", flat=True))
        return due

    def _free(self, names: Sequence[str]) -> QuerySet[JobLease]:
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        return JobLease.objects.filter(free, name__in=names, next_run_at__lte=now)

    def _deliver(self) -> int:
        return self._periodic(DELIVER)

    def _sweep(self) -> int:
        return self._periodic(SWEEP)

    def _may(self, job: Periodic) -> bool:
        """Whether this worker runs the job now; takes the lease unless every worker runs it."""
        if job.each_worker:
            last = self._last.get(job.name)
            if last is not None and job.lane != DELIVER and time.monotonic() < last + job.every:
                return False
            self._last[job.name] = time.monotonic()
            return True
        now = timezone.now()
        taken = self._free([job.name]).update(
            holder=self.name, leased_until=now + LEASE, started_at=now
        )
        return bool(taken)

    def _run(self, job: Periodic) -> int:
        began = timezone.now()
        error = ""
        did = 0
        with self._named(f"job-{job.name}"), self._held(f"job:{job.name}"):
            try:
                did = job.run() or 0
            except Exception as failure:
                log.exception("periodic job %s failed", job.name)
                error = "".join(traceback.format_exception_only(failure))[:2000]
                if isinstance(failure, DatabaseError):
                    connection.close()
        if job.each_worker:
            return did
        JobLease.objects.filter(name=job.name, holder=self.name).update(
            holder="",
            leased_until=None,
            next_run_at=next_run(job, began),
            finished_at=timezone.now(),
            runs=F("runs") + 1,
            failures=F("failures") + 1 if error else F("failures"),
            error=error,
        )
        return did

    def _tasks(self) -> int:
        return self._periodic(TASK) + self._queued()

    def _queued(self) -> int:
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        due = list(
            QueuedTask.objects.filter(free, state=QueuedTask.State.PENDING, run_at__lte=now)
            .order_by("run_at", "pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        return sum(self._run_task(pk) for pk in due)

    def _run_task(self, pk: int) -> int:
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        taken = QueuedTask.objects.filter(
            free, pk=pk, state=QueuedTask.State.PENDING, run_at__lte=now
        ).update(holder=self.name, leased_until=now + LEASE, attempts=F("attempts") + 1)
        if not taken:
            return 0
        row = QueuedTask.objects.get(pk=pk)
        with self._named(row.request_id or f"task-{pk}"), self._held(f"task:{pk}"):
            try:
                self._call(row)
            except Exception as failure:
                log.exception("task %s failed", row)
                if isinstance(failure, DatabaseError):
                    connection.close()
                self._postpone(row, failure)
                return 0
        return 1

    def _call(self, row: QueuedTask) -> None:
        call = task_named(row.name)
        if call is None:
            raise LookupError(f"no package registers a task named {row.name!r}")
        if not call.atomic:
            call.run(**row.payload)
        with transaction.atomic():
            if call.atomic:
                call.run(**row.payload)
            done = QueuedTask.objects.filter(
                pk=row.pk, holder=self.name, state=QueuedTask.State.PENDING
            ).update(
                state=QueuedTask.State.DONE,
                finished_at=timezone.now(),
                holder="",
                leased_until=None,
                error="",
            )
            if not done:
                raise LeaseLost(f"task {row.pk} was taken over by another worker")

    def _postpone(self, row: QueuedTask, failure: Exception) -> None:
        call = task_named(row.name)
        dead = row.attempts >= (call.attempts if call else 1)
        now = timezone.now()
        QueuedTask.objects.filter(
            pk=row.pk, holder=self.name, state=QueuedTask.State.PENDING
        ).update(
            state=QueuedTask.State.DEAD if dead else QueuedTask.State.PENDING,
            run_at=now + back_off(row.attempts),
            finished_at=now if dead else None,
            holder="",
            leased_until=None,
            error="".join(traceback.format_exception_only(failure))[:2000],
        )

    # ---- keeping ------------------------------------------------------------------------------
    def _ensure_leases(self) -> None:
        now = timezone.now()
        JobLease.objects.bulk_create(
            [
                JobLease(name=job.name, next_run_at=next_run(job, now) if job.daily else now)
                for job in registered().values()
                if not job.each_worker
            ],
            ignore_conflicts=True,
        )

    def _keep(self, stopping: threading.Event) -> None:
        values: dict[str, Any] = {"host": socket.gethostname()[:120], "pid": os.getpid()}
        beat = WorkerBeat(worker=self.name, started_at=timezone.now(), **values)
        while True:
            ended = stopping.wait(0)
            now = timezone.now()
            try:
                close_old_connections()
                beat.seen_at = now
                beat.stopped_at = now if ended else None
                beat.save()
                self._renew(now)
            except DatabaseError as error:
                log.warning("the heartbeat waits for the database: %s", error)
                connection.close()
            if ended and not self._holding:
                break
            if ended:
                time.sleep(0.5)
            else:
                stopping.wait(BEAT_SECONDS)
        connection.close()

    def _renew(self, now: datetime) -> None:
        if not self._holding:
            return
        until = now + LEASE
        JobLease.objects.filter(holder=self.name).update(leased_until=until)
        QueuedTask.objects.filter(holder=self.name, state=QueuedTask.State.PENDING).update(
            leased_until=until
        )

    @contextmanager
    def _held(self, what: str) -> Iterator[None]:
        self._holding.add(what)
        try:
            yield
        finally:
            self._holding.discard(what)

    @contextmanager
    def _named(self, name: str) -> Iterator[None]:
        token = request_id.set(name[:64])
        try:
            yield
        finally:
            request_id.reset(token)
