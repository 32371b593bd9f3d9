"""Tasks of resolutions are remembered: once the day before, once when late, to who should know."""

from datetime import date
from typing import Any

import pytest

from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.factories import make_staff
from loushi.services.governance import commands
from loushi.services.governance.models import Resolution, ResolutionTask

WHY = "test"
DUE = date(2026, 12, 10)


@pytest.fixture
def task(place: Any) -> ResolutionTask:
    path = {"unit_path": place.units["C1"].path}
    made = Resolution.objects.unscoped(WHY).create(
        body=place.body, item=place.item, year=2026, adopted=True, text="同意",
        adopted_on=date(2026, 11, 1), **path,
    )  # fmt: skip
    return ResolutionTask.objects.unscoped(WHY).create(
        resolution=made, what="换灯", owner=place.users["officer"], owner_name="专员",
        due_on=DUE, **path,
    )  # fmt: skip


def told() -> list[tuple[str, int]]:
    rows = Notice.objects.unscoped(WHY).filter(key__startswith="task_")
    return sorted((row.key.split(":")[0], row.recipient_id) for row in rows)


def test_the_owner_before_and_the_convener_when_late(place: Any, task: ResolutionTask) -> None:
    owner, secretary = place.users["officer"].pk, place.users["secretary"].pk
    with at("2026-12-08 09:00"):
        assert commands.remind_tasks() == 0
    with at("2026-12-09 09:00"):
        assert (commands.remind_tasks(), commands.remind_tasks()) == (1, 0)
        assert told() == [("task_due", owner)]
    with at("2026-12-10 20:00"):
        assert commands.remind_tasks() == 0
    with at("2026-12-11 00:10"):
        assert (commands.remind_tasks(), commands.remind_tasks()) == (1, 0)
    late = {pk for kind, pk in told() if kind == "task_late"}
    assert {owner, secretary} <= late
    assert place.users["neighbour"].pk not in late


def test_what_is_done_or_answered_is_quiet(place: Any, task: ResolutionTask) -> None:
    task.state = "done"
    task.save()
    with at("2026-12-11 09:00"):
        assert commands.remind_tasks() == 0
        task.state = "open"
        task.save()
        Resolution.objects.unscoped(WHY).update(state="reported")
        assert commands.remind_tasks() == 0
    assert told() == []


def test_without_an_account_the_convener_is_told(place: Any, task: ResolutionTask) -> None:
    task.owner = None
    task.save()
    make_staff("community_secretary", place.units["C2"])
    with at("2026-12-09 09:00"):
        commands.remind_tasks()
    assert ("task_due", place.users["secretary"].pk) in told()
