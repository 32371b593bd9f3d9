"""Filling an empty database: what is lifted stands again afterwards, also after an error."""

import pytest
from django.db import connection

from loushi.foundation.audit.models import Entry
from loushi.foundation.core import stamps
from loushi.foundation.core.filling import filling

pytestmark = pytest.mark.django_db(transaction=True)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Entry._meta.db_table))


def test_indexes_and_triggers_are_lifted_and_stand_again() -> None:
    before = indexes()
    with filling(Entry):
        if connection.vendor == "sqlite":
            assert not any(name.startswith("audit_entry_") for name in indexes())
            assert not stamps.trusted()
    assert indexes() == before
    assert stamps.trusted()


def test_they_stand_again_after_an_error() -> None:
    before = indexes()
    with pytest.raises(ZeroDivisionError), filling(Entry):
        raise ZeroDivisionError
    assert indexes() == before
    assert stamps.trusted()
