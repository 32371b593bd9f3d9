"""Each test builds districts of its own: other templates, the same seed twice."""

from datetime import date

import pytest

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
def test_the_same_seed_and_day_give_the_same_district(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a second process makes the demands, in portions of another size."""
    from django.core.management import call_command

    found = []
    for portion in (4000, 50):
        monkeypatch.setattr(cases, "BATCH", portion)
        call_command("flush", verbosity=0, interactive=False, allow_cascade=True)
        commands.build(seed=3, today=date(2026, 11, 20), shape=small())
        rows = Demand.objects.unscoped("test").order_by("id")
        lines = DemandEvent.objects.unscoped("test").order_by("id")
        found.append(
            [
                *rows.values_list("title", "state", "submitted_at", "due_at"),
                *lines.values_list("row_id", "move", "at", "assignment_id"),
            ]
        )
    assert found[0] == found[1]
