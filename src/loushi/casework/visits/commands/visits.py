"""Recording a visit, correcting and withdrawing one's own."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.commands.findings import add_findings, wrong_findings
from loushi.casework.visits.commands.indexing import index_visits
from loushi.casework.visits.commands.inputs import VisitEdit, VisitInput, understand
from loushi.casework.visits.commands.keeping import keep_plan, stops_of, tick
from loushi.casework.visits.models import PlanStop, Visit, VisitChange
from loushi.casework.visits.policy import OWN, RECORD
from loushi.casework.visits.queries.quiet import disturbances
from loushi.casework.visits.queries.rules import rules_on
from loushi.casework.visits.queries.teams import Team, team_at
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import notify
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import members_to_notify, place_of
from loushi.registry.territory.models import Unit

CLOCK_SKEW = timedelta(minutes=10)
OLDEST = timedelta(days=366)
TEXTS = {"met_name": 40, "met_title": 40, "despite": 200, "note": 2000}


def record_visit(*, actor: Actor, given: VisitInput, key: str = "") -> Visit:
    """Records a visit with its findings; the same `key` twice gives the same visit.

    Raises Refused (all wrong fields at once; field `despite` where another team was there lately),
    Conflict with both sides (the register is no longer what was seen), Denied, NotVisible.
    """
    understand(given.payload_version)
    now = timezone.now()
    wrong = _wrong(given, now) | wrong_findings(given.findings)
    if wrong:
        raise Refused.many(wrong)
    with transaction.atomic():
        pk, _created = once(
            actor=actor,
            command="visits.record",
            key=key,
            payload=asdict(given),
            create=lambda: _record(actor, given, now).pk,
        )
    return Visit.objects.unscoped("the actor has just made it").get(pk=pk)


def _record(actor: Actor, given: VisitInput, now: datetime) -> Visit:
    firm = fetch(Enterprise, actor, given.enterprise_id, permission=RECORD)
    place = place_of(firm.pk)
    team = team_at(actor, place.unit_path if place else firm.unit_path)
    at = min(given.at or now, now)
    despite = given.despite.strip() or _planned_reason(actor, firm.pk, at)
    _keep_quiet(firm.pk, team, despite, at)
    visit = Visit(
        enterprise=firm,
        visitor_id=actor.user_id,
        visitor_name=actor.name[:40],
        team=team.code,
        team_name=team.name,
        at=at,
        purpose=given.purpose,
        met=given.met,
        note=given.note.strip(),
        despite=despite,
        recorded_at=now,
        **_met(given.met, given.met_name, given.met_title),
        **place_for_visit(firm),
    )
    day = timezone.localdate(at)
    if actor.user_id is not None and day == timezone.localdate(now):
        keep_plan(actor=actor, on=day)
    visit.save()
    add_findings(actor, visit, given.findings)
    if actor.user_id is not None:
        tick(actor, visit, day)
    record(
        actor=actor,
        action="visits.record",
        subject=visit,
        after={"enterprise_id": firm.pk, "purpose": visit.purpose, "met": visit.met,
               "findings": [one.kind for one in given.findings]},
        why=visit.despite,
    )  # fmt: skip
    announce(visit)
    return visit


def announce(visit: Visit) -> None:
    """What follows from a visit that was written: index, event, the firm's notice."""
    index_visits([visit.pk])
    publish(
        "visit_recorded",
        {
            "visit_id": visit.pk,
            "enterprise_id": visit.enterprise_id,
            "at": visit.at.isoformat(),
            "met": visit.met,
        },
    )
    notify(
        user_ids=members_to_notify(visit.enterprise_id, OWN),
        kind="visit_recorded",
        title=_("%(team)s来走访过，您可以匿名评价") % {"team": visit.team_name},
        body=_("评价满五份才合并显示，没有姓名，没有时间。"),
        link=f"/visits/own/{visit.pk}/",
        key=f"visit-{visit.pk}",
    )


