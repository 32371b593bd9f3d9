"""The pure tree through time: any sequence of changes keeps its promises."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.foundation.core.units import ids_of
from loushi.registry.territory.timeline import BrokenTree, Edge, Placed, Timeline, changed

DAY = date(2026, 1, 1)
HORIZON = 60


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def snapshot(rows: list[Placed], on: date) -> dict[int, str]:
    return {row.unit: row.path for row in rows if row.since <= on < (row.until or date.max)}


def start() -> Timeline:
    """Root 1, two communities 2 and 3, grids 4 and 5 under 2."""
    edges = [Edge(1, None, DAY), Edge(2, 1, DAY), Edge(3, 1, DAY), Edge(4, 2, DAY), Edge(5, 2, DAY)]
    return Timeline(edges)


def test_a_move_cuts_the_life_of_everything_below_and_leaves_the_past() -> None:
    time = start()
    time.found(6, 4, DAY)
    time.move(4, 3, day(10))
    rows = [row for row in time.rows() if row.unit == 6]
    assert [(row.path, row.since, row.until) for row in rows] == [
        ("000001000002000004000006", DAY, day(10)),
        ("000001000003000004000006", day(10), None),
    ]


def test_a_unit_cannot_hang_under_itself() -> None:
    time = start()
    time.move(2, 4, day(3))
    with pytest.raises(BrokenTree) as broken:
        time.rows()
    assert broken.value.parent is None


def test_swapping_places_over_time_is_no_cycle() -> None:
    time = Timeline([Edge(1, None, DAY), Edge(2, 1, DAY), Edge(3, 2, DAY)])
    time.move(3, 1, day(5))
    time.move(2, 3, day(5))
    assert snapshot(time.rows(), day(5)) == {
        1: "000001", 3: "000001000003", 2: "000001000003000002"
    }  # fmt: skip


def test_a_parent_that_ends_leaves_no_child_behind() -> None:
    time = start()
    time.close(2, day(7))
    with pytest.raises(BrokenTree) as broken:
        time.rows()
    assert (broken.value.parent, broken.value.on) == (2, day(7))


def test_handing_over_takes_planned_children_too() -> None:
    time = start()
    time.found(6, 1, DAY)
    time.move(6, 2, day(20))
    time.hand_over(2, 3, day(10))
    time.close(2, day(10))
    assert snapshot(time.rows(), day(25))[6] == "000001000003000006"


def test_stored_rows_and_edges_are_the_same_thing() -> None:
    time = start()
    time.move(4, 3, day(10))
    time.move(3, 2, day(20))
    rows = time.rows()
    assert Timeline.of(rows).rows() == rows


def test_only_what_differs_is_written() -> None:
    before = start().rows()
    time = start()
    time.move(5, 3, day(2))
    gone, new = changed(before, time.rows())
    assert [row.unit for row in gone] == [5]
    assert [(row.unit, row.since) for row in new] == [(5, DAY), (5, day(2))]


operations = st.lists(
    st.tuples(
        st.sampled_from(["found", "move", "merge", "split"]),
        st.integers(1, 12),
        st.integers(1, 12),
        st.integers(0, HORIZON),
    ),
    max_size=25,
)


def apply(time: Timeline, operation: tuple[str, int, int, int], new: int) -> Timeline | None:
    """The changed copy, None where a rule forbids it (as the commands would)."""
    name, unit, other, number = operation
    on = day(number)
    copy = Timeline.of(time.rows())
    standing = copy.edge(unit, on) is not None
    if not standing:
        return None
    if name == "found":
        copy.found(new, unit, on)
    elif copy.edge(other, on) is None or unit in {1, other} or copy.later(unit, on):
        return None
    elif name == "move":
        copy.move(unit, other, on)
    elif name == "merge":
        copy.hand_over(unit, other, on)
        copy.close(unit, on)
    elif name == "split":
        edge = copy.edge(unit, on)
        assert edge is not None
        copy.found(new, edge.parent, on)
        copy.hand_over(unit, new, on, frozenset(copy.children(unit, on)[:1]))
    try:
        copy.rows()
    except BrokenTree:
        return None
    return copy


@given(operations)
@settings(max_examples=150, deadline=None)
def test_random_changes_keep_the_tree_whole_and_the_past_unchanged(
    sequence: list[tuple[str, int, int, int]],
) -> None:
    time = start()
    new = 6
    for operation in sequence:
        before = time.rows()
        changed_copy = apply(time, operation, new)
        if changed_copy is None:
            continue
        time, new = changed_copy, new + 1
        rows = time.rows()
        for number in range(0, HORIZON + 2, 3):
            on = day(number)
            paths = snapshot(rows, on)
            if number < operation[3]:
                assert paths == snapshot(before, on)
            for unit, path in paths.items():
                way = ids_of(path)
                assert way[-1] == unit
                assert len(set(way)) == len(way)
                assert all(paths[above] == path[: 6 * (place + 1)]
                           for place, above in enumerate(way))  # fmt: skip
        for unit in {row.unit for row in rows}:
            own = [row for row in rows if row.unit == unit]
            assert all(
                row.until is not None and row.until <= following.since
                for row, following in zip(own, own[1:], strict=False)
            )
