"""Buildings for tests, made through the real commands."""

from itertools import count
from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.buildings import commands
from loushi.registry.buildings.models import Building, Space
from loushi.registry.territory.models import Unit

_numbers = count(1)


def make_building(unit: Unit, *, name: str = "", **values: Any) -> Building:
    """A building at a unit."""
    number = next(_numbers)
    return commands.create_building(
        actor=system_actor(),
        values={"name": name or f"第{number}大厦", "unit_id": unit.pk, **values},
    )


def make_space(building: Building, number: str = "1703", **values: Any) -> Space:
    """A room of 100 m² on floor 17, unless said otherwise."""
    given = {"floor_number": 17, "area": 100, **values}
    return commands.save_space(
        actor=system_actor(),
        values={"building_id": building.pk, "number": number, **given},
    )
