"""One application for one reader: steps with their legal moves, what may be read of the rest."""

from dataclasses import dataclass
from datetime import datetime

from loushi.casework.applications.models import (
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationRecord,
    ApplicationStep,
)
from loushi.casework.applications.policy import VIEW, is_staff, sees_whole
from loushi.casework.applications.queries import reading
from loushi.casework.applications.reach import own_steps
from loushi.casework.applications.workflow import RUNNING, handles, step_workflow, workflow
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import permits
from loushi.foundation.core.workflow import Move
from loushi.foundation.files.models import Attachment
from loushi.foundation.files.queries import attachments_by_parent
from loushi.registry.accounts.queries import names_of
from loushi.services.catalogue.models.flow import Field, Flow, Step, flow_of

WHY = "what belongs to an application that was read under its scope"
T = ApplicationStep.State


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step: what it is by design, how it stands, what the reader may do with it."""

    row: ApplicationStep
    design: Step
    owner: str
    clock: ApplicationClock | None
    moves: tuple[Move, ...]
    own: bool
    runner: str = ""

    @property
    def running(self) -> bool:
        return self.row.state in RUNNING


@dataclass(frozen=True, slots=True)
class Handed:
    """A material with its files, which are left out where the reader's steps do not need them."""

    row: ApplicationMaterial
    files: tuple[Attachment, ...]
    readable: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything of an application that the reader may see."""

    row: Application
    flow: Flow
    whole: bool
    contact: bool
    steps: tuple[StepLine, ...]
    answers: tuple[tuple[Field, object], ...]
    hidden_answers: int
    materials: tuple[Handed, ...]
    records: tuple[ApplicationRecord, ...]
    events: tuple[ApplicationEvent, ...]
    moves: tuple[Move, ...]

    @property
    def done(self) -> int:
        return sum(one.row.state == T.DONE for one in self.steps)

    @property
    def ended_at(self) -> datetime | None:
        return self.row.ended_at

    def may(self, name: str) -> bool:
        return any(move.name == name for move in self.moves)

    def step(self, code: str) -> StepLine:
        """One of its steps; NotVisible where it has none of that code."""
        for one in self.steps:
            if one.row.code == code:
                return one
        raise NotVisible


def case_page(actor: Actor, application_id: int, *, history: bool = True) -> CasePage:
    """For the desk; NotVisible for strangers."""
    return page_of_row(actor, reading.read(actor, application_id), history=history)


def page_after(actor: Actor, row: Application) -> CasePage:
    """For the desk, of the row that a command has just moved; NotVisible where the actor does not
    see it any more."""
    if not permits(actor, VIEW, row):
        raise NotVisible
    return page_of_row(actor, row, history=False)


def own_page(actor: Actor, application_id: int) -> CasePage:
    """For the applicant's phone. Staff have the desk's page."""
    row = reading.read(actor, application_id)
    if is_staff(actor) and not sees_whole(actor, row):
        raise NotVisible
    return page_of_row(actor, row)


def page_of_row(actor: Actor, row: Application, *, history: bool = True) -> CasePage:
    """The page of a row that was read under its scope (or by the applicant's own link)."""
    flow = flow_of(reading.with_steps(row).version.content)
    whole = actor.system or sees_whole(actor, row)
    own = [] if whole else own_steps(actor, row, flow)
    steps = _steps(actor, row, flow)
    needs = {code for one in own for code in one.needs}
    wanted = {code for one in own for code in one.materials}
    shown = [one for one in flow.fields if one.code in row.answers and (whole or one.code in needs)]
    events = ApplicationEvent.objects.unscoped(WHY).filter(row=row).select_related("step")
    lines = events.order_by("-at", "-pk")[:200]
    return CasePage(
        row, flow, whole, whole or any(one.own and one.running for one in steps), steps,
        tuple((one, row.answers[one.code]) for one in shown),
        0 if whole else len(row.answers) - len(shown), _materials(row, wanted, whole=whole),
        tuple(reading.records_of(row.pk) if flow.records else ()), tuple(lines) if history else (),
        tuple(workflow.legal(actor, row)),
    )  # fmt: skip


def _steps(actor: Actor, row: Application, flow: Flow) -> tuple[StepLine, ...]:
    rows = row.held_steps or []
    running = [one.agent_id for one in rows if one.agent_id]
    names = names_of(running) if running else {}
    designs = {one.code: one for one in flow.steps}
    live = row.state == Application.State.HANDLING
    found = []
    for one in rows:
        moves = step_workflow.legal(actor, one) if live and not actor.system else []
        owner = str(one.department) if one.department else ""
        found.append(StepLine(
            one, designs[one.code], owner, getattr(one, "clock", None), tuple(moves),
            not actor.system and handles(actor, one, "applications.view"),
            names.get(one.agent_id or 0, ""),
        ))  # fmt: skip
    return tuple(found)


def _materials(row: Application, wanted: set[str], *, whole: bool) -> tuple[Handed, ...]:
    rows = reading.materials_of(row.pk) if flow_of(row.version.content).materials else []
    label = ApplicationMaterial._meta.label_lower
    files = attachments_by_parent(label, [one.pk for one in rows])
    return tuple(
        Handed(one, tuple(files[one.pk]) if whole or one.code in wanted else (),
               whole or one.code in wanted)
        for one in rows
    )  # fmt: skip
