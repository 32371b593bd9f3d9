"""Importing demands of other systems: clocks, lateness, recognising rows again, what is refused."""

import gzip
from pathlib import Path

import pytest

from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Demand, DemandCategory, DemandClock, DemandEvent
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.clocks import LimitKind, standard_calendar
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.testing import at, make_actor, moment
from loushi.foundation.language.queries import find, scope_of
from loushi.foundation.transfer.commands import ImportReport, run_import

WHY = "test"
BOARD = "msg_id,user,time,topic,detail,dislikes,likes\n"
LINES = "case_enquiry_id,open_dt,target_dt,closed_dt,ontime,subject,reason,type,source\n"


def importing(world: World) -> Actor:
    person = world.stranger().user_id
    permissions = ["demands.import", "demands.view"]
    return make_actor(person, path=world.here.path, permissions=permissions)


def bring(world: World, path: Path, text: str, **more: object) -> ImportReport:
    path.write_text(text, encoding="utf-8")
    given = {"unit_path": world.here.path, "source": "boston", **more}
    actor = importing(world)
    return run_import(actor=actor, importer="demands", path=path, **given)  # type: ignore[arg-type]


def demand(external: str) -> Demand:
    return Demand.objects.unscoped(WHY).get(external_id=external)


def clock_of(row: Demand) -> DemandClock:
    return DemandClock.objects.unscoped(WHY).get(demand=row)


def test_messages_wait_for_acceptance_from_the_import_on(world: World, tmp_path: Path) -> None:
    with at("2026-11-02 10:00"):
        report = bring(
            world, tmp_path / "hot.csv",
            BOARD + "188006,A0001,2019/2/28 11:25:05,婚纱摄影是否纳税？,请税务局查一下！,0,0\n",
        )  # fmt: skip
    row = demand("188006")
    assert report.counts["new"] == 1
    assert (row.state, row.title, row.text) == (
        "submitted", "婚纱摄影是否纳税？", "请税务局查一下！",
    )  # fmt: skip
    assert row.submitted_at == moment("2019-02-28 11:25:05")
    assert (row.year, row.category.code, row.channel) == (2019, "90.01", "import")
    clock = clock_of(row)
    assert (clock.kind, clock.started_at) == ("accept", moment("2026-11-02 10:00"))
    assert row.due_at == clock.due_at == moment("2026-11-02 12:00")


def test_given_due_times_make_the_clock_and_the_lateness(world: World, tmp_path: Path) -> None:
    text = LINES + (
        "1,2011-07-01 01:32:33,2011-07-15 01:32:32,2011-07-01 05:06:58,ONTIME,PW,Lights,Out,Call\n"
        "2,2011-07-01 01:32:33,2011-07-05 02:18:31,2011-07-05 02:18:32,OVERDUE,PW,Lights,Out,App\n"
        "3,2011-07-01 01:32:33,2011-07-05 02:18:31,2011-07-05 02:18:31,ONTIME,PW,Lights,Out,App\n"
    )
    report = bring(world, tmp_path / "b.csv", text, tz="America/New_York")
    assert (report.counts["new"], report.counts["hints"]) == (3, 0)
    assert [demand(key).is_late for key in "123"] == [False, True, False]
    one = demand("1")
    clock = clock_of(one)
    assert one.submitted_at.isoformat() == "2011-07-01T05:32:33+00:00"
    assert (clock.due_at, clock.stopped_at) == (
        moment("2011-07-15 13:32:32"), moment("2011-07-01 17:06:58"),
    )  # fmt: skip
    assert clock.limit.kind == LimitKind.CLOCK_MINUTES
    assert (one.state, one.channel, one.title) == ("closed", "phone", "Out")
    assert one.score is None
    moves = DemandEvent.objects.unscoped(WHY).filter(row=one).order_by("id")
    assert list(moves.values_list("move", flat=True)) == ["submit", "close"]


def test_our_arithmetic_wins_over_the_files_flag(world: World, tmp_path: Path) -> None:
    text = LINES + (
        "1,2011-07-01 01:00:00,2011-07-02 01:00:00,2011-07-03 01:00:00,ONTIME,PW,Lights,Out,App\n"
    )
    report = bring(world, tmp_path / "b.csv", text)
    assert report.counts["hints"] == 1
    assert demand("1").is_late


def test_an_open_case_waits_for_dispatch_and_keeps_its_due_time(
    world: World, tmp_path: Path
) -> None:
    text = LINES + "1,2026-11-02 09:00:00,2026-11-09 03:30:30,,,PW,Lights,Out,App\n"
    with at("2026-11-03 09:00"):
        bring(world, tmp_path / "b.csv", text)
        row = demand("1")
        assert (row.state, row.due_at) == ("accepted", moment("2026-11-09 03:30:30"))
        assert clock_of(row).next_warning_at is not None
        world.move(row, "dispatch", world.clerk(), lead=world.police.pk)
    firm = DemandClock.objects.unscoped(WHY).filter(demand=row, kind="resolve")
    assert [clock.due_at for clock in firm] == [moment("2026-11-09 03:30:30")]