def edit_visit(*, actor: Actor, visit_id: int, given: VisitEdit, key: str = "") -> Visit:
    """Corrects one's own visit within the hours of the rule, or adds findings; both sides stay.

    Raises Conflict with both sides where somebody (or another device) changed it meanwhile.
    """
    understand(given.payload_version)
    wrong = wrong_findings(given.findings)
    for name in ("met_name", "met_title", "note"):
        if len(getattr(given, name) or "") > TEXTS[name]:
            wrong[name] = _("最多 %(limit)d 个字，请缩短。") % {"limit": TEXTS[name]}
    if wrong:
        raise Refused.many(wrong)

    def change() -> int:
        visit = own_visit(actor, visit_id)
        if visit.version != given.version:
            raise Conflict(
                _("这次走访在别处改过了。请对照两边，再决定留哪一份。"),
                mine=_values(given),
                theirs=_state(visit),
            )
        before = _state(visit)
        for name, value in _values(given).items():
            setattr(visit, name, value.strip() if isinstance(value, str) else value)
        problem = _wrong_values(visit.purpose, visit.met, visit.met_name, visit.met_title)
        problem |= _wrong_time(visit.at, timezone.now())
        if problem:
            raise Refused.many(problem)
        for name, value in _met(visit.met, visit.met_name, visit.met_title).items():
            setattr(visit, name, value)
        start = visit.findings.count()
        made = add_findings(actor, visit, given.findings, start)
        visit.version += 1
        visit.save()
        after = _state(visit) | {"findings": [one.kind for one in made]}
        _note_change(actor, visit, before, after, given.why, "visits.edit")
        index_visits([visit.pk])
        return visit.pk

    with transaction.atomic():
        once(
            actor=actor,
            command="visits.edit",
            key=key,
            payload={"visit": visit_id, **asdict(given)},
            create=change,
        )
    return Visit.objects.unscoped("the actor has just changed it").get(pk=visit_id)


def withdraw_visit(*, actor: Actor, visit_id: int, version: int, why: str, key: str = "") -> Visit:
    """Withdraws one's own visit. Demands, corrections and leads that came of it stay: they are
    facts. The same `key` twice withdraws once."""
    if not why.strip():
        raise Refused(_("请写明为什么撤回，例如“记错了企业”。"), field="why")

    def withdraw() -> int:
        visit = own_visit(actor, visit_id)
        if visit.version != version:
            raise Conflict(
                _("这次走访在别处改过了。请刷新后再撤回。"),
                mine={"state": Visit.State.WITHDRAWN},
                theirs=_state(visit),
            )
        before = _state(visit)
        visit.state = Visit.State.WITHDRAWN
        visit.version += 1
        visit.save()
        stops = PlanStop.objects.unscoped("the plan goes on as if nobody had been there")
        stops.filter(visit=visit).update(state=PlanStop.State.PLANNED, visit=None)
        _note_change(actor, visit, before, _state(visit), why, "visits.withdraw")
        index_visits([visit.pk])
        publish("visit_withdrawn", {"visit_id": visit.pk, "enterprise_id": visit.enterprise_id})
        return visit.pk

    with transaction.atomic():
        once(
            actor=actor,
            command="visits.withdraw",
            key=key,
            payload={"visit": visit_id, "version": version, "why": why},
            create=withdraw,
        )
    return Visit.objects.unscoped("the actor has just withdrawn it").get(pk=visit_id)


def own_visit(actor: Actor, visit_id: int) -> Visit:
    """One's own visit that may still be changed, locked; Denied or Refused otherwise."""
    visit = fetch(Visit, actor, visit_id, permission=RECORD, lock=True)
    if visit.visitor_id != actor.user_id:
        raise Denied(_("只有走访人自己能改这条记录。"))
    if visit.state == Visit.State.WITHDRAWN:
        raise Refused(_("这次走访已经撤回，不能再改。"))
    hours = rules_on().edit_hours
    if timezone.now() > visit.recorded_at + timedelta(hours=hours):
        raise Refused(
            _("记录已超过 %(hours)d 小时，不能再改。有出入请另记一次走访说明。") % {"hours": hours}
        )
    return visit


