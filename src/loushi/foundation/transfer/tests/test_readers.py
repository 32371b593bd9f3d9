"""From a file to a table; files that try to do harm."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from loushi.foundation.transfer import readers
from loushi.foundation.transfer.readers import Limits, UnreadableFile, read

KNOWN = frozenset({"编码", "名称", "code", "name"})


def write(path: Path, data) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_usual_encodings(tmp_path, encoding):
    table = read(write(tmp_path / "a.csv", "编码,名称\nP-1,望澜\n".encode(encoding)), KNOWN)
    assert table.header == ["编码", "名称"]
    assert table.rows == [(2, ["P-1", "望澜"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_the_usual_delimiters(tmp_path, delimiter):
    text = f'编码{delimiter}名称\nP-1{delimiter}"甲,乙;丙|丁"\nP-2{delimiter}x\n'
    table = read(write(tmp_path / "a.csv", text), KNOWN)
    assert table.rows == [(2, ["P-1", "甲,乙;丙|丁"]), (3, ["P-2", "x"])]


def test_quoted_line_breaks_stay_in_their_cell(tmp_path):
    table = read(write(tmp_path / "a.csv", '编码,名称\nP-1,"甲\n乙"\n\nP-2,丙\n'), KNOWN)
    assert table.rows == [(2, ["P-1", "甲\n乙"]), (4, ["P-2", "丙"])]


def test_the_heading_may_stand_lower_and_a_comment_row_below_it_is_skipped(tmp_path):
    text = "2026年9月汇总,,\n,,\n编码,名称,\n# 必填,不超过 40 字,\nP-1,甲,\n"
    table = read(write(tmp_path / "a.csv", text), KNOWN)
    assert (table.header_row, table.rows) == (3, [(5, ["P-1", "甲"])])


def test_short_and_long_rows_fit_the_heading(tmp_path):
    table = read(write(tmp_path / "a.csv", "编码,名称\nP-1\nP-2,乙,多余\n"), KNOWN)
    assert table.rows == [(2, ["P-1", None]), (3, ["P-2", "乙"])]


def test_gzip(tmp_path):
    path = write(tmp_path / "a.csv.gz", gzip.compress("编码,名称\nP-1,甲\n".encode()))
    assert read(path, KNOWN).kind == "csv.gz"


def test_geojson_gives_properties_and_geometry(tmp_path):
    shape = {"type": "Point", "coordinates": [120, 30]}
    collection = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": "P-1", "tags": ["a"]}, "geometry": shape},
        {"type": "Feature", "properties": None, "geometry": None},
    ]}  # fmt: skip
    table = read(write(tmp_path / "a.geojson", json.dumps(collection)))
    assert table.header == ["code", "tags", "geometry"]
    assert table.rows[0] == (1, ["P-1", '["a"]', shape])
    assert table.rows[1] == (2, [None, None, None])


def workbook(path: Path, *sheets: tuple[str, list[list]], hidden: str = "") -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write(line, place, cell)
        if name == hidden:
            sheet.hide()
    book.close()
    return path


def test_the_sheet_with_the_known_heading_is_chosen(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ("说明", [["请填写", "谢谢"], ["x", "y"]]),
        ("数据", [["编码", "名称"], ["P-1", "甲"]]),
        ("旧", [["编码", "名称"], ["P-0", "旧"]]),
        hidden="旧",
    )
    table = read(path, KNOWN)
    assert (table.sheet, table.sheets) == ("数据", ("说明", "数据"))
    assert read(path, KNOWN, sheet="说明").rows == [(2, ["x", "y"])]
    with pytest.raises(UnreadableFile, match="没有“旧”这张表"):
        read(path, KNOWN, sheet="旧")


def hostile_sheet(path: Path, data: str) -> Path:
    clean = workbook(path.with_suffix(".tmp.xlsx"), ("数据", [["编码", "名称"], ["P-1", "甲"]]))
    head = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    with zipfile.ZipFile(clean) as source, zipfile.ZipFile(path, "w", 8) as target:
        for part in source.infolist():
            body = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                body = f"{head}{data}</sheetData></worksheet>".encode()
            target.writestr(part.filename, body)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"/><c r="XFD1"><v>1</v></c></row>',
        "<row r='9'><c r = 'ZZZ9'><v>1</v></c></row>",
        '<row><c r="A1"><v>1</v></c></row><row><c r="Z900000"><v>1</v></c></row>',
    ],
)
def test_sheets_that_claim_a_far_corner_are_refused_before_they_are_read(tmp_path, cells):
    with pytest.raises(UnreadableFile, match="范围到第"):
        read(hostile_sheet(tmp_path / "bomb.xlsx", cells), KNOWN)


def test_zip_bombs_are_refused(tmp_path):
    path = hostile_sheet(tmp_path / "a.xlsx", " " * 3_000_000)
    with pytest.raises(UnreadableFile, match="解压后太大"):
        read(path, KNOWN, limits=Limits(10**6, 2_000_000))
    packed = write(tmp_path / "a.csv.gz", gzip.compress(b"x" * 3_000_000))
    with pytest.raises(UnreadableFile, match="解压后超过"):
        read(packed, KNOWN, limits=Limits(10**6, 2_000_000))


LIMITS = Limits(2_000, 10_000, 3)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"", "空的"),
        ("a.csv", b"x" * 3_000, "分成几个文件"),
        ("a.csv", "编码\n1\n2\n3\n4\n", "最多 3 行"),
        ("a.csv", "编码,名称\n", "没有数据"),
        ("a.csv", "1,2\n3,4\n", "找不到表头"),
        ("a.csv", b"\xff\xff\xff\x00", "编码"),
        ("a.csv", '编码,名称\n"甲,乙\n丙', "第 2 行读不下去"),
        ("a.csv.gz", b"not gzip", "压缩文件已损坏"),
        ("a.xlsx", b"PK\x03\x04broken", "已损坏"),
        ("a.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + b"x", "密码"),
        ("a.geojson", "{", "不是完整"),
        ("a.geojson", "[]", "没有要素"),
        ("a.geojson", '{"features": []}', "一个要素也没有"),
        ("a.geojson", '{"features": [1]}', "没有要素"),
        ("a.xls", b"x", "另存为 xlsx"),
        ("a.exe", b"x", "只能导入"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path, name, data, says):
    with pytest.raises(UnreadableFile, match=says):
        read(write(tmp_path / name, data), KNOWN, limits=LIMITS)


def test_a_quote_inside_a_cell_is_read_as_people_mean_it(tmp_path):
    table = read(write(tmp_path / "a.csv", '编码,名称\nP-1,"甲"楼\n'), KNOWN)
    assert table.rows == [(2, ["P-1", "甲楼"])]


def test_deeply_nested_json_is_refused(tmp_path):
    path = write(tmp_path / "a.geojson", "[" * 100_000)
    with pytest.raises(UnreadableFile):
        read(path, KNOWN)


def test_our_own_reason_column_is_left_out(tmp_path):
    table = read(write(tmp_path / "a.csv", "编码,原因,名称\nP-1,错,甲\n"), KNOWN)
    assert readers.without_reason(table).rows == [(2, ["P-1", "甲"])]
