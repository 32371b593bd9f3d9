"""A prepared question answers as its queryset does, for every value and on every day."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.bulk import insert_values
from loushi.foundation.core.calendar_models import CalendarDay
from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.testing import at

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def ids() -> list[int]:
    return insert_values(
        Entry,
        [{"at": NOON, "action": f"test.{n}", "actor_id": n, "after": {"n": n}} for n in range(4)],
    )


def entries() -> QuerySet[Entry]:
    return Entry.objects.unscoped("test").order_by("pk")


def test_rows_come_as_from_the_queryset(ids) -> None:
    asked: Prepared[Entry] = Prepared(lambda pk, action: entries().filter(pk=pk, action=action))
    for n, pk in enumerate(ids):
        (row,) = asked(pk, f"test.{n}")
        assert row == entries().get(pk=pk)
        assert row.after == {"n": n}
        assert row.at == NOON
        assert not row._state.adding
        assert asked(pk, "test.-") == []


def test_values_lists_deferred_columns_annotations_and_slices(ids) -> None:
    pairs: Prepared[tuple[int, str]] = Prepared(
        lambda keys: entries().filter(pk__among=keys).values_list("pk", "action")[:2]
    )
    assert pairs(ids[1:]) == [(ids[1], "test.1"), (ids[2], "test.2")]
    assert pairs([ids[3]]) == [(ids[3], "test.3")]
    assert pairs([]) == []
    light: Prepared[Entry] = Prepared(
        lambda pk: entries().filter(pk=pk).defer("after").annotate(many=Count("pk"))
    )
    (row,) = light(ids[2])
    assert "after" not in row.__dict__
    assert (row.many, row.after) == (1, {"n": 2})  # type: ignore[attr-defined]


def test_days_and_unknown_values(ids) -> None:
    CalendarDay.objects.create(date=date(2026, 10, 10), is_workday=True, name="调休")
    days: Prepared[str] = Prepared(
        lambda on: CalendarDay.objects.filter(date=on).values_list("name", flat=True)
    )
    assert days(date(2026, 10, 10)) == ["调休"]
    assert days(date(2026, 10, 11)) == []
    actors: Prepared[Entry] = Prepared(lambda pk: entries().filter(actor_id=pk))
    assert actors(2) == [entries().get(pk=ids[2])]
    assert actors(None) == list(entries().filter(actor_id=None))


def test_the_statement_is_made_once_a_day(ids, django_assert_num_queries) -> None:
    made = []

    def make(pk: int) -> QuerySet[Entry]:
        made.append(pk)
        return entries().filter(pk=pk)

    asked: Prepared[Entry] = Prepared(make)
    with at("2026-06-01 12:00"), django_assert_num_queries(2) as seen:
        asked(ids[0])
        asked(ids[1])
    assert isinstance(seen, CaptureQueriesContext)
    assert len(made) == 1
    with at("2026-06-02 12:00"):
        asked(ids[0])
    assert len(made) == 2


def test_a_value_that_shapes_the_question_is_refused(ids) -> None:
    asked: Prepared[Entry] = Prepared(
        lambda pk, word: entries().filter(pk=pk).order_by("pk" if word else "-pk")
    )
    with pytest.raises(TypeError):
        asked(ids[0], "x")
