"""Every move, of a step and of the whole: lock → check → effect → history → audit → notices.

The application's row is locked first, always: two steps that end at the same moment open what
waited for both exactly once.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.applications import queries
from loushi.casework.applications.commands import telling
from loushi.casework.applications.commands.case import Case
from loushi.casework.applications.commands.submit import Uploads, add_files
from loushi.casework.applications.models import (
    Application,
    ApplicationMaterial,
    ApplicationRating,
    ApplicationRecord,
    ApplicationStep,
)
from loushi.casework.applications.queries.reading import RELATED, read_locked
from loushi.casework.applications.workflow import LIVE, step_workflow, workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import update_row
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.rating import rated, rating_faults
from loushi.foundation.core.workflow import Move, Outcome

WHY = "what belongs to an application that was fetched under its scope"
SAID, NOTE, MOST_AMOUNT = 1000, 2000, 10**8
Values = Mapping[str, Any]


def move_step(
    *, actor: Actor, application_id: int, code: str, move: str, said: str = "", key: str = ""
) -> Application:
    """One move of one step: start, ask, done, refuse. The same `key` twice makes it once."""
    said = said.strip()
    if len(said) > SAID:
        raise Refused(_("最多 %(n)d 字，请精简。") % {"n": SAID}, field="said")
    moved: list[Application] = []

    def create() -> int:
        row, event_id = _step_moved(actor, application_id, code, move, said)
        moved.append(row)
        return event_id

    # With a key `once` opens the transaction; a second one around it would only be a savepoint.
    with nullcontext() if key else transaction.atomic():
        once(
            actor=actor, command=f"applications.step.{move}", key=key,
            payload={"application": application_id, "step": code, "said": said},
            create=create,
        )  # fmt: skip
    return moved[0] if moved else _read(application_id)


def _step_moved(
    actor: Actor, application_id: int, code: str, move: str, said: str
) -> tuple[Application, int]:
    row = read_locked(actor, application_id)
    case = Case(row, actor, timezone.now())
    held = case.step(code)
    if held is None:
        raise NotVisible
    before = row.state

    def apply(step: ApplicationStep, made: Move, values: Values) -> None:
        if row.state not in LIVE:
            raise Conflict(_("这件申请已经%(state)s，不用再办了。")
                           % {"state": row.get_state_display()})  # fmt: skip
        EFFECTS[made.name](case, step, str(values["said"]))
        case.save(but=step)
        update_row(row)

    outcome = step_workflow.perform(
        actor=actor, pk=held.pk, move=move, values={"said": said}, apply=apply, note=said,
        locked=held,
    )  # fmt: skip
    step = outcome.row
    record(actor=actor, action=f"applications.step_{move}", subject=row,
           before={"step": step.title, "state": outcome.before},
           after={"step": step.title, "state": outcome.after}, why=said)  # fmt: skip
    telling.opened(row, case.opened)
    if move == "ask":
        telling.asked(row, step, outcome.event.pk)
    if row.state != before:
        workflow.write(row, row.state, before, row.state, actor=actor)
        telling.ended(row, step)
    return row, int(outcome.event.pk)


EFFECTS: dict[str, Callable[[Case, ApplicationStep, str], None]] = {
    "start": lambda case, step, said: case.start(step),
    "ask": lambda case, step, said: case.ask(step, said),
    "done": lambda case, step, said: case.finish(step, said),
    "refuse": lambda case, step, said: case.refuse(step, said),
}


def assign_errand(
    *, actor: Actor, application_id: int, code: str, person_id: int, why: str = "", key: str = ""
) -> Application:
    """Gives an errand to a person of the service centre, or hands it over to another: by whoever
    does the step, or by the person who runs it now, who says why."""
    why = why.strip()
    with transaction.atomic():
        once(
            actor=actor, command="applications.step.assign", key=key,
            payload={"application": application_id, "step": code, "person": person_id},
            create=lambda: _assigned(actor, application_id, code, person_id, why),
        )  # fmt: skip
    return _read(application_id)


def _assigned(actor: Actor, application_id: int, code: str, person_id: int, why: str) -> int:
    row = read_locked(actor, application_id)
    case = Case(row, actor, timezone.now())
    held = case.step(code)
    if held is None:
        raise NotVisible
    people = dict(queries.runners(row))
    if person_id not in people:
        raise Refused(_("请从列表里选代跑的人。"), field="agent")
    if held.agent_id == person_id:
        raise Conflict(_("已经由这个人代跑了。"))
    if held.agent_id is not None and not why:
        raise Refused(_("换人要写明交接情况。"), field="said")
    former = held.agent_id

    def apply(step: ApplicationStep, made: Move, values: Values) -> dict[str, Any]:
        case.assign(step, person_id, why)
        case.save(but=step)
        update_row(row)
        return {"to": people[person_id], "from": people.get(former or 0, "")}

    outcome = step_workflow.perform(
        actor=actor, pk=held.pk, move="assign", values={"agent": person_id}, apply=apply, note=why,
        locked=held,
    )  # fmt: skip
    told = {"step": held.title, "to": people[person_id]}
    record(actor=actor, action="applications.step_assign", subject=row, after=told, why=why)
    telling.errand(row, outcome.row, person_id, outcome.event.pk)
    return int(outcome.event.pk)


def supply(
    *, actor: Actor, application_id: int, note: str, uploads: Uploads | None = None, key: str = ""
) -> Application:
    """The applicant's correction, with files of materials; every step that asked goes on."""
    files = {code: list(given) for code, given in (uploads or {}).items() if given}

    def effect(case: Case, values: Values) -> dict[str, Any]:
        materials = {one.code: one for one in _materials(case.row)}
        if set(files) - set(materials):
            raise Refused(_("没有这份材料。请刷新后重新选择。"), field="note")
        added = {code: add_files(actor, materials[code], given) for code, given in files.items()}
        steps = case.supply()
        return {"steps": [one.code for one in steps], "files": added}

    given = {"note": note.strip()}
    _short(given["note"], "note")
    outcome = _move(actor, application_id, "supply", given, effect, note=given["note"], key=key,
                    payload={"files": sorted(files)})  # fmt: skip
    if outcome is not None:
        row, event = outcome.row, outcome.event
        codes = event.data.get("steps", ())
        rows = ApplicationStep.objects.unscoped(WHY).filter(application=row, code__in=codes)
        telling.supplied(row, list(rows), event.pk)
    return _read(application_id)


