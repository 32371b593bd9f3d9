"""What happens to demands when something below them changes; listeners are idempotent."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import clocks, telling
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.models import Demand, DemandClock
from loushi.casework.demands.workflow import OPEN, workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.units import next_path
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts import queries as accounts

BATCH = 500
WHY = "a consequence reaches every open demand it concerns"


def on_calendar_changed(payload: dict[str, Any]) -> None:
    """Open due times are made anew; closed ones never change. One history line where one moved."""
    first = payload.get("since") or payload.get("from") or ""
    since = date.fromisoformat(first[:10]) if first else None
    open_demands = Demand.objects.unscoped(WHY).filter(state__in=OPEN)
    ids = list(
        DemandClock.objects.unscoped(WHY)
        .filter(stopped_at__isnull=True, demand__in=open_demands)
        .filter(**({"due_at__date__gte": since} if since else {}))
        .order_by("demand_id")
        .values_list("demand_id", flat=True)
        .distinct()
    )
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            for demand in (
                Demand.objects.unscoped(WHY)
                .filter(pk__in=ids[start : start + BATCH])
                .select_for_update()
                .select_related("category")
            ):
                _recompute(demand)


def _recompute(demand: Demand) -> None:
    actor = system_actor(str(_("系统：工作日历变更")))
    case = Case(demand, actor, timezone.now())
    before = {clock.pk: clock.due_at for clock in clocks.running(case)}
    clocks.refresh(case)
    moved = {
        f"{clock.kind} {clock.pk}": [before[clock.pk].isoformat(), clock.due_at.isoformat()]
        for clock in clocks.running(case)
        if before[clock.pk] != clock.due_at
    }
    if not moved:
        return
    case.save()
    demand.save(update_fields=["due_at", "updated_at"])
    workflow.write(demand, "due_changed", demand.state, demand.state, actor=actor, data=moved)
    record(
        actor=actor,
        action="demands.due_changed",
        subject=(telling.SUBJECT, demand.pk, demand.number),
        before={name: pair[0] for name, pair in moved.items()},
        after={name: pair[1] for name, pair in moved.items()},
        unit_path=demand.unit_path,
    )


def on_enterprise_moved_out(payload: dict[str, Any]) -> None:
    """An enterprise left: the centre is told of each open demand, once, and a line is written."""
    actor = system_actor(str(_("系统：企业迁出")))
    with transaction.atomic():
        for demand in (
            Demand.objects.unscoped(WHY)
            .filter(enterprise_id=payload["enterprise_id"], state__in=OPEN)
            .select_for_update()
        ):
            done = demand.events.filter(
                move="moved_out", data__tenancy=payload.get("tenancy_id")
            ).exists()
            if done:
                continue
            event = workflow.write(
                demand,
                "moved_out",
                demand.state,
                demand.state,
                actor=actor,
                data={"tenancy": payload.get("tenancy_id")},
            )
            telling.tell(
                demand,
                telling.centre_people(demand, "demands.dispatch"),
                "demand_moved_out",
                gettext_noop("企业已迁出，请确认诉求是否继续办理"),
                f"moved_out:{event.pk}",
            )


def on_unit_changed(payload: dict[str, Any]) -> None:
    """A merge or split took effect: heirs' clerks are told of the open demands that are theirs now.

    The rows' unit_path is rewritten by territory's job before this event is published.
    """
    heirs = payload.get("heir_paths") or []
    for path in heirs:
        people = accounts.users_with_permission("demands.accept", unit_path=path)
        count = (
            Demand.objects.unscoped(WHY)
            .filter(state__in=OPEN, unit_path__gte=path, unit_path__lt=next_path(path))
            .count()
        )
        if people and count:
            notify(
                user_ids=people,
                kind="demand_inherited",
                title=Phrase(gettext_noop("单元调整后由您办理的在办诉求")),
                body=Phrase(gettext_noop("共 %(n)d 件，原有进展和时限不变。"), {"n": count}),
                link="/demands/",
                subject=None,
                key=f"unit:{payload.get('unit_id')}:{path}:{payload.get('on')}",
            )
