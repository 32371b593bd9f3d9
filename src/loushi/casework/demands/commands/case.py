"""A demand with all that belongs to it, changed in memory and written once.

The single form loads a Case, lets one effect change it and saves it; the bulk form lets all effects
of a history change new Cases and inserts them together. So both forms share every rule.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models

from loushi.casework.demands.models import (
    Assignment,
    Demand,
    DemandClock,
    DemandEvent,
    DemandPause,
    Extension,
    Rating,
    Referral,
)
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_row, insert_rows, insert_values

WHY = "what belongs to a demand that the command has already fetched under its scope"
ORDER: tuple[type[models.Model], ...] = (Assignment, DemandClock, DemandPause, Extension, Rating)


class Case:
    """`fresh` cases have nothing in the database yet and read nothing from it; of a `replayed` one
    the whole history is made before anything is written."""

    def __init__(
        self, demand: Demand, actor: Actor, now: datetime, *, fresh: bool = False,
        replayed: bool = False,
    ) -> None:  # fmt: skip
        self.demand = demand
        self.actor = actor
        self.now = now
        self.fresh = fresh or replayed
        self.replayed = replayed
        # Lines of a fresh case: the columns of each, and the part that it concerns.
        self.events: list[tuple[dict[str, Any], Assignment | None]] = []
        self._touched: dict[int, models.Model] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Identities do not travel: rows are noted anew where the case arrives."""
        return self.__dict__ | {"_touched": list(self._touched.values())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._touched = {id(row): row for row in state["_touched"]}

    def _rows(self, model: Any) -> list[Any]:
        if self.fresh:
            return []
        return list(model.objects.unscoped(WHY).filter(demand=self.demand).order_by("id"))

    @cached_property
    def parts(self) -> list[Assignment]:
        return self._rows(Assignment)

    @cached_property
    def clocks(self) -> list[DemandClock]:
        return self._rows(DemandClock)

    @cached_property
    def pauses(self) -> list[DemandPause]:
        return self._rows(DemandPause)

    @cached_property
    def extensions(self) -> list[Extension]:
        return self._rows(Extension)

    @cached_property
    def ratings(self) -> list[Rating]:
        return []

    @cached_property
    def referrals(self) -> list[Referral]:
        return self._rows(Referral)

    @property
    def active_parts(self) -> list[Assignment]:
        """The active parts, lead first."""
        active = [part for part in self.parts if part.is_active]
        return sorted(active, key=lambda part: part.part != Assignment.Part.LEAD)

    @property
    def lead_part(self) -> Assignment | None:
        return next((p for p in self.active_parts if p.part == Assignment.Part.LEAD), None)

    def touch(self, row: Any) -> None:
        """Notes that a row is new or changed."""
        row.unit_path = self.demand.unit_path
        self._touched[id(row)] = row

    def add(self, rows: list[Any], row: Any) -> Any:
        """A new row of the case."""
        rows.append(row)
        self.touch(row)
        return row

    def changed(self, model: type[models.Model]) -> list[Any]:
        return [row for row in self._touched.values() if type(row) is model]

    def written(self, row: Any) -> None:
        """Notes that a row has been written by somebody else."""
        self._touched.pop(id(row), None)

    def save(self) -> None:
        """Writes what was touched; the demand itself is saved by the caller, referrals by
        `referring`, which makes their agenda items."""
        for model in ORDER:
            for row in self.changed(model):
                if row._state.adding:
                    insert_row(row)
                else:
                    row.save()
                self.written(row)
        self.demand.__dict__.pop("_active_parts", None)


def insert(cases: Iterable[Case]) -> None:
    """Inserts fresh cases set-based, in the caller's transaction; ids follow the order of cases."""
    cases = list(cases)
    insert_rows([case.demand for case in cases])
    for model in ORDER:
        rows = [row for case in cases for row in case.changed(model)]
        for row in rows:
            row.demand_id = row.demand.pk
            if getattr(row, "assignment", None) is not None:
                row.assignment_id = row.assignment.pk
        insert_rows(rows)
    insert_values(
        DemandEvent,
        [
            values | {"row_id": case.demand.pk, "assignment_id": part.pk if part else None}
            for case in cases
            for values, part in case.events
        ],
    )
