"""The categories stand in the reader's language wherever they are shown; records keep the name."""

import pytest
from django.utils import translation

from loushi.casework.demands import queries
from loushi.casework.demands.commands.configure import install_default_categories
from loushi.casework.demands.models import DemandCategory

pytestmark = pytest.mark.django_db


def test_choices_and_names_are_in_the_readers_language() -> None:
    install_default_categories()
    row = DemandCategory.objects.get(code="40.03")
    assert str(row) == row.name
    with translation.override("en"):
        assert str(row) == row.name_en != row.name
        names = [name for _group, below in queries.categories() for _pk, name in below]
        assert row.name_en in names
        assert row.name not in names
