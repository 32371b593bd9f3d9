"""Bookings of resources: what can be booked and when, one's own, the day of a resource."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.capacity import BookingState, Capacity, Opening, Timetable, opened
from loushi.foundation.core.errors import NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models import Enterprise
from loushi.services.catalogue.models import (
    Resource,
    ResourceBooking,
    ResourceSlot,
    ResourceTimes,
)
from loushi.services.catalogue.policy import BOOK, HOST

engine = Capacity(ResourceSlot, ResourceBooking)
"""The one engine over this package's two tables."""

OPEN = (BookingState.BOOKED, BookingState.WAITING, BookingState.ARRIVED)
SHOWN = timedelta(days=60)
RELATED = ("slot", "resource")
WHY = "of a resource that was checked"


def bookable_resources(actor: Actor, permission: str = BOOK) -> QuerySet[Resource]:
    """The published resources with times that the actor may book (or, as provider, serves)."""
    today = timezone.localdate()
    rows = Resource.objects.visible_to(actor, permission).filter(
        Q(until__isnull=True) | Q(until__gte=today), times__isnull=False
    )
    return rows.filter(state=Resource.State.PUBLISHED).select_related("unit", "kind", "firm")


def open_to_book(actor: Actor, resource_id: int, permission: str = BOOK) -> Resource:
    """One of them; NotVisible otherwise."""
    row = bookable_resources(actor, permission).filter(pk=resource_id).first()
    if row is None:
        raise NotVisible
    return row


def served_resource(actor: Actor, resource_id: int) -> Resource:
    """A resource whose day the actor serves, also when it takes no more bookings."""
    return fetch(Resource, actor, resource_id, permission=HOST, related=("unit", "kind"))


def times_of(resource: Resource) -> ResourceTimes | None:
    """When a resource (that was checked) can be booked."""
    return ResourceTimes.objects.unscoped(WHY).filter(resource=resource).first()


def timetable(resource: Resource) -> tuple[Timetable, int]:
    """What a resource offers, and how many places at once; Refused where it takes no bookings."""
    times = times_of(resource)
    if times is None:
        raise Refused(_("这项资源不按时段预约。请看“怎么用”。"), field="slot")

    def opening(on: date) -> Opening:
        return opened(
            on, workday=times.workday_hours, restday=times.restday_hours,
            extended=times.extended_hours,
        )  # fmt: skip

    return Timetable(
        engine, {"resource": resource}, opening, times.minutes, times.places,
        times.days_ahead, times.release_minutes, resource.since, resource.until,
        {"unit_path": resource.unit_path},
    ), times.most  # fmt: skip


def own_resource_bookings(actor: Actor) -> list[ResourceBooking]:
    """The actor's own: what is ahead and the last two months."""
    rows = ResourceBooking.objects.visible_to(actor, BOOK).filter(
        user_id=actor.user_id or 0, slot__ends_at__gte=timezone.now() - SHOWN
    )
    return list(rows.select_related(*RELATED).order_by("slot__starts_at", "pk"))


def booked_row(actor: Actor, pk: int) -> ResourceBooking:
    """One that the actor may see: an own one, or one of a resource that they serve."""
    return fetch(ResourceBooking, actor, pk, related=RELATED)


def resource_day(actor: Actor, resource: Resource, on: date) -> list[ResourceBooking]:
    """Everybody of a resource's day, by time and turn."""
    zone = timezone.get_current_timezone()
    rows = ResourceBooking.objects.visible_to(actor, HOST).filter(
        resource=resource, slot__starts_at__gte=datetime.combine(on, datetime.min.time(), zone),
        slot__starts_at__lt=datetime.combine(on + timedelta(days=1), datetime.min.time(), zone),
    )  # fmt: skip
    return list(rows.select_related(*RELATED).order_by("slot__starts_at", "turn"))


def stands_behind(row: ResourceBooking) -> int | None:
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