def _wrong(given: VisitInput, now: datetime) -> dict[str, str]:
    wrong = _wrong_values(given.purpose, given.met, given.met_name, given.met_title)
    if given.at is not None:
        wrong |= _wrong_time(given.at, now)
    for name, limit in TEXTS.items():
        if len(getattr(given, name)) > limit:
            wrong[name] = _("最多 %(limit)d 个字，请缩短。") % {"limit": limit}
    return wrong


def _wrong_values(purpose: str, met: str, name: str, title: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if purpose not in Visit.Purpose.values or purpose == Visit.Purpose.INSPECTION:
        wrong["purpose"] = _("请选一下为什么来。")
    if met not in Visit.Met.values:
        wrong["met"] = _("请选一下见到谁；没见到也可以记。")
    elif met == Visit.Met.OTHER and not (name.strip() or title.strip()):
        wrong["met_name"] = _("请写一下见到的是谁，只写职务也行。")
    return wrong


def _wrong_time(at: datetime, now: datetime) -> dict[str, str]:
    if at > now + CLOCK_SKEW:
        return {"at": _("走访时间不能晚于现在。")}
    if at < now - OLDEST:
        return {"at": _("走访时间早于一年前。请核对日期。")}
    return {}


def _met(met: str, name: str, title: str) -> dict[str, str]:
    if met == Visit.Met.NOBODY:
        return {"met_name": "", "met_title": ""}
    return {"met_name": name.strip(), "met_title": title.strip()}


def place_for_visit(firm: Enterprise) -> dict[str, Any]:
    """Unit, building and room where a visit to the firm takes place today."""
    place = place_of(firm.pk)
    path = (place.unit_path if place else "") or firm.unit_path
    unit = Unit.objects.filter(path=path).first() if path else None
    unit = unit or firm.unit
    if unit is None:
        raise Refused(_("这家企业还没有登记在任何单元，请先登记入驻。"), field="enterprise_id")
    return {
        "unit": unit,
        "unit_path": unit.path,
        "building_id": place.building_id if place else None,
        "space_id": place.space_id if place else None,
    }


def _planned_reason(actor: Actor, enterprise_id: int, at: datetime) -> str:
    """The reason that was written when the firm was put into the plan of that day."""
    stop = stops_of(actor, timezone.localdate(at)).filter(enterprise_id=enterprise_id).first()
    return stop.despite if stop else ""


def _keep_quiet(enterprise_id: int, team: Team, despite: str, at: datetime) -> None:
    """无事不扰: refuses a second team within the quiet days that does not say why."""
    if despite:
        return
    near = disturbances([enterprise_id], team=team.code, on=timezone.localdate(at))
    been = [one for one in near.get(enterprise_id, []) if not one.is_planned]
    if been:
        raise Refused(
            _("%(who)s无事不扰：确需再去，请写一句理由。") % {"who": been[0].sentence},
            field="despite",
        )


def _values(given: VisitEdit) -> dict[str, Any]:
    names = ("purpose", "met", "met_name", "met_title", "note", "at")
    return {name: value for name in names if (value := getattr(given, name)) is not None}


def _state(visit: Visit) -> dict[str, Any]:
    return {
        "purpose": visit.purpose,
        "met": visit.met,
        "met_name": visit.met_name,
        "met_title": visit.met_title,
        "note": visit.note,
        "at": visit.at.isoformat(),
        "state": visit.state,
        "version": visit.version,
    }


def _note_change(
    actor: Actor, visit: Visit, before: dict[str, Any], after: dict[str, Any], why: str, action: str
) -> None:
    changed = {k for k in {**before, **after} if before.get(k) != after.get(k)} - {"version"}
    VisitChange.objects.unscoped("history of a visit that was checked").create(
        visit=visit,
        unit_path=visit.unit_path,
        by_name=actor.name[:80],
        before={k: before[k] for k in before if k in changed},
        after={k: after[k] for k in after if k in changed},
        why=why.strip()[:200],
    )
    record(actor=actor, action=action, subject=visit, before=before, after=after, why=why)
