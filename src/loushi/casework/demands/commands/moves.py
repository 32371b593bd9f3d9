"""One command for every move: lock → check → effect → history → audit → notices."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks, rating_mail, referring, telling
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.effects import EFFECTS, own_parts
from loushi.casework.demands.models import Assignment, Demand, DemandEvent, Verdict
from loushi.casework.demands.workflow import active_parts, workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.rating import rating_faults
from loushi.foundation.core.workflow import Move, Outcome
from loushi.foundation.files.commands import attach

INTERNAL = frozenset({"note", "ask_extension", "ask_suspension", "refuse_extension", "supervise"})
TEXT_LIMIT = 5000


def _validate(values: Mapping[str, Any]) -> None:
    errors = rating_faults(values)
    if values.get("verdict") and values["verdict"] not in Verdict.values:
        errors["verdict"] = _("这一项的取值不在可选范围内，请重新选择。")
    for name in ("note", "reason", "answer", "words"):
        if len(str(values.get(name) or "")) > TEXT_LIMIT:
            errors[name] = _("最多 %(n)d 字，请精简或改用附件。") % {"n": TEXT_LIMIT}
    if errors:
        raise Refused.many(errors)


def make_move(
    *,
    actor: Actor,
    demand_id: int,
    move: str,
    values: Mapping[str, Any] | None = None,
    uploads: Sequence[Any] = (),
    is_public: bool | None = None,
    key: str = "",
) -> Demand:
    """Makes one move of the table; the same `key` twice makes it once.

    Raises NotVisible, Denied, Conflict (state, guard), Refused (fields), TooMany (urging).
    """
    given = {name: value for name, value in (values or {}).items() if value is not None}
    _validate(given)

    def perform() -> int:
        outcome = _perform(actor, demand_id, move, given, is_public)
        _aftermath(actor, outcome, move, given, uploads)
        return int(outcome.event.pk)

    with transaction.atomic(), clocks.holding_rules():
        once(
            actor=actor,
            command=f"demands.{move}",
            key=key,
            payload={"demand": demand_id, **given},
            create=perform,
        )
    return Demand.objects.unscoped("the row the actor has just moved").get(pk=demand_id)


def _perform(
    actor: Actor, demand_id: int, move: str, given: dict[str, Any], is_public: bool | None
) -> Outcome[Demand]:
    now = timezone.now()
    own: list[Assignment] = []

    def apply(row: Demand, step: Move, values: Mapping[str, Any]) -> dict[str, Any] | None:
        case = Case(row, actor, now)
        own.extend(own_parts(case)[:1])
        effect = EFFECTS.get(step.name)
        data = effect(case, values) if effect else None
        referring.follow(case, step.name)
        case.save()
        referring.write(case, note_of(values))
        return data

    outcome = workflow.perform(
        actor=actor, pk=demand_id, move=move, values=given, apply=apply, note=note_of(given)
    )
    event: DemandEvent = outcome.event
    event.assignment = own[0] if own else None
    event.is_public = move not in INTERNAL if is_public is None else is_public
    event.save()
    return outcome


def note_of(given: Mapping[str, Any]) -> str:
    """The words of the history line."""
    return str(given.get("note") or given.get("reason") or given.get("answer") or "")


def _aftermath(
    actor: Actor,
    outcome: Outcome[Demand],
    move: str,
    given: Mapping[str, Any],
    uploads: Sequence[Any],
) -> None:
    demand = outcome.row
    if uploads:
        attach(actor=actor, parent=("demands.demand", demand.pk), uploads=uploads)
    if move in {"dispatch", "refer", "arbitrate", "transfer", "reopen", "escalate"}:
        telling.index(demand)
    record(
        actor=actor,
        action=f"demands.{move}",
        subject=("demands.demand", demand.pk, demand.number),
        before={"state": outcome.before},
        after={"state": demand.state, **outcome.event.data},
        why=str(given.get("reason") or ""),
        unit_path=demand.unit_path,
    )
    telling.moved(demand, move, outcome.event.pk, active_parts(demand))
    if move == "resolve":
        rating_mail.offer(demand, outcome.event.pk)
