"""Portions: all or nothing although others write in between, whatever happens in the middle."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.testing import make_actor
from loushi.foundation.transfer import registry
from loushi.foundation.transfer.commands import (
    apply_batch,
    applying,
    cancel_batch,
    check_batch,
    do_work,
    mend_batches,
    run_import,
    tell_source,
    upload_batch,
    working,
)
from loushi.foundation.transfer.commands.batches import DEAD_AFTER
from loushi.foundation.transfer.models import ImportBatch, ImportRow, ImportTrail

from .plots import HOME, PlotImporter, importing, work


@pytest.fixture
def portions(plots, monkeypatch):
    """Three rows a portion."""
    monkeypatch.setattr(PlotImporter, "by_portions", True)
    monkeypatch.setattr(applying, "PORTION", 3)
    monkeypatch.setattr(applying, "BREATH_SECONDS", 0)
    return plots


def the_batch() -> ImportBatch:
    return ImportBatch.objects.unscoped("test").latest("pk")


def run(path):
    return run_import(actor=importing(), importer="plots", path=path, unit_path=HOME)


def lines(count: int, floors: int = 1) -> list[str]:
    return ["编码,名称,层数", *(f"P-{n},楼{n},{floors}" for n in range(count))]


def staged(csv_file, *text: str) -> ImportBatch:
    file = SimpleUploadedFile("地块.csv", csv_file(*text).read_bytes())
    batch = upload_batch(actor=importing(), importer="plots", upload=file, unit_path=HOME)
    tell_source(actor=importing(), pk=batch.pk, source="月报")
    check_batch(actor=importing(), pk=batch.pk)
    work()
    return the_batch()


def test_a_file_is_written_in_portions_with_a_trail(portions, csv_file):
    report = run(csv_file(*lines(7)))
    assert report.applied
    assert portions().count() == 7
    batch = the_batch()
    assert (batch.portions, batch.state) == (3, "applied")
    trail = ImportTrail.objects.unscoped("test").filter(model="plots.plot").order_by("portion")
    assert [len(row.created) for row in trail] == [3, 3, 1]
    rows = ImportRow.objects.unscoped("test").filter(batch=batch)
    assert set(rows.values_list("object_id", flat=True)) == {plot.pk for plot in portions()}


def test_a_portion_that_fails_takes_the_earlier_ones_back(portions, csv_file, monkeypatch):
    run(csv_file(*lines(2)))

    def broken(self, new, changed):
        if any(row.get("code") == "P-6" for row in new):
            raise RuntimeError("audit is down")

    monkeypatch.setattr(PlotImporter, "audit", broken)
    with pytest.raises(RuntimeError):
        run(csv_file(*lines(7, floors=9)))
    assert [(plot.code, plot.floors) for plot in portions()] == [("P-0", 1), ("P-1", 1)]
    batch = the_batch()
    assert (batch.state, batch.portions) == ("checked", 0)
    assert not ImportTrail.objects.unscoped("test").filter(batch=batch).exists()


def test_somebody_writing_between_two_portions_stops_the_file(portions, csv_file, monkeypatch):
    run(csv_file(*lines(5)))
    batch = staged(csv_file, *lines(5, floors=2))
    real = working.Hold.progress

    def meanwhile(self, done, total):
        real(self, done, total)
        if the_batch().portions == 1:
            portions().filter(code="P-4").update(floors=33)

    monkeypatch.setattr(working.Hold, "progress", meanwhile)
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    assert [plot.floors for plot in portions()] == [1, 1, 1, 1, 33]
    batch.refresh_from_db()
    assert (batch.state, batch.work, batch.portions) == ("checked", "", 0)
    assert "核对之后" in batch.error
    assert batch.counts["moved"] == 1
    moved = ImportRow.objects.unscoped("test").get(batch=batch, moved=True)
    assert moved.diff["floors"] == ["33", "2"]
    assert "现在是“33”，核对时是“1”" in moved.problems[0]["message"]
    monkeypatch.setattr(working.Hold, "progress", real)
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    assert {plot.floors for plot in portions()} == {2}


def test_a_killed_worker_is_taken_over_and_the_file_ends_whole(portions, csv_file, monkeypatch):
    batch = staged(csv_file, *lines(7))
    apply_batch(actor=importing(), pk=batch.pk)
    batch.refresh_from_db()
    real = applying._write_portion

    class Killed(BaseException):
        pass

    def killed(actor, held, plan, number):
        if number == 3:
            raise Killed
        real(actor, held, plan, number)

    monkeypatch.setattr(applying, "_write_portion", killed)
    with pytest.raises(Killed):
        do_work(pk=batch.pk, ticket=batch.asked["ticket"])
    assert portions().count() == 6  # as a killed process leaves it
    monkeypatch.setattr(applying, "_write_portion", real)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.work) == ("applied", "")
    assert [plot.code for plot in portions()] == [f"P-{n}" for n in range(7)]


def test_a_cancelled_application_takes_back_what_was_written(portions, csv_file, monkeypatch):
    batch = staged(csv_file, *lines(7))
    apply_batch(actor=importing(), pk=batch.pk)
    original = working.Hold.progress

    def progress(self, done, total):
        original(self, done, total)
        if self_batch().portions == 2 and self_batch().work == "apply":
            cancel_batch(actor=importing(), pk=batch.pk)

    def self_batch():
        return ImportBatch.objects.unscoped("test").get(pk=batch.pk)

    monkeypatch.setattr(working.Hold, "progress", progress)
    assert work() == 2
    assert not portions().exists()
    assert self_batch().state == "cancelled"


def test_a_killed_command_line_is_mended(portions, csv_file, monkeypatch):
    real = applying._write_portion

    class Killed(BaseException):
        pass

    def killed(actor, held, plan, number):
        if number == 3:
            raise Killed
        real(actor, held, plan, number)

    monkeypatch.setattr(applying, "_write_portion", killed)
    with pytest.raises(Killed):
        run(csv_file(*lines(7)))
    assert portions().count() == 6
    assert mend_batches() == 0  # it may be alive
    batch = the_batch()
    batch.beat_at -= DEAD_AFTER * 2
    batch.save()
    assert mend_batches() == 1
    assert not portions().exists()


def test_the_worker_that_lost_the_batch_writes_nothing(portions, csv_file):
    batch = staged(csv_file, *lines(4))
    apply_batch(actor=importing(), pk=batch.pk)
    batch.refresh_from_db()
    ticket = batch.asked["ticket"]
    cancel_batch(actor=importing(), pk=batch.pk)
    do_work(pk=batch.pk, ticket=ticket)
    assert not portions().exists()
    with pytest.raises(Conflict):
        apply_batch(actor=importing(), pk=batch.pk)


def test_work_for_somebody_who_left_says_so(portions, csv_file, monkeypatch):
    batch = staged(csv_file, *lines(4))
    monkeypatch.setattr(registry, "_actor_of", lambda user_id: None)
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.work) == ("checked", "")
    assert "不能登录" in batch.error
    assert not portions().exists()


def test_rights_are_those_of_the_moment_of_writing(portions, csv_file, monkeypatch):
    batch = staged(csv_file, *lines(4))
    apply_batch(actor=importing(), pk=batch.pk)
    without = make_actor(None, path=HOME, permissions=["plots.view"])
    monkeypatch.setattr(registry, "_actor_of", lambda user_id: without)
    work()
    assert not portions().exists()
    assert the_batch().state == "checked"
    assert the_batch().error


def test_an_unexpected_failure_ends_the_work_with_a_sentence(portions, csv_file, monkeypatch):
    batch = staged(csv_file, *lines(4))

    def broken(self, rows):
        raise ZeroDivisionError

    monkeypatch.setattr(PlotImporter, "apply_new", broken)
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.work) == ("checked", "")
    assert "意外" in batch.error
