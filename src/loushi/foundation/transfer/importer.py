"""The base class of every importer; packages subclass it in `imports.py` and register it.

A new instance is made for each run. The engine calls, in this order: parsing column by column,
`prepare(rows)` once, `check_row(row)` for each row, `natural_key(row)`, `existing(keys)` and
`stored(ids)` in bulk, comparison, `check_change(row)`,
and when the person says so, inside one transaction (or one for each portion), `apply_new(rows)`,
`apply_changed(rows)`, `audit(new, changed)` and `finish(new, changed)`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.bulk import insert_rows, insert_values, update_rows
from loushi.foundation.core.scoping import Scoped, root_path
from loushi.foundation.core.units import covers

from .columns import EXTERNAL, Column, external_column, with_labels
from .rows import Key, Row, Stored

CHUNK = 2_000  # keys per SELECT … IN; far below the parameter limit of both databases


@dataclass(frozen=True)
class ImportContext:
    """For whom, where and when an import runs."""

    actor: Actor
    permission: str
    unit_path: str = ""
    """The unit given for the file: rows that name none lie there; rows elsewhere are rejected."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    source: str = ""
    batch_id: int | None = None
    batch_number: str = ""
    now: datetime = field(default_factory=timezone.now)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return self.actor.keys(UNIT, self.permission)

    @cached_property
    def everywhere(self) -> bool:
        """Whether the actor may import for the whole tree (the system, or a grant at the root)."""
        return self.actor.system or (bool(root_path()) and root_path() in self._paths)

    def permitted(self, path: str) -> bool:
        """Whether a grant of the actor with the importer's permission covers the unit."""
        return self.everywhere or any(covers(held, path) for held in self._paths)

    def inside(self, path: str) -> bool:
        """Whether the unit lies in the range given for this file."""
        return not self.unit_path or covers(self.unit_path, path)


