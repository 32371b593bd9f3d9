"""Keeping the totals of buildings equal to the facts."""

from collections.abc import Collection

from django.db import transaction

from loushi.foundation.transfer.commands import insert_rows
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import TotalsMark
from loushi.registry.enterprises.models import BuildingTotals
from loushi.registry.enterprises.queries.steps import STATES, Step
from loushi.registry.enterprises.queries.totals import ROOMS, differing_totals, fresh_steps

WHY = "kept totals follow the facts of all buildings"
AT_ONCE = 50  # buildings a transaction


def renew_totals(limit: int = AT_ONCE) -> int:
    """Makes the totals of up to `limit` marked buildings anew; returns how many.

    Only the marks that were seen before reading the facts are taken away: a change that commits
    meanwhile keeps its own.
    """
    with transaction.atomic():
        marks = TotalsMark.objects.unscoped(WHY)
        first = list(marks.order_by("pk").values_list("building_id", flat=True)[: limit * 4])
        ids = list(dict.fromkeys(first))[:limit]
        if not ids:
            return 0
        seen = list(marks.filter(building_id__in=ids).values_list("pk", flat=True))
        write_totals(ids)
        for start in range(0, len(seen), 2_000):
            marks.filter(pk__in=seen[start : start + 2_000]).delete()
    return len(ids)


def write_totals(building_ids: Collection[int]) -> int:
    """Stores the steps of these buildings as the facts give them; returns how many rows changed."""
    kept: dict[int, dict[Step, int]] = {pk: {} for pk in building_ids}
    rows = BuildingTotals.objects.unscoped(WHY).filter(building_id__in=building_ids).order_by()
    for pk, building_id, on, *values in rows.values_list(
        "pk", "building_id", "on", *STATES, *ROOMS
    ):
        step = Step(on, tuple(values[: len(STATES)]), tuple(values[len(STATES) :]))
        kept[building_id][step] = pk
    gone: list[int] = []
    made: list[BuildingTotals] = []
    for building_id, steps in fresh_steps(building_ids).items():
        wanted = set(steps)
        gone += [pk for step, pk in kept[building_id].items() if step not in wanted]
        made += [_row(building_id, step) for step in steps if step not in kept[building_id]]
    for start in range(0, len(gone), 2_000):
        rows.filter(pk__in=gone[start : start + 2_000]).delete()
    insert_rows(made)
    return len(gone) + len(made)


def repair_totals() -> list[int]:
    """Marks the buildings whose kept totals of today are not those of the facts; returns them."""
    wrong = differing_totals()
    buildings.mark_totals(wrong)
    return wrong


def _row(building_id: int, step: Step) -> BuildingTotals:
    return BuildingTotals(
        building_id=building_id, on=step.on,
        **dict(zip(STATES, step.areas, strict=True)), **dict(zip(ROOMS, step.rooms, strict=True)),
    )  # fmt: skip
