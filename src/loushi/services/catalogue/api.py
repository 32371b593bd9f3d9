"""/api/v1/catalogue: policies and who they are for, under the same policies as the pages."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.foundation.core.actor import ENTERPRISE
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.api_bookings import bookings
from loushi.services.catalogue.api_bundles import router as bundles
from loushi.services.catalogue.api_items import items
from loushi.services.catalogue.conditions import every
from loushi.services.catalogue.policy import OWN
from loushi.services.catalogue.words import reasons

router = Router(tags=["catalogue"])
router.add_router("", items)
router.add_router("", bundles)
router.add_router("", bookings)
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
VERDICTS = {0: "failed", 1: "unknown", 2: "met"}


class CatalogueProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class PolicyOut(Schema):
    """One policy; `declared` and `granted` count declarations that the caller may see."""

    id: int
    title: str
    number: str
    issuer: str
    unit: str
    state: str
    state_label: str
    since: date | None
    until: date | None
    opens_on: date | None
    closes_on: date | None
    benefits: str
    version: int
    declared: int
    granted: int


class PolicyDetail(PolicyOut):
    """A policy with its text and its conditions (as the README of the package describes them)."""

    text: str
    materials: str
    how: str
    contact: str
    source: str
    conditions: dict[str, Any]


class PoliciesPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[PolicyOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class PolicyQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    stand: Literal["", "open", "valid", "ended"] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ReasonOut(Schema):
    """One condition: met, failed or unknown, and why."""

    text: str
    verdict: str
    why: str


class FirmOut(Schema):
    """A firm with its group (met, asked, unknown, near, no) and the reasons."""

    id: int
    name: str
    credit_code: str
    unit: str
    group: str
    pushed: bool
    declared: str
    reasons: list[ReasonOut]


class FirmsPage(Schema):
    """One page of a group, and how many firms each group has."""

    items: list[FirmOut]
    next: str | None
    counts: dict[str, int]


class FirmsQuery(Schema):
    """Which firms."""

    group: Literal["met", "asked", "unknown", "near", "no"] = "met"
    unit: Annotated[int | None, Field(ge=1, le=2**31)] = None
    after: Annotated[str, Field(max_length=9, pattern=r"^\d*$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class FitOut(Schema):
    """A policy for one firm."""

    id: int
    title: str
    benefits: str
    group: str
    reasons: list[ReasonOut]


class ResourceOut(Schema):
    """One resource; `towers` are those served, none means the whole unit."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    provider: str
    summary: str
    capacity: int | None
    measure: str
    since: date | None
    until: date | None
    state: str
    state_label: str
    towers: list[str]


class ResourcesPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[ResourceOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class ResourceQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    kind: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get(
    "/resources", response=ResourcesPage, operation_id="list_resources", summary=str(_("社区所能"))
)
def list_resources(request: HttpRequest, query: Query[ResourceQuery]) -> Any:
    """The resources that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.resource_list(
        request.actor, queries.ResourceFilters(**given), after=after, size=limit
    )
    return {
        "items": [asdict(row) for row in page.rows], "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.get("", response=PoliciesPage, operation_id="list_policies", summary=str(_("惠企政策列表")))
def list_policies(request: HttpRequest, query: Query[PolicyQuery]) -> Any:
    """The policies that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.policy_list(request.actor, queries.Filters(**given), after=after, size=limit)
    return {
        "items": [asdict(row) for row in page.rows], "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.get(
    "/{int:policy_id}", response={200: PolicyDetail, 404: CatalogueProblem},
    operation_id="read_policy", summary=str(_("一项惠企政策")),
)  # fmt: skip
def read_policy(request: HttpRequest, policy_id: Path[Id]) -> Any:
    """One policy with its conditions."""
    page = queries.policy_page(request.actor, policy_id)
    names = ("text", "materials", "how", "contact", "source", "conditions")
    return asdict(page.line) | {name: getattr(page.row, name) for name in names}


@router.get(
    "/{int:policy_id}/firms",
    response={200: FirmsPage, 403: CatalogueProblem, 404: CatalogueProblem},
    operation_id="list_policy_firms", summary=str(_("哪些企业符合，差什么")),
)  # fmt: skip
def list_policy_firms(
    request: HttpRequest, policy_id: Path[Id], query: Query[FirmsQuery]
) -> Any:  # fmt: skip
    """The firms in the caller's range by group, with the verdict on every condition. A tax
    condition stays unknown to those who may not see tax bands."""
    matched = commands.match_firms(actor=request.actor, policy_id=policy_id, unit=query.unit)
    filters = queries.MatchFilters(query.group, query.unit)
    page = queries.match_page(
        request.actor, matched, filters, after=query.after, size=query.limit
    )  # fmt: skip
    conditions = every(matched.policy.conditions)
    return {
        "items": [
            {
                "id": one.id, "name": one.name, "credit_code": one.credit_code, "unit": one.unit,
                "group": one.found.group, "pushed": one.pushed, "declared": one.declared,
                "reasons": _reasons(conditions, one.found, matched.terms),
            }
            for one in page.rows
        ],
        "next": page.after or None, "counts": matched.counts(),
    }  # fmt: skip


@router.get(
    "/enterprises/{int:enterprise_id}",
    response={200: list[FitOut], 403: CatalogueProblem, 404: CatalogueProblem},
    operation_id="list_enterprise_policies", summary=str(_("一家企业适用的政策")),
)  # fmt: skip
def list_enterprise_policies(request: HttpRequest, enterprise_id: Path[Id]) -> Any:
    """The policies in force for one firm, what fits first. The firm's own people get the verdict on
    tax, too."""
    actor = request.actor
    own = str(enterprise_id) in actor.keys(ENTERPRISE, OWN)
    match = commands.match_own if own else commands.match_policies
    return [
        {
            "id": row.pk, "title": row.title, "benefits": row.benefits, "group": firm.group,
            "reasons": _reasons(every(row.conditions), firm, terms),
        }
        for row, firm, terms in match(actor=actor, enterprise_id=enterprise_id)
    ]  # fmt: skip


def _reasons(conditions: Any, firm: Any, terms: Any) -> list[dict[str, str]]:
    return [
        {"text": one["text"], "verdict": VERDICTS[one["verdict"]], "why": one["why"]}
        for one in reasons(conditions, firm, terms)
    ]
