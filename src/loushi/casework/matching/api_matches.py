"""/api/v1/matching: the three lists and matches, under the policies of the pages."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.casework.matching import commands, queries
from loushi.casework.matching.policy import VIEW
from loushi.foundation.core.errors import Denied

Problem = dict[str, Any]
matches = Router(tags=["matching"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class WantOut(Schema):
    """A topic: open demands, of these matched, and how many were asked in a year."""

    code: str
    topic: str
    open: int
    matched: int
    year: int


class GiftOut(Schema):
    """A kind of resource, or a field of services."""

    what: str
    code: str
    label: str
    count: int


class ListsOut(Schema):
    """企业所需, 职工所盼, 社区所能: what the caller may see of them."""

    needs: list[WantOut]
    wishes: list[WantOut]
    gifts: list[GiftOut]


class MatchOut(Schema):
    """A demand beside a resource or a service, with the reason."""

    id: int
    demand: int
    number: str
    title: str
    side: str
    what: str
    offer_id: int
    offer: str
    why: str
    score: float
    state: str
    state_label: str
    lapsed: bool
    proposed_at: datetime
    expires_on: date
    decided_by: str
    decided_at: datetime | None
    note: str


class ComparedOut(Schema):
    """The last comparison within the caller's range: one night over `units` communities, or by the
    hand of `by_name`. `at` is null where there was none yet."""

    at: datetime | None = None
    by_name: str = ""
    by_hand: bool = False
    units: int = 0
    looked: int = 0
    found: int = 0


class DecideIn(Schema):
    """What a person says of it; a note goes to the submitter when confirmed."""

    note: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class MatchQuery(Schema):
    """Proposals that hold, or those of a state."""

    state: Literal["proposed", "confirmed", "dismissed", "lapsed"] = "proposed"
    side: Literal["", "enterprise", "employee", "public"] = ""


@matches.get(
    "/lists", response={200: ListsOut, 403: Problem}, operation_id="read_three_lists",
    summary=str(_("三张清单")),
)  # fmt: skip
def read_three_lists(request: HttpRequest) -> Any:
    """The three lists with their counts."""
    _allowed(request)
    return {
        "needs": [asdict(one) for one in queries.enterprise_needs(request.actor)],
        "wishes": [asdict(one) for one in queries.employee_wishes(request.actor)],
        "gifts": [asdict(one) for one in queries.community_gifts(request.actor)],
    }


@matches.get(
    "/matches", response={200: list[MatchOut], 403: Problem}, operation_id="list_matches",
    summary=str(_("供需匹配")),
)  # fmt: skip
def list_matches(request: HttpRequest, query: Query[MatchQuery]) -> Any:
    """At most 200, what fits best in front."""
    _allowed(request)
    return [asdict(one) for one in queries.match_lines(request.actor, query.state, query.side)]


@matches.get(
    "/comparison", response={200: ComparedOut, 403: Problem}, operation_id="last_comparison",
    summary=str(_("三张清单上次比对")),
)  # fmt: skip
def last_comparison(request: HttpRequest) -> Any:
    """When wants and offers were last compared, what was looked at and what was proposed."""
    _allowed(request)
    last = queries.last_compared(request.actor)
    return asdict(last) if last else ComparedOut()


@matches.post(
    "/matches/{int:match_id}/confirm",
    response={200: MatchOut, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    operation_id="confirm_match", summary=str(_("确认供需匹配")),
)  # fmt: skip
def confirm_match(request: HttpRequest, match_id: Path[Id], payload: DecideIn) -> Any:
    """It fits; the submitter is told. Twice is once."""
    commands.confirm_match(actor=request.actor, match_id=match_id, note=payload.note)
    return asdict(queries.match_line(request.actor, match_id))


@matches.post(
    "/matches/{int:match_id}/dismiss",
    response={200: MatchOut, 403: Problem, 404: Problem, 409: Problem, 422: Problem},
    operation_id="dismiss_match", summary=str(_("排除供需匹配")),
)  # fmt: skip
def dismiss_match(request: HttpRequest, match_id: Path[Id], payload: DecideIn) -> Any:
    """It does not fit, and is not proposed again. Twice is once."""
    commands.dismiss_match(actor=request.actor, match_id=match_id, note=payload.note)
    return asdict(queries.match_line(request.actor, match_id))


def _allowed(request: HttpRequest) -> None:
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
