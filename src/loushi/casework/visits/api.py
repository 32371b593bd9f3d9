"""/api/v1/visits: the day plan, visits, sweeps room by room; under the same policies as the pages.

What a device keeps offline comes from here and goes back here: reads carry `version` and `stamp`,
saves a key of the client, a payload version and what was seen.
"""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import Field

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import (
    FindingInput,
    NewcomerInput,
    RoomInput,
    TenantInput,
    VisitEdit,
    VisitInput,
)
from loushi.casework.visits.policy import INSPECT, VIEW
from loushi.casework.visits.queries.visits import VisitLine
from loushi.foundation.core.errors import Denied

router = Router(tags=["visits"])
Text = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=5000)]  # PostgreSQL keeps no NUL
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Area = Annotated[Decimal, Field(ge=-(10**7), le=10**7, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=10**6)]
Key = Header(
    "",
    alias="Idempotency-Key",
    max_length=80,
    pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request saves once.",
)


class FindingIn(Schema):
    """One finding; `seen` is the register's value that the person saw (null: not compared);
    `company` is the firm of a lead (empty: the visited one), its `value` the area asked for."""

    kind: Text
    text: Text = ""
    category_id: Id | None = None
    valid_until: date | None = None
    about: Text = ""
    value: Text = ""
    seen: Text | None = None
    tenancy_id: Id | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""
    company: Text = ""


class VisitIn(Schema):
    """One visit; without `at` it is now."""

    enterprise_id: Id
    purpose: Text
    met: Text
    at: datetime | None = None
    met_name: Text = ""
    met_title: Text = ""
    note: Text = ""
    despite: Text = ""
    findings: Annotated[list[FindingIn], Field(max_length=20)] = []
    payload_version: Count = 1


class VisitEditIn(Schema):
    """What changes; null leaves a value as it is. `version` is the one that was read."""

    version: Count
    purpose: Text | None = None
    met: Text | None = None
    met_name: Text | None = None
    met_title: Text | None = None
    note: Text | None = None
    at: datetime | None = None
    findings: Annotated[list[FindingIn], Field(max_length=20)] = []
    why: Text = ""
    payload_version: Count = 1


class WithdrawIn(Schema):
    version: Count
    why: Text = ""


class FindingOut(Schema):
    kind: str
    label: str
    text: str
    demand_id: int | None
    lead_id: int | None
    about: str
    before: str
    after: str
    valid_until: date | None


class VisitOut(Schema):
    """One visit as the lists show it."""

    id: int
    enterprise_id: int
    enterprise: str
    place: str
    unit: str
    at: datetime
    purpose: str
    met: str
    met_text: str
    visitor: str
    team: str
    findings: list[FindingOut]
    note: str
    despite: str
    state: str


class VisitDetail(VisitOut):
    version: int
    may_edit: bool


class VisitPage(Schema):
    """A keyset page; `next` is the cursor for `after`, null on the last page."""

    items: list[VisitOut]
    next: str | None
    count: int | None
    count_is_capped: bool


class StopOut(Schema):
    number: int
    enterprise_id: int
    name: str
    place: str
    floor: int | None
    reason: str
    mark: str
    visit_id: int | None
    disturbance: str
    despite: str


class PlanOut(Schema):
    """The plan of a day; `reached` of `firms` were met this month."""

    on: date
    is_suggested: bool
    stops: list[StopOut]
    reached: int
    firms: int


class SweepOut(Schema):
    id: int
    name: str
    unit: str
    state: str
    starts_on: date
    due_on: date
    rooms: int
    reached: int
    revisit: int
    open: int


class RoomOut(Schema):
    """One room of a sweep with what the register says; send `version` and `stamp` back."""

    id: int
    space_id: int
    building_id: int
    building: str
    floor: int | None
    number: str
    outcome: str
    note: str
    version: int
    stamp: str
    facts: dict[str, Any]


class TenantIn(Schema):
    tenancy_id: Id
    gone: Text = ""
    left_on: date | None = None
    presence: Text = ""
    staff_count: Count | None = None
    area: Area | None = None
    lease_until: date | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""


class NewcomerIn(Schema):
    name: Text = ""
    credit_code: Text = ""
    presence: Text = "here_registered"
    staff_count: Count | None = None
    area: Area | None = None
    lease_until: date | None = None
    since: date | None = None
    contact_name: Text = ""
    contact_phone: Text = ""
    contact_title: Text = ""


