"""One's own duty: shifts, whom one may swap with, and what a calendar shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import DEPARTMENT, Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.foundation.solvers.rota import Obstacle, Problem, obstacles
from loushi.services.stations.models import DutyMember, DutyShift, Station, SwapRequest
from loushi.services.stations.policy import DUTY

from .rotas import WHY, pair, problem_of

SHOWN = timedelta(days=14)
FEED_BACK = timedelta(days=60)
RELATED = ("slot__station", "slot__rota", "member")


@dataclass(frozen=True, slots=True)
class Partner:
    """A member of the rota as somebody to swap with: allowed, or the reason why not."""

    member: DutyMember
    against: tuple[Obstacle, ...]
    spread: int

    @property
    def allowed(self) -> bool:
        return not self.against and self.spread <= 1


def owned(actor: Actor) -> Q:
    """The condition "the actor's own": the person, or the departments one acts for."""
    departments = [int(key) for key in actor.keys(DEPARTMENT, DUTY)]
    return Q(user_id=actor.user_id, user__isnull=False) | Q(department__in=departments)


def own_shifts(actor: Actor) -> list[DutyShift]:
    """The actor's published shifts: the last two weeks and everything ahead."""
    since = timezone.localdate() - SHOWN
    rows = DutyShift.objects.visible_to(actor, DUTY).filter(owned(actor), published=True)
    return list(rows.filter(slot__on__gte=since).select_related(*RELATED))


def shift_page(actor: Actor, shift_id: int) -> DutyShift:
    """One own, published shift."""
    row = fetch(DutyShift, actor, shift_id, permission=DUTY, related=RELATED)
    if not row.published:
        raise NotVisible
    return row


def pending_swaps(actor: Actor) -> QuerySet[SwapRequest]:
    """Requests that wait for the actor's answer."""
    rows = SwapRequest.objects.visible_to(actor, DUTY).filter(state=SwapRequest.State.ASKED)
    return rows.select_related("shift__slot__station", "back__slot__station", "giver", "taker")


def swap_partners(shift: DutyShift) -> list[Partner]:
    """Everybody on the rota who might take the shift, with what stands against it."""
    rota = shift.slot.rota
    problem = problem_of(rota)
    members = DutyMember.objects.unscoped(WHY).filter(rota=rota).exclude(pk=shift.member_id)
    return [partner(problem, shift, member) for member in members]


def partner(
    problem: Problem, shift: DutyShift, taker: DutyMember, back: DutyShift | None = None
) -> Partner:
    """What stands against `taker` taking the shift (and giving `back` for it), by the rules of the
    solver: those of the taker, of the giver, and the spread of loads that the swap would leave."""
    held = set(problem.previous)
    gone = {pair(shift)} | ({pair(back)} if back else set())
    members = {one.key: one for one in problem.members}
    slots = {one.key: one for one in problem.slots}
    rest = held - gone
    found = obstacles(problem, rest, members[str(taker.pk)], slots[str(shift.slot_id)])
    after = rest | {(str(taker.pk), str(shift.slot_id))}
    if back is not None:
        giver = members[str(shift.member_id)]
        found += obstacles(problem, rest, giver, slots[str(back.slot_id)])
        after |= {(giver.key, str(back.slot_id))}
    before_spread, spread = _spread(members, held), _spread(members, after)
    return Partner(taker, tuple(dict.fromkeys(found)), 0 if spread <= before_spread else spread)


def shifts_at(*, actor: Actor | None = None, station: Station | None = None) -> list[DutyShift]:
    """What a calendar shows: an actor's own published shifts, or a station's."""
    since = timezone.localdate() - FEED_BACK
    if station is not None:
        rows = DutyShift.objects.unscoped("a calendar of a station whose token was checked")
        rows = rows.filter(slot__station=station)
    elif actor is not None:
        rows = DutyShift.objects.visible_to(actor, DUTY).filter(owned(actor))
    else:
        return []
    rows = rows.filter(published=True, slot__on__gte=since)
    return list(rows.select_related(*RELATED).order_by("slot__starts_at", "pk"))


def _spread(members: Iterable[str], pairs: Iterable[tuple[str, str]]) -> int:
    loads = dict.fromkeys(members, 0)
    for who, _slot in pairs:
        loads[who] += 1
    return max(loads.values(), default=0) - min(loads.values(), default=0)


def handed_over(shift: DutyShift) -> DutyShift | None:
    """The shift before this one at the same station that left a note."""
    rows = DutyShift.objects.unscoped("the note is written for who stands there next")
    rows = rows.filter(
        published=True, slot__station=shift.slot.station_id,
        slot__starts_at__lt=shift.slot.starts_at,
    ).exclude(handover="")  # fmt: skip
    return rows.select_related("member", "slot").order_by("-slot__starts_at", "-pk").first()


def free_shifts(shift: DutyShift) -> list[DutyShift]:
    """Shifts of the others on the rota that one might get for a shift."""
    rows = DutyShift.objects.unscoped("the others of a rota that the actor serves in").filter(
        slot__rota=shift.slot.rota_id, slot__starts_at__gt=timezone.now(), attended__isnull=True
    )
    return list(rows.exclude(member=shift.member_id).select_related("slot__station", "member"))
