"""An entry cannot be changed or deleted: not by the models, not by SQL."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from loushi.foundation.audit.commands import record
from loushi.foundation.audit.models import AppendOnly, Entry
from loushi.foundation.core.testing import make_actor

SUBJECT = ("demands.demand", 12, "GS-2026-000012")


def entry() -> Entry:
    return record(actor=make_actor(), action="demands.accept", subject=SUBJECT, why="材料齐全")


def stored() -> list[tuple[Any, ...]]:
    return list(Entry.objects.unscoped("test").values_list("pk", "why"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attack",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: Entry.plain.all().update(why="改"),
        lambda row: Entry.plain.all().delete(),
        lambda row: Entry.plain.bulk_update([row], ["why"]),
        lambda row: Entry.plain.update_or_create(pk=row.pk, defaults={"why": "改"}),
        lambda row: Entry.objects.unscoped("test").update(why="改"),
        lambda row: Entry.objects.unscoped("test").filter(pk=row.pk).delete(),
        lambda row: Entry.plain.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["why"]
        ),
        lambda row: Entry.plain.filter(pk=row.pk)._raw_delete(using="default"),
        lambda row: Entry(pk=row.pk, actor_name="冒名", action="x").save(),
    ],
)
def test_models_refuse_every_change(attack: Any) -> None:
    row = entry()
    before = stored()
    with pytest.raises(AppendOnly):
        attack(row)
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_database_refuses_every_change(table: str, sql: str) -> None:
    entry()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (last_id, entries, digest, sealed_at) "
            "VALUES (1, 1, 'x', '2026-01-01 00:00:00+00:00')"
        )
    before = stored()
    with (
        pytest.raises(DatabaseError, match="neither changed nor deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))
    assert stored() == before


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_postgres_refuses_truncate() -> None:
    entry()
    with (
        pytest.raises(DatabaseError, match="neither changed nor deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE audit_entry")
    assert len(stored()) == 1


@pytest.mark.django_db(transaction=True)
def test_flush_opens_the_tables_only_for_its_own_duration() -> None:
    entry()
    call_command("flush", interactive=False, verbosity=0)
    assert stored() == []
    entry()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")
    assert len(stored()) == 1
