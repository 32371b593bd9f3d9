"""Visits and the plan of a day."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Status

from loushi.casework.visits import commands, queries
from loushi.casework.visits.api.routing import Key, answers, aware, router
from loushi.casework.visits.api.schemas import (
    Id,
    ListQuery,
    PlanOut,
    VisitDetail,
    VisitEditIn,
    VisitIn,
    VisitPage,
    WithdrawIn,
)
from loushi.casework.visits.commands import FindingInput, VisitEdit, VisitInput
from loushi.casework.visits.policy import INSPECT, VIEW
from loushi.casework.visits.queries.visits import VisitLine
from loushi.foundation.core.errors import Denied


@router.get("", response=answers(200, VisitPage, 403, 422), summary=_("走访列表"))
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


@router.post("", response=answers(201, VisitDetail, 403, 404, 409, 422), summary=_("记走访"))
def record_visit(request: HttpRequest, payload: VisitIn, key: str = Key) -> Any:
    """Records a visit with its findings, in one transaction; the same key saves once."""
    given = payload.dict()
    given["findings"] = tuple(FindingInput(**one) for one in given["findings"])
    given["at"] = aware(given["at"])
    made = commands.record_visit(actor=request.actor, given=VisitInput(**given), key=key)
    return Status(201, _detail(request, made.pk))


@router.get("/plan", response=answers(200, PlanOut, 403, 422), summary=_("当天计划"))
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


@router.get("/{visit_id}", response=answers(200, VisitDetail, 404), summary=_("一次走访"))
def read_visit(request: HttpRequest, visit_id: Path[Id]) -> Any:
    """One visit with its findings."""
    return _detail(request, visit_id)


@router.patch(
    "/{visit_id}",
    response=answers(200, VisitDetail, 403, 404, 409, 422),
    summary=_("更正走访记录"),
)
def edit_visit(
    request: HttpRequest, visit_id: Path[Id], payload: VisitEditIn, key: str = Key
) -> Any:
    """Corrects one's own visit within the hours of the rule; 409 carries both sides."""
    given = payload.dict()
    given["findings"] = tuple(FindingInput(**one) for one in given["findings"])
    given["at"] = aware(given["at"])
    commands.edit_visit(actor=request.actor, visit_id=visit_id, given=VisitEdit(**given), key=key)
    return _detail(request, visit_id)


@router.post(
    "/{visit_id}/withdraw",
    response=answers(200, VisitDetail, 403, 404, 409, 422),
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
