"""Outlines: what is accepted, repaired, refused."""

import math

import pytest

from loushi.registry.buildings.commands.geometry import (
    OutlineError,
    area_of,
    centre_of,
    read_outline,
    union,
)

LON, LAT = 120.15, 30.28


def square(size: float = 0.001, east: float = 0.0) -> dict:
    west, south = LON + east, LAT
    ring = [
        [west, south], [west + size, south], [west + size, south + size], [west, south + size],
        [west, south],
    ]  # fmt: skip
    return {"type": "Polygon", "coordinates": [ring]}


def test_area_is_that_of_the_ground() -> None:
    side = 0.001 * math.pi / 180 * 6_371_008.8
    expected = side * side * math.cos(math.radians(LAT + 0.0005))
    assert area_of(square()) == pytest.approx(expected, rel=1e-6)


def test_good_outline_passes_without_a_hint() -> None:
    outline = read_outline(square())
    assert outline is not None
    assert outline.hint == ""
    assert outline.area_m2 == pytest.approx(area_of(square()))


def test_nothing_stays_nothing() -> None:
    assert read_outline(None) is None


def test_spike_is_repaired_and_said() -> None:
    drawn = square()
    west, south = LON, LAT
    drawn["coordinates"][0][1:1] = [[west + 0.0005, south], [west + 0.0005, south - 0.0002],
                                    [west + 0.0005, south]]  # fmt: skip
    outline = read_outline(drawn)
    assert outline is not None
    assert "已自动修复" in outline.hint
    assert outline.area_m2 == pytest.approx(area_of(square()), rel=1e-6)


def test_bow_tie_is_refused_because_a_repair_would_change_it() -> None:
    ring = [[LON, LAT], [LON + 0.001, LAT + 0.001], [LON + 0.001, LAT], [LON, LAT + 0.001],
            [LON, LAT]]  # fmt: skip
    with pytest.raises(OutlineError, match="自相交"):
        read_outline({"type": "Polygon", "coordinates": [ring]})


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ({"type": "Point", "coordinates": [LON, LAT]}, "应为面"),
        ({"type": "Polygon", "coordinates": [[[LON, LAT], [LON, LAT]]]}, "至少要有三个"),
        ({"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], [1, 2]]]}, "读不出来"),
        ({"type": "Polygon", "coordinates": [[[500_000, 3_300_000], [500_100, 3_300_000],
                                              [500_100, 3_300_100], [500_000, 3_300_000]]]},
         "不是经纬度"),
    ],
)  # fmt: skip
def test_unusable_outlines_are_explained(drawn: dict, words: str) -> None:
    with pytest.raises(OutlineError, match=words):
        read_outline(drawn)


def test_the_same_part_twice_counts_once() -> None:
    joined = union([square(), square(), square(east=0.002)])
    assert area_of(joined) == pytest.approx(2 * area_of(square()), rel=1e-6)
    assert union([joined, square()]) == joined


def test_centre_lies_inside() -> None:
    assert centre_of(square()) == pytest.approx((LON + 0.0005, LAT + 0.0005))