class Importer:
    """What a package declares about one kind of row, and how such rows are found and written."""

    name: ClassVar[str]
    """The identifier, also on the command line: `loushi import buildings file.xlsx`."""
    label: ClassVar[Any]
    permission: ClassVar[str]
    kind: ClassVar[str]
    """What the rows are, as audit and external keys say it: "buildings.building"."""
    columns: ClassVar[Sequence[Column]] = ()
    key: ClassVar[tuple[str, ...]] = ("code",)
    """The columns that together identify a row; () where only (source, external id) does."""
    model: ClassVar[type[models.Model] | None] = None
    placed: ClassVar[bool] = True
    """Whether each row belongs to a unit of the tree; a new one without goes to 'unplaced'."""
    external: ClassVar[bool] = True
    """Whether rows may be recognised by (source, external id)."""
    keyless: ClassVar[bool] = False
    """Whether a row without any key is accepted, as new every time."""
    confidential: ClassVar[bool] = False
    """Whether batches are seen only by those who may import this kind (not by transfer.view)."""
    by_portions: ClassVar[bool] = False
    """Whether rows may be written in portions of some thousand, each a short transaction, so that
    others can write in between. A portion that fails takes the earlier ones back. Only for
    importers whose rows do not depend on each other."""
    irreversible: ClassVar[Any] = ""
    """Why a batch cannot be rolled back as a whole; '' = it can."""
    order: ClassVar[int] = 100
    help: ClassVar[Any] = ""

    def __init__(self, context: ImportContext, present: frozenset[str] = frozenset()) -> None:
        self.context = context
        self.present = present
        """Names of the columns that the file has."""
        self.placing = ""
        """The unit that a person chose for a row of the queue: it overrides the row's own."""

    # ---- what packages override ----------------------------------------------------------------
    def prepare(self, rows: Sequence[Row]) -> None:
        """Fetches in bulk, once, what check_row looks up (units by name, buildings by code …)."""

    def check_row(self, row: Row) -> None:
        """Checks across cells and resolves references: row.error, row.hint, row.unplace,
        row.unit_path, row.values[derived column]."""

    def check_change(self, row: Row) -> None:
        """Rules that need old and new values together: called after comparison for rows that would
        be written (`row.outcome` is NEW or CHANGED, `row.stored`, `row.changes`). May call
        row.error, row.confirm and row.hint; no query here. May be called again before writing."""

    def external_id(self, row: Row) -> str:
        """The source's number of the row; override to fall back on something else (a name)."""
        return str(row.values.get(EXTERNAL) or "")

    def natural_key(self, row: Row) -> Key | None:
        """The row's key, None where a part is missing. Called after check_row."""
        values = row.values
        found = tuple(values.get(name) for name in self.key)
        return found if found and all(part not in (None, "") for part in found) else None

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        """The register's rows with these natural keys, over all units, in few queries."""
        first = self._attribute(self.key[0])
        wanted = {key[0] for key in keys}
        found: dict[Key, Stored] = {}
        for stored in self._read(first, wanted):
            key = tuple(stored.values.get(name) for name in self.key)
            if key in keys:
                found[key] = stored
        return found

    def stored(self, ids: Collection[int]) -> dict[int, Stored]:
        """The register's rows with these ids."""
        return {stored.id: stored for stored in self._read("pk", ids)}

    def same(self, column: Column, old: Any, new: Any) -> bool:
        """Whether a stored value and the file's mean the same; blank equals blank."""
        return bool(old == new) or (old in (None, "") and new in (None, ""))

    def defaults(self, row: Row) -> Mapping[str, Any]:
        """Further model fields of a new row (created_by, state …)."""
        return {}

    def touched(self, row: Row) -> Mapping[str, Any]:
        """Further model fields to set on a changed row (updated_at …)."""
        return {}

    def apply_new(self, rows: Sequence[Row]) -> None:
        """Creates the new rows in bulk and sets `row.object_id`; runs in the one transaction."""
        if type(self).build is Importer.build:
            ids = insert_values(self._model, [self.fields_of(row) for row in rows])
        else:
            ids = [thing.pk for thing in insert_rows([self.build(row) for row in rows])]
        for row, pk in zip(rows, ids, strict=True):
            row.object_id = pk

    def apply_changed(self, rows: Sequence[Row]) -> None:
        """Writes the changed cells in bulk; runs in the one transaction."""
        changes = [(row.object_id, self._fields(row.after) | self.touched(row)) for row in rows]
        update_rows(self._model, [(pk, fields) for pk, fields in changes if pk and fields])

    def audit(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Records the batch and each changed row; packages call `record_many` here (one line)."""

    def finish(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Last step in the transaction: index texts, publish one event, recompute totals."""

    # ---- what the defaults stand on ------------------------------------------------------------
    @classmethod
    def all_columns(cls) -> tuple[Column, ...]:
        """Declared columns and the engine's own (external number)."""
        return with_labels(cls.columns, [external_column()] if cls.external else [])

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.all_columns()}

    @cached_property
    def required_columns(self) -> tuple[Column, ...]:
        """The columns that a new row must fill."""
        return tuple(c for c in self.all_columns() if c.required and not c.derived)

    def build(self, row: Row) -> models.Model:
        """An unsaved model instance of a new row."""
        return self._model(**self.fields_of(row))

    def fields_of(self, row: Row) -> dict[str, Any]:
        """The model fields of a new row: its columns, its unit, and `defaults`."""
        fields = self._fields(row.values)
        if row.unit_path and "unit_path" in self._field_names:
            fields["unit_path"] = row.unit_path
        return fields | self.defaults(row)

    def audit_entries(self, new: Sequence[Row], changed: Sequence[Row]) -> Iterator[dict[str, Any]]:
        """What `audit.commands.Line` takes: one entry for the batch, one for each changed row."""
        yield {
            "subject": ("transfer.importbatch", self.context.batch_id, self.context.batch_number),
            "after": {"importer": self.name, "new": len(new), "changed": len(changed)},
            "unit_path": self.context.unit_path,
        }
        for row in changed:
            name = " ".join(str(part) for part in row.key or ()) or self.external_id(row)
            yield {
                "subject": (self.kind, row.object_id, name),
                "before": {k: self.by_name[k].shown(v) for k, v in row.before.items()},
                "after": {k: self.by_name[k].shown(v) for k, v in row.after.items()},
                "why": self.context.batch_number,
                "unit_path": row.unit_path,
            }

    @property
    def _model(self) -> type[models.Model]:
        if self.model is None:
            raise NotImplementedError(f"{type(self).__name__} names no model")
        return self.model

    @cached_property
    def _field_names(self) -> frozenset[str]:
        return frozenset(field.attname for field in self._model._meta.concrete_fields)

    def _attribute(self, name: str) -> str:
        attribute = self.by_name[name].attribute
        if attribute is None:
            raise NotImplementedError(f"key column {name} is no field; override existing()")
        return attribute

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Column values as model fields; a cleared text field becomes ''."""
        attributes, no_null = self._attributes, self._no_null
        return {
            attribute: "" if value is None and attribute in no_null else value
            for name, value in values.items()
            if (attribute := attributes[name]) is not None
        }

    @cached_property
    def _attributes(self) -> dict[str, str | None]:
        return {name: column.attribute for name, column in self.by_name.items()}

    @cached_property
    def _no_null(self) -> frozenset[str]:
        return frozenset(
            field.attname
            for field in self._model._meta.concrete_fields
            if not field.null and field.empty_strings_allowed
        )

    def _read(self, field_name: str, wanted: Collection[Any]) -> Iterator[Stored]:
        """Stored rows whose field is one of `wanted`, read in chunks without model instances."""
        columns = [c for c in self.all_columns() if c.attribute is not None]
        names = [column.name for column in columns]
        attributes = [str(column.attribute) for column in columns]
        placed = "unit_path" in self._field_names
        if issubclass(self._model, Scoped):
            everything = self._model.objects.unscoped("an import recognises rows of all units")
        else:
            everything = self._model._default_manager.all()
        keys = list(wanted)
        among = all(isinstance(key, int | str) for key in keys)
        lookup = f"{field_name}__among" if among else f"{field_name}__in"
        for start in range(0, len(keys), CHUNK):
            rows = everything.filter(**{lookup: keys[start : start + CHUNK]})
            for pk, path, *values in rows.order_by().values_list(
                "pk", "unit_path" if placed else "pk", *attributes
            ):
                yield Stored(pk, dict(zip(names, values, strict=True)), path if placed else "")
