"""Sweeps room by room."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path

from loushi.casework.visits import commands, queries
from loushi.casework.visits.api.routing import Key, answers, aware, router
from loushi.casework.visits.api.schemas import Id, RoomIn, RoomOut, SavedOut, SweepOut
from loushi.casework.visits.commands import NewcomerInput, RoomInput, TenantInput
from loushi.casework.visits.policy import VIEW
from loushi.foundation.core.errors import Denied


@router.get("/sweeps", response=answers(200, list[SweepOut], 403), summary=_("扫楼列表"))
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


@router.get("/sweeps/{sweep_id}", response=answers(200, SweepOut, 404), summary=_("一次扫楼"))
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
    "/sweeps/{sweep_id}/rooms", response=answers(200, list[RoomOut], 404), summary=_("房间清单")
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


@router.get("/rooms/{task_id}", response=answers(200, RoomOut, 404), summary=_("一间房"))
def read_room(request: HttpRequest, task_id: Path[Id]) -> Any:
    """One room as it stands."""
    page = queries.room_page(request.actor, task_id)
    return _room(page.task, page.facts)


@router.post(
    "/rooms/{task_id}",
    response=answers(200, SavedOut, 403, 404, 409, 422),
    summary=_("记一间房的结果"),
)
def save_room(request: HttpRequest, task_id: Path[Id], payload: RoomIn, key: str = Key) -> Any:
    """Saves a room's result and brings the register up to it; 409 carries both sides."""
    given = payload.dict()
    given["tenants"] = tuple(TenantInput(**one) for one in given["tenants"])
    given["newcomers"] = tuple(NewcomerInput(**one) for one in given["newcomers"])
    given["at"] = aware(given["at"])
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
