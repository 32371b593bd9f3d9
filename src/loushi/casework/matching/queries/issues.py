"""Common issues for one actor: the list and the page. Counts are of demands that the actor sees."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.demands.queries import OPEN, Line, lines
from loushi.casework.demands.queries.listing import rows_of
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueEvent,
    IssueUnit,
    JointAnswer,
    JointDecision,
    JointMeeting,
    MeetingIssue,
)
from loushi.casework.matching.policy import ANSWER, FOLLOW, GROUP
from loushi.casework.matching.workflow import GROUPS, workflow
from loushi.foundation.core.actor import DEPARTMENT, Actor
from loushi.foundation.core.scoping import fetch, path_range
from loushi.foundation.core.stamps import Kept
from loushi.foundation.core.workflow import Move
from loushi.foundation.files.models import Attachment
from loushi.foundation.files.queries import attachments_by_parent
from loushi.registry.accounts.models import Department
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import AgendaItem

WHY = "what belongs to issues that were read under their scope"
NUMBER = re.compile(r"(?:gx-?)?(?:(?P<year>\d{4})-)?(?P<id>\d{1,9})", re.IGNORECASE)
COMING = (JointMeeting.State.DRAFT, JointMeeting.State.CALLED)
_waiting: Kept[int] = Kept("matching", "demands", most=1000)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing. `state`: a state, "live" or "all"."""

    q: str = ""
    state: str = "live"
    category: str = ""
    unit: int | None = None
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class IssueLine:
    """A row of the list; `demands` and `open` count what the actor sees."""

    id: int
    number: str
    name: str
    category: str
    unit: str
    lead: str
    state: str
    state_label: str
    demands: int
    open: int
    meets_at: datetime | None
    created_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A demand of an issue that the actor sees; `answered` by the joint answer, `left` why not."""

    id: int
    line: Line
    added_at: datetime
    added_by: str
    why: str
    answered: bool
    left: str
    removed_at: datetime | None = None
    removed_why: str = ""


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Everything of an issue."""

    row: CommonIssue
    line: IssueLine
    members: tuple[Member, ...]
    former: tuple[Member, ...]
    helpers: tuple[Department, ...]
    events: tuple[IssueEvent, ...]
    meetings: tuple[JointMeeting, ...]
    decisions: tuple[JointDecision, ...]
    answers: tuple[tuple[JointAnswer, tuple[Attachment, ...]], ...]
    merged: tuple[CommonIssue, ...]
    parts: tuple[CommonIssue, ...]
    moves: tuple[Move, ...]

    def may(self, name: str) -> bool:
        return any(move.name == name for move in self.moves)


def issues(actor: Actor, filters: Filters | None = None) -> QuerySet[CommonIssue]:
    """The visible issues, narrowed. A search looks beyond those being handled."""
    filters = filters or Filters(state="all")
    rows = CommonIssue.objects.visible_to(actor)
    if filters.q:
        rows = rows.filter(_named(filters.q))
    if filters.state in CommonIssue.State.values:
        rows = rows.filter(state=filters.state)
    elif filters.state in GROUPS and not filters.q:
        rows = rows.filter(state__in=GROUPS[filters.state])
    if filters.category:
        of = Q(category__code=filters.category) | Q(category__parent__code=filters.category)
        rows = rows.filter(of)
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    return rows.filter(lead=filters.lead) if filters.lead else rows


def _named(q: str) -> Q:
    match = NUMBER.fullmatch(q.strip())
    found = Q(name__icontains=q) | Q(summary__icontains=q)
    if match is None:
        return found
    number = Q(pk=int(match["id"]))
    return found | (number & Q(year=int(match["year"])) if match["year"] else number)


def issue_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[IssueLine]:
    """One page, newest first."""
    rows = issues(actor, filters).select_related("unit", "lead", "category")
    page = page_of(rows, order=("-created_at",), after=after, before=before, size=size)
    return replace(page, rows=issue_lines(actor, page.rows))  # type: ignore[arg-type, return-value]


