"""`loushi export`: no kind of file goes out to somebody without its permission."""

from typing import Any

import pytest

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer.registry import exporters

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("exporter", exporters(), ids=lambda one: one.name)
def test_nothing_goes_out_to_somebody_without_a_right(exporter: Any) -> None:
    with pytest.raises((Denied, Refused)):
        list(exporter.rows_for(Actor(7, "周闻笛", ())))
