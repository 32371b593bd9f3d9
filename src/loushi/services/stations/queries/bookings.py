"""Bookings: what may be booked, one's own, the day of a station."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.capacity import BookingState, Capacity, Offer, SlotLine, Timetable
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models import Enterprise
from loushi.services.stations.models import Booking, BookingSlot, Station, StationService
from loushi.services.stations.policy import BOOK, WINDOW

from .opening import opening_on

engine = Capacity(BookingSlot, Booking)
"""The one engine over this package's two tables."""

OPEN = (BookingState.BOOKED, BookingState.WAITING, BookingState.ARRIVED)
SHOWN = timedelta(days=60)
RELATED = ("slot", "station")


def offering(actor: Actor, permission: str = BOOK) -> QuerySet[Station]:
    """The stations in use at which the actor may book (or, at the window, serves bookings)."""
    today = timezone.localdate()
    return (
        Station.objects.visible_to(actor, permission)
        .filter(slot_minutes__isnull=False, since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
    )


def bookable(actor: Actor, station_id: int, permission: str = BOOK) -> Station:
    """One of them; NotVisible otherwise."""
    row = offering(actor, permission).select_related("unit").filter(pk=station_id).first()
    if row is None:
        raise NotVisible
    return row


def timetable(station: Station) -> Timetable:
    """What the station offers."""
    return Timetable(
        engine, {"station": station}, lambda on: opening_on(station, on),
        station.slot_minutes or 0, station.slot_places, station.days_ahead,
        station.release_minutes, until=station.until, more={"unit_path": station.unit_path},
    )  # fmt: skip


def booking_days(station: Station) -> list[date]:
    """The days from today on that still have times, as far ahead as the station takes bookings."""
    return timetable(station).days()


def slot_lines(station: Station, on: date) -> list[SlotLine]:
    """All times of a day, with what is free."""
    return timetable(station).lines(on)


def offer_at(station: Station, starts_at: datetime) -> Offer:
    """What the station offers at a moment; Refused says why it offers nothing."""
    return timetable(station).offer(starts_at)


def service_names(station: Station) -> list[str]:
    """What the station offers, as words."""
    rows = StationService.objects.unscoped("services of a station that was checked")
    return list(rows.filter(station=station).values_list("name", flat=True))


def own_bookings(actor: Actor) -> list[Booking]:
    """The actor's own: what is ahead and the last two months."""
    rows = Booking.objects.visible_to(actor, BOOK).filter(
        user_id=actor.user_id or 0, slot__ends_at__gte=timezone.now() - SHOWN
    )
    return list(rows.select_related(*RELATED).order_by("slot__starts_at", "pk"))


def booking(actor: Actor, pk: int) -> Booking:
    """One that the actor may see: an own one, or one of the own window."""
    return fetch(Booking, actor, pk, related=RELATED)


def day_list(actor: Actor, station: Station, on: date) -> list[Booking]:
    """Everybody of a station's day, by time and turn."""
    zone = timezone.get_current_timezone()
    rows = Booking.objects.visible_to(actor, WINDOW).filter(
        station=station, slot__starts_at__gte=datetime.combine(on, datetime.min.time(), zone),
        slot__starts_at__lt=datetime.combine(on + timedelta(days=1), datetime.min.time(), zone),
    )  # fmt: skip
    return list(rows.select_related(*RELATED).order_by("slot__starts_at", "turn"))


def waits_behind(row: Booking) -> int | None:
    """How many wait before a waiting booking."""
    return engine.ahead(row) if row.state == BookingState.WAITING else None


def firm_of(actor: Actor) -> str:
    """The name of the enterprise that the actor books for."""
    keys = sorted(int(key) for key in actor.keys(ENTERPRISE, BOOK))
    rows = Enterprise.objects.unscoped("the actor's own enterprise").filter(pk__in=keys)
    return (rows.order_by("pk").values_list("name", flat=True).first() or "")[:80]


def phone_of(actor: Actor) -> str:
    """The actor's own number, offered in the form."""
    found = User.objects.filter(pk=actor.user_id or 0).values_list("phone", flat=True).first()
    return str(found or "")
