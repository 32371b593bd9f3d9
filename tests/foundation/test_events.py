"""Events: delivered exactly once in effect, retried, dead letters kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loushi.foundation.core import events
from loushi.foundation.core.models import EventDelivery
from loushi.foundation.core.testing import at

pytestmark = pytest.mark.django_db
heard: list[dict] = []


def listen(payload: dict) -> None:
    heard.append(payload)


def fail(payload: dict) -> None:
    heard.append(payload)
    raise RuntimeError("not today")


@pytest.fixture(autouse=True)
def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    heard.clear()
    here = __name__
    table = {"done": (f"{here}.listen",), "bad": (f"{here}.fail",)}
    monkeypatch.setattr(events, "listeners_of", lambda name: table.get(name, ()))


def test_each_listener_hears_an_event_once() -> None:
    events.publish("done", {"n": 1})
    assert events.deliver_due() == 1
    assert events.deliver_due() == 0
    assert heard == [{"n": 1}]


def test_a_failing_listener_is_retried_later_and_then_kept_as_a_dead_letter() -> None:
    events.publish("bad", {})
    now = timezone.now()
    for attempt in range(events.MAX_ATTEMPTS):
        now += timedelta(days=1)
        with at(now):
            events.deliver_due()
            assert events.deliver_due() == 0
        assert len(heard) == attempt + 1
    delivery = EventDelivery.objects.get()
    assert delivery.state == EventDelivery.State.DEAD
    assert "not today" in delivery.error
    with at(now):
        events.retry(delivery.pk)
        events.deliver_due()
    assert len(heard) == events.MAX_ATTEMPTS + 1


def test_an_event_nobody_listens_to_is_still_written() -> None:
    events.publish("quiet", {})
    assert events.deliver_due() == 0
