"""Solving a rota in the background, and publishing it."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.jobs import task
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import Phrase, notify
from loushi.foundation.solvers.rota import Plan, Problem, solve
from loushi.registry.accounts.queries import users_with_permission
from loushi.services.stations.models import DutyMember, DutyRota, DutyShift
from loushi.services.stations.policy import DUTY, KIND_ROTA, ROTA
from loushi.services.stations.queries.rotas import WHY, pair, problem_of

log = logging.getLogger(__name__)


def request_solution(*, actor: Actor, rota_id: int, anew: bool = False) -> DutyRota:
    """Asks the background job to solve the rota. `anew` forgets the plan there is; without it as
    few shifts as possible are moved."""
    with transaction.atomic():
        row = fetch(DutyRota, actor, rota_id, permission=ROTA, lock=True)
        if row.state == DutyRota.State.SOLVING:
            return row
        if not row.slots.exists():
            raise Refused(_("还没有要值守的班次。请先添加站点和时间。"))
        if not row.members.exists():
            raise Refused(_("还没有成员。请先勾选参加轮值的部门或人员。"))
        was_published = row.published_at is not None
        row.state = DutyRota.State.SOLVING
        row.save(update_fields=["state"])
        solve_later.enqueue(rota_id=row.pk, anew=anew and not was_published)
        record(actor=actor, action="stations.rota_solve", subject=row, after={"anew": anew})
    return row


@task(name="stations.solve", atomic=False)
def solve_later(rota_id: int, anew: bool = False) -> None:
    """The background job: solves outside any transaction, writes in one. A killed run is repeated
    and gives the same plan."""
    row = DutyRota.objects.unscoped("a job works for everybody").filter(pk=rota_id).first()
    if row is None or row.state != DutyRota.State.SOLVING:
        return
    solve_now(row=row, anew=anew)


def solve_now(*, row: DutyRota, anew: bool = False) -> Plan:
    """Solves and stores the plan."""
    problem = problem_of(row, anew=anew)
    plan = solve(problem)
    with transaction.atomic():
        held = DutyRota.objects.unscoped(WHY).select_for_update().get(pk=row.pk)
        _store(held, problem, plan)
        record(actor=system_actor(), action="stations.rota_solved", subject=held,
               after=dict(held.stands, uncovered=plan.missing))  # fmt: skip
    return plan


def publish(*, actor: Actor, rota_id: int) -> DutyRota:
    """Publishes a solved rota and tells everybody on it; Refused while it is not solved."""
    with transaction.atomic():
        row = fetch(DutyRota, actor, rota_id, permission=ROTA, lock=True)
        if row.state not in (DutyRota.State.SOLVED, DutyRota.State.PUBLISHED):
            raise Refused(_("请先排班，看过结果再发布。"))
        row.state = DutyRota.State.PUBLISHED
        row.published_at = timezone.now()
        row.save(update_fields=["state", "published_at"])
        shifts = DutyShift.objects.unscoped(WHY).filter(slot__rota=row)
        shifts.update(published=True)
        record(actor=actor, action="stations.rota_publish", subject=row,
               after={"shifts": shifts.count()})  # fmt: skip
        members = list(DutyMember.objects.unscoped(WHY).filter(rota=row))
        notify(
            user_ids=people_of(members), kind=KIND_ROTA, link="/stations/duty/",
            title=Phrase(gettext_noop("轮值表已发布：%(rota)s"), {"rota": row.name}),
            key=f"rota:{row.pk}:{row.published_at.isoformat()}",
        )  # fmt: skip
    return row


def people_of(members: Iterable[DutyMember]) -> list[int]:
    """Who is told about a member's shifts."""
    found: list[int] = []
    for one in members:
        if one.user_id:
            found.append(one.user_id)
        else:
            found += users_with_permission(DUTY, department_id=one.department_id)
    return sorted(set(found))


def _store(row: DutyRota, problem: Problem, plan: Plan) -> None:
    """Keeps the shifts that stay (with their notes and swaps), drops and makes the rest."""
    shifts = {pair(one): one for one in DutyShift.objects.unscoped(WHY).filter(slot__rota=row)}
    gone = [one.pk for key, one in shifts.items() if key not in plan.shifts]
    DutyShift.objects.unscoped(WHY).filter(pk__in=gone).delete()
    members = {str(one.pk): one for one in DutyMember.objects.unscoped(WHY).filter(rota=row)}
    live = row.published_at is not None
    DutyShift.objects.unscoped(WHY).bulk_create(
        DutyShift(
            slot_id=int(slot), member=members[who], unit_path=row.unit_path, published=live,
            department_id=members[who].department_id, user_id=members[who].user_id,
        )
        for who, slot in sorted(plan.shifts - set(shifts))
        if who in members
    )  # fmt: skip
    row.stands = {
        "missing": plan.missing, "spread": plan.spread, "moved": plan.moved,
        "proven": plan.proven, "gap": round(plan.gap * 100, 2),
        "uncovered": {
            one.slot: {"missing": one.missing, "main": one.main.value,
                       "reasons": {key.value: n for key, n in one.reasons.items()}}
            for one in plan.uncovered
        },
    }  # fmt: skip
    row.state = DutyRota.State.PUBLISHED if live else DutyRota.State.SOLVED
    row.solved_at = timezone.now()
    row.save(update_fields=["stands", "state", "solved_at"])
