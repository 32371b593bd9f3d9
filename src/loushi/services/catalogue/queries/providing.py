"""What an enterprise provides, and who comes there: for those of its people who receive.

A phone is given in full while the person is still expected; of what is over only its ends stay.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.capacity import BookingState
from loushi.foundation.core.errors import NotVisible
from loushi.registry.enterprises.queries import masked_phone
from loushi.services.catalogue.models import Resource, ResourceBooking
from loushi.services.catalogue.policy import RECEIVE

EXPECTED = (BookingState.BOOKED, BookingState.ARRIVED)
LISTED = (*EXPECTED, BookingState.SERVED, BookingState.MISSED)


@dataclass(frozen=True, slots=True)
class Provided:
    """A resource of the own enterprise: `today` counts who is expected today, `ahead` the days to
    come with theirs."""

    id: int
    name: str
    kind: str
    unit: str
    state: str
    today: int
    ahead: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Received:
    """Somebody who comes: what the provider needs to receive them, no more."""

    id: int
    starts_at: datetime
    ends_at: datetime
    units: int
    name: str
    firm: str
    phone: str
    note: str
    state: str
    state_label: str


def provided(actor: Actor) -> list[Provided]:
    """What the actor's enterprise provides: what is published, and what still has bookings."""
    today = timezone.localdate()
    coming = _rows(actor).filter(slot__starts_at__gte=_start(today), state__in=EXPECTED)
    rows = _provided(actor).filter(
        Q(state=Resource.State.PUBLISHED) | Q(pk__in=coming.values("resource_id"))
    )
    counts: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for pk, at, units in coming.values_list("resource_id", "slot__starts_at", "units"):
        counts[pk][timezone.localtime(at).date()] += units
    return [
        Provided(
            row.pk, row.name, row.kind.label, row.unit.name, row.get_state_display(),
            counts[row.pk].pop(today, 0), tuple(sorted(counts[row.pk].items())),
        )
        for row in rows.select_related("kind", "unit").order_by("name", "pk")
    ]  # fmt: skip


def provides(actor: Actor) -> bool:
    """Whether the actor's enterprise provides anything now."""
    return bool(actor.has(RECEIVE) and provided(actor))


def provided_resource(actor: Actor, resource_id: int) -> Resource:
    """One of them, also when it was withdrawn; NotVisible for everybody else."""
    rows = _provided(actor).select_related("unit", "kind")
    row = rows.exclude(state=Resource.State.DRAFT).filter(pk=resource_id).first()
    if row is None:
        raise NotVisible
    return row


def received_row(actor: Actor, booking_id: int) -> ResourceBooking:
    """A booking of what the actor's enterprise provides; NotVisible for everybody else."""
    rows = _rows(actor).exclude(resource__state=Resource.State.DRAFT)
    row = rows.select_related("slot", "resource").filter(pk=booking_id).first()
    if row is None:
        raise NotVisible
    return row


def received(actor: Actor, resource: Resource, on: date) -> list[Received]:
    """Who comes on a day, by time; who waits or has cancelled is not theirs to receive."""
    rows = _rows(actor).filter(
        resource=resource, state__in=LISTED, slot__starts_at__gte=_start(on),
        slot__starts_at__lt=_start(on + timedelta(days=1)),
    )  # fmt: skip
    return [_received(row) for row in rows.select_related("slot").order_by("slot__starts_at", "pk")]


def received_line(actor: Actor, booking_id: int) -> Received:
    """One of them."""
    return _received(received_row(actor, booking_id))


def _received(row: ResourceBooking) -> Received:
    over = timezone.localtime(row.slot.ends_at).date() < timezone.localdate()
    shown = row.state in EXPECTED and not over
    return Received(
        row.pk, row.slot.starts_at, row.slot.ends_at, row.units, row.name, row.firm,
        row.phone if shown else masked_phone(row.phone), row.note, row.state,
        row.get_state_display(),
    )  # fmt: skip


def _provided(actor: Actor) -> QuerySet[Resource]:
    """Of the own enterprise: what it may use of others, it does not receive at."""
    keys = sorted(int(key) for key in actor.keys(ENTERPRISE, RECEIVE))
    return Resource.objects.visible_to(actor, RECEIVE).filter(firm_id__in=keys)


def _rows(actor: Actor) -> QuerySet[ResourceBooking]:
    return ResourceBooking.objects.visible_to(actor, RECEIVE)


def _start(on: date) -> datetime:
    return datetime.combine(on, datetime.min.time(), timezone.get_current_timezone())
