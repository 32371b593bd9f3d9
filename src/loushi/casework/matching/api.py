"""/api/v1/matching: common issues and their joint answers, under the policies of the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import Field

from loushi.casework.matching import commands, queries
from loushi.casework.matching.api_matches import matches

router = Router(tags=["matching"])
router.add_router("", matches)
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], Field(max_length=200)]
Key = Header(
    "",
    alias="Idempotency-Key",
    max_length=80,
    pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request makes nothing new.",
)


class MatchingProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class IssueOut(Schema):
    """A common issue; `demands` and `open` count the demands that the caller may see."""

    id: int
    number: str
    name: str
    category: str
    unit: str
    lead: str
    state: str
    state_label: str
    demands: int
    open: int
    meets_at: datetime | None
    created_at: datetime
    answered_at: datetime | None


class IssueList(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[IssueOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class IssueQuery(Schema):
    """The filters of the page, by the same names; a search looks at ended ones too."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    state: Literal[
        "live", "all", "open", "assigned", "council", "answered", "closed", "merged", "dissolved"
    ] = "live"
    category: Annotated[str, Field(max_length=30, pattern=CLEAN)] = ""
    unit: Annotated[int | None, Field(ge=1, le=2**31)] = None
    lead: Annotated[int | None, Field(ge=1, le=2**31)] = None
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MemberOut(Schema):
    """A demand in the issue; `left` says why the last joint answer did not reach it."""

    id: int
    number: str
    title: str
    state: str
    added_at: datetime
    added_by: str
    why: str
    answered: bool
    left: str
    score: int | None


class AnswerOut(Schema):
    """A joint answer."""

    id: int
    verdict: str
    text: str
    by: str
    at: datetime


class IssueDetail(IssueOut):
    """One issue with the demands that the caller may see; `moves` may be made right now."""

    summary: str
    helpers: list[str]
    members: list[MemberOut]
    answers: list[AnswerOut]
    merged_into: int | None
    split_from: int | None
    moves: list[str]


class ProposalOut(Schema):
    """A demand that looks alike, from 0 to 1, and what speaks for it."""

    id: int
    number: str
    title: str
    why: str
    score: float


class NewIssueIn(Schema):
    """A new issue of a unit, with its first demands."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=CLEAN)]
    unit: Id
    summary: Annotated[str, Field(max_length=5000, pattern=CLEAN)] = ""
    category: Id | None = None
    demands: Ids = []
    why: Annotated[str, Field(max_length=200, pattern=CLEAN)] = ""


class AddIn(Schema):
    """Demands that go into the issue, all or none."""

    demands: Ids
    why: Annotated[str, Field(max_length=200, pattern=CLEAN)] = ""


class AnswerIn(Schema):
    """One answer to all demands of the issue."""

    verdict: Literal["solved", "explained", "unsolvable"]
    answer: Annotated[str, Field(min_length=1, max_length=5000, pattern=CLEAN)]


class AnsweredOut(Schema):
    """What the answer did to the demands that the caller may see."""

    answer: AnswerOut
    members: list[MemberOut]


def _answers(status: int, schema: Any, *refusals: int) -> dict[int, Any]:
    return {status: schema} | dict.fromkeys(sorted({401, *refusals}), MatchingProblem)


@router.get("", response=_answers(200, IssueList, 422), summary=_("共性问题列表"))
def list_common_issues(request: HttpRequest, query: Query[IssueQuery]) -> Any:
    """The issues that the caller may see, newest first; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.issue_list(request.actor, queries.Filters(**given), after=after, size=limit)
    return {
        "items": [_line(row) for row in page.rows], "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.post(
    "",
    response=_answers(201, IssueDetail, 403, 409, 422),
    summary=_("建立共性问题"),
)
def create_common_issue(request: HttpRequest, payload: NewIssueIn, key: str = Key) -> Any:
    """Groups demands under a name. Each stays its own case and its submitter is told."""
    values = {"name": payload.name, "summary": payload.summary, "unit_id": payload.unit,
              "category_id": payload.category, "why": payload.why}  # fmt: skip
    made = commands.create_issue(
        actor=request.actor, values=values, demand_ids=payload.demands, key=key
    )
    return Status(201, _detail(queries.issue_page(request.actor, made.pk)))


@router.get(
    "/{int:issue_id}", response=_answers(200, IssueDetail, 404, 422), summary=_("一个共性问题")
)
def read_common_issue(request: HttpRequest, issue_id: Path[Id]) -> Any:
    """One issue."""
    return _detail(queries.issue_page(request.actor, issue_id))


@router.get(
    "/{issue_id}/proposals",
    response=_answers(200, list[ProposalOut], 404, 422),
    summary=_("可能是同一件事的诉求"),
)
def list_proposals(request: HttpRequest, issue_id: Path[Id]) -> Any:
    """Open demands that look like those of the issue, with the reason; a person decides."""
    row = queries.issue_row(request.actor, issue_id)
    return [
        {"id": one.line.row.id, "number": one.line.row.number, "title": one.line.row.title,
         "why": one.why, "score": one.score}
        for one in queries.proposals_for_issue(request.actor, row)
    ]  # fmt: skip


@router.post(
    "/{issue_id}/demands",
    response=_answers(200, IssueDetail, 403, 404, 409, 422),
    summary=_("并入诉求"),
)
def add_to_common_issue(
    request: HttpRequest, issue_id: Path[Id], payload: AddIn, key: str = Key
) -> Any:
    """Takes demands in, all or none: open ones of the issue's unit that are in no other issue."""
    commands.add_demands(
        actor=request.actor, issue_id=issue_id, demand_ids=payload.demands, why=payload.why,
        key=key,
    )  # fmt: skip
    return _detail(queries.issue_page(request.actor, issue_id))


@router.post(
    "/{issue_id}/answer",
    response=_answers(200, AnsweredOut, 403, 404, 409, 422),
    summary=_("统一答复"),
)
def answer_common_issue(
    request: HttpRequest, issue_id: Path[Id], payload: AnswerIn, key: str = Key
) -> Any:
    """Resolves every demand that can be, each by its own move, to be rated by its own submitter;
    the others stay as they are and say why in `left`."""
    given = commands.answer_issue(
        actor=request.actor, issue_id=issue_id, verdict=payload.verdict, text=payload.answer,
        key=key,
    )  # fmt: skip
    members = queries.issue_page(request.actor, issue_id).members
    return {"answer": _answer(given.answer), "members": [_member(one) for one in members]}


def _line(row: queries.IssueLine) -> dict[str, Any]:
    return {name: getattr(row, name) for name in IssueOut.model_fields}


def _member(one: queries.Member) -> dict[str, Any]:
    row = one.line.row
    return {
        "id": one.id, "number": row.number, "title": row.title, "state": row.state,
        "added_at": one.added_at, "added_by": one.added_by, "why": one.why,
        "answered": one.answered, "left": one.left, "score": row.score,
    }  # fmt: skip


def _answer(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "verdict": row.verdict, "text": row.text, "by": row.by, "at": row.at}


def _detail(page: queries.IssuePage) -> dict[str, Any]:
    row = page.row
    return _line(page.line) | {
        "summary": row.summary, "helpers": [one.name for one in page.helpers],
        "members": [_member(one) for one in page.members],
        "answers": [_answer(one) for one, _files in page.answers],
        "merged_into": row.merged_into_id, "split_from": row.split_from_id,
        "moves": [move.name for move in page.moves],
    }  # fmt: skip
