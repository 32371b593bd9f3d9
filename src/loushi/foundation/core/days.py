"""When a day begins and ends here, for any date that people can type."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)
"""A day at the very edge of the calendar has no moment in UTC; it is taken for the nearest."""


def day_begins(day: date) -> datetime:
    """Midnight at the beginning of a day, in the time zone in force."""
    return timezone.make_aware(datetime.combine(min(max(day, _FIRST), _LAST), time()))


def day_ends(day: date) -> datetime:
    """Midnight at the end of a day: the first moment that does not belong to it."""
    return day_begins(min(max(day, _FIRST), _LAST) + timedelta(days=1))


def running(on: date, prefix: str = "") -> Q:
    """The condition "runs on that day" for rows with `since` (empty: always) and `until` (the first
    day after; empty: still)."""
    return (Q(**{f"{prefix}since__isnull": True}) | Q(**{f"{prefix}since__lte": on})) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": on})
    )