class RoomIn(Schema):
    """The result at one door; without `at` it is now. `notes` answers checks that want a word:
    code → note."""

    outcome: Text
    version: Count
    stamp: Text = ""
    note: Text = ""
    tenants: Annotated[list[TenantIn], Field(max_length=50)] = []
    newcomers: Annotated[list[NewcomerIn], Field(max_length=20)] = []
    state: Text = ""
    area: Area | None = None
    notes: dict[Text, Text] = {}
    at: datetime | None = None
    payload_version: Count = 1


class ChangeOut(Schema):
    kind: str
    enterprise_id: int | None
    name: str
    before: str | None
    after: str | None


class SavedOut(Schema):
    """The room's new version, what the register became, hints that stop nothing."""

    id: int
    version: int
    outcome: str
    changes: list[ChangeOut]
    hints: list[str]


class FieldProblem(Schema):
    field: str
    message: str


class VisitProblem(Schema):
    """A problem document (RFC 9457); a conflict carries both sides."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FieldProblem] = []
    mine: dict[str, Any] = {}
    theirs: dict[str, Any] = {}


class ListQuery(Schema):
    q: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=80)] = ""
    enterprise: Id | None = None
    building: Id | None = None
    since: date | None = None
    until: date | None = None
    mine: bool = False
    after: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def _answers(status: int, schema: Any, *refusals: int) -> dict[int, Any]:
    return {status: schema} | dict.fromkeys(sorted({401, *refusals}), VisitProblem)


@router.get("", response=_answers(200, VisitPage, 403, 422), summary=_("走访列表"))
def list_visits(request: HttpRequest, query: Query[ListQuery]) -> Any:
    """The visits that the caller may see, the newest first, in keyset pages."""
    actor = request.actor
    if not (actor.has(VIEW) or actor.has(INSPECT) or actor.see_all):
        raise Denied
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    page = queries.visit_list(actor, queries.Filters(**given), after=after, size=limit)
    return {
        "items": [_visit(line) for line in page.rows],
        "next": page.after or None,
        "count": page.total,
        "count_is_capped": page.capped,
    }


@router.post("", response=_answers(201, VisitDetail, 403, 404, 409, 422), summary=_("记走访"))
def record_visit(request: HttpRequest, payload: VisitIn, key: str = Key) -> Any:
    """Records a visit with its findings, in one transaction; the same key saves once."""
    given = payload.dict()
    given["findings"] = tuple(FindingInput(**one) for one in given["findings"])
    given["at"] = _aware(given["at"])
    made = commands.record_visit(actor=request.actor, given=VisitInput(**given), key=key)
    return Status(201, _detail(request, made.pk))


@router.get("/plan", response=_answers(200, PlanOut, 403, 422), summary=_("当天计划"))
def read_plan(request: HttpRequest, on: date | None = None) -> Any:
    """The caller's plan of a day (default today), in walking order with reasons."""
    if not queries.may_plan(request.actor):
        raise Denied
    plan = queries.day_plan(request.actor, on)
    return {
        "on": plan.on,
        "is_suggested": plan.is_suggested,
        "reached": plan.coverage.reached,
        "firms": plan.coverage.firms,
        "stops": [
            {
                "number": stop.number,
                "enterprise_id": stop.enterprise_id,
                "name": stop.name,
                "place": stop.room,
                "floor": stop.place.floor if stop.place else None,
                "reason": stop.sentence,
                "mark": stop.mark,
                "visit_id": stop.visit_id,
                "disturbance": stop.disturbance.sentence if stop.disturbance else "",
                "despite": stop.despite,
            }
            for stop in plan.stops
        ],
    }


@router.get("/sweeps", response=_answers(200, list[SweepOut], 403), summary=_("扫楼列表"))
def list_sweeps(request: HttpRequest) -> Any:
    """The newest sweeps with rooms in the caller's range."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    return [
        {
            "id": line.id,
            "name": line.name,
            "unit": line.unit,
            "state": line.state,
            "starts_on": line.starts_on,
            "due_on": line.due_on,
            **_tally(line.tally),
        }
        for line in queries.campaign_list(request.actor).rows
    ]


@router.get("/sweeps/{sweep_id}", response=_answers(200, SweepOut, 404), summary=_("一次扫楼"))
def read_sweep(request: HttpRequest, sweep_id: Path[Id]) -> Any:
    """Progress of the rooms in the caller's range."""
    page = queries.campaign_page(request.actor, sweep_id)
    row = page.campaign
    names = ("id", "name", "state", "starts_on", "due_on")
    return {name: getattr(row, name) for name in names} | {
        "unit": row.unit.name,
        **_tally(page.tally),
    }


