"""Bodies: list, page, choices."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch, path_range, permits
from loushi.foundation.core.units import covers
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import people_below
from loushi.registry.buildings.models import Building, PropertyManager
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.buildings.queries import people_choices as around
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import (
    AgendaItem,
    Body,
    BodyKind,
    BodyRule,
    CouncilMeeting,
    CouncilSeat,
    Resolution,
)
from loushi.services.governance.policy import CHANGE, CONVENE, PROPOSE, serving

WHY = "rows of bodies that are scoped"
Choices = list[tuple[int, str]]
OPEN_ITEMS = (AgendaItem.State.WAITING, AgendaItem.State.SCHEDULED, AgendaItem.State.VOTING)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing."""

    q: str = ""
    kind: str = ""
    unit: int | None = None
    building: int | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A row of the list: members in term, items that wait, resolutions being carried out."""

    id: int
    name: str
    kind: str
    kind_label: str
    unit: str
    building: str
    since: date
    until: date | None
    members: int
    waiting: int
    running: int
    last_meeting: date | None


@dataclass(frozen=True, slots=True)
class BodyPage:
    """Everything of a body."""

    row: Body
    line: BodyLine
    seats: tuple[CouncilSeat, ...]
    former: tuple[CouncilSeat, ...]
    rules: tuple[BodyRule, ...]
    items: tuple[AgendaItem, ...]
    meetings: tuple[CouncilMeeting, ...]
    resolutions: tuple[Resolution, ...]
    may_change: bool
    may_convene: bool
    may_propose: bool


def bodies(actor: Actor, filters: Filters | None = None) -> QuerySet[Body]:
    """The visible bodies, narrowed; those that ended only when asked for."""
    filters = filters or Filters()
    rows = Body.objects.visible_to(actor)
    today = timezone.localdate()
    running = Q(until__isnull=True) | Q(until__gte=today)
    rows = rows.exclude(running) if filters.ended else rows.filter(running)
    if filters.q:
        rows = rows.filter(Q(name__icontains=filters.q) | Q(building__name__icontains=filters.q))
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if filters.building:
        rows = rows.filter(building_id=filters.building)
    return rows.filter(kind__code=filters.kind) if filters.kind else rows


def body_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[BodyLine]:
    """One page by place and name."""
    rows = bodies(actor, filters).select_related("unit", "building", "kind")
    page = page_of(rows, order=("unit_path", "name"), after=after, before=before, size=size)
    return replace(page, rows=_lines(page.rows))  # type: ignore[arg-type, return-value]


def body_lines(actor: Actor, filters: Filters) -> Iterable[BodyLine]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = body_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def body_row(actor: Actor, body_id: int) -> Body:
    """A visible body."""
    return fetch(Body, actor, body_id, related=("unit", "building", "kind"))


def body_page(actor: Actor, body_id: int) -> BodyPage:
    """One body; NotVisible for strangers."""
    row = body_row(actor, body_id)
    today = timezone.localdate()
    seats = CouncilSeat.objects.unscoped(WHY).filter(body=row)
    seats = seats.select_related("user", "enterprise", "manager")
    now: list[CouncilSeat] = []
    former: list[CouncilSeat] = []
    for seat in seats:
        (former if seat.until and seat.until < today else now).append(seat)
    items = AgendaItem.objects.unscoped(WHY).filter(body=row, state__in=OPEN_ITEMS)
    meetings = CouncilMeeting.objects.unscoped(WHY).filter(body=row)
    resolutions = Resolution.objects.unscoped(WHY).filter(body=row).select_related("item")
    return BodyPage(
        row=row, line=_lines([row])[0], seats=tuple(sorted(now, key=_rank)),
        former=tuple(former), rules=tuple(BodyRule.objects.unscoped(WHY).filter(body=row)),
        items=tuple(items.order_by("proposed_at", "pk")[:50]), meetings=tuple(meetings[:6]),
        resolutions=tuple(resolutions[:6]), may_change=permits(actor, CHANGE, row),
        may_convene=permits(actor, CONVENE, row), may_propose=permits(actor, PROPOSE, row),
    )  # fmt: skip


POSTS = ("chair", "vice", "secretary", "member")


def _rank(seat: CouncilSeat) -> tuple[int, int]:
    return POSTS.index(seat.post), seat.pk


def body_for(building: Building, on: date | None = None) -> Body | None:
    """The body to which demands of a building are referred: the building's own, otherwise the
    one of the nearest unit around it."""
    on = on or timezone.localdate()
    rows = Body.objects.unscoped("the clerk refers to whoever is there").filter(
        serving(on), kind__settles=True
    )
    own = rows.filter(building=building).order_by("kind__position", "pk").first()
    if own is not None:
        return own
    path = building.unit_path
    around = [path[:end] for end in range(len(path), 0, -6)]
    found = rows.filter(building__isnull=True, unit_path__in=around)
    return max(found.order_by("pk"), key=lambda one: len(one.unit_path), default=None)


def serves(body: Body, building: Building, on: date | None = None) -> bool:
    """Whether matters of a building may be put before this body: its own, or one around it."""
    on = on or timezone.localdate()
    runs = body.since <= on and (body.until is None or body.until >= on)
    around = body.building_id is None and covers(body.unit_path, building.unit_path)
    return runs and body.kind.settles and (body.building_id == building.pk or around)


def settling_choices(actor: Actor, buildings: Sequence[Building]) -> list[tuple[int, str]]:
    """The visible bodies that serve all these buildings, the nearest first."""
    rows = Body.objects.visible_to(actor).filter(serving(timezone.localdate()), kind__settles=True)
    found = [one for one in rows.select_related("kind").order_by("pk")
             if buildings and all(serves(one, building) for building in buildings)]  # fmt: skip
    found.sort(key=lambda one: (one.building_id is None, -len(one.unit_path), one.pk))
    return [(one.pk, one.name) for one in found]


def kinds() -> list[BodyKind]:
    """All kinds of bodies."""
    return list(BodyKind.objects.all())


def people_choices(actor: Actor, row: Body) -> list[tuple[int, str]]:
    """Accounts that a member or the owner of a task may be: of those who serve around the body."""
    users = {post.user_id for post in people_below(actor, row.unit_path)}
    if row.building is not None:
        users |= {pk for pk, _name in around(row.building)}
    seats = CouncilSeat.objects.unscoped(WHY).filter(body=row, user__isnull=False)
    users |= set(seats.values_list("user_id", flat=True))
    found = User.objects.filter(pk__in=users, is_active=True).order_by("name", "pk")
    return [(user.pk, f"{user.name}（{user.username}）") for user in found]


def interest_choices(actor: Actor, row: Body) -> tuple[Choices, Choices]:
    """Firms and property managers of the place: whom a member works for, whom a matter concerns."""
    firms = Enterprise.objects.visible_to(actor).filter(tenancies__until__isnull=True)
    managers = PropertyManager.objects.visible_to(actor)
    if row.building_id:
        firms = firms.filter(tenancies__building=row.building_id)
        managers = managers.filter(buildings=row.building_id)
    else:
        firms = firms.filter(path_range("unit_path", row.unit_path))
        managers = managers.filter(path_range("buildings__unit_path", row.unit_path))
    names = firms.order_by("name", "pk").distinct().values_list("pk", "name")
    return list(names[:2000]), list(managers.order_by("name", "pk").distinct()
                                    .values_list("pk", "name")[:200])  # fmt: skip


def _lines(rows: Sequence[Body]) -> list[BodyLine]:
    ids = [row.pk for row in rows]
    today = timezone.localdate()
    seats = CouncilSeat.objects.unscoped(WHY).filter(serving(today), body__in=ids)
    members = Counter(seats.order_by().values_list("body_id", flat=True))
    waiting = _counts(AgendaItem.objects.unscoped(WHY).filter(
        body__in=ids, state__in=OPEN_ITEMS))  # fmt: skip
    running = _counts(Resolution.objects.unscoped(WHY).filter(
        body__in=ids, state=Resolution.State.RUNNING))  # fmt: skip
    met: dict[int, date] = {}
    meetings = CouncilMeeting.objects.unscoped(WHY).filter(
        body__in=ids, state=CouncilMeeting.State.CLOSED
    )
    for pk, at in meetings.order_by("starts_at", "pk").values_list("body_id", "starts_at"):
        met[pk] = timezone.localtime(at).date()
    return [
        BodyLine(
            row.pk, row.name, row.kind.code, row.kind.label, row.unit.name,
            row.building.name if row.building else "", row.since, row.until, members[row.pk],
            waiting.get(row.pk, 0), running.get(row.pk, 0), met.get(row.pk),
        )
        for row in rows
    ]  # fmt: skip


def _counts(rows: QuerySet[AgendaItem] | QuerySet[Resolution]) -> dict[int, int]:
    found = rows.order_by().values("body_id").annotate(n=Count("pk"))
    return dict(found.values_list("body_id", "n"))
