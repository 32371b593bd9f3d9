"""Loading the tree's timeline under a lock, and writing back only what changed."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from loushi.foundation.core.errors import NotVisible, Refused
from loushi.registry.territory.models import Unit, UnitKind, UnitPlacement
from loushi.registry.territory.timeline import BrokenTree, Placed, Timeline, changed

ROWS_PER_INSERT = 1000


class Tree:
    """The whole tree through time while one command changes it. Use inside a transaction."""

    def __init__(self) -> None:
        # One change at a time: the roots are the lock of the whole tree.
        list(Unit.objects.select_for_update().filter(kind=UnitKind.DISTRICT).order_by("pk"))
        self._stored = {
            Placed(row.unit_id, row.parent_id, row.path, row.since, row.until): row.pk
            for row in UnitPlacement.objects.all()
        }
        self.time = Timeline.of(self._stored)
        self._units: dict[int, Unit] = {}

    def unit(self, unit_id: int, field: str = "") -> Unit:
        """A unit by id; NotVisible, or Refused when it was typed into a field."""
        if unit_id not in self._units:
            unit = Unit.objects.filter(pk=unit_id).first()
            if unit is None:
                if field:
                    raise Refused(_("没有这个单元，请重新选择。"), field=field)
                raise NotVisible
            self._units[unit_id] = unit
        return self._units[unit_id]

    def path(self, unit_id: int, on: date) -> str:
        """The path on a day as the timeline has it now ('' when the unit does not stand)."""
        return next(
            (row.path for row in self.time.rows() if row.unit == unit_id and _runs(row, on)), ""
        )

    def standing(self, unit_id: int, on: date, field: str = "") -> Unit:
        """The unit, provided that it stands on the day."""
        unit = self.unit(unit_id, field)
        if self.time.edge(unit_id, on) is None:
            raise Refused(
                _("“%(unit)s”在 %(on)s 不存在（尚未成立或已撤销），请换一个日期或单元。")
                % {"unit": unit.name, "on": on.isoformat()},
                field=field or "on",
            )
        return unit

    def unplanned(self, unit: Unit, on: date) -> None:
        """Refuses when the unit has a change of its own after the date."""
        later = self.time.later(unit.pk, on)
        if later is not None:
            raise Refused(
                _(
                    "“%(unit)s”在 %(later)s 已有一次变动，不能再补记 %(on)s 的变动。"
                    "请选择之后的日期。"
                )
                % {"unit": unit.name, "later": later.isoformat(), "on": on.isoformat()},
                field="on",
            )

    def save(self) -> None:
        """Writes the rows that differ. Refused when a unit would hang in the air."""
        try:
            rows = self.time.rows()
        except BrokenTree as broken:
            raise self._explain(broken) from broken
        gone, new = changed(self._stored, rows)
        _delete(self._stored[row] for row in gone)
        UnitPlacement.objects.bulk_create(
            [
                UnitPlacement(
                    unit_id=row.unit,
                    parent_id=row.parent,
                    path=row.path,
                    since=row.since,
                    until=row.until,
                )
                for row in new
            ],
            batch_size=ROWS_PER_INSERT,
        )

    def _explain(self, broken: BrokenTree) -> Refused:
        unit = self.unit(broken.unit)
        if broken.parent is None:
            return Refused(
                _("“%(unit)s”不能归到它自己的下级之下，请另选上级单元。") % {"unit": unit.name},
                field="parent",
            )
        return Refused(
            _("“%(parent)s”在 %(on)s 不存在，“%(unit)s”届时没有上级。请先调整它的去向。")
            % {
                "parent": self.unit(broken.parent).name,
                "unit": unit.name,
                "on": broken.on.isoformat(),
            },
            field="parent",
        )


def _runs(row: Placed, on: date) -> bool:
    return row.since <= on and (row.until is None or on < row.until)


def _delete(keys: Iterable[int]) -> None:
    pks = list(keys)
    for start in range(0, len(pks), 500):
        UnitPlacement.objects.filter(pk__in=pks[start : start + 500]).delete()
