"""Whatever is added, taken out, split, merged and undone, in whatever order: no demand is in two
issues, none is lost, and the demands themselves never change."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loushi.casework.demands.models import Demand
from loushi.casework.matching import commands, queries
from loushi.casework.matching.factories import Place
from loushi.casework.matching.likeness import Sample, alike
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand
from loushi.casework.matching.workflow import LIVE
from loushi.foundation.core.errors import LoushiError

WHY = "test"
STEP = st.tuples(
    st.sampled_from(("new", "add", "remove", "split", "merge", "dissolve", "undo")),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sets(st.integers(0, 3), max_size=3),
)
TEXT = st.text("房产分割证电梯停车食堂我们的请，。 a1", max_size=30)


def act(place: Place, step: tuple, demands: list[Demand]) -> None:
    name, first, second, which = step
    actor = place.actor("clerk")
    ids = [demands[n].pk for n in sorted(which)]
    rows = list(CommonIssue.objects.unscoped(WHY).order_by("pk"))
    if name == "new" or not rows:
        commands.create_issue(
            actor=actor, values={"name": "事", "unit_id": place.here.pk}, demand_ids=ids
        )
        return
    one, other = rows[first % len(rows)].pk, rows[second % len(rows)].pk
    if name == "add":
        commands.add_demands(actor=actor, issue_id=one, demand_ids=ids)
    elif name == "remove":
        commands.remove_demands(actor=actor, issue_id=one, demand_ids=ids, why="不同")
    elif name == "split":
        commands.split_issue(actor=actor, issue_id=one, demand_ids=ids, values={"name": "拆"})
    elif name == "merge":
        commands.merge_issues(actor=actor, issue_id=one, into_id=other)
    elif name == "dissolve":
        commands.dissolve_issue(actor=actor, issue_id=one, why="不同")
    else:
        events = queries.issue_page(actor, one).events
        found = next((event.pk for event in events if event.move == "add"), 0)
        commands.undo_add(actor=actor, issue_id=one, event_id=found)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=8))
def test_any_order_keeps_every_demand_in_one_place(place: Place, steps: list[tuple]) -> None:
    CommonIssue.objects.unscoped(WHY).update(merged_into=None, split_from=None)
    CommonIssue.objects.unscoped(WHY).all().delete()
    demands = list(Demand.objects.unscoped(WHY).order_by("pk")) or place.demands()
    fields = ("state", "due_at", "submitter_id", "enterprise_id", "is_late")
    before = list(Demand.objects.unscoped(WHY).order_by("pk").values(*fields))
    members = CommonIssueDemand.objects.unscoped(WHY)
    for step in steps:
        kept = list(members.order_by("pk").values())
        try:
            act(place, step, demands)
        except LoushiError:
            assert list(members.order_by("pk").values()) == kept
    live = list(members.filter(is_live=True).values_list("demand_id", flat=True))
    assert len(live) == len(set(live))
    for one in members.select_related("issue"):
        assert one.is_live == (one.removed_at is None)
        assert not one.is_live or one.issue.state in LIVE
    assert list(Demand.objects.unscoped(WHY).order_by("pk").values(*fields)) == before
    found = queries.issue_list(place.actor("clerk"), queries.Filters(state="all"), size=50).rows
    assert sum(line.demands for line in found) == len(live)


@given(st.lists(TEXT, max_size=6), st.lists(TEXT, max_size=6))
def test_likeness_is_steady_and_gives_reasons(seeds: list[str], others: list[str]) -> None:
    first = [Sample(-n, text, 1, 1, n, 1) for n, text in enumerate(seeds, 1)]
    rest = [Sample(n, text, n % 2, 1, n, 1) for n, text in enumerate(others, 1)]
    found = alike(first, rest)
    assert found == alike(first, list(rest))
    assert all(0 <= like.score <= 1 and like.phrases for like in found)
    assert [like.score for like in found] == sorted((o.score for o in found), reverse=True)