def withdraw(*, actor: Actor, application_id: int, reason: str, key: str = "") -> Application:
    """Takes an application back; what was done stays in its history."""
    reason = reason.strip()
    if len(reason) > 300:
        raise Refused(_("最多 %(n)d 字，请精简。") % {"n": 300}, field="reason")
    _move(actor, application_id, "withdraw", {"reason": reason},
          lambda case, values: case.end(Application.State.WITHDRAWN), note=reason, why=reason,
          key=key)  # fmt: skip
    return _read(application_id)


def rate(*, actor: Actor, application_id: int, values: Values, key: str = "") -> Application:
    """The applicant's rating; once."""
    wrong = rating_faults(values)
    if len(str(values.get("words") or "")) > NOTE:
        wrong["words"] = _("最多 %(n)d 字，请精简。") % {"n": NOTE}
    if wrong:
        raise Refused.many(wrong)

    def effect(case: Case, given: Values) -> dict[str, Any]:
        row = case.row
        case.touch(rated(row, ApplicationRating, given, application=row, at=case.now,
                         user_id=actor.user_id))  # fmt: skip
        if row.state == Application.State.FINISHED:
            row.state = Application.State.CLOSED
        return {"score": row.score, "solved": row.solved}

    _move(actor, application_id, "rate", values, effect, key=key)
    return _read(application_id)


