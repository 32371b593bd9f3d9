"""Whatever people do with a running application, in whatever order: no step runs before its
predecessors, nothing is done twice, every clock that stopped stays stopped, and it can end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loushi.casework.applications import commands
from loushi.casework.applications.factories import FOOD, OFFICE, WHY, World, states_of, steps_of
from loushi.casework.applications.models import ApplicationClock, ApplicationEvent
from loushi.foundation.core.errors import LoushiError

ACTS = st.lists(
    st.tuples(
        st.sampled_from(("s1", "s2", "s3", "s4", "s5")),
        st.sampled_from(("start", "ask", "done", "done", "done", "supply")),
    ),
    max_size=12,
)


def act(world: World, row: Any, code: str, move: str) -> None:
    if move == "supply":
        commands.supply(actor=world.actor("clerk"), application_id=row.pk, note="补")
    else:
        world.move(row, code, move)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS, st.sampled_from((FOOD, OFFICE)))
def test_any_order_of_acts_keeps_the_order_of_steps(
    world: World, acts: list[tuple[str, str]], answers: Any
) -> None:
    row = world.submit(answers)
    for code, move in acts:
        try:
            act(world, row, code, move)
        except LoushiError:
            continue
        rows = {one.code: one for one in steps_of(row)}
        for one in rows.values():
            if one.state != "waiting":
                assert all(rows[code].state == "done" for code in one.waits)
    if "asked" in states_of(row).values():
        act(world, row, "", "supply")
    world.run(row)
    row.refresh_from_db()
    assert row.state == "finished"
    done = ApplicationEvent.objects.unscoped(WHY).filter(row=row, move="done")
    codes = list(done.values_list("step__code", flat=True))
    assert sorted(codes) == sorted(states_of(row)), "each step was done exactly once"
    clocks = ApplicationClock.objects.unscoped(WHY).filter(step__application=row)
    assert clocks.count() == len(codes)
    assert not clocks.filter(stopped_at=None).exists()
