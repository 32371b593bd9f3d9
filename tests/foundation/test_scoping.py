"""The one scope: what an actor sees and may do with rows."""

from datetime import date

import pytest

from loushi.foundation.core.actor import ANONYMOUS, Actor, Grant, system_actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import Unscoped, fetch, permits
from loushi.foundation.core.testing import make_actor
from loushi.registry.buildings.models import Building
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.django_db
VIEW, CHANGE = "buildings.view", "buildings.change"


def _unit(parent: Unit | None, kind: str, code: str) -> Unit:
    unit = Unit.objects.create(code=code, name=code, kind=kind, founded_on=date(2022, 6, 28))
    unit.path = (parent.path if parent else "") + f"{unit.pk:06d}"
    unit.save()
    return unit


@pytest.fixture
def towers() -> tuple[Building, Building]:
    district = _unit(None, "district", "D")
    made = []
    for code in ("A", "B"):
        unit = _unit(district, "community", code)
        made.append(
            Building.objects.unscoped("test").create(
                name=f"{code} 座", unit=unit, unit_path=unit.path
            )
        )
    return made[0], made[1]


def test_reading_without_saying_for_whom_raises(towers: object) -> None:
    for read in ("all", "count", "first", "exists"):
        with pytest.raises(Unscoped):
            getattr(Building.objects, read)()
    with pytest.raises(Unscoped):
        Building.objects.filter(pk=1)
    with pytest.raises(Unscoped):
        Building.objects.unscoped(" ")


def test_rows_of_the_neighbour_are_not_there(towers: tuple[Building, Building]) -> None:
    here, there = towers
    actor = make_actor(path=here.unit_path, permissions=[VIEW, CHANGE])
    assert list(Building.objects.visible_to(actor)) == [here]
    assert fetch(Building, actor, here.pk) == here
    with pytest.raises(NotVisible):
        fetch(Building, actor, there.pk, permission=CHANGE)


def test_two_roles_at_two_units_do_not_multiply(towers: tuple[Building, Building]) -> None:
    here, there = towers
    actor = Actor(
        1,
        "周闻笛",
        (
            Grant("viewer", frozenset({VIEW}), "unit", here.unit_path),
            Grant("editor", frozenset({VIEW, CHANGE}), "unit", there.unit_path),
        ),
    )
    assert Building.objects.visible_to(actor).count() == 2
    assert not permits(actor, CHANGE, here)
    assert permits(actor, CHANGE, there)
    assert list(Building.objects.visible_to(actor, CHANGE)) == [there]
    with pytest.raises(Denied):
        fetch(Building, actor, here.pk, permission=CHANGE)


def test_nobody_sees_nothing_and_the_system_sees_all(towers: object) -> None:
    assert not Building.objects.visible_to(ANONYMOUS).exists()
    assert not Building.objects.visible_to(make_actor()).exists()
    assert Building.objects.visible_to(system_actor()).count() == 2


def test_support_mode_widens_reading_and_never_acting(towers: tuple[Building, Building]) -> None:
    helper = Actor(9, "支持", see_all=True)
    assert Building.objects.visible_to(helper).count() == 2
    assert not permits(helper, CHANGE, towers[0])
    assert not Building.objects.visible_to(helper, CHANGE).exists()


def test_at_the_root_the_path_filter_is_dropped(towers: tuple[Building, Building]) -> None:
    root = towers[0].unit_path[:6]
    actor = make_actor(path=root, permissions=[VIEW])
    assert not Building.objects.visible_to(actor).query.where
    assert Building.objects.visible_to(actor).count() == 2
