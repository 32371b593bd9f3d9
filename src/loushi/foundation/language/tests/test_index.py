"""What is written and what is found again, on the database of the test run."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loushi.foundation.language import queries
from loushi.foundation.language.commands import (
    Text,
    index_many,
    index_text,
    move_paths,
    remove_many,
    remove_text,
)
from loushi.foundation.language.models import IndexEntry
from loushi.foundation.language.queries import EVERYTHING, NOTHING, Scope, find, matches

NOW = datetime(2026, 10, 12, 2, 20, tzinfo=UTC)
HERE, THERE = "000001000007", "000001000008"

pytestmark = pytest.mark.django_db


def put(object_id, text, *, kind="demand", path=HERE, at=None, paths=(), participants=(), tags=()):
    index_text(
        kind=kind,
        object_id=object_id,
        text=text,
        unit_path=path,
        at=at or NOW + timedelta(seconds=object_id),
        paths=paths,
        participants=participants,
        tags=tags,
    )


def ids(query, scope=EVERYTHING, **options):
    return list(find(kind="demand", query=query, scope=scope, **options).ids)


def test_two_character_words_are_found_inside_longer_ones():
    put(1, "地下停车场夜间照明不足")
    put(2, "停一下车")
    assert ids("停车") == [1]


def test_several_words_must_all_stand_in_the_text():
    put(1, "停车难，电梯慢")
    put(2, "停车难")
    assert ids("电梯 停车") == [1]


def test_numbers_are_found_whole_by_part_and_by_tail():
    put(1, "GS-2026-000123 空调")
    put(2, "GS-2026-001230 空调")
    assert ids("gs-2026-000123") == [1]
    assert ids("ＧＳ-2026-0001") == [1]
    assert ids("0123") == [2, 1]
    assert ids("00123") == [2, 1]
    assert ids("000123") == [1]


def test_mixed_room_numbers_are_exact():
    put(1, "文澜大厦A座1703室")
    put(2, "文澜大厦A座，1703室")
    assert ids("A座1703") == [1]
    assert ids("a座 1703") == [2, 1]


def test_a_long_sentence_is_found_word_for_word_only():
    sentence = "近一个月以来地下车库停车位不足，影响员工正常上下班"
    put(1, f"我司反映：{sentence}。")
    put(2, "地下车库停车位不足已近一个月以来，影响员工正常上下班")
    assert ids(sentence) == [1]


def test_quotes_and_operators_are_only_characters():
    put(1, "约定'停车'or\"免费\"*")
    for query in ("'停车'", '"免费"*', "or", "停车'or\"免费", "车')", "\\停车 :*"):
        assert ids(query) == ([1] if matches(query, "约定'停车'or\"免费\"*") else [])


def test_hits_come_newest_first_whatever_the_order_of_writing():
    put(3, "停车", at=NOW - timedelta(days=400))
    put(1, "停车", at=NOW)
    put(2, "停车", at=NOW - timedelta(days=20))
    assert ids("停车") == [1, 2, 3]


def test_pages_follow_one_another_without_gap_or_repetition():
    days = [9 * (n // 2) for n in range(57)]
    index_many(Text("demand", n, "停车", NOW - timedelta(days=d), HERE) for n, d in enumerate(days))
    seen, before = [], ""
    while True:
        found = find(kind="demand", query="停车", scope=EVERYTHING, limit=10, before=before)
        assert found.count == (57 if not before else None)
        seen += found.ids
        before = found.next
        if not before:
            break
    expected = sorted(range(57), key=lambda n: (n // 2, -n))
    assert seen == expected


def test_a_count_ends_at_one_thousand(monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 10)
    index_many(Text("demand", n, "停车", NOW, HERE) for n in range(11))
    found = find(kind="demand", query="停车", scope=EVERYTHING, limit=5)
    assert (found.count, found.is_capped, found.count_text) == (10, True, "10+")
    remove_text(kind="demand", object_id=3)
    found = find(kind="demand", query="停车", scope=EVERYTHING, limit=5)
    assert (found.count, found.is_capped, found.count_text) == (10, False, "10")


def test_an_uneven_past_is_searched_to_its_end(monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 3)
    days = [0, 1, 2, 40, 300, 301, 302, 303, 900, 2000]
    index_many(Text("demand", n, "停车", NOW - timedelta(days=d), HERE) for n, d in enumerate(days))
    assert ids("停车") == list(range(10))


def test_a_neighbour_is_neither_found_nor_counted():
    put(1, "停车", path=HERE)
    put(2, "停车", path=THERE)
    found = find(kind="demand", query="停车", scope=Scope((HERE,)))
    assert (found.ids, found.count) == ((1,), 1)


def test_a_scope_joins_subtrees_and_participants():
    put(1, "停车", path=HERE + "000031")
    put(2, "停车", path=THERE)
    put(3, "停车", path=THERE, participants=["d7"])
    put(4, "停车", path=THERE, participants=["d70"])
    assert ids("停车", Scope((HERE,), ("d7",))) == [3, 1]
    assert ids("停车", Scope((), ("d7",))) == [3]
    assert ids("停车", NOTHING) == []


def test_kinds_and_tags_narrow_a_search():
    put(1, "停车", tags=["open"])
    put(2, "停车")
    put(1, "停车", kind="building")
    assert ids("停车") == [2, 1]
    assert ids("停车", tags=["open"]) == [1]
    assert find(kind="building", query="停车", scope=EVERYTHING).ids == (1,)


def test_indexing_again_replaces_the_words_the_place_and_the_marks():
    put(1, "停车", path=HERE, participants=["d7"])
    put(1, "电梯", path=THERE, participants=["d8"])
    assert ids("停车") == []
    assert ids("电梯", Scope((HERE,), ("d7",))) == []
    assert ids("电梯", Scope((THERE,))) == ids("电梯", Scope((), ("d8",))) == [1]


def test_indexing_the_same_again_writes_nothing(django_assert_max_num_queries):
    put(1, "停车")
    before = IndexEntry.objects.unscoped("test").values().get()
    with django_assert_max_num_queries(3):  # savepoint, one statement, release
        put(1, "停车")
    assert IndexEntry.objects.unscoped("test").values().get() == before


def test_of_two_texts_for_one_object_the_later_counts():
    texts = [Text("demand", 1, "停车", NOW, HERE), Text("demand", 1, "电梯", NOW, HERE)]
    assert index_many(texts) == 2
    assert (ids("停车"), ids("电梯")) == ([], [1])


def test_removed_texts_are_gone():
    put(1, "停车")
    put(2, "停车")
    put(3, "停车")
    assert remove_text(kind="demand", object_id=1) is True
    assert remove_text(kind="demand", object_id=1) is False
    assert remove_many(kind="demand", object_ids=[2, 9]) == 1
    assert ids("停车") == [3]


def test_what_is_rolled_back_is_not_found():
    with transaction.atomic():
        put(1, "停车")
        transaction.set_rollback(True)
    assert ids("停车") == []


def test_a_moved_unit_takes_its_rows_along_in_portions():
    old, new = HERE + "000031", THERE + "000031"
    for n in range(1, 6):
        put(n, "停车", path=old + f"{40 + n:06d}", participants=["d7"], tags=["open"])
    put(9, "停车", path=HERE + "000032")
    assert [move_paths(old=old, new=new, limit=3) for _ in range(3)] == [3, 2, 0]
    assert ids("停车", Scope((HERE,))) == [9]
    assert ids("停车", Scope((THERE,))) == [5, 4, 3, 2, 1]
    assert ids("停车", Scope((old + "000042",))) == [2]  # the unit itself is the same
    assert ids("停车", Scope((), ("d7",)), tags=["open"]) == [5, 4, 3, 2, 1]
    paths = IndexEntry.objects.unscoped("test").values_list("unit_path", flat=True)
    assert sum(path.startswith(new) for path in paths) == 5


def test_a_row_is_found_by_each_of_its_paths():
    put(1, "停车", path=HERE, paths=[THERE + "000031", HERE, ""])
    assert ids("停车", Scope((HERE,))) == ids("停车", Scope((THERE,))) == [1]
    assert ids("停车", Scope((THERE + "000032",))) == []


def test_further_paths_move_along():
    grid = THERE + "000031"
    put(1, "停车", path=HERE, paths=[grid, THERE + "000032"])
    put(2, "停车", path=grid, paths=[grid + "000041"])
    put(3, "停车", path=HERE, paths=[THERE + "000032"])
    target = "000001000009000031"
    assert [move_paths(old=grid, new=target, limit=1) for _ in range(3)] == [1, 1, 0]
    assert ids("停车", Scope(("000001000009",))) == [2, 1]
    assert ids("停车", Scope((THERE,))) == [3, 1]
    assert ids("停车", Scope((HERE,))) == [3, 1]
    entry = IndexEntry.objects.unscoped("test").get(object_id=2)
    assert (entry.unit_path, entry.paths) == (target, f" {target}000041")


def test_a_moved_row_equals_one_indexed_at_its_new_place():
    put(1, "停车", path=HERE + "000031", participants=["d7"])
    move_paths(old=HERE + "000031", new="000001000031")
    moved = IndexEntry.objects.unscoped("test").values().get()
    put(1, "停车", path="000001000031", participants=["d7"])
    assert IndexEntry.objects.unscoped("test").values().get() == moved


def test_a_unit_cannot_move_below_itself():
    put(1, "停车", path=HERE)
    with pytest.raises(ValueError, match="below itself"):
        move_paths(old=HERE, new=HERE + "000031")
    with pytest.raises(ValueError, match="empty"):
        move_paths(old="", new=HERE)
    assert ids("停车", Scope((HERE,))) == [1]


def test_a_query_without_letters_says_so():
    put(1, "停车！")
    found = find(kind="demand", query=" ！", scope=EVERYTHING)
    assert (found.ids, found.is_searchable) == ((), False)


@pytest.mark.parametrize("before", ["1", "x-1", "1-", "-1", "１-1", "1-1-1", "9" * 18 + "-1"])
def test_a_forged_place_is_refused(before):
    with pytest.raises(ValueError, match="not a place"):
        find(kind="demand", query="停车", scope=EVERYTHING, before=before)


def test_a_limit_beyond_the_count_is_refused():
    with pytest.raises(ValueError, match="limit"):
        find(kind="demand", query="停车", scope=EVERYTHING, limit=1001)


LETTERS = st.text(alphabet="停车场难电梯aA1２0-' ，。\n", max_size=12)
ROW = st.tuples(LETTERS, st.sampled_from([HERE, THERE, HERE + "000031", ""]), st.integers(0, 900))


class FullScanTest(TestCase):
    """The index and a scan of all texts give the same hits, in the same order."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=st.lists(ROW, max_size=12), asked=st.lists(LETTERS, min_size=1, max_size=6))
    def test_the_index_agrees_with_a_full_scan(self, rows, asked):
        index_many(
            Text("demand", n, text, NOW - timedelta(days=days), path)
            for n, (text, path, days) in enumerate(rows)
        )
        newest = sorted(range(len(rows)), key=lambda n: (rows[n][2], -n))
        for query in asked:
            if not queries.searchable(query):
                continue
            for scope in (EVERYTHING, Scope((HERE,))):
                seen = [
                    n
                    for n in newest
                    if matches(query, rows[n][0])
                    and (scope.everything or rows[n][1].startswith(HERE))
                ]
                assert ids(query, scope) == seen
