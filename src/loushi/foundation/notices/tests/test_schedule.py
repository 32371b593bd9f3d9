"""Quiet hours and the digest's hour."""

from datetime import time

import pytest

from loushi.foundation.core.testing import moment
from loushi.foundation.notices.schedule import Times, after_quiet, digest_after


@pytest.mark.parametrize(
    ("start", "end", "when", "out"),
    [
        (time(22), time(7), "2026-10-12 21:59", "2026-10-12 21:59"),
        (time(22), time(7), "2026-10-12 22:00", "2026-10-13 07:00"),
        (time(22), time(7), "2026-10-13 06:59", "2026-10-13 07:00"),
        (time(22), time(7), "2026-10-13 07:00", "2026-10-13 07:00"),
        (time(12), time(14), "2026-10-12 13:00", "2026-10-12 14:00"),
        (time(12), time(14), "2026-10-12 14:00", "2026-10-12 14:00"),
        (time(12), time(14), "2026-10-12 11:00", "2026-10-12 11:00"),
        (time(12), time(12), "2026-10-12 12:00", "2026-10-12 12:00"),
        (None, time(7), "2026-10-12 03:00", "2026-10-12 03:00"),
        (time(22), None, "2026-10-12 23:00", "2026-10-12 23:00"),
    ],
)
def test_quiet_hours(start: time | None, end: time | None, when: str, out: str) -> None:
    assert after_quiet(moment(when), Times(9, start, end)) == moment(out)


@pytest.mark.parametrize(
    ("hour", "when", "out"),
    [
        (9, "2026-10-12 08:59", "2026-10-12 09:00"),
        (9, "2026-10-12 09:00", "2026-10-13 09:00"),
        (0, "2026-10-12 23:59", "2026-10-13 00:00"),
        (23, "2026-12-31 23:30", "2027-01-01 23:00"),
    ],
)
def test_the_digest_is_strictly_later(hour: int, when: str, out: str) -> None:
    assert digest_after(moment(when), Times(hour)) == moment(out)
