from datetime import UTC, datetime

import pytest

from loushi.foundation.language import marks
from loushi.foundation.language.text import normalise, tokens


def test_no_text_can_hold_a_mark():
    assert not any("§" in token for token in tokens(normalise("§u12 §pd7 §kdemand")))


def test_a_row_carries_a_mark_for_every_unit_above_it_once():
    row = marks.all_unit_marks("000001000007", " 000001000008 000001000009000031")
    assert row == ["§u1", "§u7", "§u8", "§u9", "§u31"]


def test_other_marks_are_month_kind_participants_and_tags():
    moment = marks.microseconds(datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    row = marks.other_marks(kind="demand", moment=moment, participants=["e5", "d7"], tags=["open"])
    assert row == [f"§t{2026 * 12 + 9}", "§kdemand", "§pd7", "§pe5", "§gopen"]


def test_a_scope_asks_for_the_last_unit_of_each_path():
    scope = marks.Scope(("000001000007", "000001000008"), ("d3",))
    assert marks.scope_marks(scope) == ("§pd3", "§u7", "§u8")


def test_an_empty_scope_is_false():
    assert not marks.NOTHING
    assert marks.EVERYTHING


def test_months_begin_where_the_one_before_ends():
    start = marks.month_start(2026 * 12)
    assert marks.month_of(start) == 2026 * 12
    assert marks.month_of(start - 1) == 2026 * 12 - 1


@pytest.mark.parametrize("word", ["", "d 1", "d'1", "D1", "部门", "a" * 41])
def test_impossible_marks_are_refused(word):
    with pytest.raises(ValueError, match="cannot be a mark"):
        marks.participant_mark(word)


def test_a_participant_needs_a_known_kind_and_a_number():
    assert marks.participant("department", "12") == "d12"
    with pytest.raises(ValueError, match="planet"):
        marks.participant("planet", 1)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        marks.microseconds(datetime(2026, 1, 1))  # noqa: DTZ001
