"""The cube: what would be published (for its preview), and what was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import require, root_path
from loushi.foundation.core.units import ids_of
from loushi.registry.buildings.models import Building
from loushi.registry.tax import disclosure
from loushi.registry.tax.disclosure import Cell, Interval, Key, Member, Past
from loushi.registry.tax.models import (
    CellState,
    DistrictTotal,
    Measure,
    Release,
    ReleaseCell,
    ReleaseMember,
    TaxReturn,
)
from loushi.registry.tax.policy import RELEASE
from loushi.registry.tax.queries.rules import rule_for
from loushi.registry.territory.models import Unit, UnitKind

PUBLISHED = (UnitKind.DISTRICT, UnitKind.SUBDISTRICT, UnitKind.COMMUNITY)
FEN = 100
OPEN = 10**17


@dataclass(frozen=True, slots=True)
class Drafted:
    """One year of a release before it is published."""

    year: int
    cells: Mapping[Key, Cell]
    published: Mapping[Key, Interval]
    counts: Mapping[Key, tuple[int, int]]
    findings: tuple[disclosure.Finding, ...]
    members: tuple[Member, ...]
    paths: Mapping[int, str]
    """Figure id → unit path today."""

    def state_of(self, key: Key) -> str:
        """Why a cell is shown or not."""
        if key in self.published:
            return CellState.SHOWN
        return self.cells[key].primary or CellState.COMPLEMENTARY


@dataclass(frozen=True, slots=True)
class Draft:
    """All years of a release before it is published; `digest` names exactly this content."""

    years: tuple[Drafted, ...]
    digest: str

    def tally(self) -> dict[str, int]:
        """How many cells are shown or suppressed, by reason."""
        found: dict[str, int] = defaultdict(int)
        for year in self.years:
            for key in year.cells:
                found[str(year.state_of(key))] += 1
        return dict(found)

    @property
    def frozen_findings(self) -> list[disclosure.Finding]:
        """Values that earlier releases alone narrow: said in the preview, nothing can be done."""
        return [one for year in self.years for one in year.findings if one.frozen]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A cell of a draft that would not be published, and why."""

    name: str
    section: str
    year: int
    measure: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A published release as its heading says it."""

    id: int
    number: int
    years: tuple[int, ...]
    note: str
    source: str
    publisher: str
    published_at: datetime
    counts: dict[str, int]
    totals: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CubeCell:
    """A published cell: bounds in yuan, or None with the reason."""

    unit_id: int
    unit: str
    kind: str
    unit_path: str
    building_id: int | None
    section: str
    year: int
    measure: str
    state: str
    low: Decimal | None
    high: Decimal | None
    firms: tuple[int, int] | None

    @property
    def is_shown(self) -> bool:
        return self.low is not None

    @property
    def reason(self) -> str:
        return str(CellState(self.state).label)


def draft(actor: Actor, years: Sequence[int]) -> Draft:
    """What a release of these years would publish, checked against all earlier ones.

    Denied without tax.release at the district."""
    require(actor, RELEASE, Release(unit_path=root_path()))
    made = tuple(_draft_year(year, _past(year)) for year in sorted(set(years)))
    return Draft(made, _digest(made))


def hidden_cells(draft: Draft, limit: int = 300) -> list[Hidden]:
    """The suppressed cells of a draft, for its preview, the first `limit`."""
    found = [
        (key, year.year, str(CellState(year.state_of(key)).label))
        for year in reversed(draft.years)
        for key in sorted(year.cells)
        if key not in year.published
    ][:limit]
    units = dict(
        Unit.objects.filter(pk__in={key.unit for key, _y, _r in found}).values_list("pk", "name")
    )
    towers = dict(
        Building.objects.unscoped("a release names every tower")
        .filter(pk__in={key.building for key, _y, _r in found})
        .values_list("pk", "name")
    )
    return [
        Hidden(
            towers.get(key.building) or units.get(key.unit, ""), key.section, year,
            str(Measure(key.measure).label), reason,
        )
        for key, year, reason in found
    ]  # fmt: skip


def editions(actor: Actor) -> list[Edition]:
    """All releases, newest first: their headings hold nothing of any unit."""
    rows = Release.objects.unscoped("headings are the same for everybody who sees a cube")
    return [_edition(row) for row in rows.order_by("-number")]


def edition(actor: Actor, number: int | None = None) -> Edition | None:
    """One release by number, or the newest."""
    found = [one for one in editions(actor) if number in (None, one.number)]
    return found[0] if found else None


def cells(
    actor: Actor, release_id: int, *, measure: str = "", year: int | None = None,
    section: str | None = None, towers: bool | None = None,
) -> list[CubeCell]:  # fmt: skip
    """The cells of a release that the actor may see, in tree order. `towers` None: units and
    towers; these are the views that pages offer, there is no filter to rows."""
    rows = ReleaseCell.objects.visible_to(actor).filter(release_id=release_id)
    if measure:
        rows = rows.filter(measure=measure)
    if year is not None:
        rows = rows.filter(year=year)
    if section is not None:
        rows = rows.filter(section=section)
    if towers is not None:
        rows = rows.filter(building__isnull=not towers)
    return [_cell(row) for row in rows.order_by("unit_path", "unit_name", "section", "year", "pk")]


def towers_of(actor: Actor, building_ids: Sequence[int]) -> dict[int, list[CubeCell]]:
    """The newest release's cells of towers, by tower, years ascending."""
    newest = edition(actor)
    found: dict[int, list[CubeCell]] = defaultdict(list)
    if newest is None:
        return {}
    rows = ReleaseCell.objects.visible_to(actor).filter(
        release_id=newest.id, building_id__in=list(building_ids)
    )
    for row in rows.order_by("building_id", "year"):
        found[row.building_id or 0].append(_cell(row))
    return dict(found)


