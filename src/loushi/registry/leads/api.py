"""/api/v1/leads: read-only, under the same policies as the pages."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from loushi.registry.leads import queries

router = Router(tags=["leads"])


class LeadOut(Schema):
    """One lead; `phone` is masked unless the caller works on it."""

    id: int
    company: str
    state: str
    stage: str
    since: datetime
    source: str
    unit: str
    industry: str
    area: str
    budget: Decimal | None
    officer: str
    contact: str
    phone: str
    post: str
    lost: str
    created_at: datetime


class LeadPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[LeadOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class LeadQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""
    state: Annotated[str, Field(max_length=10, pattern=r"^[a-z_]*$")] = ""
    source: Annotated[str, Field(max_length=10, pattern=r"^[a-z_]*$")] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("", response=LeadPage, operation_id="list_leads", summary=str(_("招商线索列表")))
def list_leads(request: HttpRequest, query: Query[LeadQuery]) -> Any:
    """The leads that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.lead_list(request.actor, queries.Filters(**given), after=after, size=limit)
    return {
        "items": [asdict(row) for row in page.rows],
        "next": page.after or None,
        "count": page.total,
        "count_is_capped": page.capped,
    }