def add_record(
    *, actor: Actor, application_id: int, code: str, amount: int | None = None, text: str = "",
    key: str = "",
) -> Application:  # fmt: skip
    """Writes down a number (观众人次) or what happened; totals are sums of these rows."""

    def effect(case: Case, values: Values) -> dict[str, Any]:
        kind = next((one for one in case.flow.records if one.code == code), None)
        if kind is None:
            raise Refused(_("请选择记录哪一项。"), field="code")
        _recordable(kind.kind, amount, text)
        case.touch(ApplicationRecord(
            application=case.row, code=code, label=kind.label, measure=kind.measure,
            amount=amount if kind.kind == "count" else None, text=text.strip(), at=case.now,
            by_name=actor.name[:80],
        ))  # fmt: skip
        return {"label": kind.label, "amount": amount}

    given = {"code": code, "amount": amount, "text": text.strip()}
    _move(actor, application_id, "record", given, effect, note=text.strip()[:500], key=key)
    return _read(application_id)


def withdraw_record(*, actor: Actor, application_id: int, record_id: int) -> Application:
    """Takes a wrong record out of the totals; the row stays."""

    def effect(case: Case, values: Values) -> dict[str, Any]:
        rows = ApplicationRecord.objects.unscoped(WHY).filter(application=case.row)
        held = rows.filter(pk=record_id, withdrawn_at=None).first()
        if held is None:
            raise NotVisible
        held.withdrawn_at = case.now
        case.touch(held)
        return {"label": held.label, "amount": held.amount}

    _move(actor, application_id, "unrecord", {"record": record_id}, effect)
    return _read(application_id)


def _recordable(kind: str, amount: int | None, text: str) -> None:
    wrong: dict[str, Any] = {}
    if kind == "count" and (amount is None or not 0 <= amount <= MOST_AMOUNT):
        wrong["amount"] = _("请填写数量，0 到 %(n)d 的整数。") % {"n": MOST_AMOUNT}
    if kind == "log" and not text.strip():
        wrong["text"] = _("请写下发生了什么、怎么处理的。")
    if len(text) > 500:
        wrong["text"] = _("最多 %(n)d 字，请精简。") % {"n": 500}
    if wrong:
        raise Refused.many(wrong)


def _move(
    actor: Actor, application_id: int, move: str, values: Values,
    effect: Callable[[Case, Values], Any], *, note: str = "", why: str = "", key: str = "",
    payload: Values | None = None,
) -> Outcome[Application] | None:  # fmt: skip
    """One move of the whole; None where the key was used before."""
    made: list[Outcome[Application]] = []

    def apply(row: Application, _step: Move, given: Values) -> Any:
        case = Case(row, actor, timezone.now())
        data = effect(case, given)
        case.save()
        return data

    def perform() -> int:
        outcome = workflow.perform(
            actor=actor, pk=application_id, move=move, values=values, apply=apply, note=note
        )
        made.append(outcome)
        record(actor=actor, action=f"applications.{move}", subject=outcome.row,
               before={"state": outcome.before},
               after={"state": outcome.after, **outcome.event.data}, why=why)  # fmt: skip
        return int(outcome.event.pk)

    with transaction.atomic():
        once(
            actor=actor, command=f"applications.{move}", key=key,
            payload={"application": application_id, **values, **(payload or {})}, create=perform,
        )  # fmt: skip
    return made[0] if made else None


def close_unrated(*, actor: Actor, application_id: int) -> Application:
    """Files an application that nobody rated; it never counts as satisfied."""
    _move(actor, application_id, "close_unrated", {}, lambda case, values: None)
    return _read(application_id)


def _materials(row: Application) -> Sequence[ApplicationMaterial]:
    return list(ApplicationMaterial.objects.unscoped(WHY).filter(application=row))


def _short(text: str, field: str) -> None:
    if len(text) > NOTE:
        raise Refused(_("最多 %(n)d 字，请精简。") % {"n": NOTE}, field=field)


def _read(application_id: int) -> Application:
    rows = Application.objects.unscoped("the actor has just moved it")
    return rows.select_related(*RELATED).get(pk=application_id)
