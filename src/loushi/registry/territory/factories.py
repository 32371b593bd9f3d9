"""Units for tests, founded through the real commands."""

from datetime import date

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import remembered
from loushi.registry.territory import commands, queries
from loushi.registry.territory.models import Unit, UnitKind

FOUNDED = date(2022, 6, 28)


def found(code: str, kind: str, parent: Unit | None, on: date = FOUNDED, name: str = "") -> Unit:
    """One unit, by the system."""
    return commands.found_unit(
        actor=system_actor(),
        code=code,
        name=name or f"单元{code}",
        kind=kind,
        parent=parent.pk if parent else None,
        on=on,
    )


@remembered
def make_district(*, communities: int = 2, grids: int = 2, on: date = FOUNDED) -> dict[str, Unit]:
    """A district Q with communities C1…, each with grids C1-G1…, by code."""
    queries.forget_root()
    units = [commands.NewUnit("Q", "临漕区", UnitKind.DISTRICT, None, on)]
    for number in range(1, communities + 1):
        code = f"C{number}"
        units.append(commands.NewUnit(code, f"第{number}商务社区", UnitKind.COMMUNITY, "Q", on))
        units += [
            commands.NewUnit(f"{code}-G{grid}", f"第{number}-{grid}片区", UnitKind.GRID, code, on)
            for grid in range(1, grids + 1)
        ]
    made = commands.found_units(actor=system_actor(), units=units)
    return {unit.code: unit for unit in made}
