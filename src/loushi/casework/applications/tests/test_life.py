"""The life of an application: steps open in their order, clocks stand still while corrected,
nothing is done twice, the applicant rates."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.applications import commands, jobs
from loushi.casework.applications.factories import OFFICE, WHY, World, states_of, steps_of
from loushi.casework.applications.models import (
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationRating,
    ApplicationStep,
)
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.testing import at, moment
from loushi.foundation.notices.models import Notice
from loushi.services.catalogue import commands as catalogue


def stand(words: str) -> dict[str, str]:
    """The five steps, each with its state."""
    return dict(zip(("s1", "s2", "s3", "s4", "s5"), words.split(), strict=True))


def test_branches_run_together_and_the_result_comes_last(world: World) -> None:
    row = world.submit()
    assert states_of(row) == stand("open waiting waiting waiting waiting")
    world.move(row, "s1", "done")
    assert states_of(row) == stand("done open waiting open waiting")
    world.move(row, "s4", "done")
    assert states_of(row)["s5"] == "waiting"
    world.move(row, "s2", "done", said="执照号 9133")
    world.move(row, "s3", "done")
    row = world.move(row, "s5", "done", said="执照和许可已交付")
    assert (row.state, row.result, row.due_at) == ("finished", "执照和许可已交付", None)
    assert set(states_of(row).values()) == {"done"}


def test_an_office_skips_what_only_a_food_shop_needs(world: World) -> None:
    row = world.submit(OFFICE)
    assert set(states_of(row)) == {"s1", "s2", "s5"}
    assert world.run(row).state == "finished"


def test_each_step_has_its_own_clock_and_waits_while_corrected(world: World) -> None:
    row = world.submit()
    with at("2026-11-02 11:00"):
        world.move(row, "s1", "done")
    licence = next(one for one in steps_of(row) if one.code == "s2")
    assert licence.due_at == moment("2026-11-04 11:00"), "two working days of acceptance"
    with at("2026-11-03 11:00"):
        row = world.move(row, "s2", "ask", said="身份证反面不清楚")
        assert row.due_at == moment("2026-11-05 11:00"), "the fire inspection's"
    with at("2026-11-05 11:00"):
        commands.supply(actor=world.actor("clerk"), application_id=row.pk, note="已补")
    licence.refresh_from_db()
    assert (licence.state, licence.due_at) == ("working", moment("2026-11-06 11:00"))
    with at("2026-11-09 10:00"):
        world.move(row, "s2", "done")
    licence.refresh_from_db()
    row.refresh_from_db()
    assert licence.is_late
    assert row.is_late
    clock = ApplicationClock.objects.unscoped(WHY).get(step=licence)
    assert clock.stopped_at == moment("2026-11-09 10:00")


def test_a_step_is_done_once(world: World) -> None:
    row = world.submit()
    given: Any = {"actor": world.actor("clerk"), "application_id": row.pk, "code": "s1",
                  "move": "done"}  # fmt: skip
    commands.move_step(**given, key="k1")
    commands.move_step(**given, key="k1")  # a repeated sending
    with pytest.raises(Conflict):
        commands.move_step(**given)
    events = ApplicationEvent.objects.unscoped(WHY).filter(row=row, move="done")
    clocks = ApplicationClock.objects.unscoped(WHY).filter(step__application=row)
    assert (events.count(), clocks.count()) == (1, 3)
    assert world.submit(key="same").pk == world.submit(key="same").pk


def test_a_refusal_ends_everything_with_its_reason(world: World) -> None:
    row = world.submit()
    world.move(row, "s1", "done")
    with pytest.raises(Refused):
        world.move(row, "s4", "refuse", said=" ")
    row = world.move(row, "s4", "refuse", said="出口只有一个")
    assert (row.state, row.result) == ("refused", "出口只有一个")
    assert states_of(row) == stand("done cancelled cancelled refused cancelled")
    with pytest.raises(Conflict):
        world.move(row, "s2", "done")
    assert not ApplicationClock.objects.unscoped(WHY).filter(stopped_at=None).exists()


def test_it_finishes_on_the_version_on_which_it_began(world: World) -> None:
    row = world.submit()
    secretary = world.actor("secretary")
    catalogue.begin_version(actor=secretary, bundle_id=world.bundle.pk)
    catalogue.drop_part(actor=secretary, bundle_id=world.bundle.pk, part="step", code="s4")
    catalogue.publish_bundle(actor=secretary, bundle_id=world.bundle.pk)
    assert "s4" not in states_of(world.submit())
    assert world.run(row).state == "finished"
    assert states_of(row)["s4"] == "done"


def test_the_applicant_rates_once(world: World) -> None:
    row = world.run(world.of_firm())
    boss = world.actor("boss")
    given: Any = {"actor": boss, "application_id": row.pk}
    with pytest.raises(Refused):
        commands.rate(**given, values={"score": 9, "solved": "yes"})
    with pytest.raises(Refused):
        commands.rate(**given, values={"score": 5})
    row = commands.rate(**given, values={"score": 5, "solved": "yes", "words": "两天就好"})
    assert (row.state, row.score, row.solved) == ("closed", 5, "yes")
    with pytest.raises(Conflict):
        commands.rate(**given, values={"score": 1, "solved": "no"})
    assert ApplicationRating.objects.unscoped(WHY).get().words == "两天就好"
    with pytest.raises(Denied):
        commands.rate(actor=world.actor("clerk"), application_id=row.pk,
                      values={"score": 5, "solved": "yes"})  # fmt: skip


def test_what_nobody_rated_is_filed_and_not_counted_as_satisfied(world: World) -> None:
    row = world.run(world.submit())
    with at(timezone.now() + timedelta(days=16)):
        assert jobs.file_unrated() == 1
    row.refresh_from_db()
    assert (row.state, row.score) == ("closed", None)


def test_an_applicant_withdraws_until_a_department_is_done(world: World) -> None:
    row = world.of_firm()
    world.move(row, "s1", "done")
    boss = world.actor("boss")
    other = world.of_firm()
    world.move(row, "s2", "done")
    with pytest.raises(Conflict, match="已有部门办好"):
        commands.withdraw(actor=boss, application_id=row.pk, reason="不办了")
    row = commands.withdraw(actor=world.actor("clerk"), application_id=row.pk, reason="改选址")
    assert row.state == "withdrawn"
    assert (
        commands.withdraw(actor=boss, application_id=other.pk, reason="重复").state == "withdrawn"
    )
    assert set(states_of(other).values()) == {"cancelled"}


def test_people_are_told_when_it_is_their_turn(world: World) -> None:
    row = world.of_firm()

    def heard(name: str) -> list[str]:
        rows = Notice.objects.unscoped(WHY).filter(recipient_id=world.users[name].pk)
        return [str(one.kind) for one in rows.order_by("pk")]

    assert heard("clerk") == ["applications.step"]
    assert heard("market") == []
    world.move(row, "s1", "done")
    assert heard("market") == heard("fire") == ["applications.step"]
    world.move(row, "s2", "ask", said="缺一页")
    assert heard("boss") == ["applications.asked"]
    commands.supply(actor=world.actor("boss"), application_id=row.pk, note="补好了")
    assert heard("market") == ["applications.step"] * 2
    world.run(row)
    assert heard("boss") == ["applications.asked", "applications.news"]
    assert heard("rival") == []


def test_the_sweep_warns_once_and_marks_what_is_late(world: World) -> None:
    row = world.submit()
    world.move(row, "s1", "done")
    assert jobs.sweep_steps() == 0
    with at("2026-11-04 11:00"):  # the licence is over, the inspection past a half
        assert jobs.sweep_steps() == 2
        assert jobs.sweep_steps() == 0
    late = ApplicationStep.objects.unscoped(WHY).filter(is_late=True)
    assert list(late.values_list("code", flat=True)) == ["s2"]
    assert Application.objects.unscoped(WHY).get().is_late
    kinds = Notice.objects.unscoped(WHY).filter(kind="applications.clock")
    assert kinds.filter(recipient_id=world.users["head"].pk).exists()


def test_a_paused_step_is_not_warned_about(world: World) -> None:
    row = world.submit()
    world.move(row, "s1", "ask", said="缺")
    with at("2026-11-20 10:00"):
        assert jobs.sweep_steps() == 0


def test_a_changed_calendar_moves_running_due_times(world: World) -> None:
    from loushi.foundation.core.calendar_models import CalendarDay, CalendarVersion

    row = world.submit()
    world.move(row, "s1", "done")
    CalendarDay.objects.create(date="2026-11-03", is_workday=False, name="停工")
    CalendarVersion.objects.update_or_create(pk=1, defaults={"token": "new"})
    commands.on_calendar_changed({"since": "2026-11-03"})
    commands.on_calendar_changed({"since": "2026-11-03"})
    licence = next(one for one in steps_of(row) if one.code == "s2")
    assert licence.due_at == moment("2026-11-05 10:00")
    row.refresh_from_db()
    assert row.due_at == licence.due_at


@pytest.mark.parametrize(
    ("answers", "more", "field"),
    [
        ({"f1": "店"}, {}, "answer_f2"),
        ({"f1": "店", "f2": "理发", "f3": 1}, {}, "answer_f2"),
        ({"f1": "店", "f2": "餐饮", "f3": "很大"}, {}, "answer_f3"),
        ({"f1": "店", "f2": "餐饮", "f3": float("nan")}, {}, "answer_f3"),
        ({"f1": "店" * 201, "f2": "餐饮", "f3": 1}, {}, "answer_f1"),
        (None, {"papers": ("m1",)}, "material_m2"),
        (None, {"applicant": " "}, "applicant"),
        (None, {"contact_phone": ""}, "contact_phone"),
        (None, {"unit_id": None}, "unit_id"),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_is_made(
    world: World, answers: Any, more: Any, field: str
) -> None:
    before = Entry.objects.unscoped(WHY).count()
    with pytest.raises(Refused) as caught:
        world.submit(answers, **more)
    assert field in {error.field for error in caught.value.errors}
    assert not Application.objects.unscoped(WHY).exists()
    assert Entry.objects.unscoped(WHY).count() == before


def test_a_withdrawn_bundle_takes_no_applications(world: World) -> None:
    row = world.submit()
    catalogue.withdraw_bundle(actor=world.actor("secretary"), bundle_id=world.bundle.pk)
    with pytest.raises(Conflict, match="不收申请"):
        world.submit()
    assert world.run(row).state == "finished"


def test_numbers_and_incidents_are_totalled(world: World) -> None:
    from loushi.casework.applications.queries import record_lines, totals

    first, second = world.submit(), world.submit()
    clerk = world.actor("clerk")
    for row, amount in ((first, 7000), (second, 7400), (second, 99)):
        commands.add_record(actor=clerk, application_id=row.pk, code="r1", amount=amount)
    commands.add_record(actor=clerk, application_id=first.pk, code="r2", text="跳闸，已恢复")
    wrong = next(one for one in record_lines(clerk) if one.amount == 99)
    commands.withdraw_record(actor=clerk, application_id=second.pk, record_id=wrong.id)
    (found,) = totals(clerk)
    sums = {one.label: (one.rows, one.amount) for one in found.sums}
    assert (found.applications, sums) == (2, {"开业人次": (2, 14400), "突发情况": (1, None)})
    assert sum(one.amount or 0 for one in record_lines(clerk, label="开业人次")) == 14400
    assert totals(world.actor("neighbour")) == []
    for given in ({"code": "r1"}, {"code": "r2"}, {"code": "r9", "amount": 1}):
        with pytest.raises(Refused):
            commands.add_record(actor=clerk, application_id=first.pk, **given)
