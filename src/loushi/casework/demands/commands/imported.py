"""Demands that another system kept: written set-based, with the due time and end that it gave.

Rules. A due time given by the source is that of the firm-facing resolve clock; lateness is our own
clock arithmetic over it (late = after the due time), never the source's flag. A row that has ended
is closed and has no rating. An open row with a due time waits for dispatch, its clock running. An
open row without one is new to us: its accept clock starts with the import.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks, telling
from loushi.casework.demands.commands.case import WHY, Case
from loushi.casework.demands.commands.effects.registry import end_parts
from loushi.casework.demands.commands.submit import number_prefix
from loushi.casework.demands.models import Assignment, Demand, DemandClock, DemandEvent, State
from loushi.casework.demands.workflow import ENDED, workflow
from loushi.foundation.core import clocks as core_clocks
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.clocks import LimitKind
from loushi.foundation.language.commands import Text, index_many
from loushi.foundation.transfer.commands import insert_rows, insert_values

PORTION = 5000
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """One row of a source: an unsaved demand and what the source says of its clock.

    `names` are the enterprise's and the building's name, for the search.
    """

    demand: Demand
    target: datetime | None = None
    closed: datetime | None = None
    names: tuple[str, ...] = ()


def is_late(target: datetime | None, closed: datetime | None, now: datetime) -> bool:
    """Whether a case with a given due time is late: closed, or still open now, after it."""
    return target is not None and core_clocks.is_late(target, closed or now)


def import_demands(
    *, actor: Actor, rows: Sequence[Imported], source: str, now: datetime | None = None
) -> list[int]:
    """Writes rows of another system with clock, history and search text; ids in their order.

    The caller (the import engine) has checked the permission for every unit and writes the audit.
    """
    now = now or timezone.now()
    prefix = number_prefix()
    with transaction.atomic(), clocks.holding_rules():
        for start in range(0, len(rows), PORTION):
            _write(actor, rows[start : start + PORTION], source, prefix, now)
    return [row.demand.pk for row in rows]


def _write(actor: Actor, rows: Sequence[Imported], source: str, prefix: str, now: datetime) -> None:
    clocks_of: list[Values | None] = []
    for row in rows:
        _settle(row, prefix, now)
        clock = _clock(row, now)
        if clock is not None and clock["stopped_at"] is None:
            row.demand.due_at = clock["due_at"]
        clocks_of.append(clock)
    insert_rows([row.demand for row in rows])
    insert_values(
        DemandClock,
        [
            {**clock, "demand_id": row.demand.pk, "unit_path": row.demand.unit_path}
            for row, clock in zip(rows, clocks_of, strict=True)
            if clock is not None
        ],
    )
    insert_values(DemandEvent, [event for row in rows for event in _events(actor, row, source)])
    index_many(
        Text(
            kind="demand",
            object_id=row.demand.pk,
            text="\n".join(
                [row.demand.number, row.demand.title, row.demand.text, *row.names, row.demand.place]
            ),
            at=row.demand.submitted_at,
            unit_path=row.demand.unit_path,
            participants=telling.tokens_of(row.demand, ()),
        )
        for row in rows
    )


def _settle(row: Imported, prefix: str, now: datetime) -> None:
    """State and moments of the demand from what the source says."""
    demand = row.demand
    demand.prefix = prefix
    demand.year = timezone.localtime(demand.submitted_at).year
    demand.is_late = is_late(row.target, row.closed, now)
    if row.closed is not None:
        demand.state = State.CLOSED
        demand.accepted_at = demand.dispatched_at = demand.submitted_at
        demand.resolved_at = demand.closed_at = row.closed
    elif row.target is not None:
        demand.state = State.ACCEPTED
        demand.accepted_at = demand.dispatched_at = demand.submitted_at
    else:
        demand.state = State.SUBMITTED


def _clock(row: Imported, now: datetime) -> Values | None:
    if row.target is not None:
        return _given_clock(row, row.target, now)
    if row.demand.state != State.SUBMITTED:
        return None
    limit = clocks.limit_of(row.demand, "accept", now)
    if limit is None:
        return None
    clock = DemandClock(
        limit_kind=limit.kind.value, limit_amount=limit.amount, started_at=now, due_at=now
    )
    clocks.derive(clock, [])
    return {
        "kind": DemandClock.Kind.ACCEPT,
        "limit_kind": clock.limit_kind,
        "limit_amount": clock.limit_amount,
        "started_at": now,
        "due_at": clock.due_at,
        "stopped_at": None,
        "next_warning_at": clock.next_warning_at,
    }


def _given_clock(row: Imported, target: datetime, now: datetime) -> Values:
    """A clock whose limit, started when it says, ends exactly at the given due time."""
    minutes = max(1, floor((target - row.demand.submitted_at).total_seconds() / 60))
    started = target - timedelta(minutes=minutes)
    values: Values = {
        "kind": DemandClock.Kind.RESOLVE,
        "limit_kind": LimitKind.CLOCK_MINUTES.value,
        "limit_amount": minutes,
        "started_at": started,
        "due_at": target,
        "stopped_at": row.closed,
        "is_late": row.demand.is_late,
        "warned_percent": 100,
    }
    if row.closed is not None:
        values["elapsed_minutes"] = max(0.0, (row.closed - started).total_seconds() / 60)
    elif target > now:
        values["warned_percent"] = 0
        for percent in core_clocks.WARN_PERCENTS:
            at = started + timedelta(minutes=minutes * percent / 100)
            if at > now:
                values["next_warning_at"] = at
                break
            values["warned_percent"] = percent
    return values


def _events(actor: Actor, row: Imported, source: str) -> Iterator[Values]:
    """Submission, and what the source says has happened since."""
    demand = row.demand
    always: Values = {
        "row_id": demand.pk,
        "unit_path": demand.unit_path,
        "actor_user_id": actor.user_id,
        "actor_name": actor.name,
        "appointment": actor.appointment,
        "data": {"channel": demand.channel, "source": source},
    }
    yield always | {"move": "submit", "to_state": State.SUBMITTED, "at": demand.submitted_at}
    later = {"from_state": State.SUBMITTED, "to_state": demand.state}
    if demand.state == State.CLOSED:
        yield always | later | {"move": "close", "at": demand.closed_at}
    elif demand.state == State.ACCEPTED:
        yield always | later | {"move": "accept", "at": demand.submitted_at}


def close_imported(*, actor: Actor, demand_id: int, closed: datetime, source: str) -> bool:
    """The source says that a demand has ended since: it closes here too. False if it had already.

    The caller (the import engine) has checked the permission; joins its transaction.
    """
    demand = Demand.objects.unscoped(WHY).select_for_update().get(pk=demand_id)
    if demand.state in ENDED:
        return False
    case = Case(demand, actor, closed)
    before = demand.state
    end_parts(case, Assignment.State.CANCELLED)
    clocks.stop_all(case)
    demand.state = State.CLOSED
    demand.resolved_at = demand.resolved_at or closed
    demand.closed_at = closed
    case.save()
    demand.save()
    workflow.write(
        demand,
        "close",
        before,
        demand.state,
        actor=actor,
        note=_("来源系统已办结。"),
        data={"source": source},
    )
    return True
