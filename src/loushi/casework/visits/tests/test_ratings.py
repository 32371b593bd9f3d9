"""Anonymous ratings: once for each visit, in closed batches of five, without a trace."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import RatingInput
from loushi.casework.visits.commands.ratings import _count
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import RatedVisit, RatingBatch
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.models import Event, IdempotencyKey

WHY = "test"
GOOD = RatingInput("helpful")


def batches() -> list[RatingBatch]:
    return list(RatingBatch.objects.unscoped(WHY).order_by("pk"))


def test_one_rating_for_each_visit_and_no_trace(world: World) -> None:
    visit = world.visit()
    contact = world.actor(world.contact())
    before = [Entry.objects.unscoped(WHY).count(), Event.objects.count(),
              IdempotencyKey.objects.count()]  # fmt: skip
    commands.rate_visit(actor=contact, visit_id=visit.pk, given=RatingInput("fair", True))
    with pytest.raises(Conflict):
        commands.rate_visit(actor=contact, visit_id=visit.pk, given=GOOD)
    after = [Entry.objects.unscoped(WHY).count(), Event.objects.count(),
             IdempotencyKey.objects.count()]  # fmt: skip
    assert after == before
    assert [(b.count, b.fair, b.too_often) for b in batches()] == [(1, 1, 1)]
    assert queries.own_visit(contact, visit.pk).is_rated


def test_the_tables_hold_no_actor_no_time_and_no_link() -> None:
    rated = {field.name for field in RatedVisit._meta.get_fields()}
    tally = {field.name for field in RatingBatch._meta.get_fields()}
    assert rated == {"visit", "unit_path"}
    assert tally == {
        "id", "unit", "unit_path", "count", "helpful", "fair", "useless", "too_often", "firms",
        "is_closed",
    }  # fmt: skip


def test_strangers_and_officers_do_not_rate(world: World) -> None:
    visit = world.visit()
    for user in (world.officer, world.neighbour, world.secretary):
        with pytest.raises(NotVisible):
            commands.rate_visit(actor=world.actor(user), visit_id=visit.pk, given=GOOD)
    with pytest.raises(Refused):
        commands.rate_visit(
            actor=world.actor(world.contact()), visit_id=visit.pk, given=RatingInput("?")
        )
    assert not batches()
    assert not RatedVisit.objects.unscoped(WHY).exists()


def test_nothing_shows_before_five_and_then_only_the_sum(world: World) -> None:
    secretary = world.actor(world.secretary)
    for number, verdict in enumerate(("helpful", "helpful", "fair", "useless", "helpful")):
        assert queries.rating_sums(secretary) == []
        _count(world.units["C1"], 100 + number, RatingInput(verdict))
    (total,) = queries.rating_sums(secretary)
    assert (total.count, total.helpful, total.fair, total.useless) == (5, 3, 1, 1)
    assert batches()[0].firms == []
    assert queries.rating_sums(world.actor(world.neighbour)) == []


def test_one_firm_never_fills_a_batch_alone(world: World) -> None:
    for _number in range(5):
        _count(world.units["C1"], 7, GOOD)
    assert [batch.count for batch in batches()] == [1] * 5
    assert queries.rating_sums(world.actor(world.secretary)) == []


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(1, 8), st.sampled_from(("helpful", "fair", "useless")))))
def test_tallies_add_up_whatever_the_order(world: World, rows: list[tuple[int, str]]) -> None:
    RatingBatch.objects.unscoped(WHY).all().delete()
    for firm, verdict in rows:
        _count(world.units["C1"], firm, RatingInput(verdict))
    held = batches()
    wanted = Counter(verdict for _firm, verdict in rows)
    for verdict in ("helpful", "fair", "useless"):
        assert sum(getattr(batch, verdict) for batch in held) == wanted[verdict]
    for batch in held:
        assert batch.is_closed == (batch.count == 5)
        assert len(set(batch.firms)) == (0 if batch.is_closed else batch.count)
