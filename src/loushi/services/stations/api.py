"""/api/v1/stations: read-only, under the same policies as the pages."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from loushi.services.stations import queries

router = Router(tags=["stations"])


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
