"""From a cell to a value, with properties over what people write."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loushi.foundation.transfer import parsers
from loushi.foundation.transfer.parsers import Unreadable

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1900, 3, 1), date(2199, 12, 31))


def read(parser, cell):
    return parser(cell, ZONE)


FORMS = ["{y}-{m:02d}-{d:02d}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日",
         "{y}{m:02d}{d:02d}", " {y}-{m}-{d} "]  # fmt: skip


@given(DAYS, st.sampled_from(FORMS))
def test_a_day_is_read_however_it_is_written(day, form):
    text = form.format(y=day.year, m=day.month, d=day.day)
    assert read(parsers.Day(), text) == day


@given(DAYS)
def test_excel_serials_are_days(day):
    serial = (day - date(1899, 12, 30)).days
    assert read(parsers.Day(), serial) == day
    assert read(parsers.Day(), float(serial)) == day


@given(st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 30)))  # noqa: DTZ001
def test_moments_are_read_to_the_second(moment):
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=ZONE)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d %H%M%S"):
        assert read(parsers.Moment(), moment.strftime(form)) == expected
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    assert read(parsers.Moment(), serial) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019/2/28 11:25:05", (2019, 2, 28, 11, 25, 5)),
        ("2026年11月23日 下午3:05", (2026, 11, 23, 15, 5, 0)),
        ("2026年11月23日 15时05分", (2026, 11, 23, 15, 5, 0)),
        ("2026-11-23 3:05 PM", (2026, 11, 23, 15, 5, 0)),
        ("2026-11-23 12:00 AM", (2026, 11, 23, 0, 0, 0)),
        ("２０２６－１１－２３　０９：３０", (2026, 11, 23, 9, 30, 0)),
        ("2026-11-23 24:00", (2026, 11, 24, 0, 0, 0)),
        ("20261123", (2026, 11, 23, 0, 0, 0)),
        (20261123, (2026, 11, 23, 0, 0, 0)),
        ("45000.5", (2023, 3, 15, 12, 0, 0)),
    ],
)
def test_moments_people_write(text, expected):
    assert read(parsers.Moment(), text) == datetime(*expected, tzinfo=ZONE)


def test_an_offset_in_the_text_wins_over_the_files_zone():
    assert read(parsers.Moment(), "2026-11-23T09:30:00Z") == datetime(
        2026, 11, 23, 9, 30, tzinfo=UTC
    )
    assert read(parsers.Moment(), "2026-11-23 09:30:00+05:30") == datetime(
        2026, 11, 23, 4, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("2025-02-30", "没有 2025 年 2 月 30 日"),
        ("02/03/2026", "先后"),
        ("明天", "看不出日期"),
        ("2026-11", "看不出日期"),
        ("2026-11-23 25:00", "时刻不对"),
        (0.2, "看不出日期"),
        (True, "看不出日期"),
        ("1492-01-01", "之间"),
        ("99999999999", "看不出日期"),
    ],
)
def test_what_is_no_day_says_so(cell, says):
    with pytest.raises(Unreadable, match=says):
        read(parsers.Day(), cell)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_numbers_survive_commas_width_and_unit(value):
    parser = parsers.Number(unit="㎡")
    wide = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")
    for text in (f"{value:f}", f"{value:,.2f}", f"{value:f} ㎡", f"{value:f}平方米",
                 f"{value:f}".translate(wide)):  # fmt: skip
        assert read(parser, text) == value


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("万元", "3000万元人民币", "3000"),
        ("万元", "3000000元", "300"),
        ("万元", "1.2亿元", "12000"),
        ("元", "300万", "3000000"),
        ("㎡", "1.5万平方米", "15000"),
        ("%", "85%", "85"),
        ("", "1e3", "1000"),
        ("", 0.1, "0.10"),
        ("", -0.001, "0"),
    ],
)
def test_units_are_converted(unit, cell, value):
    assert read(parsers.Number(unit=unit), cell) == Decimal(value)


def test_a_units_heading_converts_the_whole_column():
    assert read(parsers.Number(unit="万元").in_unit("元"), 25000) == Decimal("2.50")
    assert read(parsers.Number(unit="万元").in_unit("㎡"), 25000) == Decimal(25000)


@pytest.mark.parametrize(
    ("parser", "cell", "says"),
    [
        (parsers.Number(), "三十", "看不出数字"),
        (parsers.Number(), "12 斤", "别的内容"),
        (parsers.Number(unit="㎡"), "12 斤", "不认识的单位"),
        (parsers.Number(minimum=0), -1, "不能小于 0"),
        (parsers.Number(maximum=5), "6", "不能大于 5"),
        (parsers.Number(), True, "要填数字"),
        (parsers.Number(), float("inf"), "数字"),
        (parsers.Number(), "9" * 40, "太大"),
        (parsers.Number(), "1e99", "太大"),
        (parsers.Number(), "1,2,3", "别的内容|看不出"),
        (parsers.Whole(), "12.5", "整数"),
        (parsers.LATITUDE, "91", "不能大于 90"),
        (parsers.Text(5), "一二三四五六", "最多 5 个字"),
        (parsers.Text(30), 4.5e17, "15 位"),
        (parsers.Text(pattern=r"\d{4}", pattern_says="请填四位数字。"), "12", "四位"),
        (parsers.YesNo(), "也许", "“是”或“否”"),
        (parsers.Choice({"A": "甲"}), "丙", "甲"),
        (parsers.Geometry(), {"type": "Point", "coordinates": [1, 2]}, "类型"),
        (parsers.Geometry(("Point",)), {"type": "Point", "coordinates": []}, "没有坐标"),
        (parsers.Geometry(("Point",)), {"type": "Point", "coordinates": [200, 2]}, "经纬度"),
        (parsers.Geometry(("Point",)), {"type": "Point", "coordinates": ["a", 2]}, "不完整"),
        (parsers.Geometry(), "不是", "GeoJSON"),
        (parsers.Words(3), "一二三四", "太长"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(parser, cell, says):
    with pytest.raises(Unreadable, match=says):
        read(parser, cell)


@given(st.text(max_size=60))
def test_text_never_keeps_controls_or_outer_spaces(text):
    try:
        value = read(parsers.Text(60), text)
    except Unreadable:
        return
    assert value == value.strip()
    assert not any(ord(char) < 32 or ord(char) == 127 for char in value)
    assert read(parsers.Text(60), value) == value or value.startswith("'")


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.dates()))
def test_no_parser_ever_fails_otherwise_than_by_saying_so(cell):
    if parsers.is_blank(cell):
        return
    for parser in (parsers.Text(), parsers.Number(unit="万元"), parsers.Whole(), parsers.Day(),
                   parsers.Moment(), parsers.YesNo(), parsers.Choice({"A": "甲"}),
                   parsers.Words(), parsers.Geometry(), parsers.LONGITUDE):  # fmt: skip
        with suppress(Unreadable):
            read(parser, cell)


def test_text_of_workbook_cells():
    assert read(parsers.Text(), 330102001.0) == "330102001"
    assert read(parsers.Text(), "'=SUM(A1)") == "=SUM(A1)"
    assert read(parsers.Text(), " 甲\r\n 乙 ") == "甲 乙"
    assert read(parsers.Text(lines=True), "甲\r\n乙") == "甲\n乙"
    assert read(parsers.Text(fold=True, upper=True), "ａ－１２") == "A-12"
    assert read(parsers.Choice({"A": "甲级"}, also={"一等": "A"}), " 一 等") == "A"
    assert read(parsers.Words(), "甲、乙，甲；丙") == ("甲", "乙", "丙")
    assert read(parsers.YesNo(), 1.0) is True


def test_blank_cells():
    for cell in (None, "", "  \n", float("nan")):
        assert parsers.is_blank(cell)
    assert not parsers.is_blank(0)
    assert parsers.says_nothing("——")
    assert not parsers.says_nothing("0")
