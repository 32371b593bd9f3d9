"""One demand: submit, read, its history, the moves that may be made, making one."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, Path, Status

from loushi.casework.demands import commands, queries
from loushi.casework.demands.api.routing import answers, router
from loushi.casework.demands.api.schemas import (
    DemandOut,
    EventOut,
    Id,
    Moved,
    MoveIn,
    MoveName,
    MoveOut,
    RatingLinkOut,
    Submitted,
)
from loushi.casework.demands.commands import Submission
from loushi.casework.demands.commands.rating_links import open_rating_link
from loushi.casework.demands.models import Assignment, DemandEvent
from loushi.casework.demands.queries import CaseView, ClockView
from loushi.casework.demands.queries.reachable import category_id, unreachable
from loushi.casework.demands.workflow import MOVES
from loushi.foundation.core.errors import Denied, Refused

Key = Header(
    "",
    alias="Idempotency-Key",
    max_length=80,
    pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request makes nothing new.",
)
LABELS = {move.name: move.label for move in MOVES}


def _choice(row: Any, field: str) -> dict[str, str] | None:
    code = getattr(row, field)
    return {"code": code, "label": str(getattr(row, f"get_{field}_display")())} if code else None


def _named(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": str(row)} if row is not None else None


def _clock(clock: ClockView) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "label": clock.label,
        "part": clock.part.pk if clock.part else None,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "stopped_at": clock.stopped_at,
        "limit_kind": clock.limit.kind.value,
        "limit_amount": clock.limit.amount,
        "used_minutes": clock.used,
        "whole_minutes": clock.whole,
        "is_late": clock.is_late,
        "is_paused": clock.is_paused,
        "why": list(clock.sentences),
        "warnings": list(clock.warnings),
    }


def _part(part: Assignment) -> dict[str, Any]:
    names = (
        "part", "body", "is_active", "dispatched_at", "signed_at", "answered_at", "due_at",
        "is_late", "answer", "reason",
    )  # fmt: skip
    return {name: getattr(part, name) for name in names} | {
        "id": part.pk,
        "department": _named(part.department),
        "building": _named(part.building),
        "state": _choice(part, "state"),
    }


def _moves(view: CaseView) -> list[dict[str, Any]]:
    return [
        {"name": move.name, "label": str(move.label), "required": list(move.required),
         "primary": move.primary}
        for move in view.moves
    ]  # fmt: skip


def attachment(row: Any, demand_id: int) -> dict[str, Any]:
    """A file with its address below this API."""
    return {
        "id": row.pk,
        "name": row.name,
        "size": row.size,
        "content_type": row.content_type,
        "created_at": row.created_at,
        "href": reverse("api:download_attachment", args=[demand_id, row.pk]),
    }


PLAIN = (
    "number", "title", "text", "place", "longitude", "latitude", "crs", "hide_name", "submitted_at",
    "accepted_at", "dispatched_at", "contacted_at", "resolved_at", "closed_at", "due_at", "is_late",
    "review_on", "hand_backs", "is_arbitrated", "is_supervised", "urges", "reopened", "answer",
    "score", "rated_at",
)  # fmt: skip
CHOICES = ("state", "side", "urgency", "channel", "tier", "verdict", "solved")


def demand_out(view: CaseView) -> dict[str, Any]:
    """A case as the API gives it; what the caller must not see is null and named in `hidden`."""
    row, hidden = view.demand, view.hidden
    category = row.category
    return (
        {name: getattr(row, name) for name in PLAIN}
        | {name: _choice(row, name) for name in CHOICES}
        | {name: _named(getattr(row, name)) for name in ("enterprise", "unit", "building", "space")}
        | {
            name: None if name in hidden else getattr(row, name)
            for name in ("contact_name", "contact_phone", "contact_email")
        }
        | {
            "id": row.pk,
            "category": {
                "code": category.code, "name": category.name, "name_en": category.name_en,
                "parent": category.parent.code if category.parent else None,
                "is_active": category.is_active,
            },
            "hidden": sorted(hidden),
            "parts": [_part(part) for part in view.parts],
            "clocks": [_clock(clock) for clock in view.clocks],
            "moves": _moves(view),
            "attachments": [attachment(one, row.pk) for one in view.attachments],
        }
    )  # fmt: skip


@router.post(
    "",
    response=answers(201, DemandOut, 403, 409, 422),
    operation_id="submit_demand",
    summary=_("提交或代为登记一件诉求"),
)
def submit_demand(
    request: HttpRequest, response: HttpResponse, payload: Submitted, key: str = Key
) -> Any:
    """Submits for one's own enterprise, or registers within one's unit.

    With an Idempotency-Key a repeated request returns the same demand and makes nothing new; the
    same key with another body is a conflict.
    """
    given = payload.dict()
    places = {name: given.pop(name) for name in ("enterprise", "unit", "building", "space")}
    category = category_id(given.pop("category"))
    errors = unreachable(request.actor, places)
    if category is None:
        errors["category"] = _("没有这个编码的类别，或已停用。可用的见 /demands/categories。")
    if errors:
        raise Refused.many(errors)
    submission = Submission(
        category_id=category, **given, **{f"{name}_id": pk for name, pk in places.items()}
    )
    made = commands.submit(actor=request.actor, submission=submission, key=key)
    response["Location"] = reverse("api:read_demand", args=[made.demand.pk])
    view = (
        queries.new_case(request.actor, made.demand, made.clocks, made.standard)
        if made.new
        else queries.case(request.actor, made.demand.pk)
    )
    return Status(201, demand_out(view))


@router.get(
    "/{int:demand_id}",
    response=answers(200, DemandOut, 404, 422),
    operation_id="read_demand",
    url_name="read_demand",
    summary=_("一件诉求"),
)
def read_demand(request: HttpRequest, demand_id: Path[Id]) -> Any:
    """Facts, parts, clocks with their explanation, legal moves, attachments."""
    return demand_out(queries.case(request.actor, demand_id))


@router.get(
    "/{int:demand_id}/history",
    response=answers(200, list[EventOut], 404, 422),
    operation_id="read_history",
    summary=_("诉求的经过"),
)
def read_history(request: HttpRequest, demand_id: Path[Id]) -> Any:
    """Every line that the caller may read, newest first; the enterprise reads public ones only."""
    view = queries.case(request.actor, demand_id)
    return [_event(view, event) for event in view.events]


def _event(view: CaseView, event: DemandEvent) -> dict[str, Any]:
    own = event.actor_user_id is not None and event.actor_user_id == view.demand.submitter_id
    unnamed = own and "contact_name" in view.hidden
    who = " ".join(filter(None, [event.appointment, event.actor_name]))
    return {
        "id": event.pk,
        "move": event.move,
        "label": str(LABELS.get(event.move, event.move)),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "at": event.at,
        "who": "" if unnamed else who,
        "note": event.note,
        "data": event.data,
        "is_public": event.is_public,
    }


@router.get(
    "/{int:demand_id}/moves",
    response=answers(200, list[MoveOut], 404, 422),
    operation_id="list_moves",
    summary=_("此刻可做的步骤"),
)
def list_moves(request: HttpRequest, demand_id: Path[Id]) -> Any:
    """What the caller can do with this demand right now, in the order of the table of moves."""
    return _moves(queries.case(request.actor, demand_id))


@router.post(
    "/{int:demand_id}/moves/{move}",
    response=answers(200, Moved, 403, 404, 409, 422, 429),
    operation_id="make_move",
    summary=_("办理一步"),
)
def make_move(
    request: HttpRequest,
    demand_id: Path[Id],
    move: Path[MoveName],
    payload: MoveIn,
    key: str = Key,
) -> Any:
    """Makes one move of the table. 403: not yours to make; 409: not in this state, or the key was
    used for something else; 422: a field is missing or wrong."""
    values = payload.dict(exclude_none=True)
    is_public = values.pop("is_public", None)
    for name in ("lead_limit", "co_limit"):
        if name in values:
            values[name] = (values[name]["kind"], values[name]["amount"])
    if not queries.visible(request.actor).filter(pk=demand_id).exists():
        queries.case(request.actor, demand_id)
    demand = commands.make_move(
        actor=request.actor,
        demand_id=demand_id,
        move=move,
        values=values,
        is_public=is_public,
        key=key,
    )
    return {
        "id": demand.pk,
        "number": demand.number,
        "state": _choice(demand, "state"),
        "due_at": demand.due_at,
        "visible": queries.visible(request.actor).filter(pk=demand_id).exists(),
    }


@router.post(
    "/{int:demand_id}/rating-link",
    response=answers(201, RatingLinkOut, 403, 404, 409, 410, 422),
    operation_id="make_rating_link",
    summary=_("生成一次性评价链接"),
)
def make_rating_link(request: HttpRequest, demand_id: Path[Id], key: str = Key) -> Any:
    """For the service centre, to send on: earlier ones made so and not used stop working. The one
    that is mailed by itself after the answer goes on working. The same key gives the same link."""
    view = queries.case(request.actor, demand_id)
    if not any(move.name == "close" for move in view.moves):
        raise Denied(_("答复以后、评价之前，由社区窗口生成评价链接。"))
    token = commands.make_rating_link(actor=request.actor, demand=view.demand, key=key)
    path = reverse("demands:rate_link", args=[token])
    url = f"{settings.PUBLIC_ADDRESS}{path}"
    return Status(201, {"url": url, "expires_at": open_rating_link(token).expires_at})
