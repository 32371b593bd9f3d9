"""Random sequences of real commands: the stored tree stays whole, the past stays as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at
from loushi.foundation.core.units import ids_of
from loushi.registry.territory import commands, queries
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit, UnitPlacement

SYSTEM = system_actor()
FIRST = date(2026, 9, 1)
DAYS = 60

moves = st.lists(
    st.tuples(
        st.sampled_from(["found", "move", "merge", "split", "dissolve"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(1, DAYS),
    ),
    min_size=3,
    max_size=8,
)


def perform(name: str, first: int, second: int, on: date, number: int) -> None:
    units = list(Unit.objects.order_by("pk"))
    unit, other = units[first % len(units)], units[second % len(units)]
    if name == "found":
        commands.found_unit(
            actor=SYSTEM, code=f"N{number}", name="新", kind="grid", parent=unit.pk, on=on
        )
    elif name == "move":
        commands.move_unit(actor=SYSTEM, unit_id=unit.pk, parent_id=other.pk, on=on)
    elif name == "merge":
        commands.merge_units(actor=SYSTEM, unit_ids=[unit.pk], heir_id=other.pk, on=on)
    else:
        children = [node.id for node in queries.children(unit.pk, on)]
        dissolve = name == "dissolve"
        commands.split_unit(
            actor=SYSTEM, unit_id=unit.pk, on=on, dissolve=dissolve,
            parts=[commands.Part(code=f"S{number}", name="东", children=tuple(children[:1])),
                   commands.Part(code=f"T{number}", name="西", children=tuple(children[1:])
                                 if dissolve else ())],
        )  # fmt: skip


def check_whole(on: date) -> None:
    nodes: list[Any] = queries.tree(on)
    paths = {node.id: node.path for node in nodes}
    assert len(paths) == len(nodes), "one placement per unit and day"
    for node in nodes:
        way = ids_of(node.path)
        assert way[-1] == node.id
        assert len(set(way)) == len(way)
        assert node.parent_id == (way[-2] if len(way) > 1 else None)
        assert all(paths[unit] == node.path[: 6 * (place + 1)] for place, unit in enumerate(way))


@pytest.mark.slow
class RandomChanges(TestCase):
    @given(moves)
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def test_the_tree_stays_whole_and_the_past_unchanged(
        self, sequence: list[tuple[str, int, int, int]]
    ) -> None:
        with at("2026-10-01 09:00"):
            make_district(on=FIRST)
            for number, (name, first, second, offset) in enumerate(sequence):
                on = FIRST + timedelta(days=offset)
                days = [FIRST + timedelta(days=day) for day in range(0, DAYS + 5, 4)]
                before = {day: queries.tree(day) for day in days if day < on}
                stored = list(UnitPlacement.objects.order_by("pk").values())
                try:
                    perform(name, first, second, on, number)
                except Refused:
                    assert list(UnitPlacement.objects.order_by("pk").values()) == stored
                for day, tree in before.items():
                    assert queries.tree(day) == tree
                for day in days:
                    check_whole(day)
                today = {node.id: node.path for node in queries.tree(date(2026, 10, 1))}
                assert today == dict(Unit.objects.exclude(path="").values_list("pk", "path"))
            for unit in Unit.objects.all():
                if unit.founded_on <= FIRST + timedelta(days=DAYS):
                    assert queries.heirs(unit.pk, on=FIRST + timedelta(days=DAYS)) is not None
