"""Hours and slots, without a database."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused

Span = tuple[time, time]


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Hours in order; those that touch or overlap become one.

    >>> merged([(time(12), time(13)), (time(9), time(12)), (time(14), time(15))])
    ((datetime.time(9, 0), datetime.time(13, 0)), (datetime.time(14, 0), datetime.time(15, 0)))
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def slots_of(spans: Sequence[Span], minutes: int) -> tuple[Span, ...]:
    """The hours of one day, cut into slots of equal length; a rest that is too short is no slot.

    >>> slots_of([(time(9), time(10, 10))], 30)[-1]
    (datetime.time(9, 30), datetime.time(10, 0))
    """
    if minutes < 1:
        return ()
    day = date(2000, 1, 1)
    step = timedelta(minutes=minutes)
    found = []
    for start, end in merged(spans):
        at, closing = datetime.combine(day, start), datetime.combine(day, end)
        while at + step <= closing:
            found.append((at.time(), (at + step).time()))
            at += step
    return tuple(found)


def check_open(
    starts_at: datetime, ends_at: datetime, spans: Sequence[Span], *, field: str = ""
) -> None:
    """Refuses a time that crosses midnight or does not lie within one opening. Both moments are
    wall clock readings of the place."""
    if ends_at <= starts_at:
        raise Refused(_("结束须晚于开始。"), field=field)
    if starts_at.date() != ends_at.date():
        raise Refused(_("预约不能跨过半夜。请选同一天之内的时段。"), field=field)
    hours = merged(spans)
    if not hours:
        raise Refused(_("这一天不开放。请换一天。"), field=field)
    if not any(a <= starts_at.time() and ends_at.time() <= b for a, b in hours):
        told = " ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in hours)
        raise Refused(
            _("这个时间不在开放时间内。当天开放 %(hours)s。") % {"hours": told}, field=field
        )