def all_lines(actor: Actor, filters: Filters) -> Iterable[IssueLine]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = issue_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def issue_lines(actor: Actor, rows: Iterable[CommonIssue]) -> list[IssueLine]:
    """Rows with their counts: three queries, however many rows."""
    rows = list(rows)
    ids = [row.pk for row in rows]
    seen = Demand.objects.visible_to(actor)
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue__in=ids, removed_at=None)
    counts = {
        pk: (number, going)
        for pk, number, going in members.filter(demand__in=seen.values("pk"))
        .order_by()
        .values("issue")
        .annotate(n=Count("pk"), going=Count("pk", filter=Q(demand__state__in=OPEN)))
        .values_list("issue", "n", "going")
    }
    meetings = JointMeeting.objects.visible_to(actor).filter(state__in=COMING)
    agenda = MeetingIssue.objects.unscoped(WHY).filter(issue__in=ids)
    coming: dict[int, datetime] = dict(
        agenda.filter(meeting__in=meetings.values("pk"))
        .order_by()
        .values("issue")
        .annotate(at=Min("meeting__starts_at"))
        .values_list("issue", "at")
    )
    return [_line(row, counts.get(row.pk, (0, 0)), coming.get(row.pk)) for row in rows]


def _line(row: CommonIssue, counts: tuple[int, int], meets_at: datetime | None) -> IssueLine:
    return IssueLine(
        id=row.pk, number=row.number, name=row.name,
        category=row.category.label if row.category else "", unit=row.unit.name,
        lead=row.lead.name if row.lead else "", state=row.state,
        state_label=str(row.get_state_display()), demands=counts[0], open=counts[1],
        meets_at=meets_at, created_at=row.created_at, answered_at=row.answered_at,
    )  # fmt: skip


def issue_row(actor: Actor, issue_id: int) -> CommonIssue:
    """A visible issue."""
    related = ("unit", "lead", "category", "merged_into", "split_from", "item__body")
    return fetch(CommonIssue, actor, issue_id, related=related)


def issue_page(actor: Actor, issue_id: int) -> IssuePage:
    """One issue; NotVisible for strangers."""
    row = issue_row(actor, issue_id)
    helpers = IssueUnit.objects.unscoped(WHY).filter(issue=row).select_related("department")
    agenda = MeetingIssue.objects.unscoped(WHY).filter(issue=row).values("meeting")
    meetings = JointMeeting.objects.visible_to(actor).filter(pk__in=agenda)
    decisions = JointDecision.objects.unscoped(WHY).filter(issue=row, meeting__in=meetings)
    answers = list(JointAnswer.objects.unscoped(WHY).filter(issue=row).order_by("-pk"))
    files = attachments_by_parent("matching.jointanswer", [one.pk for one in answers])
    related = CommonIssue.objects.visible_to(actor)
    events = IssueEvent.objects.unscoped(WHY).filter(row=row).order_by("-pk")
    return IssuePage(
        row=row, line=issue_lines(actor, [row])[0],
        members=tuple(members_of(actor, row)), former=tuple(members_of(actor, row, former=True)),
        helpers=tuple(one.department for one in helpers), events=tuple(events),
        meetings=tuple(meetings.select_related("kind").order_by("-starts_at", "-pk")),
        decisions=tuple(decisions.select_related("department", "meeting").order_by("due_on", "pk")),
        answers=tuple((one, tuple(files[one.pk])) for one in answers),
        merged=tuple(related.filter(merged_into=row).order_by("pk")),
        parts=tuple(related.filter(split_from=row).order_by("pk")),
        moves=tuple(workflow.legal(actor, row)),
    )  # fmt: skip


