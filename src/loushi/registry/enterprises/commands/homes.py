"""The home of an enterprise: the unit of its main running tenancy, and all that follows it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from loushi.foundation.transfer.commands import update_rows
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    EnterpriseTag,
    OfficerPost,
    PlaceFact,
    Stability,
    Tenancy,
)
from loushi.registry.enterprises.policy import RUNNING

FOLLOWERS: tuple[Any, ...] = (
    EnterpriseContact, EnterpriseMembership, PlaceFact, OfficerPost, EnterpriseTag, Stability,
)  # fmt: skip
"""What lies where the enterprise lies."""


def settle_homes(enterprise_ids: Sequence[int]) -> list[int]:
    """Marks exactly one running tenancy of each enterprise as the main one and moves the home
    there; returns the ids of the enterprises whose home moved.

    The main one is the marked one among those where the enterprise really sits, of several the
    one that began last; without any, among those where it is only registered. An enterprise
    without running tenancies keeps its home.
    """
    best: dict[int, tuple[Any, ...]] = {}
    marks: dict[int, bool] = {}
    for chunk in chunks(enterprise_ids):
        rows = (
            Tenancy.objects.unscoped("the home follows all tenancies")
            .filter(RUNNING, enterprise_id__among=chunk)
            .values_list(
                "enterprise_id", "sits", "is_main", "since", "pk", "unit_path",
                "building__unit_id", "building__unit_path", "space__unit_id",
            )
        )  # fmt: skip
        held: dict[int, list[int]] = defaultdict(list)
        for enterprise_id, sits, main, since, pk, path, unit_id, building_path, space_unit in rows:
            unit = space_unit if space_unit and path != building_path else unit_id
            rank = (sits, main, since or date.min, pk, unit, path)
            best[enterprise_id] = max(best.get(enterprise_id, rank), rank)
            marks[pk] = main
            held[enterprise_id].append(pk)
        wrong = [
            (pk, {"is_main": pk == best[enterprise_id][3]})
            for enterprise_id, pks in held.items()
            for pk in pks
            if marks[pk] != (pk == best[enterprise_id][3])
        ]
        update_rows(Tenancy, wrong)
    return put_home({pk: (rank[4], rank[5]) for pk, rank in best.items()})


def put_home(homes: Mapping[int, tuple[int | None, str]]) -> list[int]:
    """Sets the home unit (id, path) of enterprises and the paths of their contacts and members.

    Returns the ids that really moved. The callers have checked and recorded the cause.
    """
    moved: list[int] = []
    for chunk in chunks(sorted(homes)):
        rows = Enterprise.objects.unscoped("the home follows the tenancies").filter(pk__among=chunk)
        moved += [
            pk
            for pk, unit_id, path in rows.order_by("pk").values_list("pk", "unit_id", "unit_path")
            if (unit_id, path) != homes[pk]
        ]
    # One statement for each home, not for each row: on SQLite inside a savepoint, a statement that
    # changes a foreign key copies pages into the savepoint's journal and walks through all of it.
    together: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    for pk in moved:
        together[homes[pk]].append(pk)
    for (unit_id, path), ids in together.items():
        for chunk in chunks(ids):
            rows = Enterprise.objects.unscoped("the home follows the tenancies")
            rows.filter(pk__among=chunk).update(unit_id=unit_id, unit_path=path)
    for chunk in chunks(moved):
        for model in FOLLOWERS:
            held = model.objects.unscoped("what belongs to an enterprise follows it")
            update_rows(
                model,
                [
                    (pk, {"unit_path": homes[enterprise_id][1]})
                    for pk, enterprise_id in held.filter(enterprise_id__among=chunk).values_list(
                        "pk", "enterprise_id"
                    )
                ],
            )
    return moved
