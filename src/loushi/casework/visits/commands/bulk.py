"""Many visits, results and ratings of the past at once, for the demo and for imports.

The rows are those of the single forms at that moment; only the writing is set-based. What long ago
was news is not told again: no notices, no events. The register is not changed: it already is what
the past made of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loushi.casework.visits.commands.indexing import index_visits
from loushi.casework.visits.commands.inputs import VisitInput
from loushi.casework.visits.commands.ratings import RatingInput, add_to, community_of
from loushi.casework.visits.commands.sweeps import CampaignInput, make_campaign
from loushi.casework.visits.models import (
    Finding,
    RatedVisit,
    RatingBatch,
    SweepCampaign,
    SweepResult,
    SweepTask,
    Visit,
)
from loushi.casework.visits.queries.teams import team_at
from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows, update_rows
from loushi.foundation.core.errors import Refused
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import Home, homes_of
from loushi.registry.territory.models import Unit

CHUNK = 2_000
WHY = "history written by the system"


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit as its visitor recorded it then; only findings that stand as they are."""

    actor: Actor
    given: VisitInput
    department_id: int | None = None
    team_name: str = ""


@dataclass(frozen=True, slots=True)
class PastResult:
    """A result at one door; `changes` tells what the register became then."""

    actor: Actor
    task_id: int
    at: datetime
    outcome: str
    note: str = ""
    changes: tuple[dict[str, Any], ...] = ()


def record_visits(*, actor: Actor, rows: Sequence[PastVisit]) -> list[Visit]:
    """Writes past visits in order; only the system may. Returns them with their ids."""
    _only_system(actor)
    made: list[Visit] = []
    with transaction.atomic():
        for start in range(0, len(rows), CHUNK):
            made += _portion(rows[start : start + CHUNK])
    return made


def _portion(rows: Sequence[PastVisit]) -> list[Visit]:
    ids = sorted({row.given.enterprise_id for row in rows})
    firms = Enterprise.objects.unscoped(WHY).only("name", "unit_path").in_bulk(ids)
    homes = homes_of(ids)
    units = {unit.path: unit for unit in Unit.objects.exclude(path="")}
    visits = insert_rows(
        [_visit(row, firms[row.given.enterprise_id], homes, units) for row in rows]
    )
    insert_rows(
        [
            Finding(
                visit=visit,
                unit_path=visit.unit_path,
                position=position,
                kind=one.kind,
                text=one.text.strip(),
                valid_until=one.valid_until if one.kind == Finding.Kind.RESOURCE else None,
            )
            for visit, row in zip(visits, rows, strict=True)
            for position, one in enumerate(row.given.findings)
        ]
    )
    record_many(
        actor=rows[0].actor,
        action="visits.record",
        lines=[
            Line(
                visit,
                after={
                    "enterprise_id": visit.enterprise_id,
                    "purpose": visit.purpose,
                    "met": visit.met,
                    "findings": [one.kind for one in row.given.findings],
                },
                why=visit.despite,
                actor=row.actor,
                at=visit.at,
            )
            for visit, row in zip(visits, rows, strict=True)
        ],
    )
    index_visits(visit.pk for visit in visits)
    return visits


def _visit(
    row: PastVisit, firm: Enterprise, homes: dict[int, Home], units: dict[str, Unit]
) -> Visit:
    given = row.given
    if given.at is None:
        raise Refused("a past visit needs its time")
    if any(one.kind not in (Finding.Kind.RESOURCE, Finding.Kind.POLICY) for one in given.findings):
        raise Refused("demands, corrections and leads of the past come by their own forms")
    place = homes.get(firm.pk)
    path = (place.unit_path if place else "") or firm.unit_path
    team = team_at(row.actor, path)
    nobody = given.met == Visit.Met.NOBODY
    return Visit(
        enterprise=firm,
        unit=units[path],
        unit_path=path,
        building_id=place.building_id if place else None,
        space_id=place.space_id if place else None,
        visitor_id=row.actor.user_id,
        visitor_name=row.actor.name[:40],
        team=f"department:{row.department_id}" if row.department_id else team.code,
        team_name=row.team_name or team.name,
        department_id=row.department_id,
        at=given.at,
        purpose=given.purpose,
        met=given.met,
        met_name="" if nobody else given.met_name.strip(),
        met_title="" if nobody else given.met_title.strip(),
        note=given.note.strip(),
        despite=given.despite.strip(),
        recorded_at=given.at,
    )


