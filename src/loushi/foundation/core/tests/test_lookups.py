"""`among` finds what `in` finds, for any number of keys."""

from datetime import UTC, datetime

import pytest
from django.apps import apps

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.bulk import insert_values

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def ids() -> list[int]:
    actions = ["test.一", "test.二", 'test."引号"', "test.,{}"]
    return insert_values(Entry, [{"at": NOON, "action": action} for action in actions])


def rows():
    return Entry.objects.unscoped("test").order_by("pk")


def test_numbers_and_texts_are_found(ids) -> None:
    assert list(rows().filter(pk__among=ids[1:3]).values_list("pk", flat=True)) == ids[1:3]
    for wanted in (["test.一", 'test."引号"'], ["test.,{}"], ["test.无"]):
        among = rows().filter(action__among=wanted).values_list("pk", flat=True)
        assert list(among) == list(rows().filter(action__in=wanted).values_list("pk", flat=True))


def test_no_key_finds_nothing_and_all_others_are_left(ids) -> None:
    assert not rows().filter(pk__among=[]).exists()
    assert rows().exclude(pk__among=[]).count() == rows().count()
    assert list(rows().filter(action__startswith="test.").exclude(pk__among=ids[:3])) == [
        rows().get(pk=ids[3])
    ]


def test_more_keys_than_a_statement_has_parameters(ids) -> None:
    assert rows().filter(pk__among=[*range(10**9, 10**9 + 300_000), *ids]).count() == len(ids)


def test_foreign_keys_and_relations_take_it(ids) -> None:
    held = apps.get_model("enterprises", "Tenancy").objects.unscoped("test")
    assert not held.filter(enterprise_id__among=[1, 2], enterprise__name__among=["甲"]).exists()
    assert not held.filter(enterprise__among=[1]).exists()
