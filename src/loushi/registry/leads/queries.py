"""The only way to read leads: list, page, matches, funnel, clusters, a referrer's own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch, path_range, permits
from loushi.foundation.core.workflow import Move
from loushi.registry.buildings.models import Building, Space
from loushi.registry.buildings.queries import Page, page_of, standing, unit_choices
from loushi.registry.enterprises.models import IndustryCode, Presence, Tenancy
from loushi.registry.enterprises.policy import RUNNING
from loushi.registry.enterprises.queries import masked_phone
from loushi.registry.leads.models import (
    InvestmentLead,
    LeadEvent,
    LeadQuote,
    LeadViewing,
    Referral,
    ReferralMember,
    ReferralPost,
    Stage,
)
from loushi.registry.leads.policy import CREATE, POSTS, REFER, WORK
from loushi.registry.leads.workflow import ORDER, workflow
from loushi.registry.territory.models import Unit

TOLERANCE = Decimal("0.1")
"""A room may be a tenth smaller or larger than asked for."""
MOST_MATCHES = 12
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing."""

    q: str = ""
    state: str = ""
    source: str = ""
    unit: int | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list; the phone is masked unless the actor works on the lead."""

    id: int
    company: str
    state: str
    stage: str
    since: datetime
    source: str
    unit: str
    industry: str
    area: str
    budget: Decimal | None
    officer: str
    contact: str
    phone: str
    post: str
    lost: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """A vacant room for a lead, and why it fits; `score` orders only."""

    space_id: int
    room: str
    building_id: int
    area: Decimal | None
    rent: Decimal | None
    reasons: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Everything of a lead."""

    row: InvestmentLead
    line: Line
    moves: tuple[Move, ...]
    events: tuple[LeadEvent, ...]
    viewings: tuple[LeadViewing, ...]
    quotes: tuple[LeadQuote, ...]
    matches: tuple[Match, ...]
    may_work: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What a referrer sees of an own referral: the firm, the stage, the days. No names of staff,
    no rooms, no prices."""

    company: str
    referred_at: datetime
    stage: str
    state: str
    since: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel: leads that reached it, and those that stand in it now."""

    stage: str
    label: str
    reached: int
    now: int


@dataclass(frozen=True, slots=True)
class Growth:
    """How many firms of a section sat in the range at the end of each month."""

    section: str
    name: str
    months: tuple[date, ...]
    counts: tuple[int, ...]


def leads(actor: Actor, filters: Filters | None = None) -> QuerySet[InvestmentLead]:
    """The visible leads, narrowed."""
    rows = InvestmentLead.objects.visible_to(actor)
    if filters is None:
        return rows
    if filters.q:
        rows = rows.filter(Q(company__icontains=filters.q) | Q(contact_name__icontains=filters.q))
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if filters.mine:
        rows = rows.filter(officer_id=actor.user_id)
    exact = {"state": filters.state, "source": filters.source}
    return rows.filter(**{name: value for name, value in exact.items() if value})


def lead_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[Line]:
    """One page, newest first."""
    rows = leads(actor, filters).select_related("unit", "industry", "officer", "referral__post")
    page = page_of(rows, order=("-created_at",), after=after, before=before, size=size)
    lines = [_line(actor, row) for row in page.rows]
    return replace(page, rows=lines)  # type: ignore[arg-type, return-value]


