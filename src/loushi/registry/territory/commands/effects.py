"""When a day has come: today's paths and names take effect, and their consequences are queued."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from loushi.foundation.core.events import publish
from loushi.foundation.core.jobs import wake_on_commit
from loushi.foundation.core.units import WIDTH
from loushi.registry.territory import queries
from loushi.registry.territory.models import PathRewrite, Unit, UnitPlacement, UnitSuccession


@dataclass
class _Day:
    """What the stored paths are, and what they should be today."""

    on: date
    units: dict[int, Unit]
    paths: dict[int, str]
    moved: dict[int, tuple[str, str]] = field(default_factory=dict)
    # One moment for all that is queued together: the order of rewrites goes by it.
    at: datetime = field(default_factory=lambda: timezone.now())


def take_effect(on: date | None = None) -> int:
    """Brings units' own paths and names up to today; queues rewrites and publishes events.

    Called by every change, and by a job for changes dated ahead. Doing it twice does nothing.
    Returns how many units changed.
    """
    day = on or timezone.localdate()
    with transaction.atomic():
        today = _Day(
            day,
            {unit.pk: unit for unit in Unit.objects.select_for_update().order_by("pk")},
            dict(
                UnitPlacement.objects.filter(queries.running_on(day)).values_list("unit_id", "path")
            ),
        )
        changed = _paths(today)
        renamed = _names(today)
        if changed or renamed:
            both = {unit.pk: unit for unit in changed + renamed}
            Unit.objects.bulk_update(both.values(), ["path", "name"], batch_size=200)
        successions = _successions(today)
        if changed:
            _queue_moves(today)
            queries.forget_root()
        if changed or successions:
            wake_on_commit()
    return len(changed) + len(renamed)


def _paths(today: _Day) -> list[Unit]:
    changed = []
    for unit in today.units.values():
        path = today.paths.get(unit.pk, "")
        if path == unit.path:
            continue
        if not unit.path:
            publish("unit_founded", {"unit_id": unit.pk, "path": path, "on": _iso(unit.founded_on)})
        today.moved[unit.pk] = (unit.path, path)
        unit.path = path
        changed.append(unit)
    return changed


def _names(today: _Day) -> list[Unit]:
    names = queries.names_on(today.on)
    renamed = []
    for unit in today.units.values():
        name = names.get(unit.pk, unit.name)
        if name != unit.name:
            unit.name = name
            renamed.append(unit)
    return renamed


def _successions(today: _Day) -> list[UnitSuccession]:
    """Successions whose day has come: rows of single buildings, and of the main heir."""
    due = list(
        UnitSuccession.objects.filter(on__lte=today.on, effective_at__isnull=True).order_by(
            "on", "pk"
        )
    )
    for row in due:
        old = today.moved.get(row.unit_id, (today.units[row.unit_id].path,))[0]
        heir = queries.heirs(row.heir_id, row.building_id, today.on)
        new = today.paths.get(heir or 0, "")
        if old and new and heir and (row.is_main or row.building_id):
            PathRewrite.objects.create(
                unit_id=row.unit_id,
                heir_id=heir,
                succession=row,
                old_path=old,
                new_path=new,
                building_id=row.building_id,
                on=row.on,
                created_at=today.at,
            )
    UnitSuccession.objects.filter(pk__in=[row.pk for row in due]).update(
        effective_at=timezone.now()
    )
    return due


_PAST: dict[str, str] = {UnitSuccession.Kind.MERGE: "merged", UnitSuccession.Kind.SPLIT: "split"}


def announce() -> int:
    """Publishes `unit_merged` and `unit_split` once all rows have followed; how many events."""
    with transaction.atomic():
        rows = list(
            UnitSuccession.objects.select_for_update()
            .filter(effective_at__isnull=False, announced_at__isnull=True)
            .order_by("on", "pk")
        )
        if not rows or PathRewrite.objects.filter(done_at__isnull=True).exists():
            return 0
        groups = dict.fromkeys((row.kind, row.unit_id, row.on) for row in rows)
        for kind, unit_id, on in groups:
            heirs = [row for row in rows if (row.kind, row.unit_id, row.on) == (kind, unit_id, on)]
            publish(f"unit_{_PAST[kind]}", _inheritance(unit_id, on, heirs))
        UnitSuccession.objects.filter(pk__in=[row.pk for row in rows]).update(
            announced_at=timezone.now()
        )
    return len(groups)


def _inheritance(unit_id: int, on: date, rows: list[UnitSuccession]) -> dict[str, Any]:
    """The payload of `unit_merged` and `unit_split`."""
    heirs = sorted({row.heir_id for row in rows})
    paths = Unit.objects.filter(pk__in=heirs).exclude(path="").values_list("path", flat=True)
    return {
        "unit_id": unit_id,
        "on": _iso(on),
        "main_heir_id": next((row.heir_id for row in rows if row.is_main), None),
        "heir_ids": heirs,
        "heir_paths": sorted(paths),
        "buildings": {str(row.building_id): row.heir_id for row in rows if row.building_id},
    }


def _queue_moves(today: _Day) -> None:
    """One rewrite for each topmost unit that moved; what merely moved along needs none."""
    moved: dict[int, tuple[str, str]] = {
        pk: pair for pk, pair in today.moved.items() if pair[0] and pair[1]
    }
    inherited = {
        row.unit_id: row.new_path
        for row in PathRewrite.objects.filter(
            unit_id__in=today.moved, heir__isnull=False, building_id__isnull=True
        ).order_by("pk")
    }
    for pk, (old, new) in sorted(moved.items()):
        parent = int(old[-2 * WIDTH : -WIDTH] or 0)
        above = moved.get(parent, ("", inherited.get(parent, "")))[1]
        if above and new == above + old[-WIDTH:]:
            continue
        PathRewrite.objects.create(
            unit_id=pk, old_path=old, new_path=new, on=today.on, created_at=today.at
        )
    for pk, (old, new) in sorted(moved.items()):
        publish("unit_moved", {"unit_id": pk, "old_path": old, "path": new, "on": _iso(today.on)})


def _iso(on: date) -> str:
    return on.isoformat()
