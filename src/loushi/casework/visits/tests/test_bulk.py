"""The bulk forms give the rows of the single forms."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import FindingInput, RoomInput, VisitInput
from loushi.casework.visits.commands.bulk import (
    PastResult,
    PastVisit,
    make_past_campaign,
    rate_visits,
    record_visits,
    write_results,
)
from loushi.casework.visits.commands.ratings import RatingInput
from loushi.casework.visits.commands.sweeps import CampaignInput
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import (
    Finding,
    RatedVisit,
    RatingBatch,
    SweepResult,
    SweepTask,
    Visit,
)
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at

WHY = "test"
OWN = {"id", "visit", "request_id", "subject_id", "task", "campaign"}


def values(model, pk: int | None = None, **where) -> list[dict]:
    rows = model.objects.unscoped(WHY).filter(**where).order_by("pk")
    skip = OWN - {"visit"} if model is RatedVisit else OWN
    return [
        {field.name: getattr(row, field.attname) for field in row._meta.fields
         if field.name not in skip}
        for row in rows
    ]  # fmt: skip


def test_a_replayed_visit_is_the_same_row(world: World) -> None:
    moment = timezone.now() - timedelta(days=40)
    given = VisitInput(
        world.firms[0].pk, "policy", "contact", at=moment, met_name="许念青", note="忙。",
        findings=(FindingInput("policy", "讲了稳岗返还"), FindingInput("resource", "会议室")),
    )  # fmt: skip
    with at(moment):
        single = commands.record_visit(actor=world.actor(), given=given)
    (bulk,) = record_visits(actor=system_actor(), rows=[PastVisit(world.actor(), given)])
    assert values(Visit, pk=single.pk)[0] == values(Visit, pk=bulk.pk)[1]
    assert queries.visits(world.actor(), queries.Filters(q="稳岗返还")).count() == 2
    findings = values(Finding)
    assert findings[:2] == findings[2:]
    first, second = values(Entry, action="visits.record")
    assert first == second


def test_only_the_system_writes_history_and_no_demands(world: World) -> None:
    given = VisitInput(world.firms[0].pk, "policy", "nobody", at=timezone.now())
    with pytest.raises(Refused):
        record_visits(actor=world.actor(), rows=[PastVisit(world.actor(), given)])
    asks = replace(given, findings=(FindingInput("demand", "x", category_id=world.category.pk),))
    with pytest.raises(Refused):
        record_visits(actor=system_actor(), rows=[PastVisit(world.actor(), asks)])
    assert not Visit.objects.unscoped(WHY).exists()


def test_a_replayed_result_is_the_same_row(world: World) -> None:
    moment = timezone.now() - timedelta(days=3)
    due = timezone.localdate() + timedelta(days=5)
    given = CampaignInput("秋季扫楼", due, (world.tower.pk,))
    with at(moment):
        single = world.sweep()
        task = world.task(single, "301")
        commands.save_room(
            actor=world.actor(), task_id=task.pk, given=RoomInput("confirmed", 1, note="老样子")
        )
    past = make_past_campaign(actor=system_actor(), given=given, at=moment, by="林知微")
    task = SweepTask.objects.unscoped(WHY).get(campaign=past, number="301")
    write_results(
        actor=system_actor(),
        rows=[PastResult(world.actor(), task.pk, moment, "confirmed", "老样子")],
    )
    first, second = values(SweepResult)
    assert first == second
    assert values(SweepTask, campaign=single) == values(SweepTask, campaign=past)
    one, two = values(Entry, action="visits.sweep")
    assert one == two


def test_ratings_in_bulk_are_the_same_tallies(world: World) -> None:
    contact = world.actor(world.contact())
    visits = [world.visit() for _number in range(3)]
    for visit in visits:
        commands.rate_visit(actor=contact, visit_id=visit.pk, given=RatingInput("fair"))
    single = values(RatingBatch)
    rated = RatedVisit.objects.unscoped(WHY).count()
    RatingBatch.objects.unscoped(WHY).all().delete()
    RatedVisit.objects.unscoped(WHY).all().delete()
    rate_visits(actor=system_actor(), rows=[(visit, RatingInput("fair")) for visit in visits])
    assert values(RatingBatch) == single
    assert RatedVisit.objects.unscoped(WHY).count() == rated