def growth(before: CubeCell | None, after: CubeCell | None) -> tuple[Decimal, Decimal] | None:
    """How much a cell grew, as an interval of fractions made of the two published intervals."""
    if before is None or after is None or before.low is None or after.low is None:
        return None
    if not before.low or before.high is None or after.high is None:
        return None
    return after.low / before.high - 1, after.high / before.low - 1


def share(part: CubeCell | None, whole: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """A cell's share of a total as an interval of fractions."""
    if part is None or part.low is None or part.high is None or not whole:
        return None
    return part.low / whole, part.high / whole


# ---- how a draft is made -------------------------------------------------------------------------


def _draft_year(year: int, past: Sequence[Past]) -> Drafted:
    members, paths = _members(year)
    cells = disclosure.build(members, rule_for(year).key_threshold * FEN)
    cells = {key: cell for key, cell in cells.items() if cell.firms}
    held: dict[Key, Interval] = {}
    told: dict[Key, tuple[int, int]] = {}
    for one in past:
        held |= one.shown
        told |= one.counts
    published = {
        key: disclosure.shown(cell, held.get(key))
        for key, cell in cells.items()
        if not cell.primary
    }
    findings = tuple(disclosure.check(cells, published, past, members))
    counts = {
        key: disclosure.counted(cells[key].firms, told.get(key)) if key.measure == "key"
        else (cells[key].firms, cells[key].firms)
        for key in published
    }  # fmt: skip
    return Drafted(year, cells, published, counts, findings, tuple(members), paths)


def _members(year: int) -> tuple[list[Member], dict[int, str]]:
    rule = rule_for(year)
    kinds = dict(Unit.objects.filter(kind__in=PUBLISHED).values_list("pk", "kind"))
    places: dict[str, tuple[int, ...]] = {}
    ends: dict[int, tuple[int, int]] = {}
    for band in range(len(rule.edges) + 1):
        low, high = rule.ends(band)
        ends[band] = (low * FEN, OPEN if high is None else high * FEN)
    rows = TaxReturn.objects.unscoped("a release sums all firms of the district").filter(
        year=year, is_current=True
    )
    members, paths = [], {}
    for pk, firm, amount, path, section, building in rows.order_by("pk").values_list(
        "pk", "enterprise_id", "amount", "unit_path", "section", "building_id"
    ):
        if path not in places:
            places[path] = tuple(unit for unit in ids_of(path) if unit in kinds)
        paths[pk] = path
        members.append(
            Member(
                pk, firm, int(amount * FEN), places[path], section, building or 0,
                amount >= rule.key_threshold, ends[rule.band_of(amount)],
            )
        )  # fmt: skip
    return members, paths


def _past(year: int) -> list[Past]:
    """What earlier releases told of a year, oldest first."""
    found = []
    for release in Release.objects.unscoped("the check knows all releases").order_by("number"):
        if year not in release.years:
            continue
        rows = {
            Key(row.measure, 0 if row.building_id else row.unit_id, row.building_id or 0,
                row.section): row
            for row in ReleaseCell.objects.unscoped("the check knows all releases").filter(
                release=release, year=year, low__isnull=False
            )
        }  # fmt: skip
        shown = {
            key: Interval(int((row.low or 0) * FEN), int((row.high or 0) * FEN))
            for key, row in rows.items()
        }
        counts = {key: (row.firms_low or 0, row.firms_high or 0) for key, row in rows.items()}
        found.append(Past(shown, *_stood(release, year), counts))
    return found


def _stood(release: Release, year: int) -> tuple[dict[int, tuple[Key, ...]], dict[int, int]]:
    threshold = rule_for(year).key_threshold
    kinds = set(Unit.objects.filter(kind__in=PUBLISHED).values_list("pk", flat=True))
    rows = ReleaseMember.objects.unscoped("the check knows all releases").filter(
        release=release, tax_return__year=year
    )
    cells_of: dict[int, tuple[Key, ...]] = {}
    amounts: dict[int, int] = {}
    for figure, amount, place, section, building in rows.order_by().values_list(
        "tax_return_id", "tax_return__amount", "place", "section", "building_id"
    ):
        units = [unit for unit in ids_of(place) if unit in kinds]
        keys = [Key("tax", unit, 0, "") for unit in units]
        keys += [Key("tax", unit, 0, section) for unit in units if section]
        keys += [Key("tax", 0, building, "")] if building else []
        keys += [Key("key", unit, 0, "") for unit in units] if amount >= threshold else []
        cells_of[figure] = tuple(keys)
        amounts[figure] = int(amount * FEN)
    return cells_of, amounts


def _digest(years: Sequence[Drafted]) -> str:
    text = repr(
        [
            (year.year, sorted(year.published.items()), sorted(year.counts.items()),
             sorted((key, str(year.state_of(key))) for key in year.cells))
            for year in years
        ]
    )  # fmt: skip
    return sha256(text.encode()).hexdigest()


def totals_of(years: Sequence[int]) -> dict[str, Any]:
    """The district's own totals of these years, as a release freezes them."""
    rows = DistrictTotal.objects.unscoped("published by the tax office").filter(
        unit_path=root_path(), year__in=list(years), is_current=True
    )
    return {
        str(row.year): {
            "tax": str(row.tax),
            "key_taxpayers": row.key_taxpayers,
            "source": row.source,
            "as_of": timezone.localtime(row.recorded_at).date().isoformat(),
        }
        for row in rows
    }


def _edition(row: Release) -> Edition:
    return Edition(
        row.pk, row.number, tuple(row.years), row.note, row.source, row.publisher,
        row.published_at, row.counts, row.totals,
    )  # fmt: skip


def _cell(row: ReleaseCell) -> CubeCell:
    firms = None
    if row.firms_low is not None and row.firms_high is not None:
        firms = (row.firms_low, row.firms_high)
    return CubeCell(
        row.unit_id, row.unit_name, row.unit_kind, row.unit_path, row.building_id, row.section,
        row.year, row.measure, row.state, row.low, row.high, firms,
    )  # fmt: skip
