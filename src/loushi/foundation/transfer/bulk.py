"""Set-based writing: many rows in few statements, the same on SQLite and PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import connections, models, router

M = TypeVar("M", bound=models.Model)


def insert_rows(rows: Sequence[M]) -> list[M]:
    """Inserts unsaved instances of one model in bulk and sets their ids; in order."""
    if not rows:
        return []
    return list(type(rows[0])._base_manager.bulk_create(rows, batch_size=2_000))


def update_rows(
    model: type[models.Model], changes: Sequence[tuple[int, Mapping[str, Any]]]
) -> int:
    """Writes (id, {field: value}) pairs; one prepared statement per set of fields.

    Django's `bulk_update` builds CASE expressions that grow with rows × fields; thousands of rows
    that differ in which fields changed are far quicker as a prepared UPDATE executed many times.
    """
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for pk, fields in changes:
        groups[tuple(sorted(fields))].append((pk, fields))
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    meta = model._meta
    known = {field.attname: field for field in meta.concrete_fields}
    known |= {field.name: field for field in meta.concrete_fields}
    with connection.cursor() as cursor:
        for names, rows in groups.items():
            if not names:
                continue
            fields = [known[name] for name in names]
            sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
            pk_column = quote(str(meta.pk.column))
            sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {pk_column} = %s"
            cursor.executemany(
                sql,
                [
                    (
                        *(
                            field.get_db_prep_save(values[name], connection)
                            for name, field in zip(names, fields, strict=True)
                        ),
                        pk,
                    )
                    for pk, values in rows
                ],
            )
    return len(changes)
