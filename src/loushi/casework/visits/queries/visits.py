"""Reading visits: the list, one visit, what stands beside a firm or a building, the timeline."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.visits.models import Finding, Visit, VisitChange
from loushi.casework.visits.policy import INSPECT, RECORD, VIEW
from loushi.casework.visits.queries.rules import rules_on
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch, path_range, permits
from loushi.foundation.language.queries import find, scope_of
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.leads.models import InvestmentLead
from loushi.registry.territory.models import Unit

PAGE_SIZE = 50
RECENT = 5
WHY_PARTS = "parts of visits that were checked"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' and None are no narrowing."""

    q: str = ""
    unit: int | None = None
    building: int | None = None
    enterprise: int | None = None
    purpose: str = ""
    found: str = ""
    mine: bool = False
    since: date | None = None
    until: date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding as the page shows it."""

    kind: str
    label: str
    text: str
    demand_id: int | None
    demand_number: str
    lead_id: int | None
    about: str
    before: str
    after: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One row of the list."""

    id: int
    enterprise_id: int
    enterprise: str
    place: str
    unit: str
    at: datetime
    purpose: str
    purpose_label: str
    met: str
    met_label: str
    met_text: str
    visitor: str
    team: str
    findings: tuple[FindingLine, ...]
    note: str
    despite: str
    state: str
    state_label: str

    @property
    def found_text(self) -> str:
        """The findings in one line, for lists and exports."""
        return "；".join(f"{one.label}：{one.text or one.after}" for one in self.findings)


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One visit with everything that may be seen of it."""

    line: VisitLine
    version: int
    building_id: int | None
    changes: tuple[VisitChange, ...]
    may_edit: bool
    edit_until: datetime


ABOUT = {
    "staff_count": _l("员工数"),
    "contact": _l("联系人"),
    "area": _l("面积（㎡）"),
    "lease_until": _l("租约到期"),
    "moved_out": _l("迁出"),
}


def visits(actor: Actor, filters: Filters | None = None) -> QuerySet[Visit]:
    """The visible visits, narrowed. A department sees its own inspections."""
    permission = VIEW if actor.system or actor.see_all or actor.has(VIEW) else INSPECT
    rows = Visit.objects.visible_to(actor, permission)
    wanted = filters or Filters()
    if not wanted.state:
        rows = rows.filter(state=Visit.State.RECORDED)
    elif wanted.state != "all":
        rows = rows.filter(state=wanted.state)
    if wanted.q:
        ids = find(kind="visit", query=wanted.q, scope=scope_of(actor, Visit), limit=1000).ids
        rows = rows.filter(pk__in=ids)
    if wanted.unit:
        path = Unit.objects.filter(pk=wanted.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if wanted.found:
        held = Finding.objects.unscoped(WHY_PARTS).filter(kind=wanted.found)
        rows = rows.filter(pk__in=held.values("visit_id"))
    if wanted.mine:
        rows = rows.filter(visitor_id=actor.user_id or 0)
    exact = {
        "building_id": wanted.building,
        "enterprise_id": wanted.enterprise,
        "purpose": wanted.purpose,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        rows = rows.filter(at__gte=day_begins(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=day_ends(wanted.until))
    return rows


def visit_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[VisitLine]:
    """One page of the list, the newest first."""
    page = page_of(
        joined(visits(actor, filters)), order=("-at",), after=after, before=before, size=size
    )
    return replace(page, rows=lines(page.rows, actor))  # type: ignore[arg-type, return-value]


def visit_lines(actor: Actor, filters: Filters) -> Iterator[VisitLine]:
    """All rows of the list, for the export, in portions."""
    after = ""
    while True:
        page = visit_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def visit_page(actor: Actor, visit_id: int) -> VisitPage:
    """One visit; NotVisible for strangers."""
    permission = VIEW if actor.system or actor.see_all or actor.has(VIEW) else INSPECT
    row = joined(Visit.objects.visible_to(actor, permission)).filter(pk=visit_id).first()
    if row is None:
        raise NotVisible
    changes = VisitChange.objects.unscoped(WHY_PARTS).filter(visit=row).order_by("-pk")
    return VisitPage(
        line=lines([row], actor)[0],
        version=row.version,
        building_id=row.building_id,
        changes=tuple(changes),
        may_edit=editable(actor, row),
        edit_until=_edit_until(row),
    )


def visit_for_edit(actor: Actor, visit_id: int) -> Visit:
    """The row for the form of its own visitor; NotVisible or Denied."""
    return fetch(Visit, actor, visit_id, permission=RECORD, related=("enterprise",))


def editable(actor: Actor, visit: Visit) -> bool:
    """Whether this is one's own visit within the hours of the rule."""
    return (
        actor.user_id is not None
        and visit.visitor_id == actor.user_id
        and visit.state == Visit.State.RECORDED
        and timezone.now() <= _edit_until(visit)
        and permits(actor, RECORD, visit)
    )


