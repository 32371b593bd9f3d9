"""Periodic jobs and tasks: each once, none lost, dead after too many failures."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from loushi.foundation.core import jobs
from loushi.foundation.core.job_models import JobLease, QueuedTask, WorkerBeat
from loushi.foundation.core.testing import at, moment
from loushi.foundation.core.worker import Worker, back_off, next_run


@pytest.fixture(autouse=True)
def only_own_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registries are empty during a test."""
    Worker()  # loads the real ones first, so that they do not come in later
    monkeypatch.setattr(jobs, "_periodic", {})
    monkeypatch.setattr(jobs, "_tasks", {})


def states() -> list[tuple[str, int]]:
    return list(QueuedTask.objects.order_by("pk").values_list("state", "attempts"))


@pytest.mark.django_db
def test_a_periodic_job_runs_when_due_and_not_before() -> None:
    ran: list[str] = []
    jobs.periodic(name="t.sweep", every=60)(lambda: ran.append("x"))
    with at("2026-10-12 10:00:00"):
        jobs.run_due()
        jobs.run_due()
    assert len(ran) == 1
    with at("2026-10-12 10:00:59"):
        jobs.run_due()
    assert len(ran) == 1
    with at("2026-10-12 10:01:00"):
        jobs.run_due()
    assert len(ran) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("lane", [jobs.DELIVER, jobs.SWEEP, jobs.TASK])
@pytest.mark.parametrize("each_worker", [True, False])
def test_every_lane_runs_its_jobs(lane: str, each_worker: bool) -> None:
    ran: list[str] = []
    jobs.periodic(name="t.lane", lane=lane, each_worker=each_worker)(lambda: ran.append("x"))
    jobs.run_due()
    assert ran


def test_an_unknown_lane_is_refused() -> None:
    with pytest.raises(ValueError, match="no lane"):
        jobs.periodic(name="t.lane", lane="slow")


@pytest.mark.django_db
def test_a_daily_job_waits_for_its_hour() -> None:
    ran: list[str] = []
    jobs.periodic(name="t.daily", daily="03:10")(lambda: ran.append("x"))
    for clock, runs in (
        ("2026-10-12 02:00", 0),
        ("2026-10-12 03:10", 1),
        ("2026-10-12 23:00", 1),
        ("2026-10-13 04:00", 2),
    ):
        with at(clock):
            jobs.run_due()
        assert len(ran) == runs, clock


def test_a_daily_job_that_ran_late_is_next_due_tomorrow() -> None:
    job = jobs.Periodic("t", lambda: None, 60, jobs.SWEEP, False, "03:10")
    assert next_run(job, moment("2026-10-12 09:00")) == moment("2026-10-13 03:10")
    assert next_run(job, moment("2026-10-12 03:10")) == moment("2026-10-13 03:10")


@pytest.mark.django_db
def test_a_lease_keeps_others_out_until_it_runs_out() -> None:
    ran: list[str] = []
    jobs.periodic(name="t.sweep", every=60)(lambda: ran.append("x"))
    with at("2026-10-12 10:00") as now:
        JobLease.objects.create(
            name="t.sweep", next_run_at=now, holder="other", leased_until=now + jobs.LEASE
        )
        jobs.run_due()
    assert ran == []
    with at(now + jobs.LEASE + timedelta(seconds=1)):
        jobs.run_due()
    assert ran == ["x"]


@pytest.mark.django_db
def test_a_failing_job_is_noted_and_tried_again_next_time() -> None:
    def broken() -> None:
        raise ValueError("没有日历")

    jobs.periodic(name="t.broken", every=60)(broken)
    with at("2026-10-12 10:00"):
        jobs.run_due()
        assert jobs.status().failing == {"t.broken": "ValueError: 没有日历\n"}
    jobs.periodic(name="t.broken", every=60)(lambda: None)
    with at("2026-10-12 10:01"):
        jobs.run_due()
        assert jobs.status().failing == {}
    lease = JobLease.objects.get()
    assert (lease.runs, lease.failures) == (2, 1)


@pytest.mark.django_db
def test_a_task_runs_once_with_its_payload() -> None:
    ran: list[dict[str, Any]] = []
    move = jobs.task(name="t.move")(lambda **payload: ran.append(payload))
    assert move.enqueue(unit_id=3)
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert ran == [{"unit_id": 3}]
    assert states() == [("done", 1)]


@pytest.mark.django_db
def test_a_key_queues_a_task_once() -> None:
    move = jobs.task(name="t.move")(lambda: None)
    assert move.enqueue(key="move:3")
    assert not move.enqueue(key="move:3")
    assert len(states()) == 1


