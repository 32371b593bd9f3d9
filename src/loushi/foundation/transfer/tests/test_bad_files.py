"""Files as people really send them: read right, or a clear sentence; nothing is lost."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlsxwriter

from loushi.foundation.transfer import parsers, readers
from loushi.foundation.transfer.columns import normalise
from loushi.foundation.transfer.commands import run_import
from loushi.foundation.transfer.tables import Limits

from .plots import HOME, importing

KNOWN = frozenset(map(normalise, ("编码", "名称", "层数", "面积", "竣工日期", "备注")))
HEAD = ("编码", "名称", "层数", "面积", "竣工日期", "备注")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def book(tmp_path: Path):
    """`book(write, **options)`: a workbook that `write(book, sheet)` fills; its path."""

    def make(write, name: str = "地块.xlsx", **options):
        path = tmp_path / name
        workbook = xlsxwriter.Workbook(str(path), options)
        write(workbook, workbook.add_worksheet("登记"))
        workbook.close()
        return path

    return make


def read(path: Path) -> readers.Table:
    return readers.read(path, KNOWN)


def load(path: Path, **options):
    return run_import(actor=importing(), importer="plots", path=path, unit_path=HOME, **options)


def test_merged_cells_give_their_value_to_every_row_they_cover(book) -> None:
    def write(_book, sheet):
        sheet.write_row(0, 0, HEAD[:3])
        sheet.merge_range(1, 1, 3, 1, "望澜中心")
        for row, code in enumerate(("P-1", "P-2", "P-3"), start=1):
            sheet.write(row, 0, code)
            sheet.write(row, 2, row)

    table = read(book(write))
    assert [cells[1] for _number, cells in table.rows] == ["望澜中心"] * 3
    assert "1 处合并单元格" in " ".join(table.remarks)


def test_formulas_give_their_result_and_those_without_one_reject_their_row(plots, book) -> None:
    def write(_book, sheet):
        sheet.write_row(0, 0, HEAD[:4])
        sheet.write_row(1, 0, ("P-1", "甲", 3))
        sheet.write_formula(1, 3, "=50*2", None, 100)
        sheet.write_row(2, 0, ("P-2", "乙", 3))
        sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")

    report = load(book(write), partial=True)
    assert [(plot.code, int(plot.area)) for plot in plots()] == [("P-1", 100)]
    assert [(row, sentence) for row, _column, _value, sentence in report.problems] == [
        (3, "这一格是公式，结果是错误 #DIV/0!。请改正后再导入。")
    ]


def test_a_formula_that_was_never_computed_is_not_read_as_blank(plots, tmp_path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(HEAD[:4])
    workbook.active.append(("P-1", "甲", 3, "=C2*10"))
    workbook.save(tmp_path / "地块.xlsx")
    report = load(tmp_path / "地块.xlsx")
    assert not report.applied
    assert "没有算好的结果" in report.problems[0][3]
    assert not plots().exists()


def test_a_heading_of_two_rows_is_read_as_one(plots, book) -> None:
    def write(_book, sheet):
        sheet.write(0, 0, "望澜商务社区地块表")
        sheet.merge_range(1, 0, 2, 0, "编码")
        sheet.merge_range(1, 1, 2, 1, "名称")
        sheet.merge_range(1, 2, 1, 3, "规模")
        sheet.write(2, 2, "层数")
        sheet.write(2, 3, "面积")
        sheet.write_row(3, 0, ("P-1", "甲", 3, 120))

    path = book(write)
    table = read(path)
    assert (table.header, table.header_row) == (["编码", "名称", "层数", "面积"], 3)
    assert [number for number, _cells in table.rows] == [4]
    assert load(path).counts["new"] == 1
    assert plots().get().area == 120


def test_an_unknown_second_heading_keeps_the_name_above(book) -> None:
    def write(_book, sheet):
        sheet.write_row(0, 0, ("编码", "名称", "租约", "", "面积"))
        sheet.write_row(1, 0, ("", "", "起", "止", ""))
        sheet.write_row(2, 0, ("P-1", "甲", "2026-01-01", "2027-01-01", 3))

    table = read(book(write))
    assert table.header == ["编码", "名称", "租约", "", "面积"]
    assert any("2027-01-01" in cells for _number, cells in table.rows)


def test_a_heading_whose_second_row_holds_the_known_names_is_joined(csv_file) -> None:
    table = read(csv_file("编码,名称,规模,,说明", ",,层数,面积,其他", "P-1,甲,3,120,x"))
    assert table.header == ["编码", "名称", "层数", "面积", "说明 其他"]
    assert [number for number, _cells in table.rows] == [3]
    assert "表头占两行" in " ".join(table.remarks)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026年11月3日", date(2026, 11, 3)), ("２０２６－１１－０３", date(2026, 11, 3)),
        ("2026.11.3 ", date(2026, 11, 3)), ("20261103", date(2026, 11, 3)),
    ],
)  # fmt: skip
def test_dates_as_text_and_full_width_digits_are_read(said, day) -> None:
    assert parsers.Day()(said, SHANGHAI) == day


def test_a_day_that_does_not_exist_says_so() -> None:
    with pytest.raises(parsers.Unreadable, match="没有 2025 年 2 月 30 日这一天"):
        parsers.Day()("2025-02-30", SHANGHAI)


def test_full_width_digits_and_trailing_blanks_are_the_same_row(plots, csv_file) -> None:
    load(csv_file("编码,名称,层数", "P-1,甲,12"))
    report = load(csv_file("编码 ,名称　,层数", "Ｐ－１ ,甲　 ,１２ "))
    assert report.counts["unchanged"] == 1


def test_days_since_1904_are_days(book) -> None:
    def write(workbook, sheet):
        sheet.write_row(0, 0, ("编码", "名称", "竣工日期"))
        sheet.write_row(1, 0, ("P-1", "甲"))
        look = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(1, 2, datetime(2026, 11, 30), look)  # noqa: DTZ001
        sheet.write_row(2, 0, ("P-2", "乙", 44894))  # the same day as a bare number

    table = read(book(write, date_1904=True))
    assert "1904" in " ".join(table.remarks)
    days = [parsers.Day()(cells[2], SHANGHAI) for _number, cells in table.rows]
    assert days == [date(2026, 11, 30)] * 2


def test_a_password_is_named(tmp_path) -> None:
    path = tmp_path / "地块.xlsx"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 4_000)
    with pytest.raises(readers.UnreadableFile, match="密码"):
        read(path)


def test_a_bomb_is_refused_before_it_is_unpacked(book, tmp_path) -> None:
    path = book(lambda _book, sheet: sheet.write_row(0, 0, HEAD))
    bomb = tmp_path / "炸弹.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for item in whole.infolist():
            out.writestr(item.filename, whole.read(item))
        out.writestr("xl/media/image1.bin", b"\x00" * 3_000_000)
    assert bomb.stat().st_size < 30_000
    with pytest.raises(readers.UnreadableFile, match="解压后太大"):
        readers.read(bomb, KNOWN, limits=Limits(size=1_000_000, unpacked=2_000_000))


@pytest.mark.slow
def test_a_million_formatted_blank_rows_are_passed_over(tmp_path, plots) -> None:
    path = tmp_path / "地块.xlsx"
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, HEAD[:3])
    sheet.write_row(1, 0, ("P-1", "甲", 3))
    border = workbook.add_format({"border": 1})
    for row in range(2, 1_048_576):
        sheet.write_blank(row, 0, None, border)
    workbook.close()
    table = read(path)
    assert len(table.rows) == 1
    assert "空白格式行" in " ".join(table.remarks)


def test_a_value_in_a_far_corner_is_refused(book) -> None:
    def write(_book, sheet):
        sheet.write_row(0, 0, HEAD)
        sheet.write(1_048_575, 16_383, "x")

    with pytest.raises(readers.UnreadableFile, match="复制到一张新表"):
        read(book(write))


def test_macros_are_named_and_never_run(book, tmp_path) -> None:
    def write(_book, sheet):
        sheet.write_row(0, 0, HEAD[:2])
        sheet.write_row(1, 0, ("P-1", "甲"))

    plain, path = book(write), tmp_path / "宏.xlsm"
    path.write_bytes(plain.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    table = read(path)
    assert len(table.rows) == 1
    assert "宏没有运行" in " ".join(table.remarks)


def test_a_csv_in_gb18030_with_rare_characters_is_read(plots, csv_file) -> None:
    path = csv_file("编码,名称,备注", "P-1,𠮷野家㐂楼,镕基路", encoding="gb18030")
    assert load(path).counts["new"] == 1
    assert plots().get().name == "𠮷野家㐂楼"


def test_a_csv_in_utf_16_is_read(plots, csv_file) -> None:
    assert load(csv_file("编码\t名称", "P-1\t甲", encoding="utf-16")).counts["new"] == 1


def test_a_damaged_workbook_says_so(book, tmp_path) -> None:
    whole = book(lambda _book, sheet: sheet.write_row(0, 0, HEAD)).read_bytes()
    path = tmp_path / "坏.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(readers.UnreadableFile, match="损坏"):
        read(path)


def test_entities_in_the_workbook_are_not_expanded(book, tmp_path) -> None:
    path = book(lambda _book, sheet: sheet.write_row(0, 0, HEAD))
    evil = tmp_path / "实体.xlsx"
    out = io.BytesIO()
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(out, "w") as archive:
        for item in whole.infolist():
            text = whole.read(item)
            if item.filename == "xl/workbook.xml":
                text = text.replace(b"<workbook", b'<!DOCTYPE w [<!ENTITY a "aaaa">]><workbook', 1)
            archive.writestr(item.filename, text)
    evil.write_bytes(out.getvalue())
    with pytest.raises(readers.UnreadableFile):
        read(evil)
