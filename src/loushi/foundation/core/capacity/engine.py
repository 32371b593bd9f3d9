"""Booking, giving back, waiting: the database side of the rules."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Conflict, NotVisible, Refused

from .fields import BookingFields, BookingState

S = TypeVar("S", bound=models.Model)
B = TypeVar("B", bound=models.Model)
WHY = "places are counted over everybody's bookings; rights are checked by the package"
ACTIVE = (BookingState.BOOKED, BookingState.WAITING, BookingState.ARRIVED)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """A time with places. `owner` names whose it is (with the start, it is the slot's key); `more`
    fills further columns of a slot that has no row yet."""

    starts_at: datetime
    ends_at: datetime
    places: int
    owner: Mapping[str, Any]
    release_minutes: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change(Generic[B]):
    """A booking after a step, and who moved up from the waiting list by it. `done` is False where
    the step had been made before."""

    row: B
    promoted: tuple[B, ...] = ()
    done: bool = True


@dataclass(frozen=True)
class Capacity(Generic[S, B]):
    """The engine over a package's two tables."""

    slots: type[S]
    bookings: type[B]

    # ---- asking ----------------------------------------------------------------------------------

    def book(
        self, offer: Offer, *, holder: str, units: int = 1,
        values: Mapping[str, Any] | None = None, also: Collection[str] = (),
    ) -> Change[B]:  # fmt: skip
        """Books, or enters in the waiting list: the row's state says which. `also` are further
        names of the same person, who gets no second place at that time under any of them."""
        if not holder:
            raise ValueError("a booking needs a holder")
        if units < 1 or units > offer.places:
            raise Refused(
                _("一次最多预约 %(places)d 个名额。") % {"places": offer.places}, field="units"
            )
        with transaction.atomic():
            names = sorted({holder, *also})
            _one_at_a_time(names)
            now = timezone.now()
            if offer.starts_at <= now:
                raise Refused(_("这个时段已经开始。请选后面的时段。"), field="slot")
            self._refuse_overlap(names, offer)
            slot = self._slot_of(offer)
            waits = self._waiting(slot).exists() or not self._take(slot, units)
            self._slots().filter(pk=slot.pk).update(turns=F("turns") + 1)
            row = self._bookings().create(
                slot=slot, holder=holder, units=units, turn=slot.turns + 1,
                state=BookingState.WAITING if waits else BookingState.BOOKED,
                held_since=None if waits else now, created_at=now, **dict(values or {}),
            )  # fmt: skip
        return Change(row)

    def ahead(self, row: B) -> int:
        """How many stand before a waiting booking."""
        mine: Any = row
        waiting = self._bookings().filter(slot_id=mine.slot_id, state=BookingState.WAITING)
        return int(waiting.filter(turn__lt=mine.turn).count())

    # ---- steps -----------------------------------------------------------------------------------

    def cancel(self, pk: int) -> Change[B]:
        """Gives a booking back. Twice is once; Conflict when it has been used or missed."""
        with transaction.atomic():
            slot, row = self._locked(pk)
            if row.state == BookingState.CANCELLED:
                return Change(row, done=False)
            self._from(row, BookingState.BOOKED, BookingState.WAITING)
            return self._end(slot, row, BookingState.CANCELLED)

    def arrive(self, pk: int) -> Change[B]:
        """Somebody is there. Who was released for being late gets a place back if one is free."""
        with transaction.atomic():
            slot, row = self._locked(pk)
            if row.state == BookingState.ARRIVED:
                return Change(row, done=False)
            self._from(row, BookingState.BOOKED, BookingState.MISSED)
            late = row.state == BookingState.MISSED
            if late and (self._waiting(slot).exists() or not self._take(slot, row.units)):
                raise Conflict(_("名额已经让给别人。请另约一个时段。"))
            row.state, row.ended_at = BookingState.ARRIVED, None
            row.arrived_at = timezone.now()
            row.save(update_fields=["state", "arrived_at", "ended_at"])
        return Change(row)

    def serve(self, pk: int) -> Change[B]:
        """The matter is done; the place stays used."""
        with transaction.atomic():
            _slot, row = self._locked(pk)
            if row.state == BookingState.SERVED:
                return Change(row, done=False)
            self._from(row, BookingState.BOOKED, BookingState.ARRIVED)
            row.state, row.ended_at = BookingState.SERVED, timezone.now()
            row.arrived_at = row.arrived_at or row.ended_at
            row.save(update_fields=["state", "arrived_at", "ended_at"])
        return Change(row)

    def step(self, pk: int, name: str) -> Change[B]:
        """What the provider's list registers: "arrived", "served" or "missed"; not before the
        day."""
        steps = {"arrived": self.arrive, "served": self.serve, "missed": self.miss}
        if name not in steps:
            raise Refused(_("没有“%(name)s”这个办理步骤。") % {"name": name})
        starts_at = self._bookings().filter(pk=pk).values_list("slot__starts_at", flat=True).first()
        if starts_at and timezone.localtime(starts_at).date() > timezone.localdate():
            raise Refused(_("还没到预约的那一天，不能登记。"))
        return steps[name](pk)

    def miss(self, pk: int) -> Change[B]:
        """Nobody came; the place goes to the waiting list."""
        with transaction.atomic():
            slot, row = self._locked(pk)
            if row.state == BookingState.MISSED:
                return Change(row, done=False)
            self._from(row, BookingState.BOOKED)
            if slot.starts_at > timezone.now():
                raise Conflict(_("这个时段还没有开始，不能登记未到。"))
            return self._end(slot, row, BookingState.MISSED)

    # ---- time passes, offers change --------------------------------------------------------------

    def release(self, then: Callable[[Change[B]], None] | None = None) -> list[Change[B]]:
        """Frees the places of those who did not come, ends waiting for times that are over; each in
        a transaction of its own, to which `then` may add (a notice, an entry). Twice is once."""
        now = timezone.now()
        rows = self._bookings().select_related("slot")
        due = rows.filter(
            state=BookingState.BOOKED, slot__starts_at__lte=now,
            slot__release_minutes__isnull=False,
        ).order_by("slot__starts_at", "turn")  # fmt: skip
        over = rows.filter(state=BookingState.WAITING, slot__ends_at__lte=now).order_by("pk")
        found: list[Change[B]] = []
        for state, some in ((BookingState.MISSED, due), (BookingState.LAPSED, over)):
            for pk in list(some.values_list("pk", flat=True)[:BATCH]):
                with transaction.atomic():
                    slot, row = self._locked(pk)
                    if not _still(slot, row, state, now):
                        continue
                    change = self._end(slot, row, state)
                    if then is not None:
                        then(change)
                found.append(change)
        return found

    def follow(
        self, owner: Mapping[str, Any], *, places: int, release_minutes: int | None
    ) -> list[B]:
        """Gives slots that have not begun a new number of places (never fewer than are taken) and a
        new time of release; returns who moved up."""
        ahead = Q(**owner, starts_at__gt=timezone.now())
        promoted: list[B] = []
        with transaction.atomic():
            for slot in self._slots().filter(ahead).select_for_update().order_by("pk"):
                row: Any = slot
                row.places, row.release_minutes = max(places, row.taken), release_minutes
                row.save(update_fields=["places", "release_minutes"])
                promoted += self._promote(row)
        return promoted

    # ---- pieces ----------------------------------------------------------------------------------

    def _slots(self) -> Any:
        return self.slots.objects.unscoped(WHY)  # type: ignore[attr-defined]

    def _bookings(self) -> Any:
        return self.bookings.objects.unscoped(WHY)  # type: ignore[attr-defined]

    def _waiting(self, slot: Any) -> Any:
        return self._bookings().filter(slot=slot, state=BookingState.WAITING).order_by("turn")

    def _slot_of(self, offer: Offer) -> Any:
        key = {**offer.owner, "starts_at": offer.starts_at}
        if not self._slots().filter(**key).exists():
            new = self.slots(
                **key, ends_at=offer.ends_at, places=offer.places,
                release_minutes=offer.release_minutes, **offer.more,
            )  # fmt: skip
            self._slots().bulk_create([new], ignore_conflicts=True)
        return self._slots().select_for_update().get(**key)

    def _locked(self, pk: int) -> tuple[Any, Any]:
        slot_id = self._bookings().filter(pk=pk).values_list("slot_id", flat=True).first()
        if slot_id is None:
            raise NotVisible
        slot = self._slots().select_for_update().get(pk=slot_id)
        return slot, self._bookings().select_for_update().get(pk=pk)

    def _take(self, slot: Any, units: int) -> bool:
        """Takes places if so many are free: one conditional update, true whoever else asks."""
        free = self._slots().filter(pk=slot.pk, taken__lte=F("places") - units)
        return bool(free.update(taken=F("taken") + units))

    def _end(self, slot: Any, row: Any, state: str) -> Change[B]:
        if row.state == BookingState.BOOKED:
            self._slots().filter(pk=slot.pk).update(taken=F("taken") - row.units)
        row.state, row.ended_at = state, timezone.now()
        row.save(update_fields=["state", "ended_at"])
        return Change(row, tuple(self._promote(slot)))

    def _promote(self, slot: Any) -> list[B]:
        """The head of the waiting list moves up, then the next, until one does not fit."""
        now = timezone.now()
        found: list[B] = []
        if slot.ends_at <= now:
            return found
        for one in self._waiting(slot):
            if not self._take(slot, one.units):
                break
            one.state, one.held_since = BookingState.BOOKED, now
            one.save(update_fields=["state", "held_since"])
            found.append(one)
        return found

    def _refuse_overlap(self, names: Collection[str], offer: Offer) -> None:
        other = self._bookings().filter(
            holder__in=names, state__in=ACTIVE, slot__starts_at__lt=offer.ends_at,
            slot__ends_at__gt=offer.starts_at,
        )  # fmt: skip
        if other.exists():
            raise Refused(
                _("同一个人在这段时间已有预约。请先取消那一个，或换一个时段。"), field="slot"
            )

    def _from(self, row: BookingFields, *states: str) -> None:
        if row.state not in states:
            label = BookingState(row.state).label
            raise Conflict(_("这个预约现在是“%(state)s”，不能再这样办。") % {"state": label})


def _still(slot: Any, row: Any, state: str, now: datetime) -> bool:
    """Whether a booking that was found due still is, now that it is locked."""
    if state == BookingState.LAPSED:
        return bool(row.state == BookingState.WAITING)
    if row.state != BookingState.BOOKED or slot.release_minutes is None:
        return False
    since = max(slot.starts_at, row.held_since or slot.starts_at)
    return bool(since + timedelta(minutes=slot.release_minutes) <= now)


def _one_at_a_time(names: Collection[str]) -> None:
    """Serializes the askings of one holder, who may press in two places at once. SQLite needs
    nothing: its transactions begin with the write lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
