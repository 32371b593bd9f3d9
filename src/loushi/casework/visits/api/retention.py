"""安商稳商: which firms have signs and why, and noting what came of one."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query

from loushi.casework.visits.api.routing import answers, router
from loushi.casework.visits.api.schemas import (
    AlertOut,
    AlertPage,
    HandleIn,
    Id,
    RetentionQuery,
    SnoozeIn,
)
from loushi.casework.visits.commands import retention as commands
from loushi.casework.visits.policy import VIEW
from loushi.casework.visits.queries import retention as queries
from loushi.foundation.core.errors import Denied


@router.get("/retention", response=answers(200, AlertPage, 403, 422), summary=_("安商稳商名单"))
def list_retention(request: HttpRequest, query: Query[RetentionQuery]) -> Any:
    """The visible signs, the longest standing first, in keyset pages; which of them need a right of
    their own (a falling tax band) is the pages' rule, and the look is recorded."""
    actor = request.actor
    if not (actor.has(VIEW) or actor.see_all):
        raise Denied
    given = query.dict()
    after, limit = given.pop("after"), given.pop("limit")
    given["state"] = "" if given["state"] == "all" else given["state"]
    wanted = queries.Wanted(**given)
    page = queries.retention_list(actor, wanted, after=after, size=limit)
    commands.note_look(actor=actor, lines=page.rows)
    tally = queries.tally(actor, wanted)
    return {
        "items": [asdict(line) for line in page.rows],
        "next": page.after or None,
        "count": page.total,
        "count_is_capped": page.capped,
        "firms": tally.firms,
        "whole": tally.whole,
        "as_of": tally.at,
    }


@router.post(
    "/retention/{alert_id}/handle",
    response=answers(200, AlertOut, 403, 404, 409, 422),
    summary=_("记处理结果"),
)
def handle_alert(request: HttpRequest, alert_id: Path[Id], payload: HandleIn) -> Any:
    """Notes what came of a sign; it leaves the list until the sign returns."""
    commands.handle_alert(actor=request.actor, alert_id=alert_id, outcome=payload.outcome)
    return _alert(request, alert_id)


@router.post(
    "/retention/{alert_id}/snooze",
    response=answers(200, AlertOut, 403, 404, 409, 422),
    summary=_("暂缓一条信号"),
)
def snooze_alert(request: HttpRequest, alert_id: Path[Id], payload: SnoozeIn) -> Any:
    """Puts a sign off until a day, with a reason."""
    commands.snooze_alert(
        actor=request.actor, alert_id=alert_id, until=payload.until, why=payload.why
    )
    return _alert(request, alert_id)


@router.post(
    "/retention/{alert_id}/reopen",
    response=answers(200, AlertOut, 403, 404, 409),
    summary=_("重新打开一条信号"),
)
def reopen_alert(request: HttpRequest, alert_id: Path[Id]) -> Any:
    """Puts a handled or snoozed sign back on the list; repeating it is a conflict."""
    commands.reopen_alert(actor=request.actor, alert_id=alert_id)
    return _alert(request, alert_id)


def _alert(request: HttpRequest, alert_id: int) -> dict[str, Any]:
    line = queries.alert_for_change(request.actor, alert_id)
    commands.note_look(actor=request.actor, lines=[line])
    return asdict(line)
