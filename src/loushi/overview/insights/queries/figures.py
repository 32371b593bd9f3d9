"""Figures: each is two sets of rows, a denominator and the part that counts. Those of demands
stand here, those of other sources in modules of their own.

So a figure always has its numerator and denominator, and opens to exactly the rows behind it.
Formulas: domain.md, table of KPIs. The handler's verdict and the firm's are kept apart; suspended
time is excluded because clocks stand still; a demand closed without a rating is never satisfied.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Demand, DemandClock, State, Verdict
from loushi.casework.demands.queries import OPEN
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import path_range

WEEKS = 12
VIEW = "insights.view"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        return day_begins(self.since)

    @property
    def end(self) -> datetime:
        return day_ends(self.until)

    @property
    def previous(self) -> "Period":
        """The equally long period right before."""
        length = self.until - self.since + timedelta(days=1)
        return Period(self.since - length, self.until - length)


@dataclass(frozen=True, slots=True)
class Source:
    """What is counted: its rows as far as an actor may see figures of them, and what one must hold
    besides, because the rows behind a figure are read with their names."""

    code: str
    label: Any
    rows: Callable[[Actor], QuerySet[Any]]
    permission: str


DEMANDS = Source(
    "demands", _("诉求办理记录"), lambda actor: Demand.objects.visible_to(actor, VIEW), VIEW
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate: rows whose `moment` falls into the period and that satisfy `base`; `part` counts.
    Without a moment it stands as of now, whatever the period."""

    code: str
    label: Any
    what: Any
    moment: str
    base: Callable[[], Q]
    part: Callable[[], Q]
    source: Source = DEMANDS


def _clock(kind: str, condition: Q) -> Q:
    clocks = DemandClock.objects.unscoped("joined to demands that are scoped already")
    return Q(Exists(clocks.filter(condition, demand=OuterRef("pk"), kind=kind)))


def _decided(kind: str) -> Q:
    """The clock has stopped, or has run over: only then is it known whether it was in time."""
    now = timezone.now()
    return _clock(kind, Q(stopped_at__isnull=False) | Q(due_at__lt=now) | Q(is_late=True))


def _in_time(kind: str) -> Q:
    return _clock(kind, Q(stopped_at__isnull=False, is_late=False))


FIGURES: tuple[Figure, ...] = (
    Figure(
        "accepted_on_time",
        _("按时受理"),
        _("收到且已见分晓的诉求"),
        "submitted_at",
        lambda: _decided("accept"),
        lambda: _in_time("accept"),
    ),
    Figure(
        "contacted_on_time",
        _("按时首次联系"),
        _("交办且已见分晓的诉求"),
        "dispatched_at",
        lambda: _decided("contact"),
        lambda: _in_time("contact"),
    ),
    Figure(
        "resolved_on_time",
        _("按时办结"),
        _("已办结的诉求"),
        "resolved_at",
        lambda: _clock("resolve", Q(stopped_at__isnull=False)),
        lambda: _in_time("resolve"),
    ),
    Figure(
        "solved_by_unit",
        _("单位认定解决"),
        _("已办结的诉求"),
        "resolved_at",
        lambda: ~Q(verdict=""),
        lambda: Q(verdict=Verdict.SOLVED),
    ),
    Figure(
        "solved_by_firm",
        _("企业认可解决"),
        _("已评价的诉求"),
        "rated_at",
        lambda: ~Q(solved=""),
        lambda: Q(solved="yes"),
    ),
    Figure(
        "satisfied",
        _("满意及以上"),
        _("已评价的诉求"),
        "rated_at",
        lambda: Q(score__isnull=False),
        lambda: Q(score__gte=4),
    ),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure's numbers in a period, its previous period, and 12 weeks of percentages."""

    figure: Figure
    part: int
    whole: int
    previous_part: int
    previous_whole: int
    weeks: tuple[float, ...]

    @property
    def percent(self) -> float | None:
        return self.part / self.whole * 100 if self.whole else None

    @property
    def previous_percent(self) -> float | None:
        return self.previous_part / self.previous_whole * 100 if self.previous_whole else None


def figure_of(code: str, figures: Sequence[Figure] = FIGURES) -> Figure:
    """The figure of that code. Raises NotVisible."""
    for figure in figures:
        if figure.code == code:
            return figure
    raise NotVisible


def rows_in(actor: Actor, unit_path: str = "") -> QuerySet[Demand]:
    """Demands whose figures the actor may see, below a unit where one is given."""
    return _below(Demand.objects.visible_to(actor, VIEW), unit_path)


def _below(rows: QuerySet[Any], unit_path: str) -> QuerySet[Any]:
    return rows.filter(path_range("unit_path", unit_path)) if unit_path else rows


def behind(
    actor: Actor, figure: Figure, period: Period, unit_path: str = "", *, part: bool = False
) -> QuerySet[Any]:
    """The rows behind a figure: its denominator, or with `part` its numerator. Raises Denied."""
    if not actor.has(figure.source.permission):
        raise Denied
    rows = _below(figure.source.rows(actor), unit_path).filter(figure.base())
    if figure.moment:
        rows = rows.filter(
            **{f"{figure.moment}__gte": period.start, f"{figure.moment}__lt": period.end}
        )
    return rows.filter(figure.part()) if part else rows


def values(
    actor: Actor, period: Period, unit_path: str = "", figures: Sequence[Figure] = FIGURES
) -> list[Value]:
    """The figures of a period."""
    return [_value(actor, figure, period, unit_path) for figure in figures]


def _count(rows: QuerySet[Any], figure: Figure) -> tuple[int, int]:
    found = rows.order_by().aggregate(whole=Count("pk"), part=Count("pk", filter=figure.part()))
    return int(found["part"]), int(found["whole"])


def _value(actor: Actor, figure: Figure, period: Period, unit_path: str) -> Value:
    part, whole = _count(behind(actor, figure, period, unit_path), figure)
    if not figure.moment:
        return Value(figure, part, whole, 0, 0, ())
    before, before_whole = _count(behind(actor, figure, period.previous, unit_path), figure)
    span = Period(period.until - timedelta(days=7 * WEEKS - 1), period.until)
    weeks = (
        behind(actor, figure, span, unit_path)
        .order_by()
        .annotate(week=TruncWeek(figure.moment))
        .values("week")
        .annotate(whole=Count("pk"), part=Count("pk", filter=figure.part()))
        .order_by("week")
    )
    return Value(
        figure,
        part,
        whole,
        before,
        before_whole,
        tuple(round(row["part"] / row["whole"] * 100, 1) for row in weeks if row["whole"]),
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of a period and of now, each a count of rows."""

    received: int
    open: int
    late: int
    suspended: int
    disagreeing: int


def totals(actor: Actor, period: Period, unit_path: str = "") -> Totals:
    """Received in the period; open, late and suspended as of now; verdicts that disagree."""
    rows = rows_in(actor, unit_path).order_by()
    now = timezone.now()
    found = rows.aggregate(
        received=Count("pk", filter=Q(submitted_at__gte=period.start, submitted_at__lt=period.end)),
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, due_at__lt=now)),
        suspended=Count("pk", filter=Q(state=State.SUSPENDED)),
        disagreeing=Count(
            "pk",
            filter=Q(
                verdict=Verdict.SOLVED,
                solved="no",
                rated_at__gte=period.start,
                rated_at__lt=period.end,
            ),
        ),
    )
    return Totals(**found)
