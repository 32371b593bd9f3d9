"""The plan of a day as rows: made from the suggestion once somebody changes or follows it."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from loushi.casework.visits.models import PlanStop, Visit
from loushi.casework.visits.policy import RECORD
from loushi.casework.visits.queries.plan import suggestion
from loushi.casework.visits.queries.teams import team_at
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import place_of

MINE = "the plan of the person who acts"


def keep_plan(*, actor: Actor, on: date) -> int:
    """Turns the day's suggestion into the person's own plan, once; returns how many stops."""
    if not actor.has(RECORD) or actor.user_id is None:
        raise Denied
    with transaction.atomic():
        # Two devices of one person must not both make the plan of the day.
        User.objects.select_for_update().filter(pk=actor.user_id).first()
        if stops_of(actor, on).exists():
            return 0
        made = 0
        for number, one in enumerate(suggestion(actor, on), 1):
            firm = fetch(Enterprise, actor, one.enterprise_id, permission=RECORD)
            new_stop(actor, firm, on, number * 10, suggested=True).save()
            made += 1
    return made


def stops_of(actor: Actor, on: date) -> QuerySet[PlanStop]:
    """All stops of a person's own day, dropped ones among them."""
    return PlanStop.objects.unscoped(MINE).filter(
        user_id=actor.user_id or 0, department=None, on=on
    )


def tick(actor: Actor, visit: Visit, on: date) -> None:
    """Marks the firm of a visit as done in its visitor's plan of that day. A visit of today that
    was not planned joins the plan, so that the page of the day shows all that was done."""
    stop = stops_of(actor, on).filter(enterprise_id=visit.enterprise_id).first()
    if stop is None:
        last = stops_of(actor, on).order_by("-position").first()
        stop = new_stop(actor, visit.enterprise, on, (last.position if last else 0) + 10)
    stop.state, stop.visit = PlanStop.State.DONE, visit
    stop.save()


def new_stop(
    actor: Actor, firm: Enterprise, on: date, position: int, *, suggested: bool = False
) -> PlanStop:
    """An unsaved stop of the actor at a firm that was checked."""
    place = place_of(firm.pk)
    path = (place.unit_path if place else "") or firm.unit_path
    team = team_at(actor, path)
    return PlanStop(
        user_id=actor.user_id,
        team=team.code,
        team_name=team.name,
        enterprise=firm,
        unit_path=path,
        on=on,
        position=position,
        is_suggested=suggested,
    )
