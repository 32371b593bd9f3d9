"""Starting, pausing and stopping the clocks of a demand.

Rules (issue and domain.md): the accept clock starts at submission; first contact and resolve start
at the first dispatch, never at signing; the firm-facing clocks never restart; each dispatch of a
part starts a unit clock of its own; pauses are rows, replayed whenever a due time is made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.models import Assignment, Demand, DemandClock, DemandPause
from loushi.foundation.core import clocks
from loushi.foundation.core.clocks import Limit, LimitKind
from loushi.foundation.core.models import ServiceLevel

Break = tuple[datetime, datetime]
FIRM = (DemandClock.Kind.ACCEPT, DemandClock.Kind.CONTACT, DemandClock.Kind.RESOLVE)


@dataclass(frozen=True, slots=True)
class Rules:
    """The calendar and the service levels as they stand, read once per command or batch."""

    standard: clocks.Standard
    levels: list[ServiceLevel]


_held: ContextVar[Rules | None] = ContextVar("loushi_demand_rules", default=None)


@contextmanager
def holding_rules() -> Iterator[Rules]:
    """Reads calendar and service levels once for everything inside the block."""
    rules = Rules(clocks.standard(), clocks.levels_for("demand"))
    token = _held.set(rules)
    try:
        yield rules
    finally:
        _held.reset(token)


def _rules() -> Rules:
    return _held.get() or Rules(clocks.standard(), clocks.levels_for("demand"))


def level_of(demand: Demand, at: datetime | None = None) -> ServiceLevel | None:
    """The service level in force on the day of submission (or of `at`); the most specific wins."""
    on = timezone.localtime(at or demand.submitted_at).date()
    return clocks.pick(_rules().levels, demand.category.code, demand.urgency, demand.tier, on)


def limit_of(demand: Demand, step: str, at: datetime | None = None) -> Limit | None:
    """The service level's limit for "accept", "contact" or "resolve"."""
    level = level_of(demand, at)
    return level.limit(step) if level else None


def _concerns(pause: DemandPause, part: Assignment | None) -> bool:
    """A pause without a part stops all clocks; one with a part only that part's."""
    if pause.assignment_id is None and pause.assignment is None:
        return True
    if part is None:
        return False
    return pause.assignment is part or (part.pk is not None and pause.assignment_id == part.pk)


def breaks_for(
    pauses: Iterable[DemandPause], part: Assignment | None, until: datetime
) -> list[Break]:
    """The pauses that count for a clock (its part's own too), running ones ending at `until`."""
    return clocks.breaks_of((one for one in pauses if _concerns(one, part)), until)


def derive(clock: DemandClock, breaks: Iterable[Break]) -> None:
    """Sets the due time and the next warning from start, limit and breaks."""
    clocks.derive(clock, breaks, _rules().standard)


def _derive(case: Case, clock: DemandClock, breaks: Iterable[Break]) -> None:
    """As `derive`; a history that is replayed asks for warnings once, at its end (`foresee`)."""
    if case.replayed:
        clock.due_at = due_of(clock, breaks)
    else:
        derive(clock, breaks)


def foresee(case: Case) -> None:
    """The next warnings of a replayed case's running clocks; a paused one gives none."""
    for clock in running(case):
        part = _part_of(case, clock)
        if not _is_paused(case, part):
            derive(clock, breaks_for(case.pauses, part, case.now))


def _is_paused(case: Case, part: Assignment | None) -> bool:
    return any(pause.until is None and _concerns(pause, part) for pause in case.pauses)


def due_of(clock: DemandClock, breaks: Iterable[Break]) -> datetime:
    """When a clock's limit is used up."""
    return clocks.due_of(clock, breaks, _rules().standard)


def start(
    case: Case, kind: str, limit: Limit | None, part: Assignment | None = None
) -> DemandClock | None:
    """Starts a clock now; nothing happens where the service level sets no limit."""
    if limit is None:
        return None
    clock = DemandClock(
        demand=case.demand,
        assignment=part,
        kind=kind,
        limit_kind=limit.kind.value,
        limit_amount=limit.amount,
        started_at=case.now,
        due_at=case.now,
    )
    _derive(case, clock, [])
    if part is not None:
        part.due_at = clock.due_at
        case.touch(part)
    case.add(case.clocks, clock)
    return clock