def lead_lines(actor: Actor, filters: Filters) -> Iterable[Line]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = lead_list(actor, filters, after=after, size=1000)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def stage_counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many leads of the list stand in each stage."""
    rows = leads(actor, replace(filters, state="")).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")))


def lead_page(actor: Actor, lead_id: int) -> LeadPage:
    """One lead; NotVisible for strangers."""
    row = fetch(
        InvestmentLead, actor, lead_id,
        related=("unit", "industry", "officer", "referral__post", "space__building", "enterprise"),
    )  # fmt: skip
    of = {"lead_id": row.pk}
    related = ("space__building",)
    return LeadPage(
        row=row,
        line=_line(actor, row),
        moves=tuple(workflow.legal(actor, row)),
        events=tuple(LeadEvent.objects.visible_to(actor).filter(row_id=row.pk)),
        viewings=tuple(LeadViewing.objects.visible_to(actor).filter(**of).select_related(*related)),
        quotes=tuple(LeadQuote.objects.visible_to(actor).filter(**of).select_related(*related)),
        matches=tuple(matches(actor, row)) if row.state in workflow.groups["open"] else (),
        may_work=permits(actor, WORK, row),
    )


def matches(actor: Actor, row: InvestmentLead) -> list[Match]:
    """Vacant rooms that the actor sees in the lead's unit, the best first, each with its reasons:
    area, budget, use, neighbours of the same section."""
    rooms = Space.objects.visible_to(actor).filter(
        standing(timezone.localdate()),
        path_range("unit_path", row.unit_path),
        state=Space.State.VACANT,
    )
    if row.area_min is not None:
        rooms = rooms.filter(area__gte=row.area_min * (1 - TOLERANCE))
    if row.area_max is not None:
        rooms = rooms.filter(area__lte=row.area_max * (1 + TOLERANCE))
    if row.budget is not None:
        rooms = rooms.filter(Q(rent__isnull=True) | Q(rent__lte=row.budget))
    if row.use:
        rooms = rooms.filter(Q(use=row.use) | Q(use=""))
    near = _neighbours(row)
    found = []
    for room in rooms.select_related("building").order_by("building_id", "number")[:400]:
        reasons = _reasons(row, room, near.get(room.building_id, 0))
        score = len(reasons) * 10 + min(near.get(room.building_id, 0), 9)
        found.append(
            Match(
                room.pk, f"{room.building.name} {room.number}", room.building_id, room.area,
                room.rent, tuple(reasons), score,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.score, one.room))[:MOST_MATCHES]


def own_referrals(actor: Actor) -> list[Fate]:
    """The fate of the acting person's referrals."""
    if not actor.has(REFER):
        raise Denied
    rows = Referral.objects.visible_to(actor).select_related("lead").order_by("-pk")
    return [
        Fate(
            row.lead.company, row.created_at, str(Stage(row.lead.state).label), row.lead.state,
            row.lead.stage_since, row.words,
        )
        for row in rows
    ]  # fmt: skip


def funnel(actor: Actor, filters: Filters) -> list[Step]:
    """Reached and standing, stage by stage. Reached counts leads whose history entered the stage or
    a later one, so the bars never grow downwards; lost ones count as far as they came."""
    rows = leads(actor, replace(filters, state=""))
    order = [stage.value for stage in ORDER]
    best = dict.fromkeys(rows.values_list("pk", flat=True), 0)
    entered = LeadEvent.objects.unscoped("steps of leads that are scoped").filter(
        row__in=rows, to_state__in=order
    )
    for pk, state in entered.order_by().values_list("row_id", "to_state"):
        best[pk] = max(best.get(pk, 0), order.index(state))
    now = stage_counts(actor, filters)
    return [
        Step(stage.value, str(stage.label), sum(rank >= index for rank in best.values()),
             now.get(stage.value, 0))
        for index, stage in enumerate(ORDER)
    ]  # fmt: skip


def posts(actor: Actor) -> list[tuple[ReferralPost, list[str], int, int]]:
    """(post, names of its people, referrals, of them moved in) of the visible posts."""
    rows = list(ReferralPost.objects.visible_to(actor).select_related("unit"))
    people: dict[int, list[str]] = defaultdict(list)
    members = ReferralMember.objects.unscoped("people of posts that are scoped").filter(
        post__in=rows, until__isnull=True
    )
    for post_id, name in members.order_by("pk").values_list("post_id", "user__name"):
        people[post_id].append(name)
    counts = {
        post: (count, landed)
        for post, count, landed in Referral.objects.unscoped("counts of posts that are scoped")
        .filter(post__in=rows)
        .order_by()
        .values_list("post_id")
        .annotate(count=Count("pk"), landed=Count("pk", filter=Q(lead__state=Stage.MOVED_IN)))
    }
    return [(row, people[row.pk], *counts.get(row.pk, (0, 0))) for row in rows]


def growth(
    actor: Actor, section: str, *, building_id: int | None = None, months: int = 24
) -> Growth:
    """The cluster's firms at the end of each month, from the register's tenancies: the last number
    is what the list of enterprises shows today."""
    rows = Tenancy.objects.visible_to(actor).exclude(presence=Presence.REGISTERED_ONLY)
    rows = rows.filter(enterprise__industry__section=section)
    if building_id is not None:
        fetch(Building, actor, building_id)
        rows = rows.filter(building_id=building_id)
    stays = list(rows.order_by().values_list("enterprise_id", "since", "until"))
    days = month_ends(timezone.localdate(), months)
    counts = tuple(
        len({
            firm for firm, since, until in stays
            if (since is None or since <= day) and (until is None or until > day)
        })
        for day in days
    )  # fmt: skip
    name = IndustryCode.objects.filter(code=section).values_list("name", flat=True).first()
    return Growth(section, name or section, tuple(days), counts)


