"""Which heading of a file is which of our columns."""

import pytest

from loushi.foundation.transfer import parsers
from loushi.foundation.transfer.columns import (
    Column,
    WrongMapping,
    match,
    normalise,
    parse_map,
    parser_for,
    unit_in,
)

COLUMNS = (
    Column("credit_code", "统一社会信用代码", aliases=("信用代码",)),
    Column("name", "企业名称", aliases=("名称", "公司")),
    Column("area", "租赁面积", parsers.Number(unit="㎡")),
    Column("secret", "派生", derived=True),
)


@pytest.mark.parametrize(
    "heading",
    [
        "企业名称",
        " 企 业 名 称 ",
        "企业名称*",
        "企业名称（必填）",
        "企业名称：",
        "NAME",
        "ｎａｍｅ",
        "公司",
    ],  # fmt: skip
)
def test_headings_are_recognised_however_they_are_written(heading):
    assert match([heading], COLUMNS).sources == {"name": 0}


@pytest.mark.parametrize("heading", ["租赁面积（平）", "租赁面积 ㎡", "租赁面积(m2)", "Area"])
def test_units_in_headings_do_not_matter_for_recognition(heading):
    assert match([heading], COLUMNS).sources == {"area": 0}


def test_units_in_headings_convert():
    assert unit_in("租赁面积（万㎡）") == "万㎡"
    assert unit_in("注册资本（单位：元）") == "元"
    assert unit_in("企业名称（必填）") == ""
    assert unit_in("元") == ""
    parse = parser_for(COLUMNS[2], "租赁面积（万㎡）")
    assert parse("2", None) == 20000


def test_identifiers_and_snake_case():
    assert normalise("Credit_Code") == normalise("credit code") == normalise("CREDIT-CODE")
    assert match(["creditCode"], COLUMNS).sources == {"credit_code": 0}


def test_derived_columns_are_never_read_from_a_file():
    assert match(["派生", "secret"], COLUMNS).sources == {}


def test_the_first_of_two_headings_for_one_column_wins():
    mapping = match(["名称", "公司"], COLUMNS)
    assert mapping.sources == {"name": 0}
    assert [heading.text for heading in mapping.unknown] == ["公司"]


def test_what_the_person_says_wins_over_memory_and_recognition():
    mapping = match(
        ["名称", "全称", "备注"], COLUMNS, [("全称", "企业名称")], {"备注": "credit_code"}
    )
    assert mapping.sources == {"name": 1, "credit_code": 2}
    assert [heading.how for heading in mapping.headings] == ["", "given", "remembered"]


def test_one_heading_may_feed_two_columns():
    mapping = match(["甲"], COLUMNS, [("甲", "name"), ("甲", "credit_code")])
    assert mapping.sources == {"name": 0, "credit_code": 0}


def test_our_own_reason_column_is_ignored():
    (heading,) = match(["原因"], COLUMNS).headings
    assert heading.how == "ignored"


def test_map_entries():
    assert parse_map(["a=b=name", "备注="]) == [("a=b", "name"), ("备注", "")]
    with pytest.raises(WrongMapping):
        parse_map(["=name"])


def test_hints_say_what_to_fill_in():
    column = Column("x", "层数", parsers.Whole(unit="层"), required=True)
    assert column.hint == "必填；整数，单位层"
    assert Column("x", "等级", parsers.Choice({"A": "甲"})).hint == "选填；甲"
