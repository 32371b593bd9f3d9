"""Drawings are arithmetic: what is filled, where a flag stands, and that nothing overlaps."""

import pytest

from loushi.foundation.web import drawing, samples


def widths(clock: drawing.FloorClock, kind: str) -> float:
    return sum(box.width for box in clock.boxes if box.kind == kind)


def test_a_floor_clock_fills_upwards() -> None:
    clock = drawing.floor_clock(5, 3.5)
    lit = [box for box in clock.boxes if box.kind == "lit"]
    assert [box.width for box in lit] == [18, 18, 18, 9]
    assert [box.y for box in lit] == sorted((box.y for box in lit), reverse=True)
    assert sum(box.kind == "hollow" for box in clock.boxes) == 2
    assert clock.roof is None


def test_overrun_stands_above_the_roof() -> None:
    clock = drawing.floor_clock(3, 3, over=1.5)
    over = [box for box in clock.boxes if box.kind == "over"]
    assert clock.roof is not None
    assert len(over) == 2
    assert all(box.y + box.height <= clock.roof for box in over)
    assert all(box.y >= 0 for box in clock.boxes)
    assert widths(clock, "over") == pytest.approx(27)


def test_a_long_limit_is_drawn_to_scale_on_eight_floors() -> None:
    clock = drawing.floor_clock(20, 10)
    assert widths(clock, "lit") == pytest.approx(4 * 18)
    assert clock.height == 40


def test_nothing_used_and_no_floors_still_draws() -> None:
    assert drawing.floor_clock(0, 0).boxes[0].kind == "hollow"


def test_lines_use_the_whole_field() -> None:
    drawn = drawing.line([1, 2, 3], 100, 50, pad=0)
    assert drawn is not None
    assert drawn.points == "0.0,50.0 50.0,25.0 100.0,0.0"
    assert drawing.line([1], 100, 50) is None
    assert drawing.line([None, None, 4], 100, 50) is None
    flat = drawing.line([2, 2], 100, 50, pad=0)
    assert flat is not None


def test_two_lines_share_one_scale_from_zero() -> None:
    pair = drawing.line_pair([0, 30], [0, 15], top=30)
    assert pair is not None
    assert [mark for _y, mark in pair.grid] == ["0", "10", "20", "30"]
    assert pair.first.last_y < pair.second.last_y
    assert drawing.line_pair([1, 2], [1]) is None


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (4, 5), (26, 30), (101, 200)])
def test_scales_end_on_round_numbers(value: float, top: int) -> None:
    assert drawing.nice_top(value) == top


def test_the_axis_is_working_time_only() -> None:
    bar = drawing.clock_bar(samples.load("case")["clock_items"])
    spans = sorted((part.left, part.left + part.width) for part in (*bar.days, *bar.gaps))
    assert all(end < start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))
    assert spans[0][0] == 0
    assert spans[-1][1] < 100
    for fill in (*bar.fills, *bar.pauses):
        for gap in bar.gaps:
            assert fill.left + fill.width <= gap.left + 0.01 or fill.left >= gap.left + gap.width


def test_a_pause_leaves_a_hole_in_what_was_used() -> None:
    bar = drawing.clock_bar(samples.load("case")["clock_items"])
    (pause,) = bar.pauses
    for fill in bar.fills:
        assert (
            fill.left + fill.width <= pause.left + 0.01
            or fill.left >= pause.left + pause.width - 0.01
        )


def test_flags_stand_in_order_and_share_no_row_when_they_touch() -> None:
    label = "八个汉字那么长的"
    flags = [{"kind": "flag", "at": at, "label": label, "tone": "now"} for at in (100, 110, 120)]
    bar = drawing.clock_bar([{"kind": "day", "label": "", "minutes": 420}, *flags])
    assert bar.rows == 2  # the first to the left of its pole, the others beside and above
    assert len({(flag.row, flag.side) for flag in bar.flags}) == 3
    assert [flag.left for flag in bar.flags] == sorted(flag.left for flag in bar.flags)


def test_no_pole_goes_through_a_label() -> None:
    flags = [
        {"kind": "flag", "at": 9, "label": "停表 13:39", "tone": "now"},
        {"kind": "flag", "at": 30, "label": "受理到期 14:00", "tone": "due"},
    ]
    first, second = drawing.clock_bar([{"kind": "day", "label": "", "minutes": 420}, *flags]).flags
    assert first.left < second.left < first.left + 10  # its words reach over the second's pole,
    assert first.row > second.row  # which ends below them


def test_flags_at_the_right_edge_stay_on_the_bar() -> None:
    labels = ("80% 提醒 15:20", "现在 09:06", "办结到期 09:38")
    flags = [
        {"kind": "flag", "at": at, "label": label, "tone": "now"}
        for at, label in zip((408, 414, 418), labels, strict=True)
    ]
    shown = drawing.clock_bar([{"kind": "day", "label": "", "minutes": 420}, *flags]).flags
    assert {flag.side for flag in shown} == {"end"}
    assert [flag.row for flag in shown] == [0, 1, 2]


def test_labels_of_days_and_pauses_stand_only_where_they_fit() -> None:
    days = [{"kind": "day", "label": "11月26日 周四", "minutes": 420} for _ in range(20)]
    pause = {"kind": "pause", "start": 100, "end": 3000, "label": "暂停"}
    bar = drawing.clock_bar([*days, pause])
    assert {part.item["label"] for part in bar.days} == {""}
    assert {part.item["label"] for part in bar.pauses} == {""}
    bar = drawing.clock_bar([*days[:4], pause | {"end": 1200}])
    assert [part.item["label"] for part in bar.pauses].count("暂停") == 1
    assert {part.item["label"] for part in bar.days} == {"11月26日 周四"}


def test_an_empty_clock_draws_nothing() -> None:
    assert drawing.clock_bar([]).rows == 0


def test_the_skyline_is_the_same_every_time() -> None:
    assert drawing.skyline() == drawing.skyline()
    assert sum(box.kind == "lit" for box in drawing.skyline().floors) == 1
