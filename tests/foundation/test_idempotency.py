"""A repeated create makes nothing new; a key that lies is refused."""

import pytest

from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.models import IdempotencyKey
from loushi.foundation.core.testing import make_actor

pytestmark = pytest.mark.django_db


def test_the_same_key_creates_once() -> None:
    made: list[int] = []

    def create() -> int:
        made.append(len(made) + 41)
        return made[-1]

    first = once(actor=make_actor(), command="x.make", key="k1", payload={"a": 1}, create=create)
    again = once(actor=make_actor(), command="x.make", key="k1", payload={"a": 1}, create=create)
    assert (first, again) == ((41, True), (41, False))
    assert made == [41]


def test_the_same_key_for_something_else_is_a_conflict() -> None:
    once(actor=make_actor(), command="x.make", key="k1", payload={"a": 1}, create=lambda: 1)
    with pytest.raises(Conflict):
        once(actor=make_actor(), command="x.make", key="k1", payload={"a": 2}, create=lambda: 2)


def test_another_person_may_use_the_same_key() -> None:
    one = once(actor=make_actor(1), command="x.make", key="k", payload={}, create=lambda: 1)
    two = once(actor=make_actor(2), command="x.make", key="k", payload={}, create=lambda: 2)
    assert (one, two) == ((1, True), (2, True))


def test_a_create_that_fails_leaves_no_key() -> None:
    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once(actor=make_actor(), command="x.make", key="k", payload={}, create=fail)
    assert not IdempotencyKey.objects.exists()
