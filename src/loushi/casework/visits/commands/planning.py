"""Adjusting one's plan of a day, and a department's inspections."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.casework.visits.commands.keeping import keep_plan, new_stop, stops_of
from loushi.casework.visits.commands.visits import announce, place_for_visit
from loushi.casework.visits.models import PlanStop, Visit
from loushi.casework.visits.policy import INSPECT, OWN, RECORD
from loushi.casework.visits.queries.quiet import disturbances
from loushi.casework.visits.queries.teams import Team, department_teams
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import notify
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import members_to_notify, place_of

FARTHEST_DAYS = 366


def add_stop(*, actor: Actor, enterprise_id: int, on: date, despite: str = "") -> PlanStop:
    """Adds a firm at the end of a day's plan. Another team's visit near that day needs a reason."""
    _wrong_day(on)
    with transaction.atomic():
        firm = fetch(Enterprise, actor, enterprise_id, permission=RECORD)
        keep_plan(actor=actor, on=on)
        held = stops_of(actor, on).filter(enterprise=firm).first()
        if held is not None and held.state != PlanStop.State.DROPPED:
            raise Conflict(_("这家企业已经在这一天的计划里。"))
        stop = held or new_stop(actor, firm, on, 0)
        _ask_why(firm.pk, stop.team, on, despite)
        last = stops_of(actor, on).order_by("-position").first()
        stop.position = (last.position if last else 0) + 10
        stop.state, stop.despite = PlanStop.State.PLANNED, despite.strip()[:200]
        stop.save()
        record(
            actor=actor,
            action="visits.plan",
            subject=stop,
            after={"enterprise_id": firm.pk, "on": on},
            why=stop.despite,
        )
    return stop


def drop_stop(*, actor: Actor, enterprise_id: int, on: date) -> None:
    """Takes a firm out of a day's plan."""
    with transaction.atomic():
        stop = _planned(actor, enterprise_id, on)
        stop.state = PlanStop.State.DROPPED
        stop.save()
        record(
            actor=actor,
            action="visits.plan",
            subject=stop,
            before={"on": on},
            after={"state": stop.state},
        )


def postpone_stop(*, actor: Actor, enterprise_id: int, on: date, to: date) -> None:
    """Moves a firm to another day."""
    if to <= timezone.localdate():
        raise Refused(_("请选今天以后的日期。"), field="to")
    _wrong_day(to)
    with transaction.atomic():
        stop = _planned(actor, enterprise_id, on)
        if stops_of(actor, to).filter(enterprise_id=enterprise_id).exists():
            stop.state = PlanStop.State.DROPPED
        else:
            stop.on, stop.is_suggested = to, False
        stop.save()
        record(actor=actor, action="visits.plan", subject=stop, before={"on": on}, after={"on": to})


def shift_stop(*, actor: Actor, enterprise_id: int, on: date, up: bool) -> None:
    """Moves a firm one place earlier or later in the walk."""
    with transaction.atomic():
        stop = _planned(actor, enterprise_id, on)
        order = list(
            stops_of(actor, on).exclude(state=PlanStop.State.DROPPED).order_by("position", "pk")
        )
        index = next(n for n, row in enumerate(order) if row.pk == stop.pk)
        other = index - 1 if up else index + 1
        if not 0 <= other < len(order):
            return
        order[index], order[other] = order[other], order[index]
        for position, row in enumerate(order, 1):
            row.position = position * 10
            row.save(update_fields=["position"])


def explain_stop(*, actor: Actor, enterprise_id: int, on: date, despite: str) -> None:
    """Says why one goes although another team was there: kept with the plan and the visit."""
    if len(despite.strip()) < 2:
        raise Refused(_("请写一句理由，例如“企业自己约的”。"), field="despite")
    with transaction.atomic():
        stop = _planned(actor, enterprise_id, on)
        stop.despite = despite.strip()[:200]
        stop.save()
        record(actor=actor, action="visits.plan", subject=stop, after={"on": on}, why=stop.despite)


def plan_inspection(
    *,
    actor: Actor,
    department_id: int,
    firm: str,
    on: date | None,
    subject: str,
    despite: str = "",
    tell: bool = False,
    key: str = "",
) -> PlanStop:
    """Plans a department's inspection of a firm named by its exact name or credit code.

    A department does not browse the register: whoever inspects knows the name. Raises Refused with
    field `despite` where somebody is there within the quiet days.
    """
    team = _team(actor, department_id)
    wrong: dict[str, str] = {}
    if not subject.strip():
        wrong["subject"] = _("请写明检查事项，例如“消防设施年检”。")
    if on is None or on < timezone.localdate():
        wrong["on"] = _("请选今天或以后的日期。")
    row = _named(firm)
    if row is None:
        wrong["firm"] = _("没有这个名称或信用代码的企业。请按营业执照写全称，或填 18 位代码。")
    if wrong or row is None or on is None:
        raise Refused.many(wrong)
    _wrong_day(on)

    def create() -> int:
        _ask_why(row.pk, team.code, on, despite)
        place = place_of(row.pk)
        stop = PlanStop(
            user_id=actor.user_id,
            department_id=department_id,
            team=team.code,
            team_name=team.name,
            enterprise=row,
            unit_path=(place.unit_path if place else "") or row.unit_path,
            on=on,
            subject=subject.strip()[:120],
            despite=despite.strip()[:200],
        )
        stop.save()
        record(
            actor=actor,
            action="visits.inspect",
            subject=stop,
            after={"enterprise_id": row.pk, "on": on, "subject": stop.subject},
            why=stop.despite,
        )
        if tell:
            tell_firm(stop)
        return stop.pk

    with transaction.atomic():
        pk, _created = once(
            actor=actor,
            command="visits.inspect",
            key=key,
            payload={"firm": row.pk, "on": on, "subject": subject, "department": department_id},
            create=create,
        )
    return PlanStop.objects.unscoped("the actor has just made it").get(pk=pk)


