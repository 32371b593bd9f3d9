"""Publishing a release: exactly what its preview showed, or nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import root_path
from loushi.foundation.transfer.commands import insert_values
from loushi.registry.buildings.models import Building
from loushi.registry.tax.disclosure import Key
from loushi.registry.tax.models import CellState, Release, ReleaseCell, ReleaseMember
from loushi.registry.tax.queries.cube import FEN, Drafted, draft, totals_of
from loushi.registry.territory.models import Unit


def publish_release(*, actor: Actor, years: Sequence[int], digest: str, note: str = "") -> Release:
    """Freezes the cube of these years. `digest` comes from the preview: Conflict where figures
    changed since. Denied without tax.release at the district."""
    if not years:
        raise Refused(_("请选择要发布的年度。"), field="years")
    with transaction.atomic():
        made = draft(actor, years)
        if made.digest != digest:
            raise Conflict(_("预览之后数据有变化。请重新预览，核对后再发布。"))
        if not any(year.published for year in made.years):
            raise Refused(_("没有可以发布的格。请先导入税收，或换一个年度。"), field="years")
        release = _heading(actor, years, digest, note, made.tally())
        for year in made.years:
            _cells(release, year)
            _members(release, year)
        record(
            actor=actor,
            action="tax.released",
            subject=release,
            after={"years": list(release.years), "counts": release.counts},
            why=note,
        )
    return release


def _heading(
    actor: Actor, years: Sequence[int], digest: str, note: str, counts: dict[str, int]
) -> Release:
    rows = Release.objects.unscoped("numbers are one series")
    last: int | None = rows.aggregate(last=Max("number"))["last"]
    return rows.create(
        unit_path=root_path(),
        number=(last or 0) + 1,
        years=sorted(set(years)),
        note=note.strip(),
        source=_("财务专员导入的税收记录"),
        digest=digest,
        counts=counts,
        totals=totals_of(years),
        published_at=timezone.now(),
        published_by=actor.user_id,
        publisher=actor.name,
    )


def _cells(release: Release, year: Drafted) -> None:
    units = Unit.objects.in_bulk({key.unit for key in year.cells if key.unit})
    towers = (
        Building.objects.unscoped("a release names every tower")
        .select_related("unit")
        .defer("outline")
        .in_bulk({key.building for key in year.cells if key.building})
    )
    rows: list[dict[str, Any]] = []
    for key in sorted(year.cells):
        state = year.state_of(key)
        row: dict[str, Any] = {
            "release_id": release.pk, "section": key.section, "year": year.year,
            "measure": key.measure, "state": str(state), "building_id": key.building or None,
        }  # fmt: skip
        if key.building:
            tower = towers[key.building]
            row |= {
                "unit_id": tower.unit_id, "unit_name": tower.name, "unit_kind": "building",
                "unit_path": tower.unit_path,
            }  # fmt: skip
        else:
            unit = units[key.unit]
            row |= {
                "unit_id": unit.pk, "unit_name": unit.name, "unit_kind": unit.kind,
                "unit_path": unit.path,
            }  # fmt: skip
        rows.append(row | _bounds(year, key, state))
    insert_values(ReleaseCell, rows)


def _bounds(year: Drafted, key: Key, state: str) -> dict[str, Any]:
    if state != CellState.SHOWN:
        return {"low": None, "high": None, "firms_low": None, "firms_high": None}
    interval, firms = year.published[key], year.counts[key]
    return {
        "low": Decimal(interval.low) / FEN,
        "high": Decimal(interval.high) / FEN,
        "firms_low": firms[0],
        "firms_high": firms[1],
    }


def _members(release: Release, year: Drafted) -> None:
    insert_values(
        ReleaseMember,
        [
            {
                "release_id": release.pk, "tax_return_id": one.figure,
                "unit_path": release.unit_path, "place": year.paths[one.figure],
                "section": one.section, "building_id": one.building or None,
            }
            for one in year.members
        ],
    )  # fmt: skip
