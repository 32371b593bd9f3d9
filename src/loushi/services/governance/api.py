"""/api/v1/governance: bodies, meetings, items and resolutions, under the policies of the pages."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from loushi.services.governance import commands, queries

router = Router(tags=["governance"])
CLEAN = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class GovernanceProblem(Schema):
    """A refusal (RFC 9457): what is wrong, in the caller's language."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class BodyOut(Schema):
    """One body: members in term, items that wait, resolutions being carried out."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    building: str
    since: date
    until: date | None
    members: int
    waiting: int
    running: int
    last_meeting: date | None


class BodyPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[BodyOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class BodyQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    kind: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    building: Annotated[int | None, Field(ge=1, le=2**31)] = None
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MeetingOut(Schema):
    """A meeting."""

    id: int
    title: str
    body_id: int
    body: str
    starts_at: datetime
    place: str
    state: str
    items: list[int]


class ItemOut(Schema):
    """An item. Of a running vote only how many have voted; `result` once it is closed."""

    id: int
    body_id: int
    meeting_id: int | None
    title: str
    summary: str
    reference: str
    source: str
    matter: str
    state: str
    secret: bool
    voted: int
    roll: int
    result: dict[str, Any] | None
    resolution_id: int | None


class ResolutionOut(Schema):
    """A resolution; `done` of `tasks`, `late` of them past their day."""

    id: int
    number: str
    text: str
    title: str
    body: str
    adopted: bool
    adopted_on: date
    state: str
    state_label: str
    verdict: str
    answer: str
    tasks: int
    done: int
    late: int


class ResolutionPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[ResolutionOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class ResolutionQuery(Schema):
    """The filters of the page, by the same names."""

    q: Annotated[str, Field(max_length=80, pattern=CLEAN)] = ""
    state: Literal["", "running", "reported"] = ""
    body: Annotated[int | None, Field(ge=1, le=2**31)] = None
    late: bool = False
    after: Annotated[str, Field(max_length=800)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Proposal(Schema):
    """A free proposal."""

    title: Annotated[str, Field(min_length=1, max_length=80, pattern=CLEAN)]
    summary: Annotated[str, Field(max_length=5000, pattern=CLEAN)] = ""
    matter: Literal["ordinary", "major", "personnel"] = "ordinary"


class Vote(Schema):
    """A member's own vote."""

    choice: Literal["for", "against", "abstain"]


class VoteOut(Schema):
    """`receipt` of a secret ballot: given this once; '' for an open vote."""

    receipt: str


class TaskIn(Schema):
    """Progress of a task."""

    state: Literal["open", "done", "dropped"]
    note: Annotated[str, Field(max_length=300, pattern=CLEAN)] = ""


class TaskOut(Schema):
    """A task of a resolution."""

    id: int
    what: str
    owner: str
    due_on: date
    state: str
    note: str


def _answers(status: int, schema: Any, *refusals: int) -> dict[int, Any]:
    return {status: schema} | dict.fromkeys(sorted({401, *refusals}), GovernanceProblem)


def _paged(page: Any) -> dict[str, Any]:
    return {
        "items": [asdict(row) for row in page.rows], "next": page.after or None,
        "count": page.total, "count_is_capped": page.capped,
    }  # fmt: skip


@router.get("", response=_answers(200, BodyPage, 422), summary=_("议事组织列表"))
def list_bodies(request: HttpRequest, query: Query[BodyQuery]) -> Any:
    """The bodies that the caller may see; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    return _paged(
        queries.body_list(request.actor, queries.Filters(**given), after=after, size=limit)
    )


@router.get(
    "/resolutions",
    response=_answers(200, ResolutionPage, 422),
    summary=_("决议列表"),
)
def list_resolutions(request: HttpRequest, query: Query[ResolutionQuery]) -> Any:
    """The resolutions that the caller may see, newest first; follow `next`."""
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    filters = queries.ResolutionFilters(**given)
    return _paged(queries.resolution_list(request.actor, filters, after=after, size=limit))


@router.get(
    "/meetings/{meeting_id}",
    response=_answers(200, MeetingOut, 404, 422),
    summary=_("一次会议"),
)
def read_meeting(request: HttpRequest, meeting_id: Path[Id]) -> Any:
    """One meeting with the ids of what is on its agenda."""
    page = queries.meeting_page(request.actor, meeting_id)
    row = page.row
    return {
        "id": row.pk, "title": row.title, "body_id": row.body_id, "body": row.body.name,
        "starts_at": row.starts_at, "place": row.place, "state": row.state,
        "items": [one.pk for one in page.items],
    }  # fmt: skip


@router.get("/items/{item_id}", response=_answers(200, ItemOut, 404, 422), summary=_("一个议题"))
def read_item(request: HttpRequest, item_id: Path[Id]) -> Any:
    """One item."""
    return _item(queries.item_page(request.actor, item_id))


@router.post(
    "/bodies/{body_id}/items",
    response=_answers(201, ItemOut, 403, 404, 422),
    summary=_("提出议题"),
)
def propose_item(request: HttpRequest, body_id: Path[Id], payload: Proposal) -> Any:
    """A free proposal to a body."""
    made = commands.propose(actor=request.actor, body_id=body_id, values=payload.dict())
    return Status(201, _item(queries.item_page(request.actor, made.pk)))


@router.post(
    "/items/{item_id}/vote", response=_answers(200, VoteOut, 403, 404, 409, 422), summary=_("表决")
)
def cast_vote(request: HttpRequest, item_id: Path[Id], payload: Vote) -> Any:
    """The caller's own vote in a running vote. Nothing of it is kept but the vote itself."""
    receipt = commands.cast_vote(actor=request.actor, item_id=item_id, choice=payload.choice)
    return {"receipt": receipt}


@router.post(
    "/tasks/{task_id}",
    response=_answers(200, TaskOut, 403, 404, 409, 422),
    summary=_("登记任务进展"),
)
def move_task(request: HttpRequest, task_id: Path[Id], payload: TaskIn) -> Any:
    """Progress of a task, by its owner or whoever convenes."""
    row = commands.finish_task(actor=request.actor, task_id=task_id, **payload.dict())
    return {
        "id": row.pk, "what": row.what, "owner": row.owner_name, "due_on": row.due_on,
        "state": row.state, "note": row.note,
    }  # fmt: skip


@router.get(
    "/bodies/{body_id}", response=_answers(200, BodyOut, 404, 422), summary=_("一个议事组织")
)
def read_body(request: HttpRequest, body_id: Path[Id]) -> Any:
    """One body."""
    return asdict(queries.body_page(request.actor, body_id).line)


def _item(page: queries.ItemPage) -> dict[str, Any]:
    row = page.row
    return {
        "id": row.pk, "body_id": row.body_id, "meeting_id": row.meeting_id, "title": row.title,
        "summary": row.summary, "reference": row.reference, "source": row.source,
        "matter": row.matter, "state": row.state, "secret": row.secret, "voted": page.voted,
        "roll": len(page.roll), "result": row.count or None,
        "resolution_id": page.resolution.pk if page.resolution else None,
    }  # fmt: skip
