"""Work outside requests: periodic jobs, queued tasks, and what is still waiting.

All of it is rows in the main database (docs/adr: jobs are rows), so a task is written in the
transaction that wants it, a killed worker loses nothing, and two workers never do a thing twice:

- `@periodic` runs a function every so many seconds in whichever worker takes its lease first.
  With `each_worker=True` every worker runs it, because the function claims rows by itself.
- `@task` makes a function callable later: `rewrite.enqueue(unit_id=3)` inside a transaction. The
  function and the mark "done" commit together (`atomic=True`), so its effect happens once.
- `wake()` tells the workers on this machine to look now; `wake_on_commit()` does so after commit.

Packages put their jobs in `jobs.py`; all of them are imported at start (`loushi.config.apps`).
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .job_models import JobLease, QueuedTask, WorkerBeat
from .logs import request_id

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
ALIVE_FOR = timedelta(seconds=45)

DELIVER = "deliver"
SWEEP = "sweep"
TASK = "task"


@dataclass(frozen=True, slots=True)
class Periodic:
    """A registered periodic job; `run` returns how much it did (None counts as nothing)."""

    name: str
    run: Callable[[], int | None]
    every: float
    lane: str
    each_worker: bool
    daily: str
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A registered task: a function that can be queued by keyword arguments (JSON values)."""

    name: str
    run: Callable[..., Any]
    attempts: int
    atomic: bool

    def __call__(self, **payload: Any) -> Any:
        return self.run(**payload)

    def enqueue(self, *, run_at: datetime | None = None, key: str = "", **payload: Any) -> bool:
        """Queues a call in the current transaction; False when `key` was queued before."""
        if key and QueuedTask.objects.filter(key=key).exists():
            return False
        now = timezone.now()
        row = QueuedTask(
            name=self.name,
            payload=payload,
            key=key or None,
            run_at=run_at or now,
            created_at=now,
            request_id=request_id.get(),
        )
        # Two that enqueue the same key at once: the second insert waits, then does nothing.
        QueuedTask.objects.bulk_create([row], ignore_conflicts=bool(key))
        wake_on_commit()
        return True


@dataclass(frozen=True, slots=True)
class Gauge:
    """What waits somewhere: due rows, dead letters, and since when the oldest is due."""

    pending: int
    dead: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """The state of the workers, for `loushi check` and /readyz.

    `alive` counts workers seen in the last 45 seconds; `late` names periodic jobs that are more
    than five minutes behind; `failing` maps job names to their last error; `labels` says in words
    what a queue or a periodic job is, where its package gave words.
    """

    alive: int
    last_seen: datetime | None
    late: tuple[str, ...]
    failing: Mapping[str, str]
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        return sum(gauge.pending for gauge in self.gauges.values())

    @property
    def dead(self) -> int:
        return sum(gauge.dead for gauge in self.gauges.values())


_periodic: dict[str, Periodic] = {}
_tasks: dict[str, Task] = {}
_gauges: dict[str, Callable[[], Gauge]] = {}
_gauge_labels: dict[str, Any] = {}
_stopping = threading.Event()


def periodic(
    *,
    name: str,
    every: float = 60,
    daily: str = "",
    lane: str = SWEEP,
    each_worker: bool = False,
    label: Any = "",
) -> Callable[[Callable[[], int | None]], Callable[[], int | None]]:
    """Registers a job that runs every `every` seconds, or daily at "HH:MM" of local time.

    One worker at a time runs it, unless `each_worker`. It must bear being run twice all the same:
    a worker may die after the work and before the note that it was done. What takes longer than a
    few seconds belongs into the lane TASK, where no sweep waits for it. `label` says in words what
    it does, for the page of the administrators.
    """
    if lane not in {DELIVER, SWEEP, TASK}:
        raise ValueError(f"there is no lane {lane!r}")

    def register(function: Callable[[], int | None]) -> Callable[[], int | None]:
        if name in _periodic and _periodic[name].run.__module__ != function.__module__:
            raise ValueError(f"two periodic jobs are named {name!r}")
        _periodic[name] = Periodic(name, function, every, lane, each_worker, daily, label)
        return function

    return register


