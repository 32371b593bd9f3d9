"""An application with all that belongs to it, changed in memory and written once.

The single form loads a Case under the application's lock, lets one effect change it and saves it;
the bulk form lets a whole history change new Cases and inserts them together. So both share every
rule: a step opens when all it waits for are done, its clock starts then, and nothing is done twice.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone

from loushi.casework.applications.models import (
    AgentErrand,
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationPause,
    ApplicationRating,
    ApplicationRecord,
    ApplicationStep,
    FastTrack,
)
from loushi.casework.applications.queries import reading
from loushi.casework.applications.workflow import RUNNING
from loushi.foundation.core import clocks
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_row, insert_rows, update_row
from loushi.foundation.core.units import WIDTH
from loushi.registry.territory.models import Unit, UnitKind
from loushi.services.catalogue.models.flow import Flow, flow_of, plan

WHY = "what belongs to an application that was fetched under its scope"
T = ApplicationStep.State
S = Application.State


class Case:
    """`fresh` cases have nothing in the database yet and read nothing from it."""

    def __init__(
        self, row: Application, actor: Actor, now: datetime, *, flow: Flow | None = None,
        fresh: bool = False,
    ) -> None:  # fmt: skip
        self.row, self.actor, self.now, self.fresh = row, actor, now, fresh
        self.standard = clocks.standard()
        self.opened: list[ApplicationStep] = []
        self._touched: dict[int, models.Model] = {}
        if flow is not None:
            self.flow = flow

    @cached_property
    def flow(self) -> Flow:
        return flow_of(self.row.version.content)

    @cached_property
    def steps(self) -> list[ApplicationStep]:
        held = self.row.held_steps
        return [] if self.fresh else list(reading.steps_of(self.row.pk) if held is None else held)

    @cached_property
    def clocks(self) -> list[ApplicationClock]:
        """Those that run."""
        found = [getattr(one, "clock", None) for one in self.steps]
        return [one for one in found if one is not None and one.stopped_at is None]

    @cached_property
    def pauses(self) -> list[ApplicationPause]:
        return [] if self.fresh else reading.pauses_of(self.row.pk)

    def _rows(self, model: Any, order: str, **where: Any) -> list[Any]:
        if self.fresh:
            return []
        return list(model.objects.unscoped(WHY).filter(**where).order_by(order))

    def step(self, code: str) -> ApplicationStep | None:
        return next((one for one in self.steps if one.code == code), None)

    def touch(self, row: Any) -> Any:
        """Notes that a row is new or changed."""
        row.unit_path = self.row.unit_path
        self._touched[id(row)] = row
        return row

    def changed(self, model: type[models.Model]) -> list[Any]:
        return [row for row in self._touched.values() if type(row) is model]

    # ---- what happens -----------------------------------------------------------------------

    def begin(self) -> None:
        """Lays out the steps that the answers call for, and opens the first ones."""
        for position, one in enumerate(plan(self.flow, self.row.answers)):
            step = ApplicationStep(
                application=self.row, code=one.step.code, position=position, title=one.step.title,
                department_id=one.step.department, waits=sorted(one.waits),
            )  # fmt: skip
            self.steps.append(step)
            self.touch(step)
        if (claim := claim_of(self.flow, self.row)) is not None:
            self.touch(claim)
        self.advance()

    def advance(self) -> None:
        """Opens what waits for nothing any more; ends the whole once everything is done."""
        done = {one.code for one in self.steps if one.state == T.DONE}
        for step in self.steps:
            if step.state == T.WAITING and set(step.waits) <= done:
                self._open(step)
        if self.row.state == S.HANDLING and all(one.state == T.DONE for one in self.steps):
            self.end(S.FINISHED)
        self.due()

    def _open(self, step: ApplicationStep) -> None:
        step.state, step.opened_at = T.OPEN, self.now
        made = self.flow.step(step.code)
        assert made is not None
        clock = ApplicationClock(
            step=step, kind="step", limit_kind=made.limit.kind.value,
            limit_amount=made.limit.amount, started_at=self.now, due_at=self.now,
        )  # fmt: skip
        clocks.derive(clock, [], self.standard)
        step.due_at = clock.due_at
        self.clocks.append(self.touch(clock))
        self.opened.append(self.touch(step))

    def start(self, step: ApplicationStep) -> None:
        """Somebody takes it up."""
        step.started_at = step.started_at or self.now
        step.handler_name = self.actor.name[:80]
        self.touch(step)

    def ask(self, step: ApplicationStep, said: str) -> None:
        """The applicant has to correct something: the step's clock stands still."""
        self.start(step)
        step.said = said
        self.pauses.append(self.touch(
            ApplicationPause(step=step, since=self.now, reason=said[:300])
        ))  # fmt: skip
        clock = self._clock(step)
        clock.next_warning_at = None
        self.touch(clock)
        step.state = T.ASKED
        self.due()

    def supply(self) -> list[ApplicationStep]:
        """Everything that was asked for is there: those steps go on, their clocks too."""
        resumed = [one for one in self.steps if one.state == T.ASKED]
        for step in resumed:
            for pause in self._pauses(step):
                if pause.until is None:
                    pause.until = self.now
                    self.touch(pause)
            clock = self._clock(step)
            clocks.derive(clock, self.breaks(step), self.standard)
            self.touch(clock)
            step.state, step.due_at, step.said = T.WORKING, clock.due_at, ""
            self.touch(step)
        self.due()
        return resumed

    def finish(self, step: ApplicationStep, said: str) -> None:
        """A step is done, with its result; what waited for it opens."""
        self._stop(step, T.DONE, said)
        made = self.flow.step(step.code)
        if made is not None and made.closing:
            self.row.result = said
        self.advance()

    def refuse(self, step: ApplicationStep, said: str) -> None:
        """A step is not approved: the whole ends, what else was going on is cancelled."""
        self._stop(step, T.REFUSED, said)
        self.row.result = said
        self.end(S.REFUSED)

    def end(self, state: str) -> None:
        """The whole ends in a state; nothing of it runs any more."""
        self.row.state, self.row.ended_at = state, self.now
        if state != S.FINISHED:
            self._give_back()
        for step in self.steps:
            if step.state in RUNNING or step.state == T.WAITING:
                self._stop(step, T.CANCELLED, step.said)
        self.due()

    def assign(self, step: ApplicationStep, person_id: int, why: str) -> int | None:
        """Somebody runs the errand from now on; who did before, where there was one."""
        self.start(step)
        former = step.agent_id
        for held in self._rows(AgentErrand, "id", step=step, until=None):
            held.until = self.now
            held.why = why[:300]
            self.touch(held)
        step.agent_id = person_id
        self.touch(AgentErrand(step=step, person_id=person_id, since=self.now))
        step.state = T.WORKING
        return former

    def _give_back(self) -> None:
        """The place is free for others."""
        held = [one for one in self._touched.values() if isinstance(one, FastTrack)]
        for claim in held or self._rows(FastTrack, "id", application=self.row):
            claim.live = False
            self.touch(claim)

    def _stop(self, step: ApplicationStep, state: str, said: str) -> None:
        if step.state != T.WAITING:
            clock = self._clock(step)
            clocks.halt(clock, self.now, self.breaks(step), self.standard)
            self.touch(clock)
            step.due_at, step.is_late = clock.due_at, step.is_late or clock.is_late
            self.row.is_late = self.row.is_late or step.is_late
            for pause in self._pauses(step):
                if pause.until is None:
                    pause.until = self.now
                    self.touch(pause)
            if state in (T.DONE, T.REFUSED):
                self.start(step)
        step.state, step.ended_at, step.said = state, self.now, said
        self.touch(step)

    def due(self) -> None:
        running = [one.due_at for one in self.steps if one.state in (T.OPEN, T.WORKING)]
        self.row.due_at = min((at for at in running if at), default=None)

    def _clock(self, step: ApplicationStep) -> ApplicationClock:
        return next(one for one in self.clocks if self._of(one, step) and one.stopped_at is None)

    def _pauses(self, step: ApplicationStep) -> list[ApplicationPause]:
        return [one for one in self.pauses if self._of(one, step)]

    def breaks(self, step: ApplicationStep) -> list[tuple[datetime, datetime]]:
        return clocks.breaks_of(self._pauses(step), self.now)

    @staticmethod
    def _of(row: Any, step: ApplicationStep) -> bool:
        same: bool = row.step_id == step.pk if step.pk is not None else row.step is step
        return same

    # ---- writing ----------------------------------------------------------------------------

    def save(self, *, but: ApplicationStep | None = None) -> None:
        """Writes what was touched; the application itself is saved by the caller, and so is `but`,
        the step whose own move this is."""
        for model in ORDER:
            for row in self.changed(model):
                if row is but:
                    continue
                if row._state.adding:
                    insert_row(row)
                else:
                    update_row(row)
        self._touched.clear()


