"""What must be confirmed: nothing is applied before somebody wrote why it is right."""

import pytest

from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.transfer import queries, registry
from loushi.foundation.transfer.commands import (
    apply_batch,
    check_batch,
    note_kind,
    note_row,
    run_import,
)
from loushi.foundation.transfer.models import ImportBatch, ImportRow

from .plots import HOME, NEXT, PlotImporter, importing, work
from .test_portions import staged, the_batch


@pytest.fixture
def careful(plots, monkeypatch):
    """An importer that asks about areas that shrink."""

    def check_change(self, row):
        old, new = row.changes.get("area", (None, None))
        if old and new and new < old / 2:
            row.confirm("area", f"缩小到 {new}，请说明", kind="面积缩小一半以上")
        if row.get("floors") == 99:
            row.confirm("floors", "99 层，请说明", kind="层数很多")
            row.hint("floors", "全国也不多")

    monkeypatch.setattr(PlotImporter, "check_change", check_change)
    recorded = []
    monkeypatch.setattr(registry, "_record", lambda **given: recorded.append(given))
    return recorded


HEAD = "编码,名称,层数,面积"


def first(csv_file):
    path = csv_file(HEAD, "P-1,甲,3,100", "P-2,乙,3,100", "P-3,丙,3,100")
    run_import(actor=importing(), importer="plots", path=path, unit_path=HOME)


def shrunk(csv_file) -> ImportBatch:
    return staged(csv_file, HEAD, "P-1,甲,3,40", "P-2,乙,99,30", "P-3,丙,3,90")


def test_unconfirmed_rows_stop_the_application(plots, csv_file, careful):
    first(csv_file)
    batch = shrunk(csv_file)
    assert batch.counts["confirms"] == 3
    with pytest.raises(Refused, match="还有 2 行"):
        apply_batch(actor=importing(), pk=batch.pk)
    note_row(actor=importing(), pk=batch.pk, row=2, note="转租给别家，电话核实")
    with pytest.raises(Refused, match="还有 1 行"):
        apply_batch(actor=importing(), pk=batch.pk)
    assert note_kind(actor=importing(), pk=batch.pk, kind="面积缩小一半以上", note="都是转租") == 1
    with pytest.raises(Refused):
        apply_batch(actor=importing(), pk=batch.pk)
    note_kind(actor=importing(), pk=batch.pk, kind="层数很多", note="图纸如此")
    careful.clear()
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    assert [int(plot.area) for plot in plots()] == [40, 30, 90]
    notes = next(given for given in careful if given["action"] == "transfer.confirm")
    assert [line["why"] for line in notes["lines"]] == [
        f"转租给别家，电话核实（{batch.number}）", f"都是转租（{batch.number}）",
        f"图纸如此（{batch.number}）",
    ]  # fmt: skip
    assert notes["lines"][0]["subject"][1] == plots()[0].pk


def test_notes_survive_a_new_check_but_not_another_result(plots, csv_file, careful):
    first(csv_file)
    batch = shrunk(csv_file)
    for number in (2, 3):
        note_row(actor=importing(), pk=batch.pk, row=number, note="核实")
    plots().filter(code="P-1").update(area=200)
    plots().filter(code="P-2").update(area=31)
    check_batch(actor=importing(), pk=batch.pk, again=True)
    work()
    rows = {row.row_number: row for row in ImportRow.objects.unscoped("test").filter(batch=batch)}
    assert (rows[2].confirms, rows[2].open, rows[2].moved) == (1, 0, True)
    assert (rows[3].confirms, rows[3].open, rows[3].moved) == (1, 0, True)
    assert queries.talk(the_batch())["confirm_open"] == 0


def test_unchanged_rows_ask_nothing(plots, csv_file, careful):
    first(csv_file)
    assert staged(csv_file, HEAD, "P-1,甲,3,100").counts["confirms"] == 0


def test_the_command_line_needs_one_note_for_all(plots, csv_file, careful):
    first(csv_file)
    path = csv_file(HEAD, "P-1,甲,3,40", "P-2,乙,99,30")
    report = run_import(actor=importing(), importer="plots", path=path, unit_path=HOME)
    assert not report.applied
    assert report.counts["confirms"] == 3
    assert {row for row, *_rest in report.problems} == {2, 3}
    assert [int(plot.area) for plot in plots()] == [100, 100, 100]
    report = run_import(
        actor=importing(), importer="plots", path=path, unit_path=HOME, note="已核实"
    )
    assert report.applied
    assert [int(plot.area) for plot in plots()] == [40, 30, 100]


def test_an_applied_batch_takes_no_notes_and_the_neighbour_writes_none(plots, csv_file, careful):
    first(csv_file)
    batch = shrunk(csv_file)
    with pytest.raises(NotVisible):
        note_row(actor=importing(NEXT), pk=batch.pk, row=2, note="别家的说明")
    with pytest.raises(NotVisible):
        note_row(actor=importing(), pk=batch.pk, row=4, note="没有要确认的")
    with pytest.raises(Refused):
        note_kind(actor=importing(), pk=batch.pk, kind="层数很多", note="  ")
    assert not ImportRow.objects.unscoped("test").filter(batch=batch, confirms__gt=0, open=0)
    for kind in ("面积缩小一半以上", "层数很多"):
        note_kind(actor=importing(), pk=batch.pk, kind=kind, note="核实")
    apply_batch(actor=importing(), pk=batch.pk)
    work()
    with pytest.raises(Conflict):
        note_row(actor=importing(), pk=batch.pk, row=2, note="晚了")