def task(
    *, name: str, attempts: int = 8, atomic: bool = True
) -> Callable[[Callable[..., Any]], Task]:
    """Registers a function as a task; it takes keyword arguments that survive JSON.

    With `atomic` the call and its mark "done" are one transaction. Long work sets it to False,
    commits in steps of its own, and must be able to go on where a killed run stopped.
    """

    def register(function: Callable[..., Any]) -> Task:
        if name in _tasks and _tasks[name].run.__module__ != function.__module__:
            raise ValueError(f"two tasks are named {name!r}")
        _tasks[name] = Task(name, function, attempts, atomic)
        return _tasks[name]

    return register


def registered() -> dict[str, Periodic]:
    """All periodic jobs by name."""
    return dict(_periodic)


def task_named(name: str) -> Task | None:
    """A registered task, or None when no package knows the name any more."""
    return _tasks.get(name)


def register_gauge(name: str, source: Callable[[], Gauge], label: Any) -> None:
    """Tells `status()` how to count what waits in one outbox or queue, and what it is in words."""
    _gauges[name] = source
    _gauge_labels[name] = label


def wake_file() -> Path:
    """The file whose time stamp tells workers on this machine that something is due."""
    return Path(settings.DATA_DIR) / "wake"


def wake() -> None:
    """Lets the workers look at once; without it they look every two seconds anyway."""
    try:
        wake_file().touch()
    except OSError as error:
        log.warning("cannot touch the wake file: %s", error)


def wake_on_commit() -> None:
    """Wakes the workers when the current transaction has committed."""
    transaction.on_commit(wake)


def stopping() -> bool:
    """Whether this worker was asked to stop; long tasks look at it between their steps."""
    return _stopping.is_set()


def run_worker(stop: threading.Event, *, once: bool = False, watch_parent: bool = False) -> None:
    """Runs this process as a worker until `stop` is set (see `loushi.foundation.core.worker`).

    With `once` it does what is due and returns; with `watch_parent` it also ends when the process
    that started it is gone.
    """
    from .worker import Worker

    _stopping.clear()
    if once:
        Worker().drain()
        return
    try:
        Worker().run(stop, _stopping, watch_parent=watch_parent)
    finally:
        _stopping.clear()  # what runs in this process later is not asked to stop


def run_due() -> int:
    """Does everything that is due now, in this thread, until nothing is left; for tests,
    the demo and `loushi worker --once`. Returns how much was done."""
    from .worker import Worker

    return Worker().drain()


def status() -> WorkerStatus:
    """Which workers live, which jobs are late or fail, and what waits."""
    import_module("loushi.foundation.core.housekeeping")
    now = timezone.now()
    beats = WorkerBeat.objects.filter(stopped_at=None)
    newest = beats.order_by("-seen_at").first()
    leases = list(JobLease.objects.filter(name__in=[*_periodic]).order_by("name"))
    return WorkerStatus(
        alive=beats.filter(seen_at__gte=now - ALIVE_FOR).count(),
        last_seen=newest.seen_at if newest else None,
        late=tuple(
            lease.name for lease in leases if lease.next_run_at < now - timedelta(minutes=5)
        ),
        failing={lease.name: lease.error for lease in leases if lease.error},
        gauges={name: source() for name, source in sorted(_gauges.items())},
        labels=_gauge_labels | {job.name: job.label for job in _periodic.values() if job.label},
    )


def last_heartbeat() -> datetime | None:
    """When a worker was last seen alive; None when none ever ran."""
    newest = WorkerBeat.objects.order_by("-seen_at").first()
    return newest.seen_at if newest else None


def retry_task(pk: int) -> bool:
    """Puts a dead task back into the queue; False when there is none."""
    done = QueuedTask.objects.filter(pk=pk, state=QueuedTask.State.DEAD).update(
        state=QueuedTask.State.PENDING, attempts=0, run_at=timezone.now(), error=""
    )
    wake_on_commit()
    return bool(done)
