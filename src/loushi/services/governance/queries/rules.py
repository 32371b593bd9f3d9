"""Which rule holds, and who has a vote by it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from loushi.services.governance.counting import Rule, Voice
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Body,
    BodyRule,
    CouncilMeeting,
    CouncilSeat,
)
from loushi.services.governance.policy import serving

WHY = "rows of a body that was fetched"
THERE = (Attendance.How.ROOM, Attendance.How.PHONE)


@dataclass(frozen=True, slots=True)
class Held:
    """A rule as it is kept with a vote."""

    matter: str
    quorum: str
    majority: str
    base: str
    both: bool
    notice_days: int
    sides: tuple[str, ...]
    since: date

    @property
    def counting(self) -> Rule:
        return Rule(self.quorum, self.majority, self.base, self.both)


@dataclass(frozen=True, slots=True)
class Elector:
    """A member with a vote in a matter, on the day of a meeting."""

    seat: CouncilSeat
    present: bool
    why: str

    @property
    def voice(self) -> Voice:
        return Voice(self.seat.weight, self.present, bool(self.why))


def rule_of(body: Body, matter: str, on: date) -> Held:
    """The newest rule that has begun; the loosest reading of none is "more than half"."""
    rows = BodyRule.objects.unscoped(WHY).filter(body=body, matter=matter)
    row = (
        rows.filter(since__lte=on).order_by("-since", "-pk").first()
        or rows.order_by("since", "pk").first()
    )
    if row is None:
        return Held(matter, "over_half", "over_half", "all", False, 0, (), on)
    return Held(matter, row.quorum, row.majority, row.base, row.both, row.notice_days,
                tuple(row.sides), row.since)  # fmt: skip


def seats_on(body_id: int, on: date) -> list[CouncilSeat]:
    """The members whose term covers a day."""
    rows = CouncilSeat.objects.unscoped(WHY).filter(serving(on), body=body_id)
    return list(rows.select_related("user", "enterprise", "manager"))


def conflict(item: AgendaItem, seat: CouncilSeat) -> str:
    """Why a member has to stay out of a matter, '' for none: it is about the own firm."""
    if item.enterprise_id and item.enterprise_id == seat.enterprise_id:
        return str(item.enterprise)
    if item.manager_id and item.manager_id == seat.manager_id:
        return str(item.manager)
    return ""


def electors(item: AgendaItem, meeting: CouncilMeeting, rule: Held) -> list[Elector]:
    """Everybody with a vote in the matter: the rule's sides, who is there, who must stay out."""
    there = set(
        Attendance.objects.unscoped(WHY)
        .filter(meeting=meeting, seat__isnull=False, how__in=THERE)
        .values_list("seat_id", flat=True)
    )
    return [
        Elector(seat, seat.pk in there, conflict(item, seat))
        for seat in seats_on(meeting.body_id, timezone.localtime(meeting.starts_at).date())
        if seat.votes and (not rule.sides or seat.side in rule.sides)
    ]


def told(rule: Held) -> dict[str, Any]:
    """A rule as it is kept with a vote."""
    return {
        "matter": rule.matter, "quorum": rule.quorum, "majority": rule.majority,
        "base": rule.base, "both": rule.both, "sides": list(rule.sides),
        "since": rule.since.isoformat(),
    }  # fmt: skip
