"""/api/v1/catalogue/bundles: what may be applied for, as data."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.services.catalogue import queries

router = Router(tags=["catalogue"])
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class BundleProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class BundleOut(Schema):
    """A bundle; `version` is the published one, 0 before the first."""

    id: int
    title: str
    summary: str
    unit: str
    state: str
    state_label: str
    version: int
    founders: bool
    steps: int
    departments: list[str]


class BundlesPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[BundleOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class BundleQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    state: Literal["", "draft", "published", "withdrawn"] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class QuestionOut(Schema):
    """A question of the form: kind text, long, number, date, choice, ticks or yes."""

    code: str
    label: str
    kind: str
    options: list[str]
    required: bool
    hint: str


class BundleMaterialOut(Schema):
    """A material, handed in once for all steps that need it."""

    code: str
    label: str
    hint: str
    required: bool


class ConditionOut(Schema):
    """A condition over one answer: any, none, low or high."""

    field: str
    op: str
    values: list[Any]


class BundleStepOut(Schema):
    """A step: taken where all conditions in `when` hold, after the steps in `after`."""

    code: str
    title: str
    department: int | None
    window: bool
    after: list[str]
    when: list[ConditionOut]
    materials: list[str]
    needs: list[str]
    limit_kind: str
    limit_amount: int
    verb: str
    channel: str
    how: str
    closing: bool


class LeadingItemOut(Schema):
    """An item of a service list that is done by the bundle."""

    id: int
    code: str
    title: str
    unit: str


class BundleDetail(BundleOut):
    """A bundle with its published form, materials and steps, and the items that lead to it."""

    fields: list[QuestionOut]
    materials: list[BundleMaterialOut]
    flow: list[BundleStepOut]
    items: list[LeadingItemOut]


@router.get("/bundles", response=BundlesPage, operation_id="list_bundles",
            summary=str(_("一类事列表")))  # fmt: skip
def list_bundles(request: HttpRequest, query: Query[BundleQuery]) -> Any:
    """The bundles that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    filters = queries.BundleFilters(**given)
    page = queries.bundle_list(request.actor, filters, after=after, size=limit)
    return {
        "items": [asdict(row) for row in page.rows], "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.get("/bundles/{int:bundle_id}", response={200: BundleDetail, 404: BundleProblem},
            operation_id="read_bundle", summary=str(_("一件一类事")))  # fmt: skip
def read_bundle(request: HttpRequest, bundle_id: Path[Id]) -> Any:
    """One bundle with its published version."""
    page = queries.bundle_page(request.actor, bundle_id)
    flow = asdict(page.flow)
    return asdict(page.line) | {
        "fields": flow["fields"], "materials": flow["materials"], "flow": flow["steps"],
        "items": [asdict(one) for one in page.items],
    }  # fmt: skip
