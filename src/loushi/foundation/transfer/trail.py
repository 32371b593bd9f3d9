"""What an import writes, wherever it writes it, so that it can be taken back exactly.

While a portion is applied, a Trail hears of every row that is inserted and every cell that changes,
in all tables: through `core.bulk`, through `save()`, and through UPDATE statements of querysets.
It keeps ids of new rows, and the value of each changed cell before and after. Logs stay outside:
the audit, events, the search index (which is made again from the rows).

Importers write new rows with `insert_rows`, `insert_values` or `save()`; what `bulk_create` makes
is not heard, and deletes are not undone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.signals import post_save

from loushi.foundation.core.bulk import watcher, watching

from .models import ExternalKey, ImportTrail, UnplacedRow

LOGS = frozenset({"core", "audit", "language", "notices", "sessions", "contenttypes"})
CHUNK = 2_000
Cells = dict[str, list[Any]]
"""Field → [before, after], as JSON keeps them."""

_UPDATE = re.compile(r'UPDATE "(\w+)" SET (.+?) WHERE (.+)', re.DOTALL)
_SET = re.compile(r'(?:^|, )"(\w+)" = ')


def plain_rows(model: type[models.Model]) -> "models.QuerySet[Any]":
    """All rows of a model, unscoped: what an import wrote is looked at as it lies in the table."""
    unscoped = getattr(model.objects, "unscoped", None)  # type: ignore[attr-defined]
    if unscoped is not None:
        rows: models.QuerySet[Any] = unscoped("the trail of an import").order_by()
        return rows
    return model._default_manager.order_by()


def kept(model: type[models.Model]) -> bool:
    """Whether the trail keeps what happens to rows of this model."""
    if getattr(model, "append_only", False) or model._meta.proxy:
        return False
    label = model._meta.app_label
    return model in (ExternalKey, UnplacedRow) if label == "transfer" else label not in LOGS


def encoded(value: Any) -> Any:
    """A cell's value as JSON keeps it; equal values give equal results, however they were typed."""
    if isinstance(value, bool) or value is None or isinstance(value, str | list | dict):
        return value
    if isinstance(value, datetime):
        return f"{value.timestamp():.6f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float | int):
        number = Decimal(str(value))
        return format(number.normalize(), "f") if number else "0"
    return str(value)


def decoded(field: "models.Field[Any, Any]", value: Any) -> Any:
    """The value that `encoded` kept, as the field takes it."""
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.DateTimeField):
        from datetime import UTC

        return datetime.fromtimestamp(float(value), UTC)
    return field.to_python(value)


@cache
def _tables() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models() if not model._meta.proxy}


class Trail:
    """Collects the writes of one transaction."""

    def __init__(self) -> None:
        self.created: dict[type[models.Model], list[Any]] = defaultdict(list)
        self.changed: dict[type[models.Model], dict[Any, Cells]] = defaultdict(dict)

    # ---- heard ---------------------------------------------------------------------------------
    def inserted(self, model: type[models.Model], ids: Sequence[Any]) -> None:
        if kept(model):
            self.created[model].extend(ids)

    def updating(
        self, model: type[models.Model], changes: Sequence[tuple[Any, Mapping[str, Any]]]
    ) -> None:
        if not kept(model) or not changes:
            return
        names = {name for _pk, values in changes for name in values}
        attributes = {name: model._meta.get_field(name).attname for name in names}
        before = read_cells(model, [pk for pk, _values in changes], sorted(attributes.values()))
        for pk, values in changes:
            if pk in before:
                self._note(
                    model, pk, before[pk],
                    {attributes[name]: encoded(value) for name, value in values.items()},
                )  # fmt: skip

    def _note(
        self, model: type[models.Model], pk: Any, before: Mapping[str, Any], after: Cells | Any
    ) -> None:
        cells = self.changed[model].setdefault(pk, {})
        for name, value in after.items():
            if name in cells:
                cells[name][1] = value
            elif before.get(name) != value:
                cells[name] = [before.get(name), value]

    def _executed(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found = None if many or not isinstance(sql, str) else _UPDATE.match(sql)
        model = _tables().get(found[1]) if found else None
        if found is None or model is None or not kept(model):
            return execute(sql, params, many, context)
        fields = {str(field.column): field.attname for field in model._meta.concrete_fields}
        names = [fields[column] for column in _SET.findall(found[2]) if column in fields]
        given = list(params or ())[found[2].count("%s") :]
        key = connection.ops.quote_name(str(model._meta.pk.column))
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {key} FROM "{found[1]}" WHERE {found[3]}', given)
            ids = [row[0] for row in cursor.fetchall()]
        before = read_cells(model, ids, names)
        result = execute(sql, params, many, context)
        after = read_cells(model, ids, names)
        for pk, cells in after.items():
            self._note(model, pk, before.get(pk, {}), cells)
        return result

    @contextmanager
    def following(self) -> Iterator[None]:
        """Within the block everything that this thread writes is heard."""
        with watching(self), connection.execute_wrapper(self._executed):
            yield

    # ---- kept ----------------------------------------------------------------------------------
    def keep(self, batch_id: int, portion: int, unit_path: str) -> None:
        """Writes the trail, in the transaction that it describes."""
        for model in {**self.created, **self.changed}:
            created = set(self.created.get(model, ()))
            changed = {
                str(pk): cells
                for pk, cells in self.changed.get(model, {}).items()
                if pk not in created and cells
            }
            if created or changed:
                ImportTrail.objects.unscoped("keeping the trail").create(
                    batch_id=batch_id,
                    portion=portion,
                    model=model._meta.label_lower,
                    created=self.created.get(model, []),
                    changed=changed,
                    unit_path=unit_path,
                )


def read_cells(
    model: type[models.Model], ids: Iterable[Any], names: Sequence[str]
) -> dict[Any, dict[str, Any]]:
    """Id → {attribute: value as JSON keeps it} of the rows that exist."""
    found: dict[Any, dict[str, Any]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        rows = plain_rows(model).filter(pk__among=wanted[start : start + CHUNK])
        for pk, *values in rows.values_list("pk", *names):
            found[pk] = dict(zip(names, map(encoded, values), strict=True))
    return found


def _saved(sender: type[models.Model], instance: Any, created: bool, **kwargs: Any) -> None:
    """A row made with `save()` within a watched block."""
    watched = watcher()
    if created and isinstance(watched, Trail):
        watched.inserted(sender, [instance.pk])


post_save.connect(_saved, dispatch_uid="transfer.trail")
