"""/api/v1/catalogue/items: service lists on any day, under the same policies as the pages."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.foundation.core.errors import NotVisible
from loushi.services.catalogue import queries

items = Router(tags=["catalogue"])
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Word = Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")]


class ItemProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class ItemOut(Schema):
    """A service as a unit's list offers it on the day; `entry` is the community's own row where it
    was taken over from the guide of `guide`; `since` and `until` are those of the version. `bundle`
    is the 一类事 by which it is done, which takes applications now where `bundle_open`."""

    id: int
    code: str
    title: str
    summary: str
    field: str
    field_label: str
    side: str
    side_label: str
    value_added: bool
    one_matter: bool
    office: str
    contact: str
    conditions: str
    materials: str
    steps: str
    fees: str
    limit: str
    hours: str
    channels: str
    source: str
    unit: str
    unit_id: int
    number: int
    since: date
    until: date | None
    guide: str
    entry: int | None
    note: str
    bundle: int | None
    bundle_title: str
    bundle_open: bool


class ItemsQuery(Schema):
    """Whose list (none: the own one of an enterprise's people), on which day, narrowed to what."""

    unit: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None
    on: Annotated[date | None, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))] = None
    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    field: Word = ""
    side: Word = ""
    grade: Literal["", "basic", "added"] = ""
    one: Literal["", "1"] = ""
    office: Annotated[str, Field(max_length=60, pattern=CLEAN)] = ""


class ItemQuery(Schema):
    """As which unit offers it, on which day."""

    unit: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None
    on: Annotated[date | None, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))] = None


@items.get(
    "/items", response=list[ItemOut], operation_id="list_service_items",
    summary=str(_("企业服务清单")),
)  # fmt: skip
def list_service_items(request: HttpRequest, query: Query[ItemsQuery]) -> Any:
    """A unit's list on a day (default today), whole: lists are short."""
    given = query.dict()
    unit, on = given.pop("unit"), given.pop("on")
    filters = queries.ItemFilters(**given)
    if unit is None:
        found = queries.own_menu(request.actor, on, filters)
    else:
        found = queries.menu(request.actor, unit, on, filters)
    return [queries.item_values(line) for line in found]


@items.get(
    "/items/{int:item_id}", response={200: ItemOut, 404: ItemProblem},
    operation_id="read_service_item", summary=str(_("一个服务事项")),
)  # fmt: skip
def read_service_item(request: HttpRequest, item_id: Path[Id], query: Query[ItemQuery]) -> Any:
    """A service on a day (default today); 404 where it is not offered then."""
    line = queries.item_line(request.actor, item_id, unit_id=query.unit, on=query.on)
    if line is None:
        raise NotVisible
    return queries.item_values(line)