def cancel_inspection(*, actor: Actor, stop_id: int) -> None:
    """Calls an inspection off."""
    with transaction.atomic():
        stop = _inspection(actor, stop_id)
        stop.state = PlanStop.State.DROPPED
        stop.save()
        record(actor=actor, action="visits.inspect", subject=stop, after={"state": stop.state})


def finish_inspection(*, actor: Actor, stop_id: int, note: str = "") -> Visit:
    """Records that an inspection took place: a visit of the department with this purpose."""
    if len(note) > 2000:
        raise Refused(_("备注最多 2000 字，请缩短。"), field="note")
    with transaction.atomic():
        stop = _inspection(actor, stop_id)
        if stop.on > timezone.localdate():
            raise Refused(_("检查的日子还没有到。"))
        firm = Enterprise.objects.unscoped("the firm of a checked inspection").get(
            pk=stop.enterprise_id
        )
        now = timezone.now()
        visit = Visit(
            enterprise=firm,
            visitor_id=actor.user_id,
            visitor_name=actor.name[:40],
            team=stop.team,
            team_name=stop.team_name,
            department_id=stop.department_id,
            at=now,
            purpose=Visit.Purpose.INSPECTION,
            met=Visit.Met.OTHER,
            met_title=stop.subject[:40],
            note=note.strip(),
            despite=stop.despite,
            recorded_at=now,
            **place_for_visit(firm),
        )
        visit.save()
        stop.state, stop.visit = PlanStop.State.DONE, visit
        stop.save()
        record(
            actor=actor,
            action="visits.record",
            subject=visit,
            after={"enterprise_id": firm.pk, "purpose": visit.purpose},
            why=visit.despite,
        )
        announce(visit)
    return visit


def tell_firm(stop: PlanStop) -> None:
    """Tells the firm that somebody means to come, so that it can suggest another day."""
    notify(
        user_ids=members_to_notify(stop.enterprise_id, OWN),
        kind="visit_planned",
        title=_("%(team)s计划 %(day)s 来")
        % {"team": stop.team_name, "day": date_format(stop.on, "MONTH_DAY_FORMAT")},
        body=stop.subject,
        link="/visits/own/",
        key=f"planned-{stop.pk}-{stop.on.isoformat()}",
    )


def _named(text: str) -> Enterprise | None:
    wanted = text.strip()
    if not wanted:
        return None
    rows = Enterprise.objects.unscoped("an exact name or code; nothing is browsed")
    by_code = rows.filter(credit_code=wanted.upper()).first()
    if by_code is not None:
        return by_code
    found = list(rows.filter(name=wanted).order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def _team(actor: Actor, department_id: int) -> Team:
    team = next((t for t in department_teams(actor) if t.department_id == department_id), None)
    if team is None:
        raise Denied
    return team


def _inspection(actor: Actor, stop_id: int) -> PlanStop:
    rows = PlanStop.objects.visible_to(actor, INSPECT).filter(department__isnull=False)
    stop = rows.select_for_update(of=("self",)).filter(pk=stop_id).first()
    if stop is None:
        raise NotVisible
    if stop.state != PlanStop.State.PLANNED:
        raise Conflict(_("这次检查已经记过或取消了。"))
    return stop


def _planned(actor: Actor, enterprise_id: int, on: date) -> PlanStop:
    """A stop of one's own plan; the suggestion becomes the plan first."""
    keep_plan(actor=actor, on=on)
    stop = (
        stops_of(actor, on)
        .exclude(state=PlanStop.State.DROPPED)
        .filter(enterprise_id=enterprise_id)
        .first()
    )
    if stop is None:
        raise NotVisible
    if stop.state == PlanStop.State.DONE:
        raise Conflict(_("这家已经走访过，不能再改计划。"))
    return stop


def _ask_why(enterprise_id: int, team: str, on: date, despite: str) -> None:
    near = disturbances([enterprise_id], team=team, on=on).get(enterprise_id, [])
    if near and len(despite.strip()) < 2:
        raise Refused(
            _("%(who)s无事不扰：确需再去，请写一句理由。") % {"who": near[0].sentence},
            field="despite",
        )


def _wrong_day(on: date) -> None:
    if (on - timezone.localdate()).days > FARTHEST_DAYS:
        raise Refused(_("计划最多排到一年以内。"), field="on")
