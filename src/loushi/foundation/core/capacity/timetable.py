"""What one owner (a station, a room …) offers: its days, its times with what is free, one time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused

from .engine import Capacity, Offer
from .fields import BookingState
from .hours import Opening
from .rules import check_open, slots_of


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A time of a day: `free` places, `waiting` people; `past` when it has begun."""

    starts_at: datetime
    ends_at: datetime
    places: int
    free: int
    waiting: int
    past: bool


@dataclass(frozen=True)
class Timetable:
    """Slots of `minutes` within the opening of each day, `days_ahead` days from today, not before
    `since` nor after `until`. The slots' rows carry their bookings as `bookings`."""

    engine: Capacity[Any, Any]
    owner: Mapping[str, Any]
    opening: Callable[[date], Opening]
    minutes: int
    places: int
    days_ahead: int
    release_minutes: int | None = None
    since: date | None = None
    until: date | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def days(self) -> list[date]:
        """The days from today on that still have times."""
        today, clock = timezone.localdate(), timezone.localtime().time()
        found = []
        for on in (today + timedelta(days=n) for n in range(self.days_ahead + 1)):
            times = slots_of(self.opening(on).spans, self.minutes)
            over = on == today and bool(times) and times[-1][0] <= clock
            early = self.since is not None and on < self.since
            if times and not over and not early and not (self.until and on > self.until):
                found.append(on)
        return found

    def lines(self, on: date) -> list[SlotLine]:
        """All times of a day, with what is free."""
        zone, now = timezone.get_current_timezone(), timezone.now()
        rows = self.engine.slots.objects.unscoped(
            "counts of an owner that was checked"
        ).filter(
            **self.owner, starts_at__gte=datetime.combine(on, datetime.min.time(), zone),
            starts_at__lt=datetime.combine(on + timedelta(days=1), datetime.min.time(), zone),
        ).annotate(
            waits=Count("bookings", filter=Q(bookings__state=BookingState.WAITING))
        )  # fmt: skip
        known = {row.starts_at: row for row in rows}
        found = []
        for start, end in slots_of(self.opening(on).spans, self.minutes):
            at = datetime.combine(on, start, zone)
            row = known.get(at)
            places = row.places if row else self.places
            taken, waiting = (row.taken, row.waits) if row else (0, 0)
            ends_at = datetime.combine(on, end, zone)
            found.append(SlotLine(at, ends_at, places, places - taken, waiting, at <= now))
        return found

    def offer(self, starts_at: datetime) -> Offer:
        """What is offered at a moment; Refused says why nothing is."""
        last = timezone.localdate() + timedelta(days=self.days_ahead)
        if self.until:
            last = min(last, self.until)
        if starts_at <= timezone.now():
            raise Refused(_("这个时段已经开始。请选后面的时段。"), field="slot")
        if starts_at.year > last.year + 1 or timezone.localtime(starts_at).date() > last:
            raise Refused(
                _("最多提前 %(days)d 天预约。请选近一些的日子。") % {"days": self.days_ahead},
                field="slot",
            )
        at = timezone.localtime(starts_at)
        if self.since and at.date() < self.since:
            raise Refused(
                _("从 %(day)s 起才能预约。") % {"day": self.since.isoformat()}, field="slot"
            )
        end = at + timedelta(minutes=self.minutes)
        spans = self.opening(at.date()).spans
        check_open(at, end, spans, field="slot")
        if (at.time(), end.time()) not in slots_of(spans, self.minutes):
            raise Refused(_("请从列出的时段里选一个。"), field="slot")
        return Offer(at, end, self.places, self.owner, self.release_minutes, self.more)
