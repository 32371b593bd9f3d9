"""Each test builds districts of its own: other templates, the same seed twice."""

from datetime import date

import pytest

from loushi.casework.demands.models import Demand
from loushi.demo import commands
from loushi.demo.tests.conftest import small
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.slow


@pytest.mark.django_db
def test_pinghu_has_two_micro_grids_a_tower_and_one_more() -> None:
    shape = small("pinghu")
    commands.build(seed=1, today=date(2026, 11, 20), shape=shape)
    assert Unit.objects.filter(kind="micro_grid").count() == 2 * shape.towers + 1


@pytest.mark.django_db
def test_the_same_seed_and_day_give_the_same_district(transactional_db: None) -> None:
    from django.core.management import call_command

    found = []
    for _time in (1, 2):
        commands.build(seed=3, today=date(2026, 11, 20), shape=small())
        rows = Demand.objects.unscoped("test").order_by("id")
        found.append(list(rows.values_list("title", "state", "submitted_at")))
        call_command("flush", verbosity=0, interactive=False, allow_cascade=True)
    assert found[0] == found[1]