def make_past_campaign(
    *,
    actor: Actor,
    given: CampaignInput,
    at: datetime,
    by: str,
    closed_at: datetime | None = None,
    closing_note: str = "",
) -> SweepCampaign:
    """A sweep that began then (and ended), with its list of rooms as the register has them."""
    _only_system(actor)
    with transaction.atomic():
        campaign = make_campaign(actor, given, tell=False)
        campaign.created_at, campaign.created_by = at, by[:80]
        if closed_at is not None:
            campaign.state = SweepCampaign.State.CLOSED
            campaign.closed_at, campaign.closed_by = closed_at, by[:80]
            campaign.closing_note = closing_note
        campaign.save()
    return campaign


def write_results(*, actor: Actor, rows: Sequence[PastResult]) -> int:
    """Writes results of the past, of each room in order of time."""
    _only_system(actor)
    with transaction.atomic():
        for start in range(0, len(rows), CHUNK):
            _results(rows[start : start + CHUNK])
    return len(rows)


def _results(rows: Sequence[PastResult]) -> None:
    tasks = SweepTask.objects.unscoped(WHY).in_bulk(sorted({row.task_id for row in rows}))
    results, lines = [], []
    for row in rows:
        task = tasks[row.task_id]
        before = {"outcome": task.outcome, "note": task.note}
        task.outcome, task.note = row.outcome, row.note
        task.attempts += 1
        task.version += 1
        task.done_at, task.done_by_id = row.at, row.actor.user_id
        results.append(
            SweepResult(
                task=task,
                unit_path=task.unit_path,
                at=row.at,
                by_id=row.actor.user_id,
                by_name=row.actor.name[:80],
                outcome=row.outcome,
                note=row.note,
                changes=list(row.changes),
            )
        )
        after = {"outcome": row.outcome, "note": row.note, "changes": len(row.changes)}
        lines.append(Line(task, before, after, row.note, actor=row.actor, at=row.at))
    insert_rows(results)
    names = ("outcome", "note", "attempts", "version", "done_at", "done_by_id")
    update_rows(
        SweepTask,
        [(pk, {name: getattr(task, name) for name in names}) for pk, task in tasks.items()],
    )
    record_many(actor=rows[0].actor, action="visits.sweep", lines=lines)


def rate_visits(*, actor: Actor, rows: Sequence[tuple[Visit, RatingInput]]) -> int:
    """Ratings of past visits: the same tallies as one by one, and no more of a trace."""
    _only_system(actor)
    batches: dict[int, list[RatingBatch]] = {}
    units: dict[str, Unit] = {}
    with transaction.atomic():
        for visit, given in rows:
            unit = units.setdefault(visit.unit_path, community_of(visit.unit_path))
            held = batches.setdefault(unit.pk, [])
            batch = add_to(
                [one for one in held if not one.is_closed], unit, visit.enterprise_id, given
            )
            if all(one is not batch for one in held):
                held.append(batch)
        RatedVisit.objects.unscoped(WHY).bulk_create(
            [RatedVisit(visit=visit, unit_path=visit.unit_path) for visit, _given in rows],
            batch_size=500,
        )
        insert_rows([batch for held in batches.values() for batch in held])
    return len(rows)


def _only_system(actor: Actor) -> None:
    if not actor.system:
        raise Refused("history is written by the system only")
