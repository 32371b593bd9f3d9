"""/api/v1/enterprises: read-only, under the same policies as the pages."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.registry.enterprises import queries
from loushi.registry.enterprises.queries import Filters

Problem = dict[str, Any]
router = Router(tags=["enterprises"])
NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps none
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class EnterpriseOut(Schema):
    """One row of the list; `phone` is masked unless the caller may see it."""

    id: int
    name: str
    credit_code: str
    unit: str
    place: str
    presence: str
    section: str
    industry: str
    size: str
    status: str
    staff_count: int | None
    established_on: date | None
    officer: str
    contact: str
    phone: str
    source: str


class EnterprisePage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[EnterpriseOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class ContactOut(Schema):
    """A contact; `phone` is masked unless `shown`."""

    id: int
    name: str
    title: str
    phone: str
    shown: bool
    is_primary: bool


class PlaceOut(Schema):
    """A running tenancy."""

    building_id: int
    building: str
    space_id: int | None
    space: str
    presence: str
    area: Decimal | None
    since: date | None
    is_main: bool


class EnterpriseDetail(Schema):
    """One enterprise with its places and contacts."""

    id: int
    name: str
    short_name: str
    credit_code: str
    unit: str
    unit_path: str
    industry: str
    size: str
    status: str
    officer: str
    places: list[PlaceOut]
    contacts: list[ContactOut]


class FactOut(Schema):
    """One statement of where the firm is registered, pays tax or sits; `until` is the first day
    after, null while it runs; what was withdrawn never held."""

    id: int
    kind: str
    lies: str
    address: str
    building_id: int | None
    place: str
    since: date | None
    until: date | None
    reason: str
    ended: str
    source: str
    note: str
    recorded_at: datetime
    withdrawn_at: datetime | None


class TagOut(Schema):
    """A tag from a day to a day; `by_rule` ones are kept by a dated rule."""

    code: str
    label: str
    since: date
    until: date | None
    source: str
    by_rule: bool


class StabilityOut(Schema):
    """A judgement of stability, with its reason."""

    code: str
    label: str
    reason: str
    since: date
    until: date | None
    who: str


class OfficerOut(Schema):
    """Who was in charge, from when to when."""

    name: str
    since: date
    until: date | None
    why: str


class MarksOut(Schema):
    """Everything that an enterprise was marked as, the newest first, as far as the caller sees."""

    tags: list[TagOut]
    stability: list[StabilityOut]
    officers: list[OfficerOut]


class EnterpriseQuery(Schema):
    """The filters of the pages, by the same names."""

    q: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    unit: Id | None = None
    building: Id | None = None
    presence: Annotated[str, Field(max_length=20, pattern=NO_NUL)] = ""
    section: Annotated[str, Field(max_length=1, pattern=NO_NUL)] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get(
    "",
    response={200: EnterprisePage, 403: Problem, 422: Problem},
    operation_id="list_enterprises",
    summary=str(_("企业列表")),
)
def list_enterprises(
    request: HttpRequest, response: HttpResponse, query: Query[EnterpriseQuery]
) -> Any:
    """The enterprises that the caller may see; follow `next` (also in the Link header)."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.enterprise_list(request.actor, Filters(**given), after=after, size=limit)
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
    "/{int:enterprise_id}",
    response={200: EnterpriseDetail, 404: Problem, 422: Problem},
    operation_id="read_enterprise",
    summary=str(_("一家企业")),
)
def read_enterprise(request: HttpRequest, enterprise_id: Path[Id]) -> Any:
    """One enterprise; phones are masked unless the caller may see them."""
    card = queries.enterprise_card(request.actor, enterprise_id)
    places = queries.spaces_of(request.actor, enterprise_id)
    contacts = queries.contacts_of(request.actor, enterprise_id)
    return asdict(card) | {
        "places": [asdict(place) for place in places],
        "contacts": [asdict(contact) for contact in contacts],
    }


@router.get(
    "/{int:enterprise_id}/facts",
    response={200: list[FactOut], 404: Problem, 422: Problem},
    operation_id="list_facts",
    summary=str(_("企业属地事实")),
)
def list_facts(request: HttpRequest, enterprise_id: Path[Id]) -> Any:
    """All statements about a visible enterprise through time, by kind, the running one first."""
    found = queries.facts_of(request.actor, enterprise_id)
    return [asdict(fact) for kind in sorted(found) for fact in found[kind]]


@router.get(
    "/{int:enterprise_id}/marks",
    response={200: MarksOut, 404: Problem, 422: Problem},
    operation_id="read_marks",
    summary=str(_("企业标签、稳定度和专员")),
)
def read_marks(request: HttpRequest, enterprise_id: Path[Id]) -> Any:
    """Tags, judgements of stability and officers of a visible enterprise through time."""
    tags, levels, posts = queries.marks_through_time(request.actor, enterprise_id)
    return {
        "tags": [asdict(row) for row in tags],
        "stability": [asdict(row) for row in levels],
        "officers": [asdict(row) for row in posts],
    }
