"""The common issues of the demo fit the demands that they hold."""

from dataclasses import replace
from datetime import date

import pytest

from loushi.casework.matching.models import CommonIssue, CommonIssueDemand
from loushi.casework.matching.workflow import LIVE
from loushi.demo import commands
from loushi.demo.tests.conftest import small
from loushi.foundation.core.units import covers

pytestmark = [pytest.mark.slow, pytest.mark.one_engine]
WHY = "test"


@pytest.mark.django_db
def test_issues_hold_like_demands_of_their_unit_with_the_answer_that_they_got() -> None:
    commands.build(seed=7, today=date(2026, 11, 20), shape=replace(small(), demands=900))
    rows = list(CommonIssue.objects.unscoped(WHY).order_by("pk"))
    assert {row.state for row in rows} & {"answered", "closed"}
    members = CommonIssueDemand.objects.unscoped(WHY).select_related("issue", "demand", "answer")
    live = [one.demand_id for one in members if one.is_live]
    assert len(live) == len(set(live))
    for one in members:
        assert covers(one.issue.unit_path, one.demand.unit_path)
        assert one.is_live == (one.issue.state in LIVE)
        if one.answer:
            assert one.answer.text == one.demand.answer
            assert one.demand.lead == one.issue.lead
    for row in rows:
        assert row.members.count() > 1
        events = list(row.events.order_by("pk"))
        assert [one.at for one in events] == sorted(one.at for one in events)
        assert all(one.at.date() <= date(2026, 11, 20) for one in events)
