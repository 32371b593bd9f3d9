"""Rolling back a batch: exact, later edits only on confirmation, nothing that others need."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.commands import (
    roll_back_batch,
    run_import,
    survey_batch,
    sweep_batches,
)
from loushi.foundation.transfer.models import ExternalKey, ImportBatch, UnplacedRow

from .plots import HOME, NEXT, PlotImporter, importing, work
from .test_portions import the_batch

HEAD = "外部编号,编码,名称,层数,面积"


def run(path, **options):
    options = {"unit_path": HOME, "source": "月报"} | options
    return run_import(actor=importing(), importer="plots", path=path, **options)


@pytest.fixture
def second(plots, csv_file):
    """Two plots were there; the batch changed both and made two more."""
    run(csv_file(HEAD, "1,P-1,甲,3,100", "2,P-2,乙,3,50"))
    run(csv_file(HEAD, "1,P-1,甲,4,90.5", "2,P-2,乙,5,50", "3,P-3,丙,6,", "4,P-4,丁,7,"))
    return the_batch()


def surveyed(batch) -> dict:
    survey_batch(actor=importing(), pk=batch.pk)
    work()
    batch.refresh_from_db()
    return batch.survey


def rolled_back(batch, **options):
    roll_back_batch(actor=importing(), pk=batch.pk, why="上季度的表", **options)
    work()
    batch.refresh_from_db()


def state(plots):
    return [(plot.code, plot.floors, plot.area) for plot in plots()]


def test_everything_goes_back_to_what_it_was(plots, second, monkeypatch):
    recorded = []
    monkeypatch.setattr(registry, "_record", lambda **given: recorded.append(given))
    found = surveyed(second)
    assert (found["restore"], found["edited"], found["kept"]) == (3, [], [])
    assert [one["count"] for one in found["remove"]] == [2]
    assert len(plots()) == 4  # looking changes nothing
    rolled_back(second)
    assert state(plots) == [("P-1", 3, Decimal(100)), ("P-2", 3, Decimal(50))]
    assert (second.state, second.rolled_back_why) == ("rolled_back", "上季度的表")
    assert set(ExternalKey.objects.values_list("external_id", flat=True)) == {"1", "2"}
    assert [given["action"] for given in recorded] == ["transfer.restore", "transfer.roll_back"]
    restored = recorded[0]["lines"][0]
    assert restored["before"] == {"floors": "4", "area": "90.5"}
    assert restored["after"] == {"floors": "3", "area": "100"}
    with pytest.raises(Conflict):
        roll_back_batch(actor=importing(), pk=second.pk, why="再来一次")


def test_later_edits_are_listed_first_and_stay_unless_confirmed(plots, second):
    plots().filter(code="P-1").update(floors=44)
    plots().filter(code="P-4").update(name="改过的名字")
    found = surveyed(second)
    assert found["edited_total"] == 2
    assert [(one["label"], one["before"], one["imported"], one["now"])
            for one in found["edited"]] == [
        ("floors", "3", "4", "44"), ("名称", "", "丁", "改过的名字"),
    ]  # fmt: skip
    rolled_back(second)
    assert state(plots) == [
        ("P-1", 44, Decimal(100)), ("P-2", 3, Decimal(50)), ("P-4", 7, None),
    ]  # fmt: skip
    assert second.survey["stayed"] == 1
    assert set(ExternalKey.objects.values_list("external_id", flat=True)) == {"1", "2", "4"}


def test_confirmed_later_edits_go_too(plots, second):
    plots().filter(code="P-1").update(floors=44)
    plots().filter(code="P-4").update(name="改过的名字")
    surveyed(second)
    rolled_back(second, edited=True)
    assert state(plots) == [("P-1", 3, Decimal(100)), ("P-2", 3, Decimal(50))]


def test_what_others_need_stays_with_its_reason(plots, second, monkeypatch):
    kept = plots().get(code="P-3").pk
    monkeypatch.setattr(
        registry, "_uses", [lambda label, ids: {kept: "附有文件"} if "plot" in label else {}]
    )
    found = surveyed(second)
    assert [(one["row"], one["why"]) for one in found["kept"]] == [(4, "附有文件")]
    rolled_back(second)
    assert [plot.code for plot in plots()] == ["P-1", "P-2", "P-3"]


def test_rows_that_waited_for_a_place_go_unless_somebody_placed_them(plots, csv_file):
    run(csv_file("编码,名称,社区", "P-1,甲,望澜商务社区", "P-2,乙,无名社区", "P-3,丙,无名社区"))
    batch = the_batch()
    placed = UnplacedRow.objects.unscoped("test").get(key="P-3")
    placed.state = "placed"
    placed.save()
    surveyed(batch)
    rolled_back(batch)
    assert not plots().exists()
    assert [row.key for row in UnplacedRow.objects.unscoped("test")] == ["P-3"]


def test_a_batch_is_rolled_back_within_thirty_days_with_a_reason_and_after_a_look(plots, second):
    with pytest.raises(Refused, match="先查看"):
        roll_back_batch(actor=importing(), pk=second.pk, why="错表")
    surveyed(second)
    with pytest.raises(Refused, match="为什么"):
        roll_back_batch(actor=importing(), pk=second.pk, why=" ")
    with pytest.raises(NotVisible):
        roll_back_batch(actor=importing(NEXT), pk=second.pk, why="隔壁")
    late = ImportBatch.objects.unscoped("test").filter(pk=second.pk)
    late.update(applied_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="30 天"):
        roll_back_batch(actor=importing(), pk=second.pk, why="晚了")
    assert len(plots()) == 4
    assert sweep_batches() == 0


def test_an_importer_may_say_why_its_batches_stay(plots, second, monkeypatch):
    monkeypatch.setattr(PlotImporter, "irreversible", "地块有历史，请逐条更正。")
    with pytest.raises(Refused, match="逐条"):
        survey_batch(actor=importing(), pk=second.pk)


def test_a_killed_roll_back_is_finished_by_the_next_worker(plots, second, monkeypatch):
    from loushi.foundation.transfer import takeback

    surveyed(second)
    real = takeback._remove

    class Killed(BaseException):
        pass

    def killed(model, ids):
        raise Killed

    monkeypatch.setattr(takeback, "_remove", killed)
    roll_back_batch(actor=importing(), pk=second.pk, why="错表")
    second.refresh_from_db()
    from loushi.foundation.transfer.commands import do_work

    with pytest.raises(Killed):
        do_work(pk=second.pk, ticket=second.asked["ticket"])
    assert len(plots()) == 4
    monkeypatch.setattr(takeback, "_remove", real)
    work()
    assert state(plots) == [("P-1", 3, Decimal(100)), ("P-2", 3, Decimal(50))]
