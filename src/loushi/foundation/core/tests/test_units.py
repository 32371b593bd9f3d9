import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loushi.foundation.core.units import covers, ids_of, join_path, next_path, segment

ids = st.integers(min_value=1, max_value=999_999)
paths = st.lists(ids, min_size=1, max_size=6).map(lambda many: "".join(map(segment, many)))


@given(paths, paths)
@example("999999", "999999")
@example("000001999999", "000001999999000001")
@example("000001999999", "000002")
def test_range_holds_exactly_what_the_path_covers(ancestor: str, path: str) -> None:
    assert (ancestor <= path < next_path(ancestor)) == covers(ancestor, path)


@given(st.lists(ids, min_size=1, max_size=6))
def test_path_gives_its_ids_back(many: list[int]) -> None:
    path = ""
    for unit_id in many:
        path = join_path(path, unit_id)
    assert ids_of(path) == tuple(many)


def test_an_empty_path_covers_and_is_covered_by_nothing() -> None:
    assert not covers("000001", "")
    with pytest.raises(ValueError, match="root"):
        next_path("")


@pytest.mark.parametrize("unit_id", [0, -1, 1_000_000])
def test_impossible_ids_are_refused(unit_id: int) -> None:
    with pytest.raises(ValueError, match="unit id"):
        segment(unit_id)


def test_a_tree_deeper_than_its_paths_is_refused() -> None:
    path = "".join(segment(n) for n in range(1, 11))
    with pytest.raises(ValueError, match="levels"):
        join_path(path, 11)
