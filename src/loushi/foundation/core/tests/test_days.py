"""The edges of a day, for any date."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.testing import moment


def test_a_day_of_shanghai() -> None:
    assert day_begins(date(2026, 10, 8)) == moment("2026-10-08 00:00")
    assert day_ends(date(2026, 10, 8)) == moment("2026-10-09 00:00")


@given(st.dates())
def test_every_date_has_its_edges(day: date) -> None:
    """Also the first and the last that can be written, whose moments lie outside the calendar."""
    assert day_begins(day).utctimetuple()
    assert timedelta(0) < day_ends(day) - day_begins(day) <= timedelta(days=1, hours=2)
