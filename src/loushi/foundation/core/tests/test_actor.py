from datetime import date

import pytest

from loushi.foundation.core.actor import UNIT, Actor, Grant, in_force


def test_a_grant_needs_a_key_and_a_known_kind() -> None:
    with pytest.raises(ValueError, match="key"):
        Grant("clerk", frozenset(), UNIT, "")
    with pytest.raises(ValueError, match="kind"):
        Grant("clerk", frozenset(), "planet", "1")


def test_grants_run_from_their_first_to_their_last_day_inclusive() -> None:
    grant = Grant(
        "clerk", frozenset({"a.b"}), UNIT, "000001", "", date(2026, 1, 1), date(2026, 3, 31)
    )
    assert in_force([grant], date(2026, 3, 31)) == (grant,)
    assert in_force([grant], date(2026, 4, 1)) == ()
    assert in_force([grant], date(2025, 12, 31)) == ()


def test_keys_of_a_permission_come_only_from_grants_that_carry_it() -> None:
    here = Grant("clerk", frozenset({"demands.view", "demands.accept"}), UNIT, "000001000002")
    there = Grant("viewer", frozenset({"demands.view"}), UNIT, "000001000003")
    actor = Actor(1, "周闻笛", (here, there))
    assert actor.keys(UNIT, "demands.accept") == {"000001000002"}
    assert actor.keys(UNIT, "demands.view") == {"000001000002", "000001000003"}
