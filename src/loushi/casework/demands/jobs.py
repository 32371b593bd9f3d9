"""The sweep: warns at 50 / 80 / 100 %, closes what nobody rated, reminds of suspension reviews."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import clocks, telling
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.moves import make_move
from loushi.casework.demands.models import Assignment, Demand, DemandClock, State
from loushi.casework.demands.queries.firm import RATING_DAYS
from loushi.casework.demands.workflow import OPEN, active_parts, workflow
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.clocks import remind, standard
from loushi.foundation.core.jobs import periodic
from loushi.foundation.notices.commands import Phrase
from loushi.registry.accounts import queries as accounts

BATCH = 500
WHY = "the sweep looks at every running clock"
# Kind of the firm's clock: (warned, overdue).
_WARNINGS = {
    DemandClock.Kind.ACCEPT: (
        gettext_noop("受理时限已用 %(percent)d%%"), gettext_noop("受理已超时"),
    ),
    DemandClock.Kind.CONTACT: (
        gettext_noop("首次联系时限已用 %(percent)d%%"), gettext_noop("首次联系已超时"),
    ),
    DemandClock.Kind.RESOLVE: (
        gettext_noop("办结时限已用 %(percent)d%%"), gettext_noop("办结已超时"),
    ),
    DemandClock.Kind.UNIT: (
        gettext_noop("%(unit)s的办理时限已用 %(percent)d%%"), gettext_noop("%(unit)s办理已超时"),
    ),
}  # fmt: skip


@periodic(every=60, name="demands.sweep_clocks", label=_lazy("提醒临期与超时"))
def sweep_clocks() -> int:
    """Gives each due warning once; at most 500 rows a transaction. Returns how many were given."""
    now = timezone.now()
    given = 0
    with transaction.atomic():
        due = list(
            DemandClock.objects.unscoped(WHY)
            .filter(stopped_at__isnull=True, next_warning_at__lte=now, demand__state__in=OPEN)
            .select_for_update(of=("self",))
            .order_by("next_warning_at")[:BATCH]
        )
        demands = (
            Demand.objects.unscoped(WHY)
            .select_related("category")
            .in_bulk([clock.demand_id for clock in due])
        )
        for clock in due:
            given += _warn(demands[clock.demand_id], clock)
    return given


def _warn(demand: Demand, clock: DemandClock) -> int:
    case = Case(demand, system_actor(str(_("系统：时限提醒"))), timezone.now())
    breaks = clocks.breaks_for(case.pauses, clock.assignment, case.now)
    reached = remind(clock, case.now, breaks, standard())
    clock.save()
    if not reached:
        return 0
    late = reached >= 100
    if late:
        _mark_late(demand, clock)
    event = workflow.write(
        demand,
        "overdue" if late else "warned",
        demand.state,
        demand.state,
        actor=case.actor,
        data={"clock": clock.kind, "percent": reached, "assignment": clock.assignment_id},
    )
    _escalate(demand, clock, reached, event.pk)
    return 1


def _mark_late(demand: Demand, clock: DemandClock) -> None:
    """Lateness is recorded the moment it happens and stays."""
    if clock.kind in clocks.FIRM:
        Demand.objects.unscoped(WHY).filter(pk=demand.pk).update(is_late=True)
    else:
        Assignment.objects.unscoped(WHY).filter(pk=clock.assignment_id).update(is_late=True)


def _escalate(demand: Demand, clock: DemandClock, percent: int, event_id: int) -> None:
    """50 %: those who handle; 80 %: their heads and the centre; 100 %: named people upward."""
    parts = [p for p in active_parts(demand) if clock.assignment_id in (None, p.pk)]
    people = telling.unit_people(parts) or telling.centre_people(demand)
    if percent >= 80:
        people += telling.centre_people(demand, "demands.dispatch")
        for part in parts:
            if part.department_id:
                people += accounts.users_with_permission(
                    "demands.head", department_id=part.department_id
                )
    if percent >= 100:
        people += accounts.superiors_of(demand.unit_path)
    title = _warning(clock, parts, percent)
    telling.tell(demand, people, "demand_clock", title, f"clock:{clock.pk}:{percent}:{event_id}")


def _warning(clock: DemandClock, parts: Sequence[Assignment], percent: int) -> Phrase:
    """Names the clock, and of a unit's own clock the unit: a demand has several at once."""
    msgid = _WARNINGS[DemandClock.Kind(clock.kind)][percent >= 100]
    body = next((p.department or p.building for p in parts if p.pk == clock.assignment_id), "")
    return Phrase(msgid, {"percent": percent, "unit": str(body or "")})


@periodic(every=3600, name="demands.close_unrated", label=_lazy("归档无人评价的诉求"))
def close_unrated() -> int:
    """Closes what was answered long ago and never rated; it never counts as satisfied."""
    limit = timezone.now() - timedelta(days=RATING_DAYS)
    ids = list(
        Demand.objects.unscoped(WHY)
        .filter(state=State.RESOLVED, resolved_at__lt=limit)
        .order_by("id")
        .values_list("pk", flat=True)[:BATCH]
    )
    actor = system_actor(str(_("系统：到期归档")))
    for pk in ids:
        make_move(actor=actor, demand_id=pk, move="close_unrated")
    return len(ids)


@periodic(every=3600, name="demands.remind_reviews", label=_lazy("提醒挂账复核"))
def remind_reviews() -> int:
    """Tells the centre on the review date of a suspension, once a day at most."""
    today = timezone.localdate()
    rows = (
        Demand.objects.unscoped(WHY)
        .filter(state=State.SUSPENDED, review_on__lte=today)
        .order_by("id")[:BATCH]
    )
    for demand in rows:
        telling.tell(
            demand,
            telling.centre_people(demand, "demands.suspend"),
            "demand_review",
            gettext_noop("挂账到了复核日，请恢复办理或重新挂账"),
            f"review:{today.isoformat()}",
        )
    return len(rows)
