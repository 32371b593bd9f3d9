"""From file to register: what each row becomes, and that refusals change nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.testing import make_actor, moment
from loushi.foundation.transfer import readers
from loushi.foundation.transfer.commands import describe_importers, run_import
from loushi.foundation.transfer.commands import running as running_module
from loushi.foundation.transfer.models import (
    ExternalKey,
    ImportBatch,
    ImportRow,
    PlaceState,
    UnplacedRow,
)

from .plots import HOME, NEXT, PlotImporter, importing

HEAD = "编码,名称,等级,层数,面积,竣工日期"


def run(path: Path, actor=None, **options):
    options.setdefault("unit_path", HOME)
    return run_import(actor=actor or importing(), importer="plots", path=path, **options)


def outcome(report):
    names = ("new", "changed", "unchanged", "rejected", "unplaced")
    return tuple(report.counts[name] for name in names)


def test_new_rows_are_created_under_the_given_unit(plots, csv_file):
    report = run(csv_file(HEAD, 'p-1,望澜中心,甲级,28,"1,280.5 ㎡",2019年2月28日', "P-2,乙楼,,,,"))
    assert outcome(report) == (2, 0, 0, 0, 0)
    assert report.applied
    first, second = plots()
    assert (first.code, first.name, first.grade, first.floors) == ("P-1", "望澜中心", "A", 28)
    assert (first.area, first.built_on) == (Decimal("1280.50"), date(2019, 2, 28))
    assert first.unit_path == second.unit_path == HOME
    assert (second.floors, second.grade) == (None, "")


def test_the_same_file_twice_changes_nothing(plots, csv_file):
    path = csv_file(HEAD, "P-1,甲,A,28,100,2019-02-28")
    run(path)
    report = run(path)
    assert outcome(report) == (0, 0, 1, 0, 0)
    assert PlotImporter.audited[0]["after"] == {"importer": "plots", "new": 0, "changed": 0}
    assert len(PlotImporter.audited) == 1


def test_changed_cells_are_written_and_audited_cell_by_cell(plots, csv_file):
    run(csv_file(HEAD, "P-1,甲,A,28,100,2019-02-28", "P-2,乙,B,3,50,"))
    report = run(csv_file(HEAD, "P-1,甲,B,28,90,2019-02-28", "P-2,乙,B,3,50,"))
    assert outcome(report) == (0, 1, 1, 0, 0)
    assert report.counts["cells"] == 2
    first, second = plots()
    assert (first.grade, first.area, first.floors) == ("B", Decimal(90), 28)
    assert (second.grade, second.area) == ("B", Decimal(50))
    entry = PlotImporter.audited[1]
    assert entry["subject"] == ("plots.plot", first.pk, "P-1")
    assert (entry["before"], entry["after"]) == (
        {"grade": "甲级", "area": "100.00"},
        {"grade": "乙级", "area": "90.00"},
    )
    staged = ImportRow.objects.unscoped("test").get(batch_id=report.batch_id)
    assert staged.diff == {"grade": ["甲级", "乙级"], "area": ["100.00", "90.00"]}
    assert staged.object_id == first.pk


def test_absent_columns_and_blank_cells_leave_what_is_stored(plots, csv_file):
    run(csv_file(HEAD, "P-1,甲,A,28,100,2019-02-28"))
    report = run(csv_file("编码,等级,层数", "P-1,,30"))
    assert outcome(report) == (0, 1, 0, 0, 0)
    plot = plots().get()
    assert (plot.name, plot.grade, plot.floors, plot.area) == ("甲", "A", 30, Decimal(100))


def test_the_clear_mark_empties_a_cell_but_not_a_required_one(plots, csv_file):
    run(csv_file(HEAD, "P-1,甲,A,28,100,2019-02-28"))
    run(csv_file("编码,等级,层数", "P-1,[清空],【清空】"))
    plot = plots().get()
    assert (plot.grade, plot.floors, plot.area) == ("", None, Decimal(100))
    report = run(csv_file("编码,名称", "P-1,[清空]"))
    assert outcome(report) == (0, 0, 0, 1, 0)
    assert plots().get().name == "甲"


def test_every_error_of_every_row_comes_in_one_pass_and_nothing_is_written(plots, csv_file):
    report = run(
        csv_file(
            HEAD,
            "P-1,,丙,半,100,2019-02-30",
            "P-2,乙,B,3,50,2020-01-01",
            "P-3,丙,B,3,0,03/04/2020",
        )
    )
    assert outcome(report) == (1, 0, 0, 2, 0)
    assert not report.applied
    assert [(row, column) for row, column, _value, _text in report.problems] == [
        (2, "等级"), (2, "层数"), (2, "竣工日期"), (2, "名称"),
        (4, "竣工日期"), (4, "面积"),
    ]  # fmt: skip
    values = {(row, column): value for row, column, value, _text in report.problems}
    assert values[(2, "等级")] == "丙"
    assert not plots().exists()
    batch = ImportBatch.objects.unscoped("test").get()
    assert batch.state == "refused"
    assert batch.counts["rejected"] == 2


def test_partial_leaves_the_rejected_rows_out(plots, csv_file, tmp_path):
    report = run(
        csv_file(HEAD, "P-1,甲,丙,1,1,", "P-2,乙,B,3,50,"),
        partial=True,
        report_path=tmp_path / "退回.xlsx",
    )
    assert report.applied
    assert [plot.code for plot in plots()] == ["P-2"]
    assert report.report_path is not None
    table = readers.read(report.report_path)
    assert table.header == [*HEAD.split(","), "原因"]
    assert len(table.rows) == 1
    assert table.rows[0][1][2] == "丙"
    assert "等级：请填下列之一：甲级、乙级。" in table.rows[0][1][-1]


def test_a_corrected_return_sheet_goes_in_as_it_is(plots, csv_file, tmp_path):
    back = tmp_path / "退回.xlsx"
    run(csv_file(HEAD, "P-1,甲,丙,1,1,2020-01-01"), report_path=back)
    table = readers.without_reason(readers.read(back))
    assert table.header == HEAD.split(",")
    lines = [",".join(map(str, cells)) for _number, cells in table.rows]
    report = run(csv_file(HEAD + ",原因", lines[0].replace("丙", "甲级") + ",等级不对"))
    assert outcome(report) == (1, 0, 0, 0, 0)
    assert report.unknown_columns == ()


def test_a_dry_run_counts_and_writes_nothing_at_all(plots, csv_file):
    run(csv_file(HEAD, "P-1,甲,A,28,100,2019-02-28"))
    before = ImportBatch.objects.unscoped("test").count()
    report = run(csv_file(HEAD, "P-1,甲,B,,,", "P-2,乙,,,,", "P-3,,,,,"), dry_run=True)
    assert outcome(report) == (1, 1, 0, 1, 0)
    assert not report.applied
    assert plots().get().grade == "A"
    assert ImportBatch.objects.unscoped("test").count() == before


def test_all_rows_of_a_doubled_key_are_rejected(plots, csv_file):
    report = run(csv_file(HEAD, "P-1,甲,,,,", "P-2,乙,,,,", "p-1,丙,,,,"), partial=True)
    assert outcome(report) == (1, 0, 0, 2, 0)
    assert [plot.code for plot in plots()] == ["P-2"]
    said = {row: text for row, _column, _value, text in report.problems}
    assert "第 4 行" in said[2]
    assert "第 2 行" in said[4]


def test_rows_without_a_known_unit_wait_and_come_back_once(plots, csv_file):
    path = csv_file("编码,名称,社区", "P-1,甲,望澜商务社区", "P-2,乙,无名社区", "P-3,丙,")
    actor = importing("000001")
    report = run(path, actor, unit_path="")
    assert outcome(report) == (1, 0, 0, 0, 2)
    assert report.applied
    assert [plot.code for plot in plots()] == ["P-1"]
    waiting = UnplacedRow.objects.unscoped("test").order_by("row_number")
    assert [(row.row_number, row.key, row.reason) for row in waiting] == [
        (3, "P-2", "找不到社区“无名社区”。"),
        (4, "P-3", "没有写明所属单位。请在归位时选择。"),
    ]
    assert waiting[0].cells == {"编码": "P-2", "名称": "乙", "社区": "无名社区"}
    run(path, actor, unit_path="")
    assert waiting.count() == 2
    run(csv_file("编码,名称,社区", "P-2,乙,青杼商务社区"), actor, unit_path="")
    assert plots().get(code="P-2").unit_path == NEXT
    settled = UnplacedRow.objects.unscoped("test").get(key="P-2")
    assert settled.state == PlaceState.PLACED
    assert settled.object_id == plots().get(code="P-2").pk


def test_rows_outside_the_actors_range_are_rejected_without_naming_the_holder(plots, csv_file):
    run(csv_file(HEAD, "P-1,隔壁,A,,,"), importing(NEXT), unit_path=NEXT)
    report = run(csv_file("编码,名称,社区", "P-1,改名,望澜商务社区", "P-2,新,青杼商务社区"))
    assert outcome(report) == (0, 0, 0, 2, 0)
    assert not report.applied
    assert plots().get().name == "隔壁"
    assert "隔壁" not in " ".join(text for *_rest, text in report.problems)


def test_rows_outside_the_unit_chosen_for_the_file_are_rejected(plots, csv_file):
    actor = importing("000001")
    report = run(csv_file("编码,名称,社区", "P-2,新,青杼商务社区"), actor, unit_path=HOME)
    assert outcome(report) == (0, 0, 0, 1, 0)
    assert "范围内" in report.problems[0][3]


def test_external_ids_of_a_source_recognise_rows_without_a_code(plots, csv_file):
    path = csv_file("id,名称,层数", "17,甲,3", "18,乙,4")
    first = run(path, source="物业月报")
    assert outcome(first) == (2, 0, 0, 0, 0)
    assert ExternalKey.objects.filter(source="物业月报", kind="plots.plot").count() == 2
    second = run(csv_file("外部编号,名称,层数", "17,甲,5", "18,乙,4"), source="物业月报")
    assert outcome(second) == (0, 1, 1, 0, 0)
    assert [plot.floors for plot in plots()] == [5, 4]
    other = run(path, source="另一来源")
    assert outcome(other) == (2, 0, 0, 0, 0)


def test_external_ids_need_a_source(plots, csv_file):
    with pytest.raises(Refused, match="--source"):
        run(csv_file("id,名称", "17,甲"))
    assert not plots().exists()


def test_code_and_external_id_that_disagree_reject_the_row(plots, csv_file):
    run(csv_file("编码,外部编号,名称", "P-1,17,甲", "P-2,18,乙"), source="s")
    report = run(csv_file("编码,外部编号,名称", "P-1,18,甲"), source="s")
    assert outcome(report) == (0, 0, 0, 1, 0)


def test_a_row_without_any_key_says_what_is_missing(plots, csv_file):
    report = run(csv_file("编码,名称", ",甲"))
    assert outcome(report) == (0, 0, 0, 1, 0)
    assert "编码" in report.problems[0][3]


def test_columns_may_be_mapped_by_hand_and_one_may_feed_two(plots, csv_file):
    report = run(
        csv_file("楼栋,楼层,闲话", "望澜,12,不要"),
        mapping=["楼栋=名称", "楼栋=外部编号", "楼层=层数", "闲话="],
        source="x",
    )
    assert outcome(report) == (1, 0, 0, 0, 0)
    plot = plots().get()
    assert (plot.name, plot.floors) == ("望澜", 12)
    assert report.unknown_columns == ()


@pytest.mark.parametrize(
    ("entry", "says"),
    [("房号=名称", "文件里没有“房号”"), ("编码=楼龄", "没有“楼龄”"), ("编码", "看不懂")],
)
def test_a_wrong_mapping_is_refused(plots, csv_file, entry, says):
    with pytest.raises(Refused, match=says):
        run(csv_file("编码,名称", "P-1,甲"), mapping=[entry])
    assert not plots().exists()


def test_naive_times_are_taken_in_the_given_zone(plots, csv_file):
    path = csv_file("编码,名称,开放时间", "P-1,甲,2011-07-01 01:32:33")
    run(path, tz="America/New_York")
    opened = plots().get().opened_at
    assert opened == moment("2011-07-01 13:32:33")
    assert opened.astimezone(ZoneInfo("America/New_York")).hour == 1
    assert outcome(run(path, tz="America/New_York")) == (0, 0, 1, 0, 0)
    assert outcome(run(path)) == (0, 1, 0, 0, 0)


def test_unknown_names_are_refused_with_what_there_is(plots, csv_file):
    path = csv_file("编码,名称", "P-1,甲")
    with pytest.raises(Refused, match="plots"):
        run_import(actor=importing(), importer="nothing", path=path)
    with pytest.raises(Refused, match="时区"):
        run(path, tz="Mars/Olympus")
    assert not ImportBatch.objects.unscoped("test").exists()


def test_without_the_permission_nothing_happens(plots, csv_file):
    path = csv_file("编码,名称", "P-1,甲")
    with pytest.raises(Denied):
        run(path, make_actor(None, path=HOME, permissions=["plots.view"]))
    with pytest.raises(Denied):
        run(path, importing(NEXT), unit_path=HOME)
    assert not plots().exists()
    assert not ImportBatch.objects.unscoped("test").exists()


def test_the_system_may_import_anywhere(plots, csv_file):
    path = csv_file("编码,名称,社区", "P-1,甲,青杼商务社区")
    assert run(path, system_actor(), unit_path="").applied


def test_a_failure_while_applying_leaves_nothing_behind(plots, csv_file, monkeypatch):
    def broken(self, new, changed):
        raise RuntimeError("audit is down")

    monkeypatch.setattr(PlotImporter, "audit", broken)
    with pytest.raises(RuntimeError):
        run(csv_file("编码,名称,社区", "P-1,甲,", "P-2,乙,无名社区"))
    assert not plots().exists()
    assert not UnplacedRow.objects.unscoped("test").exists()
    assert ImportBatch.objects.unscoped("test").get().state == "checked"


def test_a_change_between_check_and_apply_is_checked_again(plots, csv_file, monkeypatch):
    path = csv_file("编码,名称", "P-1,甲")
    real_write, calls = running_module.write, []

    def write_late(**options):
        if not calls:
            plots().create(code="P-1", name="别人先登记", unit_path=HOME)
        calls.append(options)
        real_write(**options)

    monkeypatch.setattr(running_module, "write", write_late)
    report = run(path)
    assert len(calls) == 2
    assert outcome(report) == (0, 1, 0, 0, 0)
    assert plots().get().name == "甲"


def test_batches_are_numbered_by_year(plots, csv_file):
    report = run(csv_file("编码,名称", "P-1,甲"))
    assert report.batch_number.startswith("IM-20")
    assert report.batch_number.endswith(f"-{report.batch_id:04d}")


def test_importers_describe_their_columns(plots):
    (info,) = describe_importers()
    assert (info.name, info.permission) == ("plots", "plots.import")
    assert ("name", "名称", True, "必填；不超过 40 个字") in info.columns
    assert describe_importers(make_actor(path=HOME)) == []
    assert len(describe_importers(importing())) == 1


def test_values_are_bounded_even_when_the_file_is_a_workbook(plots, tmp_path):
    import xlsxwriter

    path = tmp_path / "地块.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("登记")
    for place, heading in enumerate(("编码", "名称", "竣工日期", "面积（万㎡）")):
        sheet.write_string(0, place, heading)
    sheet.write_string(1, 0, "# 必填")
    sheet.write_number(2, 0, 330102001)
    sheet.write_string(2, 1, "甲")
    sheet.write_number(2, 2, 43524)
    sheet.write_number(2, 3, 1.5)
    book.close()
    report = run(path)
    assert outcome(report) == (1, 0, 0, 0, 0)
    plot = plots().get()
    assert (plot.code, plot.built_on, plot.area) == (
        "330102001", date(2019, 2, 28), Decimal(15000),
    )  # fmt: skip
    assert plot.unit_path == HOME
