"""/api/v1/applications: applications for bundles, under the policies of the pages."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import Field

from loushi.casework.applications import commands, queries

router = Router(tags=["applications"])
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Code = Annotated[str, Field(max_length=12, pattern=r"^[a-z0-9]*$")]
Key = Header(
    "",
    alias="Idempotency-Key",
    max_length=80,
    pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request makes nothing new.",
)


class ApplicationProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


REFUSALS = {403: ApplicationProblem, 404: ApplicationProblem, 409: ApplicationProblem,
            422: ApplicationProblem}  # fmt: skip


class ApplicationOut(Schema):
    """An application; `now` names the steps that run, `done` of `steps` are done."""

    id: int
    number: str
    title: str
    bundle: str
    applicant: str
    unit: str
    state: str
    state_label: str
    submitted_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    is_late: bool
    steps: int
    done: int
    now: list[str]
    asked: bool
    score: int | None


class ApplicationsPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[ApplicationOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class ApplicationQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    show: Literal[
        "mine", "live", "late", "all", "handling", "finished", "closed", "refused", "withdrawn"
    ] = "live"
    bundle: Annotated[int | None, Field(ge=1, le=2**31)] = None
    unit: Annotated[int | None, Field(ge=1, le=2**31)] = None
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ApplicationStepOut(Schema):
    """A step; `moves` may be made by the caller right now."""

    code: str
    title: str
    department: str
    state: str
    opened_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    is_late: bool
    said: str
    moves: list[str]


class ApplicationRecordOut(Schema):
    """A number or a line of the log."""

    id: int
    label: str
    amount: int | None
    measure: str
    text: str
    at: datetime


class ApplicationDetail(Schema):
    """One application; of the answers only what the caller may read, by code of the question."""

    id: int
    number: str
    title: str
    bundle: str
    version: int
    applicant: str
    unit: str
    state: str
    result: str
    due_at: datetime | None
    is_late: bool
    submitted_at: datetime
    ended_at: datetime | None
    score: int | None
    answers: dict[str, Any]
    steps: list[ApplicationStepOut]
    records: list[ApplicationRecordOut]
    moves: list[str]


class NewApplication(Schema):
    """An application: `answers` by code of the question (see the bundle); `papers` are the codes of
    materials that lie at the window. Files are added on the pages."""

    bundle: Id
    answers: dict[Code, Annotated[str, Field(max_length=2000, pattern=CLEAN)] | float
                  | list[Annotated[str, Field(max_length=40, pattern=CLEAN)]] | None]  # fmt: skip
    enterprise: Id | None = None
    unit: Id | None = None
    applicant: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    contact_name: Annotated[str, Field(max_length=40, pattern=CLEAN)] = ""
    contact_phone: Annotated[str, Field(max_length=20, pattern=CLEAN)] = ""
    papers: Annotated[list[Code], Field(max_length=60)] = []


class StepMoveIn(Schema):
    """The words of a move: the result, what has to be corrected, or why it is not approved."""

    said: Annotated[str, Field(max_length=1000, pattern=CLEAN)] = ""


class RecordIn(Schema):
    """A record by the code of its kind."""

    code: Code
    amount: Annotated[int | None, Field(ge=0, le=10**8)] = None
    text: Annotated[str, Field(max_length=500, pattern=CLEAN)] = ""


class RatingIn(Schema):
    """评价."""

    score: Annotated[int, Field(ge=1, le=5)]
    solved: Literal["yes", "partly", "no"]
    words: Annotated[str, Field(max_length=2000, pattern=CLEAN)] = ""


class RecordSumOut(Schema):
    """One kind of record: how many rows, and their sum where they are numbers."""

    label: str
    measure: str
    rows: int
    amount: int | None


class BundleTotalOut(Schema):
    """One bundle's figures over the applications that the caller sees."""

    bundle_id: int
    bundle: str
    applications: int
    handling: int
    finished: int
    refused: int
    late: int
    score: float | None
    sums: list[RecordSumOut]


@router.get("", response=ApplicationsPage, operation_id="list_applications",
            summary=str(_("一类事申请列表")))  # fmt: skip
