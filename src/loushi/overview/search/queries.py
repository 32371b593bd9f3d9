"""One box over everything one may see: demands, common issues, enterprises, buildings, rooms,
visits.

Each group is read through its own package's index entries and scope, and every hit is read again
with `visible_to(actor)`: what a neighbour has is neither shown nor counted.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.applications import queries as applications
from loushi.casework.demands import queries as demands
from loushi.casework.demands.models import Demand
from loushi.casework.matching import queries as issues
from loushi.casework.visits import queries as visits
from loushi.casework.visits.models import Visit
from loushi.foundation.core.actor import Actor
from loushi.foundation.language.queries import find, normalise, scope_of, searchable
from loushi.registry.buildings.models import Building, Space
from loushi.registry.buildings.queries import standing
from loushi.registry.enterprises import queries as enterprises
from loushi.registry.enterprises.models import Enterprise

SHOWN = 8
RANKED = 200  # hits that are put in order by how well their name fits
COUNTED = 1000
SHORTEST = 2  # characters; a single one would show half of the district
LONGEST = 100

_NUMBER = re.compile(r"(?P<prefix>[a-z]{1,4})-(?P<year>\d{4})-(?P<id>\d{1,12})")
_TAIL = re.compile(r"(?:(?P<year>\d{4})-)?(?P<id>\d{6,12})")
_ROOM = re.compile(r"(?P<place>.*?)(?P<room>[0-9a-z][0-9a-z-]*)")


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a group. `kind` and `state` are the status of a demand, '' elsewhere."""

    href: str
    title: str
    source: str = ""
    number: str = ""
    state: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more` leads to the whole list, '' where all are shown."""

    name: str
    label: Any
    hits: tuple[Hit, ...]
    count: int
    is_capped: bool = False
    more: str = ""

    @property
    def count_text(self) -> str:
        return f"{self.count}+" if self.is_capped else str(self.count)


@dataclass(frozen=True, slots=True)
class Results:
    """What a search shows. `problem`: "" | "empty" | "short" | "unsearchable"."""

    query: str
    groups: tuple[Group, ...] = ()
    problem: str = ""

    @property
    def total(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def is_capped(self) -> bool:
        return any(group.is_capped for group in self.groups)


def case_of_number(actor: Actor, query: str) -> int | None:
    """The id of the visible demand that a number names, whole or by its tail of six digits."""
    text = normalise(query[:LONGEST])
    match = _NUMBER.fullmatch(text) or _TAIL.fullmatch(text)
    if match is None:
        return None
    given = match.groupdict()
    rows = Demand.objects.visible_to(actor).filter(pk=int(given["id"]))
    if given["year"]:
        rows = rows.filter(year=int(given["year"]))
    if given.get("prefix"):
        rows = rows.filter(prefix__iexact=given["prefix"])
    return rows.values_list("pk", flat=True).first()


def results(actor: Actor, query: str, size: int = SHOWN) -> Results:
    """All groups that have hits, in the order of `GROUPS`."""
    text = normalise(query[:LONGEST])
    if not text:
        return Results(text, problem="empty")
    if not searchable(text):
        return Results(text, problem="unsearchable")
    if len(text) < SHORTEST:
        return Results(text, problem="short")
    groups = (group(actor, text, size) for group in GROUPS)
    return Results(text, tuple(group for group in groups if group.count))


def _demands(actor: Actor, text: str, size: int) -> Group:
    page = demands.page(actor, demands.Filters(q=text), size=size)
    hits = tuple(
        Hit(
            href=f"/demands/{line.row.id}/",
            title=line.row.title,
            source=line.source,
            number=line.row.number,
            state=line.words,
            kind=line.kind,
        )
        for line in demands.lines(page.rows)
    )
    more = "/demands/" if page.count > len(hits) else ""
    return Group("demands", _("诉求"), hits, page.count if hits else 0, page.is_capped, more)


def _enterprises(actor: Actor, text: str, size: int) -> Group:
    found = find(kind="enterprise", query=text, scope=scope_of(actor, Enterprise), limit=RANKED)
    rows = list(enterprises.enterprises(actor).filter(pk__in=found.ids))
    best = _ranked(rows, text, lambda row: (row.name, row.short_name, row.credit_code or ""))[:size]
    places = enterprises.places_of([row.pk for row in best])
    hits = tuple(
        Hit(
            href=f"/enterprises/{row.pk}/",
            title=row.name,
            source=places[row.pk][0].text if places[row.pk] else "",
            number=row.credit_code or "",
        )
        for row in best
    )
    return _group("enterprises", _("企业"), hits, len(rows), found, "/enterprises/")


def _buildings(actor: Actor, text: str, size: int) -> Group:
    found = find(kind="building", query=text, scope=scope_of(actor, Building), limit=RANKED)
    rows = list(Building.objects.visible_to(actor).filter(pk__in=found.ids))
    best = _ranked(rows, text, lambda row: (row.name, row.code or ""))[:size]
    hits = tuple(
        Hit(href=f"/buildings/{row.pk}/", title=row.name, source=row.address, number=row.code or "")
        for row in best
    )
    return _group("buildings", _("楼宇"), hits, len(rows), found, "/buildings/")


def _rooms(actor: Actor, text: str, size: int) -> Group:
    """Rooms by number (1703), or by building and number (文澜大厦 A座1703)."""
    match = _ROOM.fullmatch(text)
    nothing = Group("rooms", _("房源"), (), 0)
    if match is None or not any(sign.isdigit() for sign in match["room"]):
        return nothing
    place, room = match["place"].strip(), match["room"]
    rows = Space.objects.visible_to(actor).filter(standing(timezone.localdate()))
    rows = rows.filter(number__istartswith=room)
    if place:
        towers = find(kind="building", query=place, scope=scope_of(actor, Building), limit=RANKED)
        rows = rows.filter(building_id__in=towers.ids)
    count = rows.order_by()[: COUNTED + 1].count()
    best = rows.select_related("building").order_by("number", "building__name", "pk")[:size]
    hits = tuple(
        Hit(
            href=f"/buildings/{row.building_id}/?space={row.pk}",
            title=f"{row.building.name} {row.number}",
            source=str(row.get_state_display()),
        )
        for row in best
    )
    return Group("rooms", _("房源"), hits, min(count, COUNTED), count > COUNTED)


def _visits(actor: Actor, text: str, size: int) -> Group:
    found = find(kind="visit", query=text, scope=scope_of(actor, Visit), limit=RANKED)
    rows = visits.visits(actor).filter(pk__in=found.ids)
    lines = visits.lines(list(visits.joined(rows).order_by("-at", "-pk")[:size]))
    hits = tuple(
        Hit(
            href=f"/visits/{line.id}/",
            title=f"{line.enterprise} {line.purpose_label}",
            source=line.found_text or line.place,
            number=line.at.strftime("%Y-%m-%d"),
        )
        for line in lines
    )
    return _group("visits", _("走访"), hits, rows.count(), found, "/visits/")


def _issues(actor: Actor, text: str, size: int) -> Group:
    """Common issues by number (GX-2026-0001) or name; a bare number means a case or a room."""
    if text.isdigit():
        return Group("issues", _("共性问题"), (), 0)
    page = issues.issue_list(actor, issues.Filters(q=text), size=size)
    hits = tuple(
        Hit(href=f"/matching/{line.id}/", title=line.name, number=line.number,
            source="·".join(filter(None, [line.lead or line.unit, line.state_label])))
        for line in page.rows
    )  # fmt: skip
    count = page.total or 0
    more = f"/matching/?state=all&q={quote(text)}" if count > len(hits) else ""
    return Group("issues", _("共性问题"), hits, count, page.capped, more)


def _applications(actor: Actor, text: str, size: int) -> Group:
    """Applications for bundles by number (YL-2026-000001), name or applicant; a bare number means a
    case or a room."""
    if text.isdigit() or not actor.has("applications.view"):
        return Group("applications", _("一类事"), (), 0)
    filters = applications.Filters(q=text, show="all")
    page = applications.application_list(actor, filters, size=size)
    hits = tuple(
        Hit(href=f"/applications/{line.id}/", title=line.title, number=line.number,
            source=f"{line.applicant}·{line.state_label}")
        for line in page.rows
    )  # fmt: skip
    count = page.total or 0
    more = f"/applications/?show=all&q={quote(text)}" if count > len(hits) else ""
    return Group("applications", _("一类事"), hits, count, page.capped, more)


GROUPS = (_demands, _issues, _applications, _enterprises, _buildings, _rooms, _visits)


def _group(name: str, label: Any, hits: tuple[Hit, ...], kept: int, found: Any, path: str) -> Group:
    """Counts what was read again, or what the index counted where that was not all."""
    all_read = len(found.ids) < RANKED
    count = kept if all_read else (found.count or 0)
    more = path if count > len(hits) else ""
    return Group(name, label, hits, count, found.is_capped, more)


def _ranked(rows: Iterable[Any], text: str, names: Callable[[Any], Sequence[str]]) -> list[Any]:
    """The whole name first, then names that begin with the text, then the shorter ones."""

    def rank(row: Any) -> tuple[bool, bool, int, str, int]:
        own = [normalise(name) for name in names(row) if name]
        return (
            text not in own,
            not any(name.startswith(text) for name in own),
            len(own[0]) if own else 0,
            own[0] if own else "",
            row.pk,
        )

    return sorted(rows, key=rank)