@router.get(
    "/sweeps/{sweep_id}/rooms", response=_answers(200, list[RoomOut], 404), summary=_("房间清单")
)
def list_sweep_rooms(request: HttpRequest, sweep_id: Path[Id], building: Id | None = None) -> Any:
    """All rooms of a sweep in the caller's range with their facts: what a device takes along."""
    wanted = queries.RoomFilters(building=building)
    rows = list(queries.rooms(request.actor, sweep_id, wanted).select_related("building"))
    facts = {}
    ids = [row.space_id for row in rows]
    for start in range(0, len(ids), 500):
        facts |= queries.facts_of(ids[start : start + 500])
    return [_room(row, facts[row.space_id]) for row in rows]


@router.get("/rooms/{task_id}", response=_answers(200, RoomOut, 404), summary=_("一间房"))
def read_room(request: HttpRequest, task_id: Path[Id]) -> Any:
    """One room as it stands."""
    page = queries.room_page(request.actor, task_id)
    return _room(page.task, page.facts)


@router.post(
    "/rooms/{task_id}",
    response=_answers(200, SavedOut, 403, 404, 409, 422),
    summary=_("记一间房的结果"),
)
def save_room(request: HttpRequest, task_id: Path[Id], payload: RoomIn, key: str = Key) -> Any:
    """Saves a room's result and brings the register up to it; 409 carries both sides."""
    given = payload.dict()
    given["tenants"] = tuple(TenantInput(**one) for one in given["tenants"])
    given["newcomers"] = tuple(NewcomerInput(**one) for one in given["newcomers"])
    given["at"] = _aware(given["at"])
    saved = commands.save_room(
        actor=request.actor, task_id=task_id, given=RoomInput(**given), key=key
    )
    return {
        "id": saved.task.pk,
        "version": saved.task.version,
        "outcome": saved.task.outcome,
        "changes": list(saved.changes),
        "hints": [one.message for one in saved.hints],
    }


@router.get("/{visit_id}", response=_answers(200, VisitDetail, 404), summary=_("一次走访"))
def read_visit(request: HttpRequest, visit_id: Path[Id]) -> Any:
    """One visit with its findings."""
    return _detail(request, visit_id)


@router.patch(
    "/{visit_id}",
    response=_answers(200, VisitDetail, 403, 404, 409, 422),
    summary=_("更正走访记录"),
)
def edit_visit(
    request: HttpRequest, visit_id: Path[Id], payload: VisitEditIn, key: str = Key
) -> Any:
    """Corrects one's own visit within the hours of the rule; 409 carries both sides."""
    given = payload.dict()
    given["findings"] = tuple(FindingInput(**one) for one in given["findings"])
    given["at"] = _aware(given["at"])
    commands.edit_visit(actor=request.actor, visit_id=visit_id, given=VisitEdit(**given), key=key)
    return _detail(request, visit_id)


@router.post(
    "/{visit_id}/withdraw",
    response=_answers(200, VisitDetail, 403, 404, 409, 422),
    summary=_("撤回走访"),
)
def withdraw_visit(
    request: HttpRequest, visit_id: Path[Id], payload: WithdrawIn, key: str = Key
) -> Any:
    """Withdraws one's own visit; what came of it stays. The same key withdraws once."""
    commands.withdraw_visit(
        actor=request.actor, visit_id=visit_id, version=payload.version, why=payload.why, key=key
    )
    return _detail(request, visit_id)


def _visit(line: VisitLine) -> dict[str, Any]:
    return asdict(line)


def _detail(request: HttpRequest, visit_id: int) -> dict[str, Any]:
    page = queries.visit_page(request.actor, visit_id)
    return _visit(page.line) | {"version": page.version, "may_edit": page.may_edit}


def _tally(tally: Any) -> dict[str, int]:
    return {
        "rooms": tally.total,
        "reached": tally.reached,
        "revisit": tally.revisit,
        "open": tally.open,
    }


def _room(task: Any, facts: Any) -> dict[str, Any]:
    names = ("id", "space_id", "building_id", "floor", "number", "outcome", "note", "version")
    return {name: getattr(task, name) for name in names} | {
        "building": task.building.name,
        "stamp": facts.stamp,
        "facts": facts.told,
    }


def _aware(at: datetime | None) -> datetime | None:
    return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at
