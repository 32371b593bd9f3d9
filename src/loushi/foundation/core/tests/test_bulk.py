"""Set-based writing gives the rows that were asked for, in order, and moves every stamp."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from loushi.foundation.audit.models import Entry
from loushi.foundation.core import stamps
from loushi.foundation.core.bulk import PARAMETERS, insert_row, insert_values, update_row
from loushi.foundation.core.calendar_models import CalendarVersion
from loushi.foundation.core.testing import at

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
# A statement holds fewer than PARAMETERS / 3 rows of any table here: none, one, and several full
# statements with a rest.
SIZES = (0, 1, 2, PARAMETERS // 3 + 7)


@pytest.mark.parametrize("size", SIZES)
def test_rows_stand_in_order_under_the_returned_ids(size: int) -> None:
    rows = [
        {"at": NOON, "action": f"test.{n}", "after": {"第": n, "on": NOON} if n % 2 else {}}
        for n in range(size)
    ]
    ids = insert_values(Entry, rows)
    assert ids == sorted(ids)
    entries = Entry.objects.unscoped("test").in_bulk(ids)
    assert [entries[pk].action for pk in ids] == [row["action"] for row in rows]
    assert [entries[pk].after for pk in ids] == [
        {"第": n, "on": "2026-06-01T04:00:00Z"} if n % 2 else {} for n in range(size)
    ]
    assert Entry.objects.unscoped("test").filter(action__startswith="test.").count() == size


def test_numbers_given_by_others_meanwhile_are_not_used_again() -> None:
    first = insert_values(Entry, [{"at": NOON, "action": "test.1"}])
    with at("2026-06-01 12:00"):
        between = Entry.objects.unscoped("test").create(at=NOON, action="test.2").pk
    last = insert_values(Entry, [{"at": NOON, "action": "test.3"}] * 3)
    assert len({*first, between, *last}) == 5


@pytest.mark.parametrize("size", SIZES[1:])
def test_statements_of_many_rows_move_the_stamps(size: int) -> None:
    before = stamps.numbers()["calendar"]
    insert_values(CalendarVersion, [{"token": str(n)} for n in range(size)])
    assert stamps.numbers()["calendar"] > before


def test_one_row_goes_in_as_save_puts_it() -> None:
    given = {"at": NOON, "action": "test.row", "after": {"第": 1, "on": NOON}, "ip": "127.0.0.1"}
    saved = Entry(**given)
    saved.save()
    quick = insert_row(Entry(**given))
    assert quick.pk > saved.pk
    assert not quick._state.adding
    stored = Entry.objects.unscoped("test").filter(pk__in=[saved.pk, quick.pk])
    one, other = stored.order_by("pk").values()
    assert one | {"id": 0} == other | {"id": 0}


def test_a_row_that_the_database_refuses_spoils_the_transaction_as_save_does() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_row(Entry(at=NOON, action=None))
    assert not Entry.objects.unscoped("test").filter(at=NOON).exists()


def test_a_row_is_written_back_as_save_writes_it_and_one_that_is_gone_is_told() -> None:
    version, _made = CalendarVersion.objects.get_or_create(pk=1)
    before = stamps.numbers()["calendar"]
    version.token = "another"
    update_row(version)
    assert CalendarVersion.objects.get(pk=1).token == "another"
    assert stamps.numbers()["calendar"] != before
    CalendarVersion.objects.filter(pk=1).delete()
    with pytest.raises(DatabaseError, match="not there any more"), transaction.atomic():
        update_row(version)