def test_the_same_file_twice_changes_nothing(world: World, tmp_path: Path) -> None:
    # 6 November 2011, 01:30 came twice in New York.
    text = LINES + (
        "1,2011-11-06 01:30:00,2011-11-09 01:00:00,2011-11-07 01:00:00,ONTIME,PW,Lights,Out,App\n"
    )
    bring(world, tmp_path / "b.csv", text, tz="America/New_York")
    again = bring(world, tmp_path / "b.csv", text, tz="America/New_York")
    assert (again.counts["new"], again.counts["changed"], again.counts["unchanged"]) == (0, 0, 1)
    assert Demand.objects.unscoped(WHY).count() == 1


def test_an_end_that_the_source_reports_later_closes_the_case(world: World, tmp_path: Path) -> None:
    head = "1,2026-11-02 09:00:00,2026-11-09 03:30:00,"
    with at("2026-11-03 09:00"):
        bring(world, tmp_path / "b.csv", LINES + head + ",,PW,Lights,Out,App\n")
    with at("2026-11-11 09:00"):
        report = bring(
            world, tmp_path / "b.csv",
            LINES + head + "2026-11-10 09:00:00,OVERDUE,PW,Lights,Out,App\n",
        )  # fmt: skip
    row = demand("1")
    assert report.counts["changed"] == 1
    assert (row.state, row.is_late, row.due_at) == ("closed", True, None)
    assert clock_of(row).stopped_at == moment("2026-11-10 09:00")


def test_a_known_category_is_recognised_by_code_or_name(world: World, tmp_path: Path) -> None:
    head = "外部编号,提交时间,标题,类别\n"
    rows = "1,2026-11-02 09:00,车位,30.01\n2,2026-11-02 09:00,车位,停车秩序\n"
    bring(world, tmp_path / "b.csv", head + rows)
    assert {demand(key).category.code for key in "12"} == {"30.01"}
    bring(world, tmp_path / "c.csv", head + "3,2026-11-02 09:00,车位,没有这一类\n")
    assert demand("3").category.code == "90.01"
    assert DemandCategory.objects.filter(code="90.01").count() == 1


def test_a_wrong_row_stops_the_whole_file(world: World, tmp_path: Path) -> None:
    text = LINES + (
        "1,2011-07-03 01:00:00,2011-07-05 01:00:00,2011-07-01 01:00:00,ONTIME,PW,Lights,Out,App\n"
        "2,2011-07-01 01:00:00,2011-07-05 01:00:00,2011-07-02 01:00:00,ONTIME,PW,Lights,Out,App\n"
    )
    report = bring(world, tmp_path / "b.csv", text)
    assert (report.applied, report.counts["rejected"]) == (False, 1)
    assert "办结早于提交" in report.problems[0][3]
    assert not Demand.objects.unscoped(WHY).exists()


def test_without_a_source_or_the_permission_nothing_happens(world: World, tmp_path: Path) -> None:
    path = tmp_path / "hot.csv"
    with pytest.raises(Refused):
        bring(world, path, BOARD + "1,A,2026/1/1 10:00:00,甲,乙,0,0\n", source="")
    with pytest.raises(Denied):
        run_import(actor=make_actor(), importer="demands", path=path, source="s")
    assert not Demand.objects.unscoped(WHY).exists()


def test_a_packed_file_is_found_by_its_words_and_is_in_the_audit(
    world: World, tmp_path: Path
) -> None:
    text = BOARD + "1,A,2026/1/1 10:00:00,卸货口被堵,每天早上都这样,0,0\n"
    path = tmp_path / "hot.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    actor = importing(world)
    run_import(
        actor=actor, importer="demands", path=path, unit_path=world.here.path, source="board"
    )
    hits = find(kind="demand", query="卸货", scope=scope_of(actor, Demand), limit=10, before="")
    assert list(hits.ids) == [demand("1").pk]
    assert Entry.objects.unscoped(WHY).filter(action="demands.import").count() == 1


@pytest.mark.django_db
def test_days_off_and_made_up_change_the_calendar_and_come_again_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text(
        "date,weekday,is_workday,holiday_name\n2027-10-01,5,0,国庆节\n2027-10-09,6,1,国庆节\n",
        encoding="utf-8",
    )
    given = {"actor": system_actor("test"), "importer": "calendar-days", "path": file}
    first, second = run_import(**given), run_import(**given)
    assert (first.counts["new"], second.counts["unchanged"]) == (2, 2)
    calendar = standard_calendar()
    assert not calendar.is_open(moment("2027-10-01 10:00"))
    assert calendar.is_open(moment("2027-10-09 10:00"))
