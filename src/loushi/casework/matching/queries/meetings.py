"""Joint meetings and what they decided, for one actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from loushi.casework.matching.models import (
    CommonIssue,
    JointDecision,
    JointMeeting,
    MeetingIssue,
    MeetingKind,
    MeetingSeat,
)
from loushi.casework.matching.policy import CONVENE, FOLLOW
from loushi.casework.matching.workflow import LIVE, meeting_steps
from loushi.foundation.core.actor import DEPARTMENT, Actor
from loushi.foundation.core.scoping import fetch, permits

from .issues import IssueLine, issue_lines

WHY = "what belongs to a meeting that was read under its scope"


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """Everything of a meeting; of its agenda only the issues that the actor sees."""

    row: JointMeeting
    issues: tuple[IssueLine, ...]
    seats: tuple[MeetingSeat, ...]
    guests: tuple[MeetingSeat, ...]
    decisions: tuple[JointDecision, ...]
    steps: frozenset[str]

    @property
    def there(self) -> int:
        return sum(one.how in ("room", "phone") for one in self.seats)


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A row of the list of meetings."""

    row: JointMeeting
    issues: tuple[str, ...]
    decisions: int
    open: int


@dataclass(frozen=True, slots=True)
class DecisionFilters:
    """`state`: "open" (default), "late", "done", "all"; `own`: of the actor's own departments."""

    q: str = ""
    state: str = "open"
    own: bool = False


def kinds() -> list[MeetingKind]:
    """The kinds that may be chosen."""
    return list(MeetingKind.objects.filter(is_active=True))


def meetings(actor: Actor, *, state: str = "", kind: str = "") -> QuerySet[JointMeeting]:
    """The visible meetings, narrowed."""
    rows = JointMeeting.objects.visible_to(actor).select_related("kind", "unit")
    rows = rows.filter(state=state) if state in JointMeeting.State.values else rows
    return rows.filter(kind__code=kind) if kind else rows


def meeting_lines(actor: Actor, rows: Sequence[JointMeeting]) -> list[MeetingLine]:
    """Meetings with the issues that the actor sees and how their decisions stand."""
    ids = [row.pk for row in rows]
    seen = CommonIssue.objects.visible_to(actor)
    agenda: dict[int, list[str]] = {}
    found = MeetingIssue.objects.unscoped(WHY).filter(meeting__in=ids, issue__in=seen.values("pk"))
    for one in found.select_related("issue").order_by("meeting", "position"):
        agenda.setdefault(one.meeting_id, []).append(one.issue.name)
    decided: dict[int, list[str]] = {}
    tasks = JointDecision.objects.unscoped(WHY).filter(meeting__in=ids).order_by("pk")
    for meeting, state in tasks.values_list("meeting_id", "state"):
        decided.setdefault(meeting, []).append(state)
    return [
        MeetingLine(row, tuple(agenda.get(row.pk, ())), len(decided.get(row.pk, ())),
                    decided.get(row.pk, []).count("open"))
        for row in rows
    ]  # fmt: skip


def meeting_row(actor: Actor, meeting_id: int) -> JointMeeting:
    """A visible meeting."""
    return fetch(JointMeeting, actor, meeting_id, related=("kind", "unit"))


def meeting_page(actor: Actor, meeting_id: int) -> MeetingPage:
    """One meeting; NotVisible for strangers."""
    row = meeting_row(actor, meeting_id)
    agenda = MeetingIssue.objects.unscoped(WHY).filter(meeting=row).order_by("position", "pk")
    order = list(agenda.values_list("issue_id", flat=True))
    rows = CommonIssue.objects.visible_to(actor).filter(pk__in=order)
    issues = issue_lines(actor, rows.select_related("unit", "lead", "category").order_by("pk"))
    seats = MeetingSeat.objects.unscoped(WHY).filter(meeting=row).select_related("department")
    held = sorted(seats, key=lambda one: (one.part != "lead", one.pk))
    decisions = JointDecision.objects.unscoped(WHY).filter(meeting=row)
    return MeetingPage(
        row=row, issues=tuple(sorted(issues, key=lambda line: order.index(line.id))),
        seats=tuple(one for one in held if one.part != "guest"),
        guests=tuple(one for one in held if one.part == "guest"),
        decisions=tuple(decisions.select_related("department", "issue").order_by("due_on", "pk")),
        steps=meeting_steps(actor, row),
    )  # fmt: skip


def decisions(actor: Actor, filters: DecisionFilters) -> QuerySet[JointDecision]:
    """The visible decisions, narrowed; what is due first comes first."""
    rows = JointDecision.objects.visible_to(actor).select_related("department", "meeting", "issue")
    today = timezone.localdate()
    state = JointDecision.State
    wanted: dict[str, dict[str, Any]] = {
        "open": {"state": state.OPEN}, "done": {"state": state.DONE}, "all": {},
        "late": {"state": state.OPEN, "due_on__lt": today},
    }  # fmt: skip
    rows = rows.filter(**wanted.get(filters.state, {"state": state.OPEN}))
    if filters.own:
        rows = rows.filter(department__in=own_departments(actor))
    return rows.filter(text__icontains=filters.q) if filters.q else rows


def own_departments(actor: Actor) -> list[int]:
    return sorted(int(key) for key in actor.keys(DEPARTMENT, FOLLOW))


def decision_row(actor: Actor, decision_id: int) -> JointDecision:
    """A visible decision."""
    return fetch(JointDecision, actor, decision_id, related=("department", "meeting", "issue"))


def may_follow(actor: Actor, row: JointDecision) -> bool:
    return permits(actor, FOLLOW, row)


def meetable(actor: Actor) -> list[CommonIssue]:
    """Issues that may be put on an agenda by the actor, newest first."""
    rows = CommonIssue.objects.visible_to(actor, CONVENE).filter(state__in=LIVE)
    return list(rows.select_related("lead").order_by("-pk")[:200])