def members_of(actor: Actor, row: CommonIssue, *, former: bool = False) -> list[Member]:
    """The demands of an issue that the actor sees: those in it, or those that left it."""
    seen = Demand.objects.visible_to(actor)
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(
        issue=row, removed_at__isnull=not former, demand__in=seen.values("pk")
    )
    held = list(rows.order_by("pk"))
    found = rows_of(seen.filter(pk__in=[one.demand_id for one in held]))
    shown = {line.row.id: line for line in lines(found)}
    return [
        Member(
            id=one.demand_id, line=shown[one.demand_id], added_at=one.added_at,
            added_by=one.added_by, why=one.why, answered=one.answer_id is not None,
            left=one.left if shown[one.demand_id].row.state in OPEN else "",
            removed_at=one.removed_at, removed_why=one.removed_why,
        )
        for one in held if one.demand_id in shown
    ]  # fmt: skip


def membership(actor: Actor, demand_id: int) -> CommonIssue | None:
    """The issue that a demand belongs to or was answered in, where the actor sees both."""
    if not Demand.objects.visible_to(actor).filter(pk=demand_id).exists():
        return None
    rows = CommonIssue.objects.visible_to(actor).filter(
        members__demand=demand_id, members__removed_at=None
    )
    return rows.select_related("lead").order_by("-pk").first()


def leads(actor: Actor) -> list[tuple[int, str]]:
    """Lead departments of the issues that the actor sees, for the filter."""
    used = CommonIssue.objects.visible_to(actor).exclude(lead=None).values("lead")
    rows = Department.objects.filter(pk__in=used).order_by("code")
    return list(rows.values_list("pk", "name"))


def categories() -> list[tuple[str, str]]:
    """Categories of the first level, for the filter."""
    rows = DemandCategory.objects.filter(parent=None).order_by("position", "pk")
    return [(row.code, row.label) for row in rows]


def waiting_count(actor: Actor) -> int:
    """What waits for the actor's own department: issues to answer, decisions to carry out."""
    units = [int(key) for key in actor.keys(DEPARTMENT, ANSWER)]
    doing = [int(key) for key in actor.keys(DEPARTMENT, FOLLOW)]
    if not units and not doing:
        return 0

    def count() -> int:
        state = JointDecision.State.OPEN
        asked = CommonIssue.objects.visible_to(actor)
        tasks = JointDecision.objects.visible_to(actor)
        return (
            asked.filter(state=CommonIssue.State.ASSIGNED, lead__in=units).count()
            + tasks.filter(state=state, department__in=doing).count()
        )

    return _waiting.get((actor, timezone.localdate()), count)


def groupable(actor: Actor, path: str) -> Sequence[CommonIssue]:
    """Issues being gathered into which the actor may take demands of a unit."""
    around = [path[:end] for end in range(len(path), 0, -6)]
    rows = CommonIssue.objects.visible_to(actor, GROUP).filter(
        unit_path__in=around, state__in=GROUPS["growing"]
    )
    return list(rows.select_related("category").order_by("-pk")[:200])


def growing(actor: Actor) -> list[CommonIssue]:
    """Issues into which the actor may take demands, newest first."""
    rows = CommonIssue.objects.visible_to(actor, GROUP).filter(state__in=GROUPS["growing"])
    return list(rows.order_by("-pk")[:200])


def issue_of(actor: Actor, demand_ids: Sequence[int]) -> dict[int, str]:
    """Which of these demands are in a live issue: its number where the actor sees it."""
    seen = Demand.objects.visible_to(actor).filter(pk__in=demand_ids)
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(
        demand__in=seen.values("pk"), is_live=True
    )
    issues_seen = CommonIssue.objects.visible_to(actor)
    shown = {row.pk: row.number for row in issues_seen.filter(pk__in=rows.values("issue"))}
    return {
        demand: shown.get(issue, "") for demand, issue in rows.values_list("demand_id", "issue_id")
    }


def visible_item(actor: Actor, row: CommonIssue) -> AgendaItem | None:
    """The agenda item behind which the issue is, where the actor sees it."""
    if row.item_id is None:
        return None
    items = AgendaItem.objects.visible_to(actor).filter(pk=row.item_id)
    return items.select_related("body").first()
