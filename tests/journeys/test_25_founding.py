"""故事 25：20 → 25 → 29。社区成立、拆分、合并有日期；旧报表逐字重现；在办诉求归继任单元。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.demands.workflow import OPEN
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.events import deliver_due
from loushi.registry.buildings.models import Building
from loushi.registry.territory import queries as territory
from loushi.registry.territory.commands import merge_units
from loushi.registry.territory.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def run_jobs() -> None:
    """What the worker would do tonight."""
    from loushi.registry.territory.commands.effects import announce, take_effect
    from loushi.registry.territory.commands.rewrites import run_rewrites

    take_effect()
    while run_rewrites():
        pass
    announce()
    deliver_due()


def test_a_merge_hands_open_demands_to_the_heir(enter: Callable[..., Any]) -> None:
    actor = system_actor("区级统筹")
    one, two = Unit.objects.filter(kind="community").order_by("path")
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    before = [(node.id, node.path) for node in territory.tree(yesterday)]
    open_there = set(
        Demand.objects.unscoped("journey")
        .filter(state__in=OPEN, unit_path__startswith=two.path)
        .values_list("pk", flat=True)
    )
    towers = Building.objects.unscoped("journey").count()
    merge_units(actor=actor, unit_ids=[two.pk], heir_id=one.pk, on=today, why="街区整合")
    run_jobs()
    one.refresh_from_db()
    assert [(node.id, node.path) for node in territory.tree(yesterday)] == before
    moved = set(
        Demand.objects.unscoped("journey")
        .filter(pk__in=open_there, unit_path__startswith=one.path)
        .values_list("pk", flat=True)
    )
    assert moved == open_there
    assert Building.objects.unscoped("journey").count() == towers
    clerk = enter("clerk1", f"/demands/{next(iter(open_there))}/") if open_there else None
    if clerk is not None:
        assert clerk.locator("h1").is_visible()
