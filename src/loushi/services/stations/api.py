"""/api/v1/stations: stations, own shifts and own bookings, under the same policies as the pages."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from loushi.services.stations import commands, queries
from loushi.services.stations.models import Booking, QueueTicket
from loushi.services.stations.policy import BOOK

Problem = dict[str, Any]
router = Router(tags=["stations"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Key = Header(
    "", alias="Idempotency-Key", max_length=80, pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request makes nothing new.",
)  # fmt: skip


class StationOut(Schema):
    """One station; `met` of `items` of the standard at the last inspection."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    building: str
    address: str
    phone: str
    tenure: str
    area: Decimal | None
    hours: str
    restday_hours: str
    extended: str
    services: str
    inspected_on: date | None
    met: int
    items: int
    since: date


class StationPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[StationOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class StationQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""
    kind: Annotated[str, Field(max_length=12, pattern=r"^[a-z_]*$")] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ShiftOut(Schema):
    """An own shift."""

    id: int
    station: str
    member: str
    starts_at: datetime
    ends_at: datetime
    attended: bool | None


class TicketIn(Schema):
    """A service of the station, or none yet."""

    service: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""


class TicketOut(Schema):
    """A number; `front` counts who waits before it, `counter` is where it was called or sent."""

    id: int
    number: str
    service: str
    state: str
    state_label: str
    front: int
    counter: str


class QueueOut(Schema):
    """How many wait, and the caller's own number."""

    waiting: int
    own: TicketOut | None


@router.get("", response=StationPage, operation_id="list_stations", summary=str(_("服务站点列表")))
def list_stations(request: HttpRequest, query: Query[StationQuery]) -> Any:
    """The stations that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.station_list(request.actor, queries.Filters(**given), after=after, size=limit)
    return {
        "items": [asdict(row) for row in page.rows],
        "next": page.after or None,
        "count": page.total,
        "count_is_capped": page.capped,
    }


@router.get(
    "/duty", response=list[ShiftOut], operation_id="list_own_shifts", summary=str(_("我的值守"))
)
def list_own_shifts(request: HttpRequest) -> Any:
    """The caller's own published shifts: the last two weeks and everything ahead."""
    return [
        {
            "id": row.pk,
            "station": row.slot.station.name,
            "member": row.member.name,
            "starts_at": row.slot.starts_at,
            "ends_at": row.slot.ends_at,
            "attended": row.attended,
        }
        for row in queries.own_shifts(request.actor)
    ]


class SlotOut(Schema):
    """A time of a day: places, how many are free, how many wait."""

    starts_at: datetime
    ends_at: datetime
    places: int
    free: int
    waiting: int
    past: bool


class BookingIn(Schema):
    """What is booked; `starts_at` is one of the listed times."""

    starts_at: AwareDatetime
    service: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    matter: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    phone: Annotated[str, Field(max_length=20, pattern=r"^[^\x00]*$")] = ""


class BookingOut(Schema):
    """An own booking; `ahead` counts who waits before it, null where it does not wait."""

    id: int
    station: str
    starts_at: datetime
    ends_at: datetime
    state: str
    state_label: str
    service: str
    matter: str
    ahead: int | None


@router.get(
    "/{int:station_id}/slots",
    response={200: list[SlotOut], 404: Problem, 422: Problem},
    operation_id="list_booking_slots",
    summary=str(_("站点某天可预约的时段")),
)
def list_booking_slots(
    request: HttpRequest, station_id: Path[Id], on: Query[date | None] = None
) -> Any:
    """The times of a day (today, where none is named) at a station where the caller may book."""
    station = queries.bookable(request.actor, station_id)
    day = on or timezone.localdate()
    if day not in queries.booking_days(station):
        return []
    return [asdict(line) for line in queries.slot_lines(station, day)]


@router.post(
    "/{int:station_id}/bookings",
    response={201: BookingOut, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    operation_id="book_station",
    summary=str(_("预约站点服务")),
)  # fmt: skip
def book_station(
    request: HttpRequest, station_id: Path[Id], payload: BookingIn, key: str = Key
) -> Any:
    """Books a listed time for oneself; a full one enters the waiting list. With an Idempotency-Key
    a repeated request books once."""
    made = commands.book(actor=request.actor, station_id=station_id, key=key, **payload.dict())
    return Status(201, _booking(made))


@router.get(
    "/bookings", response=list[BookingOut], operation_id="list_own_bookings",
    summary=str(_("我的预约")),
)  # fmt: skip
def list_own_bookings(request: HttpRequest) -> Any:
    """The caller's own bookings: what is ahead and the last two months."""
    return [_booking(row) for row in queries.own_bookings(request.actor)]


@router.post(
    "/bookings/{int:booking_id}/cancel",
    response={200: BookingOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="cancel_booking",
    summary=str(_("取消预约")),
)  # fmt: skip
def cancel_booking(request: HttpRequest, booking_id: Path[Id]) -> Any:
    """Gives a booking back; repeating it changes nothing."""
    return _booking(commands.cancel_booking(actor=request.actor, booking_id=booking_id))


@router.get(
    "/{int:station_id}/tickets", response={200: QueueOut, 404: Problem},
    operation_id="read_queue", summary=str(_("站点排队情况和我的号")),
)  # fmt: skip
def read_queue(request: HttpRequest, station_id: Path[Id]) -> Any:
    """How many wait, and the caller's own number of today."""
    station = queries.queue_station(request.actor, station_id, BOOK)
    own = queries.own_ticket(request.actor, station)
    waiting = queries.waiting_count(station)
    return {"waiting": waiting, "own": _ticket(own) if own else None}


@router.post(
    "/{int:station_id}/tickets",
    response={201: TicketOut, 403: Problem, 404: Problem, 422: Problem},
    operation_id="take_ticket", summary=str(_("取号")),
)  # fmt: skip
def take_ticket(request: HttpRequest, station_id: Path[Id], payload: TicketIn) -> Any:
    """Takes a number; who has one already gets the same one again."""
    made = commands.take_ticket(actor=request.actor, station_id=station_id, **payload.dict())
    return Status(201, _ticket(made))


def _ticket(row: QueueTicket) -> dict[str, Any]:
    return {
        "id": row.pk, "number": str(row), "service": row.service, "state": row.state,
        "state_label": row.get_state_display(), "front": queries.in_front(row),
        "counter": row.counter.name if row.counter else "",
    }  # fmt: skip


def _booking(row: Booking) -> dict[str, Any]:
    return {
        "id": row.pk, "station": row.station.name, "starts_at": row.slot.starts_at,
        "ends_at": row.slot.ends_at, "state": row.state, "state_label": row.get_state_display(),
        "service": row.service, "matter": row.matter, "ahead": queries.waits_behind(row),
    }  # fmt: skip
