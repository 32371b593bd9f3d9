"""One application with its steps, as every move and every page of it begins; the questions are
composed once (`core.prepared`)."""

from typing import Any

from loushi.casework.applications.models import (
    Application,
    ApplicationMaterial,
    ApplicationPause,
    ApplicationRecord,
    ApplicationStep,
)
from loushi.casework.applications.policy import VIEW
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.scoping import permits

WHY = "one application and what belongs to it; whether the actor sees it is asked right after"
RELATED = ("version", "bundle", "unit", "enterprise")


def read(actor: Actor, application_id: int) -> Application:
    """A visible application with its steps (`held_steps`); NotVisible for strangers."""
    return _seen(actor, application_id, _rows, steps_of)


def read_locked(actor: Actor, application_id: int) -> Application:
    """The same, with the application and then its steps locked until the transaction ends."""
    return _seen(actor, application_id, _locked_rows, _locked_steps)


def _seen(actor: Actor, pk: int, rows: Any, steps: Any) -> Application:
    row: Application | None = next(iter(rows(pk)), None)
    if row is None:
        raise NotVisible
    _hold(row, steps(pk))
    if not permits(actor, VIEW, row):
        raise NotVisible
    return row


def with_steps(row: Application) -> Application:
    """A row that was read under its scope or by its own link, with its steps."""
    if row.held_steps is None:
        _hold(row, steps_of(row.pk))
    return row


def _hold(row: Application, steps: list[ApplicationStep]) -> None:
    row.held_steps = steps
    for step in steps:
        step.application = row  # with its version, for the guards


def _one(pk: int) -> Any:
    return Application.objects.unscoped(WHY).select_related(*RELATED).filter(pk=pk)


def _its_steps(pk: int) -> Any:
    rows = ApplicationStep.objects.unscoped(WHY).filter(application_id=pk)
    return rows.select_related("department", "clock").order_by("position")


def _its_pauses(pk: int) -> Any:
    rows = ApplicationPause.objects.unscoped(WHY).filter(step__application_id=pk)
    return rows.order_by("pk")


def _its_materials(pk: int) -> Any:
    return ApplicationMaterial.objects.unscoped(WHY).filter(application_id=pk).order_by("pk")


def _its_records(pk: int) -> Any:
    rows = ApplicationRecord.objects.unscoped(WHY).filter(application_id=pk, withdrawn_at=None)
    return rows.order_by("-at", "-pk")


_rows: Prepared[Application] = Prepared(_one)
steps_of: Prepared[ApplicationStep] = Prepared(_its_steps)
_locked_rows: Prepared[Application] = Prepared(lambda pk: _one(pk).select_for_update(of=("self",)))
_locked_steps: Prepared[ApplicationStep] = Prepared(
    lambda pk: _its_steps(pk).select_for_update(of=("self",))
)
pauses_of: Prepared[ApplicationPause] = Prepared(_its_pauses)
materials_of: Prepared[ApplicationMaterial] = Prepared(_its_materials)
records_of: Prepared[ApplicationRecord] = Prepared(_its_records)
