"""When a mail goes out: quiet hours and the daily digest, as pure functions."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Times:
    """A person's times; local."""

    digest_hour: int = 9
    quiet_from: time | None = None
    quiet_until: time | None = None


def _clock(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def after_quiet(when: datetime, times: Times) -> datetime:
    """`when`, or the end of the quiet hours it falls into.

    The hours are [from, until): a mail may go out exactly at `until`. They may cross midnight.
    """
    start, end = times.quiet_from, times.quiet_until
    if start is None or end is None or start == end:
        return when
    local = timezone.localtime(when)
    clock = local.time()
    if start < end:
        return _clock(local.date(), end) if start <= clock < end else when
    if clock >= start:
        return _clock(local.date() + timedelta(days=1), end)
    return _clock(local.date(), end) if clock < end else when


def digest_after(when: datetime, times: Times) -> datetime:
    """The next moment of the digest, strictly later than `when`."""
    local = timezone.localtime(when)
    due = _clock(local.date(), time(times.digest_hour))
    return due if due > when else _clock(local.date() + timedelta(days=1), time(times.digest_hour))
