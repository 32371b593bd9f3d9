"""Every state × move × role against matrix.csv, which people review line by line: of the step s2 of
the market department (first part), and of the whole, where that department is done (second part).

Change the file by hand, with a reason in the commit; it is never generated from the table.
"""

import csv
from pathlib import Path

import pytest

from loushi.casework.applications.factories import WHY, World
from loushi.casework.applications.models import Application, ApplicationStep
from loushi.casework.applications.workflow import MOVES, STEP_MOVES, step_workflow, workflow
from loushi.foundation.core.errors import LoushiError

MATRIX = Path(__file__).parent / "matrix.csv"
WHOLE = {"refused_whole": "refused"}


def expected() -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    with MATRIX.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["step"], {})[row["role"]] = frozenset(row["moves"].split())
    return found


EXPECTED = expected()


@pytest.mark.parametrize("state", ApplicationStep.State.values)
def test_moves_of_a_step(world: World, state: str) -> None:
    row = world.of_firm()
    steps = ApplicationStep.objects.unscoped(WHY).filter(application=row, code="s2")
    steps.update(state=state)
    step = steps.get()
    for role, moves in EXPECTED[state].items():
        actor = world.actor(role)
        assert {move.name for move in step_workflow.legal(actor, step)} == moves, role
        for move in STEP_MOVES:
            if move.name not in moves:
                with pytest.raises(LoushiError):
                    step_workflow.perform(actor=actor, pk=step.pk, move=move.name, values={})
    assert steps.get().state == state


@pytest.mark.parametrize("state", ["handling", "finished", "closed", "refused_whole", "withdrawn"])
def test_moves_of_the_whole(world: World, state: str) -> None:
    row = world.of_firm()
    ApplicationStep.objects.unscoped(WHY).filter(application=row, code="s2").update(state="done")
    rows = Application.objects.unscoped(WHY).filter(pk=row.pk)
    rows.update(state=WHOLE.get(state, state))
    before = rows.values().get()
    for role, moves in EXPECTED[state].items():
        actor = world.actor(role)
        assert {move.name for move in workflow.legal(actor, rows.get())} == moves, role
        for move in MOVES:
            if move.name not in moves:
                with pytest.raises(LoushiError):
                    workflow.perform(actor=actor, pk=row.pk, move=move.name, values={})
    assert rows.values().get() == before
