"""/api/v1/buildings: read-only, under the same policies as the pages."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.foundation.core.errors import NotVisible
from loushi.registry.buildings import queries
from loushi.registry.buildings.queries import Filters

Problem = dict[str, Any]
router = Router(tags=["buildings"])
NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps none
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class BuildingOut(Schema):
    """A building; coordinates are on the single building, always with their reference system."""

    id: int
    name: str
    code: str
    place: str
    address: str
    grade: str
    floors_above: int | None
    floors_below: int | None
    lettable_area: Decimal | None
    completed_year: int | None
    manager: str
    source: str


class BuildingPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[BuildingOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class BuildingDetail(Schema):
    """One building."""

    id: int
    name: str
    code: str | None
    unit: int
    unit_path: str
    address: str
    longitude: Decimal | None
    latitude: Decimal | None
    crs: str
    grade: str
    floors_above: int | None
    floors_below: int | None
    lettable_area: Decimal | None
    completed_year: int | None
    source: str


class SpaceOut(Schema):
    """A room or part of a floor."""

    id: int
    number: str
    area: Decimal | None
    use: str
    state: str
    floor: int | None


class BuildingQuery(Schema):
    """The filters of the pages, by the same names."""

    q: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    unit: Id | None = None
    grade: Annotated[str, Field(max_length=10, pattern=NO_NUL)] = ""
    after: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get(
    "",
    response={200: BuildingPage, 403: Problem, 422: Problem},
    operation_id="list_buildings",
    summary=str(_("楼宇列表")),
)
def list_buildings(
    request: HttpRequest, response: HttpResponse, query: Query[BuildingQuery]
) -> Any:
    """The buildings that the caller may see; follow `next` (also in the Link header)."""
    filters = Filters(q=query.q, unit=query.unit, grade=query.grade)
    page = queries.building_list(request.actor, filters, after=query.after, size=query.limit)
    if page.after:
        params = request.GET.copy()
        params["after"] = page.after
        address = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        response["Link"] = f'<{address}>; rel="next"'
    return {
        "items": [asdict(row) for row in page.rows],
        "next": page.after or None,
        "count": page.total,
        "count_is_capped": page.capped,
    }


@router.get(
    "/{int:building_id}",
    response={200: BuildingDetail, 404: Problem, 422: Problem},
    operation_id="read_building",
    summary=str(_("一幢楼")),
)
def read_building(request: HttpRequest, building_id: Path[Id]) -> Any:
    """Address, size and coordinates of one building."""
    row = queries.building_page(request.actor, building_id).building
    given = {name: getattr(row, name) for name in BuildingDetail.model_fields if name != "unit"}
    return given | {"unit": row.unit_id}


@router.get(
    "/{int:building_id}/spaces",
    response={200: list[SpaceOut], 404: Problem, 422: Problem},
    operation_id="list_spaces",
    summary=str(_("一幢楼的房源")),
)
def list_spaces(request: HttpRequest, building_id: Path[Id]) -> Any:
    """The rooms of one building, by number."""
    if not queries.buildings(request.actor).filter(pk=building_id).exists():
        raise NotVisible
    rows = queries.spaces(request.actor, building_id).select_related("floor").order_by("number")
    return [
        {
            "id": row.pk,
            "number": row.number,
            "area": row.area,
            "use": row.use,
            "state": row.state,
            "floor": row.floor.number if row.floor else None,
        }
        for row in rows
    ]
