"""The filters and tags write what a Chinese civil servant, and an English reader, would write."""

from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from loushi.foundation.core.testing import at, moment
from loushi.foundation.web.templatetags import loushi as tags
from loushi.foundation.web.templatetags.drawing import month_bars


@pytest.mark.parametrize(
    ("value", "text"),
    [(1279, "1,279"), (0, "0"), (Decimal("6160.50"), "6,160.5"), (Decimal("38040"), "38,040"),
     (None, "—"), ("", "—"), ("many", "—"), (-1200, "-1,200")],
)  # fmt: skip
def test_thousands(value: object, text: str) -> None:
    assert tags.thousands(value) == text


def test_money_has_two_places_and_percent_one() -> None:
    assert tags.money(12800) == "12,800.00"
    assert tags.money(Decimal("0.005"), 0) == "0"
    assert tags.percent(0.986) == "98.6%"
    assert tags.percent(Decimal("0.5"), 0) == "50%"
    assert tags.percent(None) == "—"


def test_a_share_of_nothing_is_not_zero() -> None:
    assert tags.share(211, 214) == "98.6%"
    assert tags.share(0, 8) == "0.0%"
    assert tags.share(0, 0) == "—"
    assert tags.share(None, 5) == "—"


def test_long_names_keep_head_and_branch() -> None:
    name = "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司"
    short = tags.short_name(name, 16)
    assert len(short) == 16
    assert short.startswith("临漕市云栈智联供")
    assert short.endswith("第一分公司")
    assert tags.short_name("漕汇声学仪器有限公司", 16) == "漕汇声学仪器有限公司"


@pytest.mark.parametrize(
    ("number", "text"),
    [("13812342046", "138 **** 2046"), ("138-1234-2046", "138 **** 2046"), ("12345", "12345"),
     ("", "—"), (None, "—")],
)  # fmt: skip
def test_phones_are_masked(number: str | None, text: str) -> None:
    assert tags.mask_phone(number) == text


def test_initials() -> None:
    assert tags.initial("周闻笛") == "周"
    assert tags.initial("wang Min") == "W"
    assert tags.initial("") == "·"


def test_days_and_times_in_both_languages() -> None:
    when = moment("2026-10-12 10:20")
    with at("2026-10-12 10:20"):
        assert tags.day(when) == "10月12日 周一"
        assert tags.daytime(when) == "10月12日 周一 10:20"
        assert tags.day(date(2025, 3, 15)) == "2025年3月15日 周六"
        assert tags.daytime(date(2026, 10, 11)) == "10月11日 周日"
        assert tags.clock(when) == "10:20"
        assert tags.clock(date(2026, 10, 12)) == "—"
        assert tags.day(None) == "—"
        with translation.override("en"):
            assert tags.daytime(when) == "Mon 12 Oct 10:20"
            assert tags.day(date(2025, 3, 15)) == "Sat 15 Mar 2025"


@pytest.mark.parametrize(
    ("then", "text"),
    [
        ("2026-10-12 10:19:40", "刚刚"),
        ("2026-10-12 10:15", "5 分钟前"),
        ("2026-10-12 08:20", "2 小时前"),
        ("2026-10-11 23:59", "昨天"),
        ("2026-09-30 09:40", "12 天前"),
    ],
)
def test_since_counts_calendar_days(then: str, text: str) -> None:
    with at("2026-10-12 10:20"):
        assert tags.since(moment(then)) == text


def test_since_of_a_plain_date() -> None:
    with at("2026-10-12 10:20"):
        assert tags.since(date(2026, 10, 12)) == "今天"
        assert tags.since(date(2026, 10, 2)) == "10 天前"
        assert tags.since(None) == "—"


@pytest.mark.parametrize(
    ("minutes", "a_day", "text"),
    [(1480, None, "24 小时 40 分"), (540, 420, "1 天 2 小时"), (370, 420, "6 小时 10 分"),
     (45, 420, "45 分"), (0, None, "0 分"), (-220, None, "3 小时 40 分"), (420, 420, "1 天"),
     (430, 420, "1 天"), (None, 420, "—")],
)  # fmt: skip
def test_working_minutes_in_words(minutes: int | None, a_day: int | None, text: str) -> None:
    assert tags.minutes_text(minutes, a_day) == text


def render(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/demands/{query}")
    return Template(source).render(Context({"request": request, **context}))


def test_query_replaces_removes_and_forgets_the_page() -> None:
    page = "?status=new&sort=due&after=abc"
    assert render('{% query sort="-due" %}', page) == "?status=new&amp;sort=-due"
    assert render("{% query status=None %}", page) == "?sort=due"
    assert render('{% query after="def" %}', page) == "?status=new&amp;sort=due&amp;after=def"
    assert render("{% query unit=units %}", "?unit=1", units=["2", "3"]) == "?unit=2&amp;unit=3"


def test_query_escapes_what_people_put_into_addresses() -> None:
    assert "<" not in render('{% query sort="x" %}', '?q="><script>')


def test_icons_are_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in tags.icon("search")
    assert 'role="img" aria-label="搜&lt;索"' in tags.icon("search", "搜<索")
    assert "icons.svg?v=" in tags.icon("search")
    assert 'class="glyph"' in tags.glyph("overdue")
    assert "#glyph-dot" in tags.glyph("nothing of the kind")


def test_every_glyph_is_in_the_sprite() -> None:
    from django.contrib.staticfiles import finders

    path = finders.find("web/icons.svg")
    assert path
    with open(path, encoding="utf-8") as sprite:
        drawn = sprite.read()
    for name in tags.GLYPHS.values():
        assert f'id="{name}"' in drawn


def test_lookup_gives_the_key_when_missing() -> None:
    assert tags.lookup({"a": 1}, "a") == 1
    assert tags.lookup({"a": 1}, "b") == "b"
    assert tags.lookup(None, "b") == "b"


def test_values_and_years_of_month_columns_never_touch() -> None:
    values = [5, 90, 95, 91, 20, 100, 99, 80]
    columns = [{"value": value, "year": ""} for value in values]
    columns[0]["year"], columns[1]["year"], columns[6]["year"] = "2026年", "2027年", "2028年"
    rows = month_bars(columns)
    assert [row["value"] for row in rows if row["said"]] == [95, 100]
    assert [row["year"] for row in rows if row["year"]] == ["2027年", "2028年"]
    assert rows[5]["height"] == 100.0
