"""/api/v1/catalogue: times of resources and own bookings, under the same policies as the pages."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from loushi.foundation.core.errors import NotVisible
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import ResourceBooking

Problem = dict[str, Any]
bookings = Router(tags=["catalogue"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Key = Header(
    "", alias="Idempotency-Key", max_length=80, pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request makes nothing new.",
)  # fmt: skip


class ResourceSlotOut(Schema):
    """A time of a day: `free` places, `waiting` people."""

    starts_at: datetime
    ends_at: datetime
    places: int
    free: int
    waiting: int
    past: bool


class ReserveIn(Schema):
    """A listed time, with its offset from UTC."""

    starts_at: AwareDatetime
    units: Annotated[int, Field(ge=1, le=500)] = 1
    note: Annotated[str, Field(max_length=300, pattern=CLEAN)] = ""
    phone: Annotated[str, Field(max_length=20, pattern=CLEAN)] = ""


class ReservedOut(Schema):
    """A booking; `ahead` counts who waits before it."""

    id: int
    resource: str
    starts_at: datetime
    ends_at: datetime
    units: int
    state: str
    state_label: str
    note: str
    ahead: int | None


@bookings.get(
    "/resources/{int:resource_id}/slots",
    response={200: list[ResourceSlotOut], 404: Problem, 422: Problem},
    operation_id="list_resource_slots", summary=str(_("资源某天可预约的时段")),
)  # fmt: skip
def list_resource_slots(
    request: HttpRequest, resource_id: Path[Id], on: Query[date | None] = None
) -> Any:
    """The times of a day (today, where none is named) of a resource that the caller may book."""
    table, _most = queries.timetable(queries.open_to_book(request.actor, resource_id))
    day = on or timezone.localdate()
    return [asdict(line) for line in table.lines(day)] if day in table.days() else []


@bookings.post(
    "/resources/{int:resource_id}/bookings",
    response={201: ReservedOut, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    operation_id="book_resource", summary=str(_("预约社区资源")),
)  # fmt: skip
def book_resource(
    request: HttpRequest, resource_id: Path[Id], payload: ReserveIn, key: str = Key
) -> Any:
    """Books a listed time for oneself; a full one enters the waiting list. With an Idempotency-Key
    a repeated request books once."""
    made = commands.book_resource(
        actor=request.actor, resource_id=resource_id, key=key, **payload.dict()
    )
    return Status(201, _booked(made))


@bookings.get(
    "/bookings", response=list[ReservedOut], operation_id="list_own_resource_bookings",
    summary=str(_("我预约的资源")),
)  # fmt: skip
def list_own_resource_bookings(request: HttpRequest) -> Any:
    """The caller's own bookings: what is ahead and the last two months."""
    return [_booked(row) for row in queries.own_resource_bookings(request.actor)]


@bookings.post(
    "/bookings/{int:booking_id}/cancel",
    response={200: ReservedOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="cancel_resource_booking", summary=str(_("取消资源预约")),
)  # fmt: skip
def cancel_resource_booking(request: HttpRequest, booking_id: Path[Id]) -> Any:
    """Gives a booking back; repeating it changes nothing."""
    return _booked(commands.cancel_resource_booking(actor=request.actor, booking_id=booking_id))


class ProvidedOut(Schema):
    """A resource that the caller's enterprise provides; `today` counts the places taken."""

    id: int
    name: str
    kind: str
    unit: str
    state: str
    today: int


class ReceivedOut(Schema):
    """Who comes. Of what is over the phone is masked."""

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


class MarkIn(Schema):
    """Came, has finished, or did not come."""

    step: Literal["arrived", "served", "missed"]


@bookings.get(
    "/provided", response={200: list[ProvidedOut]}, operation_id="list_provided_resources",
    summary=str(_("本企业提供的资源")),
)  # fmt: skip
def list_provided_resources(request: HttpRequest) -> Any:
    """Empty for those who do not receive for an enterprise."""
    return [asdict(one) for one in queries.provided(request.actor)]


@bookings.get(
    "/provided/{int:resource_id}/bookings", response={200: list[ReceivedOut], 404: Problem},
    operation_id="list_received_bookings", summary=str(_("某天谁来用本企业提供的资源")),
)  # fmt: skip
def list_received_bookings(
    request: HttpRequest, resource_id: Path[Id], on: Query[date | None] = None
) -> Any:
    """The day's list (today, where none is named); the look is recorded."""
    day = on or timezone.localdate()
    if not date(2000, 1, 1) <= day <= date(2200, 1, 1):
        raise NotVisible
    found = commands.look_at_received(actor=request.actor, resource_id=resource_id, on=day)
    return [asdict(one) for one in found]


@bookings.post(
    "/provided/bookings/{int:booking_id}/mark",
    response={200: ReceivedOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="mark_received_booking", summary=str(_("登记到场、用完或未到")),
)  # fmt: skip
def mark_received_booking(request: HttpRequest, booking_id: Path[Id], payload: MarkIn) -> Any:
    """By the provider's own people, from the day on."""
    commands.mark_received(actor=request.actor, booking_id=booking_id, step=payload.step)
    return asdict(queries.received_line(request.actor, booking_id))


def _booked(row: ResourceBooking) -> dict[str, Any]:
    return {
        "id": row.pk, "resource": row.resource.name, "starts_at": row.slot.starts_at,
        "ends_at": row.slot.ends_at, "units": row.units, "state": row.state,
        "state_label": row.get_state_display(), "note": row.note,
        "ahead": queries.stands_behind(row),
    }  # fmt: skip
