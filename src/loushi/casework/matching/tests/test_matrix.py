"""Every state × move × role against matrix.csv, which people review line by line.

The file says, for each state and role, which moves are legal while the issue's one demand has its
answer. Change it by hand, with a reason in the commit; it is never generated from the table.
"""

import csv
from pathlib import Path

import pytest

from loushi.casework.demands.models import Demand
from loushi.casework.matching import commands
from loushi.casework.matching.factories import MEETS, Place, make_meeting
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, IssueUnit
from loushi.casework.matching.workflow import MOVES, workflow
from loushi.foundation.core.actor import ANONYMOUS, Actor
from loushi.foundation.core.errors import LoushiError
from loushi.foundation.core.testing import at

MATRIX = Path(__file__).parent / "matrix.csv"
WHY = "test"


def expected() -> list[tuple[str, str, frozenset[str]]]:
    with MATRIX.open(encoding="utf-8") as file:
        return [
            (row["state"], row["role"], frozenset(row["moves"].split()))
            for row in csv.DictReader(file)
        ]


def people(place: Place) -> dict[str, Actor]:
    named = ("clerk", "secretary", "district", "lead", "co", "officer", "other", "neighbour",
             "stranger")  # fmt: skip
    return {name: place.actor(name) for name in named} | {
        "contact": place.contact(0),
        "anonymous": ANONYMOUS,
    }


def in_state(place: Place, state: str) -> CommonIssue:
    """An issue put straight into a state, its one demand answered."""
    demand = place.demand()
    row = place.issue([demand])
    Demand.objects.unscoped(WHY).filter(pk=demand.pk).update(state="resolved")
    lead = None if state == "open" else place.world.housing
    CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).update(state=state, lead=lead)
    IssueUnit.objects.unscoped(WHY).create(
        issue=row, department=place.world.urban, unit_path=row.unit_path
    )
    return CommonIssue.objects.unscoped(WHY).get(pk=row.pk)


def legal(actor: Actor, row: CommonIssue) -> frozenset[str]:
    return frozenset(move.name for move in workflow.legal(actor, row))


@pytest.mark.parametrize("state", CommonIssue.State.values)
def test_legal_moves_are_those_of_the_reviewed_matrix(place: Place, state: str) -> None:
    wanted = {role: moves for of, role, moves in expected() if of == state}
    row = in_state(place, state)
    actors = people(place)
    assert set(wanted) == {*actors, "secretary_after_meeting"}
    assert {role: legal(actor, row) for role, actor in actors.items()} == {
        role: wanted[role] for role in actors
    }
    CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).update(state="assigned")
    meeting = make_meeting(place, [row])
    with at(MEETS):
        commands.hold_meeting(actor=place.actor("secretary"), meeting_id=meeting.pk, chair="周闻笛")
        CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).update(state=state)
        found = legal(place.actor("secretary"), CommonIssue.objects.unscoped(WHY).get(pk=row.pk))
    assert found == wanted["secretary_after_meeting"]


@pytest.mark.parametrize("state", CommonIssue.State.values)
def test_every_other_move_is_refused_and_changes_nothing(place: Place, state: str) -> None:
    row = in_state(place, state)
    before = CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).values().get()
    members = list(CommonIssueDemand.objects.unscoped(WHY).values())
    wanted = {role: moves for of, role, moves in expected() if of == state}
    for role, actor in people(place).items():
        for move in MOVES:
            if move.name not in wanted[role]:
                with pytest.raises(LoushiError):
                    workflow.perform(actor=actor, pk=row.pk, move=move.name, values={})
    assert CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).values().get() == before
    assert list(CommonIssueDemand.objects.unscoped(WHY).values()) == members


def test_the_matrix_names_only_known_states_and_moves() -> None:
    names = {move.name for move in MOVES}
    for state, _role, moves in expected():
        assert state in CommonIssue.State.values
        assert moves <= names
