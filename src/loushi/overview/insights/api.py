"""/api/v1/insights: the figures of the board, and the rows behind each; under the same policies."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from loushi.foundation.core.errors import Denied, Refused
from loushi.overview.insights import queries
from loushi.overview.insights.queries import Period
from loushi.overview.insights.queries.timeline import timeline_of

router = Router(tags=["insights"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
ERRORS = {403: dict[str, Any], 404: dict[str, Any], 422: dict[str, Any]}
SOURCE = "demands"


class FiguresQuery(Schema):
    """A unit (none: the caller's own) and a period, both days included."""

    since: Day
    until: Day
    unit: Id | None = None


class RowsQuery(FiguresQuery):
    """`figure` is the code of one; `part` asks for its numerator instead of its denominator."""

    figure: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]+$")]
    part: bool = False
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class FigureOut(Schema):
    """A rate: `numerator` of `denominator` rows; percent is null where there are none."""

    code: str
    label: str
    meaning: str
    numerator: int
    denominator: int
    percent: float | None
    previous_numerator: int
    previous_denominator: int


class TotalsOut(Schema):
    """Received and disagreeing verdicts of the period; open, late and suspended as of `as_of`."""

    received: int
    open: int
    late: int
    suspended: int
    disagreeing: int


class FiguresOut(Schema):
    """All figures of one unit and period, with what they were counted from and when."""

    unit: int | None
    since: date
    until: date
    as_of: datetime
    source: str
    figures: list[FigureOut]
    totals: TotalsOut


class ApplicationFiguresOut(Schema):
    """The figures of applications for bundles; one of now has no period before (0 of 0)."""

    unit: int | None
    since: date
    until: date
    as_of: datetime
    source: str
    figures: list[FigureOut]


class RowOut(Schema):
    """One demand, or application, behind a figure."""

    id: int
    number: str
    title: str
    state: str
    submitted_at: datetime


class RowsOut(Schema):
    """One page of rows by number; follow `next` until it is null."""

    items: list[RowOut]
    next: int | None
    count: int


class TimelineQuery(Schema):
    """A kind and a period, both days included; `start` is how many moments to skip."""

    kind: Annotated[str, Field(max_length=12, pattern=r"^[a-z_]*$")] = ""
    since: Day | None = None
    until: Day | None = None
    start: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MomentOut(Schema):
    """One thing that happened to an enterprise."""

    on: date
    kind: str
    title: str
    text: str
    meta: str


class TimelineOut(Schema):
    """Moments, the newest first; `counts` by kind in the period, `total` of the chosen kind."""

    items: list[MomentOut]
    counts: dict[str, int]
    total: int
    next: int | None


def _asked(request: HttpRequest, query: FiguresQuery) -> tuple[int | None, str, Period]:
    """(unit, its path, period). Raises Denied, NotVisible, Refused."""
    if not request.actor.has("insights.view"):
        raise Denied
    if query.since > query.until:
        raise Refused(_("结束日期早于开始日期，请改正。"), field="until")
    unit = queries.board_unit(request.actor, query.unit)
    period = Period(query.since, query.until)
    return (unit.pk, unit.path, period) if unit else (None, "", period)


@router.get(
    "/demands",
    response={200: FiguresOut, **ERRORS},
    operation_id="demand_figures",
    summary=str(_("诉求指标")),
)
def demand_figures(request: HttpRequest, query: Query[FiguresQuery]) -> Any:
    """The figures of the board: each with numerator, denominator and the period before."""
    unit, path, period = _asked(request, query)
    found = queries.values(request.actor, period, path)
    return _told(unit, period, SOURCE, found) | {
        "totals": queries.totals(request.actor, period, path)
    }


def _told(
    unit: int | None, period: Period, source: str, found: Sequence[queries.Value]
) -> dict[str, Any]:
    """Figures with their scope, period, moment and source."""
    return {
        "unit": unit,
        "since": period.since,
        "until": period.until,
        "as_of": timezone.now(),
        "source": source,
        "figures": [_figure(value) for value in found],
    }


def _figure(value: queries.Value) -> dict[str, Any]:
    return {
        "code": value.figure.code,
        "label": str(value.figure.label),
        "meaning": str(value.figure.what),
        "numerator": value.part,
        "denominator": value.whole,
        "percent": value.percent,
        "previous_numerator": value.previous_part,
        "previous_denominator": value.previous_whole,
    }


@router.get(
    "/demands/rows",
    response={200: RowsOut, **ERRORS},
    operation_id="demand_figure_rows",
    summary=str(_("诉求指标背后的名单")),
)
def demand_figure_rows(
    request: HttpRequest, response: HttpResponse, query: Query[RowsQuery]
) -> Any:
    """The demands that a figure counts; follow `next` (also in the Link header)."""
    return _rows(request, response, query, queries.FIGURES)


@router.get(
    "/applications",
    response={200: ApplicationFiguresOut, **ERRORS},
    operation_id="application_figures",
    summary=str(_("一类事指标")),
)
def application_figures(request: HttpRequest, query: Query[FiguresQuery]) -> Any:
    """How many applications ended in time, and how many run now without being late."""
    unit, path, period = _asked(request, query)
    found = queries.values(request.actor, period, path, queries.APPLICATION_FIGURES)
    return _told(unit, period, "applications", found)


@router.get(
    "/applications/rows",
    response={200: RowsOut, **ERRORS},
    operation_id="application_figure_rows",
    summary=str(_("一类事指标背后的名单")),
)
def application_figure_rows(
    request: HttpRequest, response: HttpResponse, query: Query[RowsQuery]
) -> Any:
    """The applications that a figure counts; follow `next` (also in the Link header)."""
    return _rows(request, response, query, queries.APPLICATION_FIGURES)


def _rows(
    request: HttpRequest,
    response: HttpResponse,
    query: RowsQuery,
    figures: Sequence[queries.Figure],
) -> dict[str, Any]:
    _unit, path, period = _asked(request, query)
    figure = queries.figure_of(query.figure, figures)
    rows = queries.behind(request.actor, figure, period, path, part=query.part)
    found = list(rows.filter(pk__gt=query.after).order_by("pk")[: query.limit + 1])
    more = len(found) > query.limit
    found = found[: query.limit]
    if more:
        params = request.GET.copy()
        params["after"] = str(found[-1].pk)
        address = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        response["Link"] = f'<{address}>; rel="next"'
    return {
        "items": found,
        "next": found[-1].pk if more else None,
        "count": rows.order_by().count(),
    }


@router.get(
    "/enterprises/{int:enterprise_id}/timeline",
    response={200: TimelineOut, **ERRORS},
    operation_id="read_timeline",
    summary=str(_("企业时间线")),
)
def read_timeline(
    request: HttpRequest, enterprise_id: Path[Id], query: Query[TimelineQuery]
) -> Any:
    """Everything that happened to a visible enterprise, as far as the caller sees it."""
    given = query.dict()
    size = given.pop("limit")
    found = timeline_of(request.actor, enterprise_id, size=size, **given)
    following = query.start + size
    return {
        "items": [asdict(moment) | {"title": str(moment.title)} for moment in found.moments],
        "counts": dict(found.counts),
        "total": found.total,
        "next": following if following < found.total else None,
    }
