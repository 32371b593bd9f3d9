"""Every state × move × role against matrix.csv, which people review line by line.

The file says, for each state and role, which moves are legal. Change it by hand, with a reason in
the commit; it is never generated from the table.
"""

import csv
from pathlib import Path

import pytest

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Assignment, Demand, State
from loushi.casework.demands.workflow import MOVES, workflow
from loushi.foundation.core.actor import ANONYMOUS, Actor
from loushi.foundation.core.errors import Conflict, Denied, LoushiError, NotVisible

MATRIX = Path(__file__).parent / "matrix.csv"
WITH_PARTS = {"dispatched", "signed", "handling", "need_info", "suspended", "resolved"}
PARTS = {"dispatched": "waiting", "signed": "signed"}


def expected() -> list[tuple[str, str, frozenset[str]]]:
    with MATRIX.open(encoding="utf-8") as file:
        return [
            (row["state"], row["role"], frozenset(row["moves"].split()))
            for row in csv.DictReader(file)
        ]


def people(world: World) -> dict[str, Actor]:
    return {
        "clerk": world.clerk(),
        "secretary": world.secretary(),
        "lead": world.handler(world.police),
        "co": world.handler(world.urban),
        "contact": world.contact(),
        "employee": world.employee(),
        "neighbour_clerk": world.clerk(world.there),
        "other_department": world.handler(world.housing),
        "stranger": world.stranger(),
        "anonymous": ANONYMOUS,
    }


def in_state(world: World, state: str) -> Demand:
    """A demand put straight into a state, with the parts that belong to it."""
    demand = world.submit()
    lead = world.police if state in WITH_PARTS else None
    Demand.objects.unscoped("test").filter(pk=demand.pk).update(state=state, lead=lead)
    if state in WITH_PARTS:
        for part, department in (("lead", world.police), ("co", world.urban)):
            Assignment.objects.unscoped("test").create(
                demand=demand,
                unit_path=demand.unit_path,
                part=part,
                department=department,
                state=PARTS.get(state, "working"),
            )
    return Demand.objects.unscoped("test").get(pk=demand.pk)


@pytest.mark.parametrize("state", State.values)
def test_legal_moves_are_those_of_the_reviewed_matrix(world: World, state: str) -> None:
    wanted = {role: moves for of, role, moves in expected() if of == state}
    actors = people(world)
    assert set(wanted) == set(actors), f"matrix.csv lacks a role in state {state}"
    for role, actor in actors.items():
        demand = in_state(world, state)
        found = {move.name for move in workflow.legal(actor, demand)}
        assert found == wanted[role], (state, role)


@pytest.mark.slow
@pytest.mark.parametrize("state", State.values)
def test_every_other_move_is_refused_and_changes_nothing(world: World, state: str) -> None:
    demand = in_state(world, state)
    before = Demand.objects.unscoped("test").filter(pk=demand.pk).values().get()
    wanted = {role: moves for of, role, moves in expected() if of == state}
    for role, actor in people(world).items():
        for move in MOVES:
            if move.name in wanted[role]:
                continue
            with pytest.raises((Denied, NotVisible, Conflict, LoushiError)):
                make_move(actor=actor, demand_id=demand.pk, move=move.name, values={})
    assert Demand.objects.unscoped("test").filter(pk=demand.pk).values().get() == before


def test_the_matrix_names_only_known_states_and_moves() -> None:
    names = {move.name for move in MOVES}
    for state, _role, moves in expected():
        assert state in State.values
        assert moves <= names
