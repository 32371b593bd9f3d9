"""Meetings and what is on their agenda, for one actor."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch, permits
from loushi.services.governance.counting import Count, Sum, count, least
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Body,
    CouncilMeeting,
    CouncilSeat,
    Resolution,
    ResolutionTask,
    RollEntry,
)
from loushi.services.governance.policy import CONVENE

from .rules import Elector, Held, electors, rule_of, seats_on

WHY = "rows of a meeting or an item that was fetched"
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Present:
    """A member of the body at a meeting; `how` is '' while nobody has written it down."""

    seat: CouncilSeat
    how: str


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """Everything of a meeting."""

    row: CouncilMeeting
    items: tuple[AgendaItem, ...]
    waiting: tuple[AgendaItem, ...]
    members: tuple[Present, ...]
    guests: tuple[Attendance, ...]
    resolutions: tuple[Resolution, ...]
    tasks: tuple[ResolutionTask, ...]
    may_convene: bool

    @property
    def there(self) -> int:
        return sum(one.how in ("room", "phone") for one in self.members)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything of an item. `mine` is the actor's own place on the roll of a running vote;
    `receipts` what a closed secret vote publishes."""

    row: AgendaItem
    rule: Held | None
    electors: tuple[Elector, ...]
    standing: Count | None
    least_weight: int
    roll: tuple[RollEntry, ...]
    mine: RollEntry | None
    result: Count | None
    receipts: tuple[tuple[str, str], ...]
    resolution: Resolution | None
    may_convene: bool

    @property
    def voted(self) -> int:
        return sum(one.voted for one in self.roll)


def meetings(actor: Actor) -> QuerySet[CouncilMeeting]:
    """The visible meetings, newest first."""
    return CouncilMeeting.objects.visible_to(actor).select_related("body", "building")


def meeting_row(actor: Actor, meeting_id: int) -> CouncilMeeting:
    """A visible meeting."""
    return fetch(CouncilMeeting, actor, meeting_id, related=("body__building", "body__kind"))


def meeting_page(actor: Actor, meeting_id: int) -> MeetingPage:
    """One meeting: agenda, members, what came of it."""
    row = meeting_row(actor, meeting_id)
    written = list(Attendance.objects.unscoped(WHY).filter(meeting=row).select_related("seat"))
    how = {one.seat_id: one.how for one in written if one.seat_id}
    if row.state == CouncilMeeting.State.CLOSED:
        members = tuple(Present(one.seat, one.how) for one in written if one.seat is not None)
    else:
        day = timezone.localtime(row.starts_at).date()
        members = tuple(Present(one, how.get(one.pk, "")) for one in seats_on(row.body_id, day))
    items = AgendaItem.objects.unscoped(WHY).filter(meeting=row).order_by("position", "pk")
    resolutions = Resolution.objects.unscoped(WHY).filter(item__meeting=row).select_related("item")
    tasks = ResolutionTask.objects.unscoped(WHY).filter(resolution__item__meeting=row)
    convenes = permits(actor, CONVENE, row)
    return MeetingPage(
        row=row, items=tuple(items), waiting=waiting_items(row.body) if convenes else (),
        members=members, guests=tuple(one for one in written if one.seat_id is None),
        resolutions=tuple(resolutions.order_by("item__position", "pk")),
        tasks=tuple(tasks.select_related("resolution")), may_convene=convenes,
    )  # fmt: skip


def waiting_items(body: Body) -> tuple[AgendaItem, ...]:
    """What waits for a meeting of a body, oldest first."""
    rows = AgendaItem.objects.unscoped(WHY).filter(body=body, state=AgendaItem.State.WAITING)
    return tuple(rows.order_by("proposed_at", "pk")[:SHOWN])


def item_row(actor: Actor, item_id: int) -> AgendaItem:
    """A visible item."""
    related = ("body__building", "body__kind", "meeting", "enterprise", "manager")
    return fetch(AgendaItem, actor, item_id, related=related)


def item_page(actor: Actor, item_id: int) -> ItemPage:
    """One item: who may vote, the running or closed vote, what came of it. Of a running vote only
    who has voted is told, never how; of a secret one not even after."""
    row = item_row(actor, item_id)
    meeting, state = row.meeting, AgendaItem.State
    rule: Held | None = None
    able: tuple[Elector, ...] = ()
    standing, needed = None, 0
    if meeting is not None and row.state == state.SCHEDULED:
        rule = rule_of(row.body, row.matter, timezone.localtime(meeting.starts_at).date())
        able = tuple(electors(row, meeting, rule))
        standing = count(rule.counting, [one.voice for one in able])
        needed = least(rule.quorum, standing.entitled.weight)
    roll = tuple(RollEntry.objects.unscoped(WHY).filter(item=row).select_related("seat"))
    mine = next(
        (one for one in roll if actor.user_id is not None and one.seat.user_id == actor.user_id),
        None,
    )
    decided = bool(row.count)
    ballots = Ballot.objects.unscoped(WHY).filter(item=row) if decided and row.secret else None
    return ItemPage(
        row=row, rule=rule, electors=able, standing=standing, least_weight=needed, roll=roll,
        mine=mine, result=result_of(row.count) if decided else None,
        receipts=tuple(ballots.order_by("receipt").values_list("receipt", "choice"))
        if ballots is not None else (),
        resolution=Resolution.objects.unscoped(WHY).filter(item=row).first(),
        may_convene=permits(actor, CONVENE, row),
    )  # fmt: skip


def result_of(kept: dict[str, Any]) -> Count:
    """The result as it is kept with an item."""
    found: dict[str, Any] = {
        name: Sum(**value) if isinstance(value, dict) else value for name, value in kept.items()
    }
    return Count(**found)