def claim_of(flow: Flow, row: Application) -> FastTrack | None:
    """The place and time that an application takes, unsaved; None where none is asked for."""
    asked = flow.claim()
    if not asked:
        return None
    place, begin, end = (row.answers[one.code] for one in asked)
    return FastTrack(
        application=row, unit=_community(row), unit_path=row.unit_path, place=place,
        since=moment_of(begin), until=moment_of(end),
    )  # fmt: skip


def _community(row: Application) -> Unit:
    """Places are named within a community: firms of two of its grids ask for the same square."""
    above = [row.unit_path[:end] for end in range(WIDTH, len(row.unit_path) + 1, WIDTH)]
    found = Unit.objects.filter(path__in=above, kind=UnitKind.COMMUNITY).order_by("-path").first()
    return found or row.unit


def moment_of(answer: str) -> datetime:
    """An answered time ("2026-11-28T18:00", local) as a moment."""
    return timezone.make_aware(datetime.fromisoformat(answer))


ORDER: tuple[type[models.Model], ...] = (
    ApplicationStep, ApplicationClock, ApplicationPause, ApplicationMaterial, ApplicationRecord,
    ApplicationRating, FastTrack, AgentErrand,
)  # fmt: skip


def insert(cases: Iterable[Case], events: Iterable[ApplicationEvent]) -> None:
    """Inserts fresh cases set-based, in the caller's transaction; ids follow the order of cases."""
    cases = list(cases)
    insert_rows([case.row for case in cases])
    for model in ORDER:
        rows = [row for case in cases for row in case.changed(model)]
        for row in rows:
            if hasattr(row, "application_id"):
                row.application_id = row.application.pk
            if hasattr(row, "step_id"):
                row.step_id = row.step.pk
        insert_rows(rows)
    events = list(events)
    for one in events:
        one.row_id = one.row.pk
        one.step_id = one.step.pk if one.step is not None else None
        one.unit_path = one.row.unit_path
    insert_rows(events)