def _edit_until(visit: Visit) -> datetime:
    return visit.recorded_at + timedelta(hours=rules_on().edit_hours)


def lines(rows: Sequence[Visit], actor: Actor | None = None) -> list[VisitLine]:
    """Rows of visits (joined) as lists show them; one more query for the findings, and one for the
    leads among them that the actor may open."""
    found: dict[int, list[FindingLine]] = defaultdict(list)
    parts = (
        Finding.objects.unscoped(WHY_PARTS)
        .filter(visit_id__in=[row.pk for row in rows])
        .select_related("demand")
        .order_by("visit_id", "position", "pk")
    )
    leads = [part.lead_id for part in parts if part.lead_id]
    open_to = (
        set(
            InvestmentLead.objects.visible_to(actor)
            .filter(pk__in=leads)
            .values_list("pk", flat=True)
        )
        if actor is not None and leads
        else set()
    )
    for part in parts:
        lead_id = part.lead_id if part.lead_id in open_to else None
        found[part.visit_id].append(replace(finding_line(part), lead_id=lead_id))
    return [
        VisitLine(
            id=row.pk,
            enterprise_id=row.enterprise_id,
            enterprise=row.enterprise.name,
            place=_place(row),
            unit=row.unit.name,
            at=row.at,
            purpose=row.purpose,
            purpose_label=str(row.get_purpose_display()),
            met=row.met,
            met_label=str(row.get_met_display()),
            met_text=" ".join(filter(None, [row.met_name, row.met_title])),
            visitor=row.visitor_name,
            team=row.team_name,
            findings=tuple(found[row.pk]),
            note=row.note,
            despite=row.despite,
            state=row.state,
            state_label=str(row.get_state_display()),
        )
        for row in rows
    ]


def finding_line(part: Finding) -> FindingLine:
    """One finding; which lead it became is for `lines`, which knows who asks."""
    about = str(part.data.get("about", ""))
    return FindingLine(
        kind=part.kind,
        label=str(part.get_kind_display()),
        text=part.text,
        demand_id=part.demand_id,
        demand_number=part.demand.number if part.demand else "",
        lead_id=None,
        about=str(ABOUT[about]) if about in ABOUT else str(part.data.get("company", "")),
        before=str(part.data.get("before", "")),
        after=str(part.data.get("after", "")),
        valid_until=part.valid_until,
    )


def _place(row: Visit) -> str:
    building = row.building.name if row.building else ""
    return f"{building} {row.space.number if row.space else ''}".strip()


def joined(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """The rows with what `lines` shows beside them."""
    return rows.select_related("enterprise", "building", "space", "unit").defer("building__outline")


@dataclass(frozen=True, slots=True)
class Beside:
    """The last visits to a firm or in a building, for panels on lower pages."""

    lines: tuple[VisitLine, ...]
    year: int
    firms: int


def beside(actor: Actor, **narrowed: Any) -> Beside | None:
    """The newest few and the count of twelve months; None for those who see no visits at all."""
    if not (actor.has(VIEW) or actor.see_all):
        return None
    rows = Visit.objects.visible_to(actor, VIEW).filter(state=Visit.State.RECORDED, **narrowed)
    recent = rows.filter(at__gte=timezone.now() - timedelta(days=365))
    newest = list(joined(rows).order_by("-at", "-pk")[:RECENT])
    firms = recent.order_by().values("enterprise_id").distinct().count()
    return Beside(tuple(lines(newest)), recent.count(), firms)


def visited_until(actor: Actor, building_id: int, on: date) -> tuple[int, int] | None:
    """(visits, enterprises visited) in a building in the twelve months until the end of a day."""
    if not (actor.has(VIEW) or actor.see_all):
        return None
    end = day_ends(on)
    counts = (
        Visit.objects.visible_to(actor, VIEW)
        .filter(building_id=building_id, state=Visit.State.RECORDED)
        .filter(at__gte=end - timedelta(days=365), at__lt=end)
        .order_by()
        .aggregate(visits=Count("pk"), firms=Count("enterprise_id", distinct=True))
    )
    return counts["visits"], counts["firms"]


def timeline_of(actor: Actor, enterprise_id: int, limit: int = 50) -> list[dict[str, Any]]:
    """What visits contribute to an enterprise's timeline: dictionaries with `at`, `kind`, `title`,
    `text`, `href`, the newest first; [] for those who see no visits."""
    if not (actor.has(VIEW) or actor.see_all):
        return []
    rows = Visit.objects.visible_to(actor, VIEW).filter(
        enterprise_id=enterprise_id, state=Visit.State.RECORDED
    )
    return [
        {
            "at": line.at,
            "kind": "visit",
            "title": _("%(team)s走访（%(purpose)s）")
            % {"team": line.team, "purpose": line.purpose_label},
            "text": line.found_text,
            "href": f"/visits/{line.id}/",
        }
        for line in lines(list(joined(rows).order_by("-at", "-pk")[:limit]))
    ]