def list_applications(request: HttpRequest, query: Query[ApplicationQuery]) -> Any:
    """The applications that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    filters = queries.Filters(**given)
    page = queries.application_list(request.actor, filters, after=after, size=limit)
    return {
        "items": page.rows, "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.get("/totals", response=list[BundleTotalOut], operation_id="list_application_totals",
            summary=str(_("一类事合计")))  # fmt: skip
def list_application_totals(request: HttpRequest) -> Any:
    """Per bundle: how many applications, and the sums of what was recorded."""
    return [asdict(one) for one in queries.totals(request.actor)]


@router.get("/{int:application_id}", response={200: ApplicationDetail, 404: ApplicationProblem},
            operation_id="read_application", summary=str(_("一件一类事申请")))  # fmt: skip
def read_application(request: HttpRequest, application_id: Path[Id]) -> Any:
    """One application with its steps."""
    return _detail(request, application_id)


@router.post("", response={201: ApplicationDetail, **REFUSALS}, operation_id="apply_for_bundle",
             summary=str(_("申请一类事")))  # fmt: skip
def apply_for_bundle(request: HttpRequest, payload: NewApplication, key: str = Key) -> Any:
    """Applies for a bundle, for the own enterprise or at the window."""
    made = commands.submit_application(
        actor=request.actor, key=key,
        request=commands.Request(
            payload.bundle, payload.answers, enterprise_id=payload.enterprise,
            unit_id=payload.unit, applicant=payload.applicant, contact_name=payload.contact_name,
            contact_phone=payload.contact_phone, channel="api", papers=payload.papers,
        ),
    )  # fmt: skip
    return Status(201, _detail(request, made.pk))


@router.post("/{int:application_id}/steps/{code}/{move}",
             response={200: ApplicationDetail, **REFUSALS}, operation_id="move_application_step",
             summary=str(_("办理一个步骤")))  # fmt: skip
def move_application_step(
    request: HttpRequest, application_id: Path[Id], code: Code,
    move: Literal["start", "ask", "done", "refuse"], payload: StepMoveIn, key: str = Key,
) -> Any:  # fmt: skip
    """Starts a step, asks for a correction, ends it or refuses it."""
    row = commands.move_step(actor=request.actor, application_id=application_id, code=code,
                             move=move, said=payload.said, key=key)  # fmt: skip
    return _page(queries.page_after(request.actor, row))


@router.post("/{int:application_id}/records", response={200: ApplicationDetail, **REFUSALS},
             operation_id="add_application_record", summary=str(_("记录数量或情况")))  # fmt: skip
def add_application_record(
    request: HttpRequest, application_id: Path[Id], payload: RecordIn, key: str = Key
) -> Any:
    """Writes down a number or what happened."""
    commands.add_record(actor=request.actor, application_id=application_id, key=key,
                        **payload.dict())  # fmt: skip
    return _detail(request, application_id)


@router.post("/{int:application_id}/rating", response={200: ApplicationDetail, **REFUSALS},
             operation_id="rate_application", summary=str(_("评价一类事")))  # fmt: skip
def rate_application(
    request: HttpRequest, application_id: Path[Id], payload: RatingIn, key: str = Key
) -> Any:
    """The applicant's rating; once."""
    commands.rate(actor=request.actor, application_id=application_id, key=key,
                  values=payload.dict())  # fmt: skip
    return _detail(request, application_id)


def _detail(request: HttpRequest, application_id: int) -> dict[str, Any]:
    return _page(queries.case_page(request.actor, application_id, history=False))


def _page(page: queries.CasePage) -> dict[str, Any]:
    row = page.row
    names = ("id", "number", "title", "applicant", "state", "result", "due_at", "is_late",
             "submitted_at", "ended_at", "score")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "bundle": row.bundle.title, "version": row.version.number, "unit": row.unit.name,
        "answers": {one.code: value for one, value in page.answers},
        "moves": [move.name for move in page.moves],
        "records": [
            {name: getattr(one, name)
             for name in ("id", "label", "amount", "measure", "text", "at")}
            for one in page.records
        ],
        "steps": [
            {name: getattr(one.row, name)
             for name in ("code", "title", "state", "opened_at", "due_at", "ended_at", "is_late",
                          "said")}
            | {"department": one.owner, "moves": [move.name for move in one.moves]}
            for one in page.steps
        ],
    }  # fmt: skip