def month_ends(today: date, months: int) -> list[date]:
    """The last days of the past months, and today."""
    found = [today]
    first = today.replace(day=1)
    while len(found) < months:
        last = date.fromordinal(first.toordinal() - 1)
        found.append(last)
        first = last.replace(day=1)
    return found[::-1]


def section_counts(actor: Actor, building_id: int | None = None) -> list[tuple[str, str, int]]:
    """(letter, name, firms that sit here today) by section, most first."""
    rows = Tenancy.objects.visible_to(actor).filter(RUNNING)
    rows = rows.exclude(presence=Presence.REGISTERED_ONLY)
    if building_id is not None:
        rows = rows.filter(building_id=building_id)
    found = dict(
        rows.filter(enterprise__industry__section__gt="")
        .order_by()
        .values_list("enterprise__industry__section")
        .annotate(count=Count("enterprise_id", distinct=True))
    )
    names = dict(IndustryCode.objects.filter(level=1).values_list("code", "name"))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(str(code), names.get(str(code), str(code)), count) for code, count in ranked]


def room_choices(actor: Actor, row: InvestmentLead) -> list[tuple[int, str]]:
    """(id, "tower room · area") of the matches and the room chosen already."""
    found = {one.space_id: f"{one.room}·{one.area or '—'} ㎡" for one in matches(actor, row)}
    if row.space_id and row.space:
        found.setdefault(row.space_id, f"{row.space.building.name} {row.space.number}")
    return list(found.items())


def create_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of units where the actor may register leads."""
    return unit_choices(actor, CREATE)


def post_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of units where the actor may set up posts."""
    return unit_choices(actor, POSTS)


def _neighbours(row: InvestmentLead) -> dict[int, int]:
    """Building id → firms of the lead's section there today."""
    section = row.industry.section if row.industry else ""
    if not section:
        return {}
    rows = (
        Tenancy.objects.unscoped("only numbers of neighbours, by tower")
        .filter(path_range("unit_path", row.unit_path), enterprise__industry__section=section)
        .filter(RUNNING)
        .order_by()
        .values_list("building_id")
        .annotate(count=Count("enterprise_id", distinct=True))
    )
    return dict(rows)


def _reasons(row: InvestmentLead, room: Space, near: int) -> Sequence[str]:
    found = []
    if row.area_min is not None and room.area is not None:
        found.append(
            _("面积 %(area)s ㎡，要 %(low)s–%(high)s ㎡")
            % {
                "area": f"{room.area:,.0f}", "low": f"{row.area_min:,.0f}",
                "high": f"{row.area_max:,.0f}" if row.area_max else "…",
            }
        )  # fmt: skip
    if row.budget is not None and room.rent is not None:
        found.append(
            _("报价 %(rent)s，不超预算 %(budget)s 元/㎡·天")
            % {"rent": room.rent, "budget": row.budget}
        )
    if row.use and room.use == row.use:
        found.append(_("用途同为“%(use)s”") % {"use": row.use})
    if near >= NEIGHBOURS:
        found.append(_("同楼有 %(count)d 家同行业企业") % {"count": near})
    return found


def _line(actor: Actor, row: InvestmentLead) -> Line:
    low, high = row.area_min, row.area_max
    area = "–".join(f"{one:,.0f}" for one in (low, high) if one is not None)
    referral = getattr(row, "referral", None)
    open_phone = permits(actor, WORK, row)
    return Line(
        id=row.pk, company=row.company, state=row.state, stage=str(Stage(row.state).label),
        since=row.stage_since, source=row.get_source_display(), unit=row.unit.name,
        industry=row.industry.name if row.industry else "", area=area, budget=row.budget,
        officer=row.officer.name if row.officer else "", contact=row.contact_name,
        phone=row.contact_phone if open_phone else masked_phone(row.contact_phone),
        post=referral.post.name if referral else "",
        lost=row.get_lost_reason_display() if row.lost_reason else "",
        created_at=row.created_at,
    )  # fmt: skip
