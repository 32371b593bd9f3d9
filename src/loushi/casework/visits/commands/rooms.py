"""One room's result: what was found changes the register in the same transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.commands.checks import Check, checks, insist
from loushi.casework.visits.commands.inputs import (
    NewcomerInput,
    RoomInput,
    TenantInput,
    understand,
)
from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask
from loushi.casework.visits.models.sweeps import Outcome
from loushi.casework.visits.policy import SWEEP
from loushi.casework.visits.queries.rooms import RoomFacts, TenantFacts, facts_of_task
from loushi.casework.visits.queries.rules import rules_on
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises import commands as enterprises
from loushi.registry.enterprises.models import Enterprise, Presence

UNCHANGED = (Outcome.CONFIRMED, Outcome.ABSENT, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Saved:
    """The task as it stands, what the register became, and the hints that were given."""

    task: SweepTask
    changes: tuple[dict[str, Any], ...]
    hints: tuple[Check, ...]


def save_room(*, actor: Actor, task_id: int, given: RoomInput, key: str = "") -> Saved:
    """Saves what was found at one door; the same `key` twice saves it once.

    Raises Conflict with both sides where the task or the room changed since it was shown, Refused
    for what must be fixed, NeedsNote for what is unusual and has no note, NotVisible, Denied.
    """
    understand(given.payload_version)
    hints: list[Check] = []
    with transaction.atomic():
        pk, _created = once(
            actor=actor,
            command="visits.sweep",
            key=key,
            payload={"task": task_id, **asdict(given)},
            create=lambda: _save(actor, task_id, given, hints),
        )
    result = SweepResult.objects.unscoped("the actor has just made it").get(pk=pk)
    task = SweepTask.objects.unscoped("the actor has just saved it").get(pk=result.task_id)
    return Saved(task, tuple(result.changes), tuple(hints))


def _save(actor: Actor, task_id: int, given: RoomInput, hints: list[Check]) -> int:
    task = fetch(SweepTask, actor, task_id, permission=SWEEP, lock=True)
    campaign = SweepCampaign.objects.unscoped("the campaign of a visible task").get(
        pk=task.campaign_id
    )
    if campaign.state == SweepCampaign.State.CLOSED:
        raise Conflict(
            _("“%(name)s”已经结束，不能再记。有变化请在企业页面更正，或等下一次扫楼。")
            % {"name": campaign.name},
            mine=asdict(given),
            theirs={"state": campaign.state},
        )
    facts = facts_of_task(task)
    _compare(task, facts, given)
    now = timezone.now()
    at = min(max(given.at or now, campaign.created_at), now)
    today = timezone.localdate(at)
    found = checks(facts, given, rules_on(today), today)
    insist(found, given)
    hints += [one for one in found if one.tier == "hint"]
    changes = _apply(actor, task, facts, given, source_of(campaign), today)
    return _write(actor, task, given, changes, at).pk


def source_of(campaign: SweepCampaign) -> str:
    """What the audit gives as the source of a change: "扫楼 秋季扫楼"."""
    return _("扫楼 %(name)s") % {"name": campaign.name}


def _compare(task: SweepTask, facts: RoomFacts, given: RoomInput) -> None:
    moved = given.version != task.version
    changed = bool(given.stamp) and given.stamp != facts.stamp
    if not (moved or changed):
        return
    raise Conflict(
        _("这间房刚刚被别人改过。两边都在下面，请核对后决定。"),
        mine=asdict(given),
        theirs={
            "version": task.version,
            "stamp": facts.stamp,
            "outcome": task.outcome,
            "note": task.note,
            "at": task.done_at.isoformat() if task.done_at else "",
            "by": task.done_by.name if task.done_by else "",
            **facts.told,
        },
    )


def _apply(
    actor: Actor,
    task: SweepTask,
    facts: RoomFacts,
    given: RoomInput,
    why: str,
    today: date,
) -> list[dict[str, Any]]:
    """Brings the register to what was found; returns what changed, for the result and the report.

    An empty room: who is not said to be registered only has moved out.
    """
    if given.outcome in UNCHANGED:
        return []
    held = {tenant.tenancy_id: tenant for tenant in facts.tenants}
    told = {one.tenancy_id: one for one in given.tenants}
    if given.outcome == Outcome.VACANT:
        for tenant in facts.tenants:
            if tenant.is_here:
                one = told.get(tenant.tenancy_id, TenantInput(tenant.tenancy_id))
                told[tenant.tenancy_id] = replace(one, gone=one.gone or "left")
    changes: list[dict[str, Any]] = []
    for pk, one in told.items():
        changes += _tenant(actor, held[pk], one, why, today)
    for new in given.newcomers:
        changes.append(_newcomer(actor, task, new, why, today))
    changes += _room(actor, facts, given, why)
    return changes


def _tenant(
    actor: Actor, held: TenantFacts, one: TenantInput, why: str, today: date
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def note(kind: str, before: Any, after: Any) -> None:
        found.append(
            {
                "kind": kind,
                "enterprise_id": held.enterprise_id,
                "name": held.name,
                "before": _plain(before),
                "after": _plain(after),
            }
        )

    if one.staff_count is not None and one.staff_count != held.staff_count:
        enterprises.update_enterprise(
            actor=actor,
            enterprise_id=held.enterprise_id,
            values={"staff_count": one.staff_count},
            why=why,
        )
        note("staff_count", held.staff_count, one.staff_count)
    if one.contact_name.strip():
        result = enterprises.upsert_contacts(
            actor=actor, rows=[_contact(held.enterprise_id, one)], why=why
        )
        if result.created or result.changed:
            note("contact", held.contact, one.contact_name.strip())
    if one.gone == "left":
        on = one.left_on or today
        enterprises.move_out(actor=actor, tenancy_id=held.tenancy_id, on=on, why=why)
        note("moved_out", None, on)
        return found
    values: dict[str, Any] = {}
    presence = Presence.REGISTERED_ONLY.value if one.gone == "registered" else one.presence
    wanted = {"presence": presence, "area": one.area, "lease_until": one.lease_until}
    for name, value in wanted.items():
        if value not in (None, "") and value != getattr(held, name):
            values[name] = value
            note(name, getattr(held, name), value)
    if values:
        enterprises.change_tenancy(
            actor=actor,
            tenancy_id=held.tenancy_id,
            values=values,  # type: ignore[arg-type]
            why=why,
        )
    return found


def _newcomer(
    actor: Actor, task: SweepTask, one: NewcomerInput, why: str, today: date
) -> dict[str, Any]:
    """Moves a firm in: one that is registered already (by its code), or a new one."""
    code = one.credit_code.strip().upper()
    firm = Enterprise.objects.visible_to(actor).filter(credit_code=code).first() if code else None
    is_new = firm is None
    if firm is None:
        if not one.name.strip():
            raise Refused(
                _("这个信用代码在您的范围内没有登记过，请把企业名称也填上。"),
                field="newcomers.name",
            )
        firm = enterprises.register_enterprise(
            actor=actor,
            values={
                "name": one.name,
                "credit_code": code or None,
                "unit_id": task.unit_id,
                "staff_count": one.staff_count,
                "source": why[:60],
            },
            why=why,
        )
    enterprises.move_in(
        actor=actor,
        enterprise_id=firm.pk,
        values={
            "building_id": task.building_id,
            "space_id": task.space_id,
            "presence": one.presence,
            "area": one.area,
            "since": one.since or today,
            "lease_until": one.lease_until,
            "source": why[:60],
        },
        why=why,
    )
    if one.contact_name.strip():
        enterprises.upsert_contacts(actor=actor, rows=[_contact(firm.pk, one)], why=why)
    return {
        "kind": "registered" if is_new else "moved_in",
        "enterprise_id": firm.pk,
        "name": firm.name,
        "before": None,
        "after": one.presence,
    }


def _room(actor: Actor, facts: RoomFacts, given: RoomInput, why: str) -> list[dict[str, Any]]:
    values: dict[str, Any] = {}
    if given.state and given.state != facts.state:
        values["state"] = given.state
    elif given.outcome == Outcome.VACANT and facts.state == Space.State.SELF_USED:
        values["state"] = Space.State.VACANT.value
    if given.area is not None and given.area != facts.area:
        values["area"] = given.area
    if not values:
        return []
    buildings.upsert_spaces(
        actor=actor,
        rows=[{"building_id": facts.building_id, "number": facts.number, **values}],  # type: ignore[typeddict-item]
        why=why,
        permission=SWEEP,
    )
    return [
        {
            "kind": f"room_{name}",
            "enterprise_id": None,
            "name": facts.number,
            "before": _plain(getattr(facts, name)),
            "after": _plain(value),
        }
        for name, value in values.items()
    ]


def _write(
    actor: Actor,
    task: SweepTask,
    given: RoomInput,
    changes: list[dict[str, Any]],
    at: datetime,
) -> SweepResult:
    before = {"outcome": task.outcome, "note": task.note}
    task.outcome = given.outcome
    task.note = given.note.strip()
    task.attempts += 1
    task.done_at = at
    task.done_by_id = actor.user_id
    task.version += 1
    task.save()
    result = SweepResult.objects.unscoped("the result of a task that was checked").create(
        task=task,
        unit_path=task.unit_path,
        at=at,
        by_id=actor.user_id,
        by_name=actor.name[:80],
        outcome=given.outcome,
        note=task.note,
        notes={code: note.strip() for code, note in given.notes.items() if note.strip()},
        changes=changes,
    )
    record(
        actor=actor,
        action="visits.sweep",
        subject=task,
        before=before,
        after={"outcome": task.outcome, "note": task.note, "changes": len(changes)},
        why=given.note.strip(),
    )
    return result


def _contact(enterprise_id: int, one: TenantInput | NewcomerInput) -> Any:
    row: dict[str, Any] = {"enterprise_id": enterprise_id, "name": one.contact_name.strip()}
    if one.contact_phone.strip():
        row["phone"] = one.contact_phone.strip()
    if one.contact_title.strip():
        row["title"] = one.contact_title.strip()
    return row


def _plain(value: Any) -> Any:
    from loushi.casework.visits.commands.findings import shown

    return shown(value) if value is not None else None


def values_of(data: Mapping[str, Any]) -> RoomInput:
    """A RoomInput from the plain data of the API or a queue."""
    given = dict(data)
    given["tenants"] = tuple(TenantInput(**one) for one in given.get("tenants", ()))
    given["newcomers"] = tuple(NewcomerInput(**one) for one in given.get("newcomers", ()))
    return RoomInput(**given)
