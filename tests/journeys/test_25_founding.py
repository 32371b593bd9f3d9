"""故事 25：20 → 25 → 29。社区成立、拆分、合并有日期；旧报表逐字重现；在办诉求归继任单元。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.events import deliver_due
from loushi.foundation.core.scoping import path_range
from loushi.registry.buildings.models import Building
from loushi.registry.territory import queries as territory
from loushi.registry.territory.commands import (
    Part,
    merge_units,
    run_rewrites,
    split_unit,
    take_effect,
)
from loushi.registry.territory.commands.effects import announce
from loushi.registry.territory.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


ACTOR = system_actor("区级统筹")


def run_jobs() -> None:
    """What the worker would do tonight."""
    take_effect()
    while run_rewrites():
        pass
    announce()
    deliver_due()


def below(unit: Unit) -> set[int]:
    """The demands at or below a unit today."""
    rows = Demand.objects.unscoped("journey").filter(path_range("unit_path", unit.path))
    return set(rows.values_list("pk", flat=True))


def page_shows(page: Any, demand_id: int) -> bool:
    page.goto(f"/demands/{demand_id}/")
    return page.locator("h1.title").is_visible() and not page.get_by_text("没有找到").is_visible()


def test_a_merge_hands_every_demand_to_the_heir(enter: Callable[..., Any]) -> None:
    one, two = Unit.objects.filter(kind="community").order_by("path")
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    tree = [(node.id, node.path) for node in territory.tree(yesterday)]
    ours, theirs = below(one), below(two)
    towers = Building.objects.unscoped("journey").count()
    merge_units(actor=ACTOR, unit_ids=[two.pk], heir_id=one.pk, on=today, why="街区整合")
    run_jobs()
    one.refresh_from_db()
    assert [(node.id, node.path) for node in territory.tree(yesterday)] == tree
    assert below(one) == ours | theirs
    assert Building.objects.unscoped("journey").count() == towers
    assert page_shows(enter("clerk1", "/demands/"), min(theirs))


def test_a_founding_and_a_split_move_what_they_name_and_nothing_else(
    enter: Callable[..., Any],
) -> None:
    one, two = Unit.objects.filter(kind="community").order_by("path")
    today = timezone.localdate()
    grid = territory.children(one.pk)[0]
    inside = Demand.objects.unscoped("journey").filter(path_range("unit_path", grid.path))
    moving, before, theirs = set(inside.values_list("pk", flat=True)), below(one), below(two)
    assert moving
    assert moving != before
    tree = [(node.id, node.path) for node in territory.tree(today - timedelta(days=1))]
    part = Part(code="330199C91", name="新渡商务社区", children=(grid.id,))
    (heir,) = split_unit(actor=ACTOR, unit_id=one.pk, on=today, parts=[part], why="20 → 25")
    run_jobs()
    heir.refresh_from_db()
    assert below(heir) == moving
    assert below(one) == before - moving
    assert below(two) == theirs
    assert [(n.id, n.path) for n in territory.tree(today - timedelta(days=1))] == tree
    clerk = enter("clerk1", "/demands/")
    assert not page_shows(clerk, min(moving))
    assert page_shows(clerk, min(before - moving))
    assert page_shows(enter("office", "/demands/"), min(moving))
    office = enter("office", f"/units/?on={(today - timedelta(days=1)).isoformat()}")
    assert "新渡商务社区" not in office.locator("main").inner_text()
    office.goto("/units/")
    assert "新渡商务社区" in office.locator("main").inner_text()
