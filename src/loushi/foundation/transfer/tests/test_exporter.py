"""Files that go out: what they say, what they hide, and that they never run as formulas."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at, make_actor, moment
from loushi.foundation.transfer.commands import ExportColumn, Exporter, export

ACTOR = make_actor(1, "周闻笛", path="000001")


class PlaceExporter(Exporter):
    name = "places"
    label = "地块"
    geometry = "shape"
    columns = (
        ExportColumn("code", "编码"),
        ExportColumn("name", "名称", lambda row: row["name"].upper()),
        ExportColumn("area", "面积"),
        ExportColumn("built", "竣工"),
        ExportColumn("seen", "看过"),
        ExportColumn("phone", "电话"),
        ExportColumn("own", "自用"),
    )


def row(**changes):
    return {
        "code": "P-1", "name": "a", "area": Decimal("12.50"), "built": date(2020, 1, 2),
        "seen": moment("2026-10-12 10:20"), "phone": "13800000000", "own": True,
        "shape": {"type": "Point", "coordinates": [120, 30]},
    } | changes  # fmt: skip


def body(file) -> bytes:
    data = file.stream.read()
    file.stream.close()
    return data


def test_xlsx_keeps_numbers_and_days_and_says_what_it_is():
    with at("2026-10-12 10:30"):
        filters = {"等级": "A", "无": ""}
        file = export(PlaceExporter, [row()], actor=ACTOR, scope="望澜商务社区", filters=filters)
    assert file.name == "地块_20261012_1030.xlsx"
    book = load_workbook(io.BytesIO(body(file)))
    header, line = book.get_sheet_by_name("地块").to_python()
    assert header == ["编码", "名称", "面积", "竣工", "看过", "电话", "自用"]
    assert line[:4] == ["P-1", "A", 12.5, date(2020, 1, 2)]
    assert line[4].strftime("%H:%M") == "10:20"
    about = dict(book.get_sheet_by_name("说明").to_python())
    assert about["截至"] == "2026-10-12 10:30"
    assert about["范围"] == "望澜商务社区"
    assert about["筛选：等级"] == "A"
    assert about["行数"] == "1"
    assert about["导出人"].startswith("周闻笛")
    assert "筛选：无" not in about


@pytest.mark.parametrize("text", ["=1+1", "+86 1", "-x", "@SUM(A1)", "\t=1"])
def test_formulas_stay_text(text):
    data = body(export(PlaceExporter, [row(code=text)], actor=ACTOR, kind="csv"))
    assert data.startswith(b"\xef\xbb\xbf")
    line = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1]
    assert line[0] == "'" + text
    book = load_workbook(io.BytesIO(body(export(PlaceExporter, [row(code=text)], actor=ACTOR))))
    assert book.get_sheet_by_name("地块").to_python()[1][0].strip() == text.strip()


def test_negative_numbers_are_numbers():
    data = body(export(PlaceExporter, [row(area=Decimal("-3.5"))], actor=ACTOR, kind="csv"))
    assert "P-1,A,-3.5,2020-01-02,2026-10-12 10:20:00" in data.decode()


def test_hidden_columns_are_masked_for_all_or_for_one_row():
    rows = [row(), row(code="P-2", phone="13900000000")]
    phones = frozenset({"phone"})
    for_all = body(export(PlaceExporter, rows, actor=ACTOR, kind="csv", hidden=phones))
    assert b"13800000000" not in for_all
    assert "（无权查看）" in for_all.decode()

    def hidden(place):
        return frozenset({"phone"}) if place["code"] == "P-1" else frozenset()

    for_one = body(export(PlaceExporter, rows, actor=ACTOR, kind="csv", hidden=hidden)).decode()
    assert "13800000000" not in for_one
    assert "13900000000" in for_one


def test_geojson():
    data = json.loads(body(export(PlaceExporter, [row(), row()], actor=ACTOR, kind="geojson")))
    assert len(data["features"]) == 2
    assert data["features"][0]["geometry"] == {"type": "Point", "coordinates": [120, 30]}
    assert data["features"][0]["properties"]["area"] == 12.5
    assert data["about"]["内容"] == "地块"


def test_empty_exports_are_files_too():
    for kind in ("xlsx", "csv", "geojson"):
        assert body(export(PlaceExporter, [], actor=ACTOR, kind=kind))


def test_unknown_kinds_are_refused():
    with pytest.raises(Refused):
        export(PlaceExporter, [], actor=ACTOR, kind="pdf")


@pytest.mark.django_db
def test_the_response_is_a_private_download():
    answer = export(PlaceExporter, [row()], actor=ACTOR).response()
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content)
    answer.close()


def test_rows_are_taken_one_by_one():
    seen = []

    def stream():
        for number in range(5_000):
            seen.append(number)
            yield row(code=f"P-{number}", built=date(2020, 1, 1) + timedelta(number % 300))

    file = export(PlaceExporter, stream(), actor=ACTOR)
    assert file.rows == len(seen) == 5_000
    body(file)
