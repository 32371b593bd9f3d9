"""Each test builds districts of its own: other templates, the same seed twice."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from loushi.casework.demands.models import Demand, DemandEvent
from loushi.demo import cases, commands
from loushi.demo.tests.conftest import small
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.slow


@pytest.mark.django_db
def test_pinghu_has_two_micro_grids_a_tower_and_one_more() -> None:
    shape = small("pinghu")
    commands.build(seed=1, today=date(2026, 11, 20), shape=shape)
    assert Unit.objects.filter(kind="micro_grid").count() == 2 * shape.towers + 1


@pytest.mark.django_db
def test_the_same_seed_and_day_give_the_same_district(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a second process makes the demands, in portions of another size."""
    assert _told(monkeypatch, portion=4000) == _told(monkeypatch, portion=50)


def _told(monkeypatch: pytest.MonkeyPatch, portion: int) -> list[Any]:
    """The demands of a district and their lines; the database is as before afterwards."""
    monkeypatch.setattr(cases, "BATCH", portion)
    with transaction.atomic():
        commands.build(seed=3, today=date(2026, 11, 20), shape=small())
        rows = Demand.objects.unscoped("test").order_by("id")
        lines = DemandEvent.objects.unscoped("test").order_by("id")
        first = rows.values_list("id", flat=True)[0]  # a sequence does not come back
        told = [
            *rows.values_list("title", "state", "submitted_at", "due_at"),
            *((row - first, *rest) for row, *rest in lines.values_list(
                "row_id", "move", "at", "assignment__department__name", "assignment__due_at")),
        ]  # fmt: skip
        transaction.set_rollback(True)
    return told