@pytest.mark.django_db
def test_a_rolled_back_cause_leaves_no_task() -> None:
    move = jobs.task(name="t.move")(lambda: None)
    with transaction.atomic():
        move.enqueue(unit_id=3)
        transaction.set_rollback(True)
    assert states() == []


@pytest.mark.django_db
def test_a_task_waits_for_its_time() -> None:
    ran: list[str] = []
    move = jobs.task(name="t.move")(lambda: ran.append("x"))
    with at("2026-10-12 10:00"):
        move.enqueue(run_at=moment("2026-10-13 00:00"))
        jobs.run_due()
    assert ran == []
    with at("2026-10-13 00:00"):
        jobs.run_due()
    assert ran == ["x"]


@pytest.mark.django_db
def test_a_failed_task_leaves_nothing_behind_and_comes_back_later() -> None:
    def half() -> None:
        JobLease.objects.create(name="written by the task")
        raise ValueError("断电")

    move = jobs.task(name="t.half", attempts=2)(half)
    with at("2026-10-12 10:00"):
        move.enqueue()
        jobs.run_due()
        assert not JobLease.objects.exists()
        assert states() == [("pending", 1)]
        row = QueuedTask.objects.get()
        assert "断电" in row.error
        assert row.run_at > timezone.now()
    with at("2026-10-12 11:00"):
        jobs.run_due()
        assert states() == [("dead", 2)]
        assert jobs.retry_task(row.pk)
        assert states() == [("pending", 0)]


@pytest.mark.django_db
def test_a_task_that_nobody_knows_any_more_becomes_a_dead_letter() -> None:
    with at("2026-10-12 10:00") as now:
        QueuedTask.objects.create(name="t.removed", run_at=now)
        jobs.run_due()
    assert states() == [("dead", 1)]


@pytest.mark.django_db
def test_the_task_of_a_killed_worker_is_taken_over() -> None:
    ran: list[str] = []
    jobs.task(name="t.move")(lambda: ran.append("x"))
    with at("2026-10-12 10:00") as now:
        QueuedTask.objects.create(
            name="t.move", run_at=now, holder="killed", leased_until=now + jobs.LEASE
        )
        jobs.run_due()
    assert ran == []
    with at(now + jobs.LEASE + timedelta(seconds=1)):
        jobs.run_due()
    assert ran == ["x"]


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_rolls_back() -> None:
    def slow() -> None:
        JobLease.objects.create(name="written by the slow one")
        QueuedTask.objects.update(holder="faster")

    jobs.task(name="t.slow")(slow).enqueue()
    jobs.run_due()
    assert not JobLease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_tasks_and_do_none_twice() -> None:
    ran: list[int] = []
    move = jobs.task(name="t.count")(lambda number: ran.append(number))
    for number in range(40):
        move.enqueue(number=number)
    barrier = threading.Barrier(3)

    def work() -> None:
        barrier.wait()
        Worker().drain()
        connection.close()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs.run_due()
    assert sorted(ran) == list(range(40))
    assert {state for state, _attempts in states()} == {"done"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_wakes_delivers_and_stops() -> None:
    delivered = threading.Event()
    jobs.periodic(name="t.deliver", lane=jobs.DELIVER, each_worker=True)(
        lambda: delivered.set() if QueuedTask.objects.exists() else None
    )
    done = threading.Event()
    move = jobs.task(name="t.move")(lambda: done.set())
    stop = threading.Event()
    worker = threading.Thread(target=jobs.run_worker, args=(stop,))
    worker.start()
    try:
        move.enqueue()
        assert done.wait(20)
        assert delivered.wait(20)
        beats = (jobs.status().alive or time.sleep(0.1) for _ in range(200))
        assert next(filter(None, beats), 0) == 1  # the keeper writes in a thread of its own
        assert jobs.last_heartbeat() is not None
    finally:
        stop.set()
        worker.join(30)
    assert not worker.is_alive()
    assert WorkerBeat.objects.get().stopped_at is not None
    assert jobs.status().alive == 0


def test_the_pause_grows_and_stays_bounded() -> None:
    for attempts, least, most in ((1, 4, 6), (2, 8, 12), (5, 64, 96), (30, 2880, 4320)):
        assert least <= back_off(attempts).total_seconds() <= most


def test_two_jobs_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere() -> None: ...

    elsewhere.__module__ = "somewhere.else"
    jobs.periodic(name="t.one")(lambda: None)
    with pytest.raises(ValueError, match="two periodic jobs"):
        jobs.periodic(name="t.one")(elsewhere)
