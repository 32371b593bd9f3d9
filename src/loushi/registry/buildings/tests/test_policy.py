"""Who sees which building, floor and room."""

import pytest

from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import Unscoped, fetch
from loushi.foundation.core.testing import grant, make_actor
from loushi.registry.buildings import queries
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
VIEW = ["buildings.view"]


@pytest.fixture
def units():
    return make_district()


def seen(actor) -> list[str]:
    return sorted(queries.buildings(actor).values_list("name", flat=True))


def test_everybody_sees_at_or_below_the_own_unit(units) -> None:
    make_building(units["C1"], name="甲")
    make_building(units["C1-G1"], name="乙")
    make_building(units["C2"], name="丙")
    assert seen(make_actor(path=units["Q"].path, permissions=VIEW)) == ["丙", "乙", "甲"]
    assert seen(make_actor(path=units["C1"].path, permissions=VIEW)) == ["乙", "甲"]
    assert seen(make_actor(path=units["C1-G1"].path, permissions=VIEW)) == ["乙"]
    assert seen(make_actor(path=units["C1-G2"].path, permissions=VIEW)) == []


def test_a_grid_that_holds_some_floors_sees_the_tower_but_only_its_rooms(units) -> None:
    tower = make_building(units["C1"], name="甲")
    mine = make_space(tower, "1701", unit_id=units["C1-G1"].pk)
    make_space(tower, "201", floor_number=2, unit_id=units["C1-G2"].pk)
    chief = make_actor(path=units["C1-G1"].path, permissions=VIEW)
    assert seen(chief) == ["甲"]
    assert list(Space.objects.visible_to(chief)) == [mine]
    assert [floor.number for floor in Floor.objects.visible_to(chief)] == [17]
    assert [floor.number for floor in queries.plan_of(chief, tower.pk)] == [17]


def test_permission_and_place_do_not_multiply(units) -> None:
    tower = make_building(units["C1"])
    actor = make_actor(
        grants=[
            grant("viewer", "unit", units["C1"].path, "buildings.view"),
            grant("officer", "unit", units["C2"].path, "buildings.view", "buildings.change"),
        ]
    )
    assert fetch(Building, actor, tower.pk) == tower
    with pytest.raises(Denied):
        fetch(Building, actor, tower.pk, permission="buildings.change")


def test_strangers_see_nothing(units) -> None:
    tower = make_building(units["C1"])
    stranger = make_actor()
    assert seen(stranger) == []
    with pytest.raises(NotVisible):
        queries.building_page(stranger, tower.pk)
    with pytest.raises(NotVisible):
        queries.plan_of(stranger, tower.pk)


def test_unscoped_reading_raises(units) -> None:
    with pytest.raises(Unscoped):
        Building.objects.count()