def running(case: Case) -> list[DemandClock]:
    return [clock for clock in case.clocks if clock.stopped_at is None]


def _part_of(case: Case, clock: DemandClock) -> Assignment | None:
    """The case's own object of the clock's part (identity matters: it is changed in memory)."""
    if clock.assignment_id is not None:
        return next(part for part in case.parts if part.pk == clock.assignment_id)
    return next((part for part in case.parts if part is clock.assignment), None)


def refresh(case: Case) -> None:
    """Recomputes every running clock from history; a paused one gives no warnings meanwhile."""
    firm_due: list[datetime] = []
    for clock in running(case):
        part = _part_of(case, clock)
        breaks = breaks_for(case.pauses, part, case.now)
        _derive(case, clock, breaks)
        if _is_paused(case, part):
            clock.next_warning_at = None
        elif clock.kind in FIRM:
            firm_due.append(clock.due_at)
        case.touch(clock)
        if part is not None and part.due_at != clock.due_at:
            part.due_at = clock.due_at
            case.touch(part)
    case.demand.due_at = min(firm_due, default=None)


def stop(case: Case, kind: str, part: Assignment | None = None) -> list[DemandClock]:
    """Stops the running clocks of a kind (of one part, where given); lateness is recorded."""
    stopped = []
    for clock in running(case):
        own = _part_of(case, clock)
        if clock.kind != kind or (part is not None and own is not part):
            continue
        breaks = breaks_for(case.pauses, own, case.now)
        clocks.halt(clock, case.now, breaks, _rules().standard)
        case.touch(clock)
        stopped.append(clock)
        if clock.is_late and clock.kind in FIRM:
            case.demand.is_late = True
        if clock.is_late and own is not None:
            own.is_late = True
            case.touch(own)
    return stopped


def stop_all(case: Case) -> None:
    """Ends every clock (declined, withdrawn, merged …)."""
    for kind in (*FIRM, DemandClock.Kind.UNIT):
        stop(case, kind)
    case.demand.due_at = None


def pause(case: Case, kind: str, reason: str = "", part: Assignment | None = None) -> None:
    """Begins a pause; a second one of the same kind and part is not begun twice."""
    if not any(p.until is None and p.kind == kind and p.assignment is part for p in case.pauses):
        case.add(
            case.pauses,
            DemandPause(
                demand=case.demand, assignment=part, kind=kind, since=case.now, reason=reason[:300]
            ),
        )
    refresh(case)


def unpause(case: Case, kind: str) -> None:
    """Ends the running pauses of a kind and recomputes the due times."""
    for row in case.pauses:
        if row.until is None and row.kind == kind:
            row.until = case.now
            case.touch(row)
    refresh(case)


def resume_answered(case: Case) -> None:
    """Reopening: the stopped resolve clock goes on; the wait for the rating counts as a pause."""
    if case.demand.resolved_at is not None:
        case.add(
            case.pauses,
            DemandPause(
                demand=case.demand,
                kind=DemandPause.Kind.ANSWERED,
                since=case.demand.resolved_at,
                until=case.now,
            ),
        )
    for clock in case.clocks:
        if clock.kind == DemandClock.Kind.RESOLVE and clock.stopped_at is not None:
            clock.stopped_at = clock.elapsed_minutes = None
            case.touch(clock)
    refresh(case)


def lengthen(clock: DemandClock, extra: Limit) -> None:
    """Adds an extension to a clock's limit; kinds that differ become minutes of the clock's own."""
    if clock.limit_kind == extra.kind.value:
        clock.limit_amount += extra.amount
        return
    nominal = _rules().standard.nominal_minutes(clock.started_at)
    kind = LimitKind.CLOCK_MINUTES if clock.limit.kind.is_clock else LimitKind.WORKING_MINUTES
    clock.limit_amount = clock.limit.minutes(nominal) + extra.minutes(nominal)
    clock.limit_kind = kind.value
