"""Who finds what in the audit."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from loushi.foundation.audit import policy, queries
from loushi.foundation.audit.commands import record
from loushi.foundation.audit.queries import Filter
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.logs import request_id
from loushi.foundation.core.testing import at, make_actor

HERE, THERE = "000001000007", "000001000008"
WHOLE_YEAR = Filter(since=date(2026, 1, 1), until=date(2026, 12, 31))


def auditor(path: str = HERE) -> object:
    return make_actor(9, "审计员", path=path, permissions=["audit.view", "audit.export"])


def write(count: int = 1, path: str = HERE, **fields: object) -> list[int]:
    with at("2026-10-12 10:20"):
        return [
            record(
                **{
                    "actor": make_actor(7, "周闻笛"),
                    "action": "demands.accept",
                    "subject": ("demands.demand", 12, "GS-2026-000012"),
                    "unit_path": path,
                    **fields,
                }
            ).pk
            for _number in range(count)
        ]


@pytest.mark.django_db
def test_auditor_sees_own_units_and_not_the_neighbours() -> None:
    (mine,) = write(path=HERE + "000031")
    (theirs,) = write(path=THERE)
    assert [row.pk for row in queries.page(auditor(), WHOLE_YEAR).rows] == [mine]
    with pytest.raises(NotVisible):
        queries.entry(auditor(), theirs)


@pytest.mark.django_db
def test_without_the_permission_nothing_is_shown() -> None:
    (pk,) = write()
    clerk = make_actor(5, path=HERE, permissions=["demands.accept"])
    with pytest.raises(Denied):
        queries.page(clerk, WHOLE_YEAR)
    with pytest.raises(NotVisible):
        queries.entry(clerk, pk)
    with pytest.raises(Denied):
        queries.exported(make_actor(5, path=HERE, permissions=["audit.view"]), WHOLE_YEAR)


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    written = write(7)
    found: list[int] = []
    after = ""
    while True:
        page = queries.page(auditor(), WHOLE_YEAR, after, size=3)
        found += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert found == written[::-1]


@pytest.mark.django_db
def test_a_broken_cursor_is_refused() -> None:
    with pytest.raises(Refused):
        queries.page(auditor(), WHOLE_YEAR, "drop table")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted",
    [
        {"who": "何青"},
        {"who": "8"},
        {"action": "demands.dispatch"},
        {"action": "demands.d"},
        {"subject": "000099"},
        {"subject": "demands.demand:99"},
        {"request": "req-8"},
        {"result": "refused"},
    ],
)
def test_each_filter_finds_its_entry_only(wanted: dict[str, str]) -> None:
    write()
    token = request_id.set("req-8")
    try:
        (pk,) = write(
            actor=make_actor(8, "何青禾"),
            action="demands.dispatch",
            subject=("demands.demand", 99, "GS-2026-000099"),
            result="refused",
        )
    finally:
        request_id.reset(token)
    found = Filter(since=date(2026, 10, 12), until=date(2026, 10, 12), **wanted)
    assert [row.pk for row in queries.page(auditor(), found).rows] == [pk]


@pytest.mark.django_db
def test_both_days_of_the_period_count_in_local_time() -> None:
    (pk,) = write()
    day = Filter(since=date(2026, 10, 12), until=date(2026, 10, 12))
    assert [row.pk for row in queries.page(auditor(), day).rows] == [pk]
    before = Filter(since=date(2026, 10, 1), until=date(2026, 10, 11))
    assert queries.page(auditor(), before).rows == ()


@pytest.mark.django_db
def test_a_page_takes_as_many_queries_for_2_as_for_20(
    same_queries: Callable[[Callable[[], Any], Callable[[int], Any]], int],
) -> None:
    same_queries(lambda: queries.page(auditor(), WHOLE_YEAR), write)


@pytest.mark.django_db
def test_changes_pair_both_sides() -> None:
    (pk,) = write(before={"state": "a"}, after={"state": "b", "lead": 3})
    shown = [(c.label, c.before, c.after) for c in queries.entry(auditor(), pk).changes]
    assert shown == [("状态", "a", "b"), ("lead", None, 3)]


@pytest.mark.django_db
def test_recorded_lists_and_answers_are_read_as_words() -> None:
    (pk,) = write(after={"codes": ["10", "10.01"], "open": True, "to": {"C1": [4]}})
    shown = {c.label: c.after for c in queries.entry(auditor(), pk).changes}
    assert shown == {"codes": "10、10.01", "open": "是", "to": "C1 4"}


@pytest.mark.django_db
def test_actions_have_words_where_anybody_gave_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_names", {})
    policy.name_actions({"accounts.log_in": "登录"})
    assert queries.action_label("accounts.log_in") == "登录"
    assert queries.action_label("audit.view") == "查看留痕"
    assert queries.action_label("enterprises.look") == "查看受保护的内容"
    assert queries.action_label("x.unknown") == "x.unknown"
