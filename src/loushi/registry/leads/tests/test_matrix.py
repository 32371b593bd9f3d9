"""Every stage × move × role against matrix.csv, which people review; it is never generated."""

import csv
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.core.errors import LoushiError
from loushi.registry.leads import commands
from loushi.registry.leads.factories import make_lead
from loushi.registry.leads.models import InvestmentLead
from loushi.registry.leads.workflow import MANDATORY_FROM, MOVES, ORDER, mandatory_at, workflow

pytestmark = pytest.mark.django_db


def expected() -> list[tuple[str, str, frozenset[str]]]:
    with (Path(__file__).parent / "matrix.csv").open(encoding="utf-8") as file:
        return [
            (row["state"], row["role"], frozenset(row["moves"].split()))
            for row in csv.DictReader(file)
        ]


def test_every_cell_of_the_matrix(place: Any) -> None:
    lead = make_lead(place.units["C1"])
    rows = InvestmentLead.objects.unscoped("test")
    wrong = []
    for state, role, moves in expected():
        rows.filter(pk=lead.pk).update(state=state)
        lead.refresh_from_db()
        legal = {move.name for move in workflow.legal(place.actors[role], lead)}
        if legal != moves:
            wrong.append((state, role, sorted(legal ^ moves)))
        for move in MOVES:
            if move.name in moves:
                continue
            with pytest.raises(LoushiError):
                commands.make_move(
                    actor=place.actors[role], lead_id=lead.pk, move=move.name,
                    values={"words": "说明"},
                )  # fmt: skip
            lead.refresh_from_db()
            assert lead.state == state
    assert wrong == []
    assert {state for state, _role, _moves in expected()} == set(workflow.states)


def test_what_is_mandatory_stays_mandatory() -> None:
    for earlier, later in zip(ORDER, ORDER[1:], strict=False):
        assert set(mandatory_at(earlier)) <= set(mandatory_at(later))
    assert set(mandatory_at(ORDER[-1])) == set(MANDATORY_FROM)
