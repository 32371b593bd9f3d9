"""Starting, pausing and stopping the clocks of a demand.

Rules (issue and domain.md): the accept clock starts at submission; first contact and resolve start
at the first dispatch, never at signing; the firm-facing clocks never restart; each dispatch of a
part starts a unit clock of its own; pauses are rows, replayed whenever a due time is made.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from loushi.casework.demands.models import Assignment, Demand, DemandClock, DemandPause
from loushi.foundation.core import clocks
from loushi.foundation.core.clocks import Limit
from loushi.foundation.core.models import ServiceLevel

Break = tuple[datetime, datetime]
FIRM = (DemandClock.Kind.ACCEPT, DemandClock.Kind.CONTACT, DemandClock.Kind.RESOLVE)
WHY = "clocks of a demand that the command has already fetched under its scope"


def level_of(demand: Demand) -> ServiceLevel | None:
    """The service level in force on the day of submission; the second category level wins."""
    on = timezone.localtime(demand.submitted_at).date()
    return clocks.service_level_for(
        "demand", demand.category.code, demand.urgency, demand.tier, on
    )


def pauses_of(demand: Demand) -> list[DemandPause]:
    return list(DemandPause.objects.unscoped(WHY).filter(demand=demand).order_by("since", "id"))


def breaks_for(
    pauses: Iterable[DemandPause], assignment_id: int | None, until: datetime
) -> list[Break]:
    """The pauses that count for a clock, running ones ending at `until`."""
    return [
        (pause.since, pause.until or until)
        for pause in pauses
        if pause.assignment_id in (None, assignment_id) and pause.since <= (pause.until or until)
    ]


def start(
    demand: Demand,
    kind: str,
    limit: Limit | None,
    at: datetime,
    assignment: Assignment | None = None,
) -> DemandClock | None:
    """Starts a clock at `at`; nothing happens where the service level sets no limit."""
    if limit is None:
        return None
    clock = DemandClock(
        demand=demand,
        assignment=assignment,
        unit_path=demand.unit_path,
        kind=kind,
        limit_kind=limit.kind.value,
        limit_amount=limit.amount,
        started_at=at,
        due_at=at,
    )
    derive(clock, [])
    clock.save()
    return clock


def derive(clock: DemandClock, breaks: Iterable[Break]) -> None:
    """Sets the due time and the next warning from start, limit and breaks."""
    calendar, nominal = clocks.standard_calendar(), clocks.nominal_minutes(clock.started_at)
    breaks = list(breaks)
    warnings = clocks.warn_times(
        calendar, clock.started_at, clock.limit, breaks, nominal_minutes=nominal
    )
    clock.due_at = warnings[-1].at
    following = clocks.next_warning(warnings, clock.warned_percent)
    clock.next_warning_at = following.at if following else None


def running(demand: Demand) -> list[DemandClock]:
    return list(
        DemandClock.objects.unscoped(WHY)
        .filter(demand=demand, stopped_at__isnull=True)
        .select_related("assignment")
        .order_by("id")
    )


def refresh(demand: Demand, now: datetime) -> None:
    """Recomputes every running clock from history; a paused one gives no warnings meanwhile."""
    pauses = pauses_of(demand)
    firm_due: list[datetime] = []
    for clock in running(demand):
        breaks = breaks_for(pauses, clock.assignment_id, now)
        before = clock.due_at
        derive(clock, breaks)
        paused = any(
            pause.until is None and pause.assignment_id in (None, clock.assignment_id)
            for pause in pauses
        )
        if paused:
            clock.next_warning_at = None
        elif clock.kind in FIRM:
            firm_due.append(clock.due_at)
        clock.save()
        if clock.assignment is not None and clock.due_at != before:
            Assignment.objects.unscoped(WHY).filter(pk=clock.assignment_id).update(
                due_at=clock.due_at
            )
    demand.due_at = min(firm_due, default=None)


def stop(
    demand: Demand, kind: str, at: datetime, assignment: Assignment | None = None
) -> list[DemandClock]:
    """Stops the running clocks of a kind (of one part, where given); lateness is recorded."""
    pauses = pauses_of(demand)
    stopped = []
    for clock in running(demand):
        if clock.kind != kind or (assignment is not None and clock.assignment_id != assignment.pk):
            continue
        breaks = breaks_for(pauses, clock.assignment_id, at)
        derive(clock, breaks)
        clock.stopped_at = at
        clock.next_warning_at = None
        clock.elapsed_minutes = clocks.elapsed(
            clocks.standard_calendar(), clock.started_at, at, clock.limit_kind, breaks
        )
        clock.is_late = clock.is_late or clocks.is_late(clock.due_at, at)
        clock.save()
        stopped.append(clock)
        if clock.is_late and clock.kind in FIRM:
            demand.is_late = True
        if clock.is_late and clock.assignment is not None:
            Assignment.objects.unscoped(WHY).filter(pk=clock.assignment_id).update(is_late=True)
    return stopped


def stop_all(demand: Demand, at: datetime) -> None:
    """Ends every clock (declined, withdrawn, merged …)."""
    for kind in (*FIRM, DemandClock.Kind.UNIT):
        stop(demand, kind, at)
    demand.due_at = None


def pause(
    demand: Demand,
    kind: str,
    at: datetime,
    reason: str = "",
    assignment: Assignment | None = None,
) -> None:
    """Begins a pause; a second one of the same kind and part is not begun twice."""
    open_ones = DemandPause.objects.unscoped(WHY).filter(
        demand=demand, kind=kind, assignment=assignment, until__isnull=True
    )
    if not open_ones.exists():
        DemandPause.objects.unscoped(WHY).create(
            demand=demand,
            unit_path=demand.unit_path,
            assignment=assignment,
            kind=kind,
            since=at,
            reason=reason[:300],
        )
    refresh(demand, at)


def unpause(demand: Demand, kind: str, at: datetime) -> None:
    """Ends the running pauses of a kind and recomputes the due times."""
    DemandPause.objects.unscoped(WHY).filter(
        demand=demand, kind=kind, until__isnull=True
    ).update(until=at)
    refresh(demand, at)


def resume_answered(demand: Demand, at: datetime) -> None:
    """Reopening: the stopped resolve clock goes on; the wait for the rating counts as a pause."""
    if demand.resolved_at is not None:
        DemandPause.objects.unscoped(WHY).create(
            demand=demand,
            unit_path=demand.unit_path,
            kind=DemandPause.Kind.ANSWERED,
            since=demand.resolved_at,
            until=at,
        )
    DemandClock.objects.unscoped(WHY).filter(
        demand=demand, kind=DemandClock.Kind.RESOLVE, stopped_at__isnull=False
    ).update(stopped_at=None, elapsed_minutes=None)
    refresh(demand, at)
