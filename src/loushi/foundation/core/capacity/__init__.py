"""Places that people book: one engine for stations, resources and activities.

A package offers times (`Offer`: from, to, how many places, whose) and keeps two tables on the
abstract bases `SlotFields` and `BookingFields`. `Capacity` over these two does the rest:

>>> engine = Capacity(BookingSlot, Booking)                                      # doctest: +SKIP
>>> offer = Offer(starts_at, ends_at, places=2, owner={"station": station})      # doctest: +SKIP
>>> change = engine.book(offer, holder="user:7", values={"matter": "…"})          # doctest: +SKIP

Rules, decided once and tested:

1. **Never over capacity.** A place is taken by one conditional update of the slot's row, under its
   lock; a check constraint of the table stands behind it.
2. **Nobody jumps the queue.** Who asks while others wait, waits behind them, even where the own
   units would fit. When places come free the head of the waiting list gets them, or nobody does.
3. **One holder, one place at a time.** Two bookings of one holder that overlap in time are refused,
   whatever they are for (within one package), waiting ones included; the asking is serialized.
   One person may be known by several names (an account, a phone): `also` names them.
4. **A cancel is idempotent**, a booking that was served or missed is not cancelled any more.
5. **No-show.** Who has not arrived `release_minutes` after the start (or after moving up, where
   that was later) loses the place to the waiting list. Who then comes late gets a place back if
   one is free and nobody waits.
6. **Opening hours.** `opened` knows make-up workdays and extended hours, `slots_of` cuts a day's
   hours into slots, `check_open` refuses what crosses midnight or lies outside the hours, in a
   sentence. A `Timetable` puts it together for one owner: days, times with what is free, one offer.

Locks are taken in one order: holder, slot, booking. Rights and records are the package's.
`rules` is pure and usable alone.
"""

from .engine import Capacity, Change, Offer
from .fields import BookingFields, BookingState, SlotFields
from .hours import Opening, is_workday, opened, read_hours
from .rules import check_open, merged, slots_of
from .timetable import SlotLine, Timetable

__all__ = [
    "BookingFields",
    "BookingState",
    "Capacity",
    "Change",
    "Offer",
    "Opening",
    "SlotFields",
    "SlotLine",
    "Timetable",
    "check_open",
    "is_workday",
    "merged",
    "opened",
    "read_hours",
    "slots_of",
]
