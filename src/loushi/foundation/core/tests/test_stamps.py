"""Stamps: they move with every change of a watched table; what is kept is never stale."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from loushi.foundation.core import stamps
from loushi.foundation.core.calendar_models import CalendarVersion
from loushi.foundation.core.models import Stamp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked() -> list[int]:
    return []


@pytest.fixture
def kept() -> Iterator[stamps.Kept[int]]:
    yield stamps.Kept("calendar", most=2)
    stamps.forget()


def number() -> int:
    return stamps.numbers().get("calendar", 0)


def ask(kept: stamps.Kept[int], asked: list[int], key: str = "a") -> int:
    def make() -> int:
        asked.append(1)
        return len(asked)

    return kept.get(key, make)


def test_every_way_of_writing_moves_the_stamp() -> None:
    seen = [number()]

    def look() -> None:
        seen.append(number())

    CalendarVersion.renew()
    look()
    CalendarVersion.objects.filter(pk=1).update(token="x")
    look()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_calendarversion SET token = 'y'")
    look()
    CalendarVersion.objects.all().delete()
    look()
    assert seen == sorted(set(seen)), "it grows every time"


def test_what_is_kept_holds_until_the_stamp_moves(kept: stamps.Kept[int], asked: list[int]) -> None:
    assert (ask(kept, asked), ask(kept, asked)) == (1, 1)
    CalendarVersion.renew()
    assert (ask(kept, asked), ask(kept, asked)) == (2, 2)


def test_nothing_is_kept_or_taken_inside_a_transaction(
    kept: stamps.Kept[int], asked: list[int]
) -> None:
    with transaction.atomic():
        CalendarVersion.renew()
        assert (ask(kept, asked), ask(kept, asked)) == (1, 2)
        transaction.set_rollback(True)
    before = number()
    assert ask(kept, asked) == 3
    with transaction.atomic():
        CalendarVersion.renew()
    assert number() > before
    assert ask(kept, asked) == 4


def test_a_request_reads_its_stamps_once_until_it_writes(
    kept: stamps.Kept[int], asked: list[int]
) -> None:
    stamps.trusted()
    stamps.begin(stamps.numbers())
    with connection.execute_wrapper(_refuse):
        assert (ask(kept, asked), ask(kept, asked)) == (1, 1)
    CalendarVersion.renew()
    assert ask(kept, asked) == 2


def _refuse(*_arguments: object) -> None:
    raise AssertionError("no query was expected")


def test_without_its_triggers_nothing_is_kept(kept: stamps.Kept[int], asked: list[int]) -> None:
    table = " ON core_calendarversion" if connection.vendor == "postgresql" else ""
    ending = "" if table else "_delete"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER loushi_stamp_calendar_core_calendarversion{ending}{table}")
    stamps.forget()
    try:
        assert (ask(kept, asked), ask(kept, asked)) == (1, 2)
    finally:
        stamps.install()
    assert (ask(kept, asked), ask(kept, asked)) == (3, 3)


def test_the_oldest_answers_go_first(kept: stamps.Kept[int], asked: list[int]) -> None:
    for key in "abc":
        ask(kept, asked, key)
    assert ask(kept, asked, "c") == 3
    assert ask(kept, asked, "a") == 4


def test_a_stamp_that_begins_anew_begins_above() -> None:
    before = number()
    Stamp.objects.all().delete()
    stamps.install()
    assert number() > before


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_folding_keeps_the_sum() -> None:
    Stamp.objects.create(name="calendar", writer=2**31 - 1, n=7)
    before = number()
    assert stamps.fold() >= 1
    assert number() == before
    assert not Stamp.objects.filter(writer=2**31 - 1).exists()


def test_lifted_triggers_come_back_and_nothing_kept_before_survives(
    kept: stamps.Kept[int], asked: list[int]
) -> None:
    assert ask(kept, asked) == 1
    with stamps.lifted():
        CalendarVersion.renew()
        if connection.vendor == "sqlite":
            assert not stamps.trusted()
            assert ask(kept, asked) == 2, "nothing is kept meanwhile"
    assert stamps.trusted()
    before = len(asked)
    assert ask(kept, asked) == before + 1, "what was kept before is not believed"
    assert ask(kept, asked) == before + 1
    seen = number()
    CalendarVersion.renew()
    assert number() > seen
