"""The list: own notices only, unread first, paged by key."""

from collections.abc import Callable
from typing import Any

import pytest

from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import make_actor
from loushi.foundation.notices import queries
from loushi.foundation.notices.commands import Message, mark_read, notify_many
from loushi.foundation.notices.models import Notice


def write(count: int, user_id: int = 3, start: int = 0, kind: str = "k") -> list[int]:
    notify_many(
        [Message(user_id, kind, f"第{n}条", key=f"{kind}:{start + n}") for n in range(count)]
    )
    return list(
        Notice.objects.unscoped("test")
        .filter(recipient_id=user_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def walk(size: int, **wanted: Any) -> list[int]:
    found: list[int] = []
    after = ""
    while True:
        page = queries.page(make_actor(3), after=after, size=size, **wanted)
        found += [row.pk for row in page.rows]
        after = page.after
        if not after:
            return found


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 20])
def test_unread_come_first_and_no_page_repeats_or_skips(size: int) -> None:
    pks = write(8)
    write(3, user_id=4)
    for pk in pks[2:6]:
        mark_read(actor=make_actor(3), pk=pk)
    unread = [pks[7], pks[6], pks[1], pks[0]]
    assert walk(size) == [*unread, *reversed(pks[2:6])]
    assert walk(size, unread_only=True) == unread


@pytest.mark.django_db
def test_the_kind_filter_keeps_its_kind() -> None:
    write(2)
    write(1, kind="other")
    assert [row.kind for row in queries.page(make_actor(3), kind="other").rows] == ["other"]
    assert [code for code, _label in queries.kinds_held(make_actor(3))] == ["k", "other"]


@pytest.mark.django_db
def test_a_withheld_notice_is_shown_to_nobody() -> None:
    (pk,) = write(1)
    Notice.objects.unscoped("test").update(withheld_at="2026-10-12T00:00Z")
    assert queries.page(make_actor(3)).rows == ()
    assert queries.unread_count(make_actor(3)) == 0


@pytest.mark.django_db
def test_support_mode_does_not_open_other_peoples_notices() -> None:
    write(1)
    helper = make_actor(9)
    object.__setattr__(helper, "see_all", True)
    assert queries.page(helper).rows == ()


@pytest.mark.django_db
def test_counting_stops_at_a_hundred() -> None:
    write(120)
    assert queries.unread_count(make_actor(3)) == 100
    assert queries.unread_count(make_actor(None)) == 0


@pytest.mark.django_db
def test_a_broken_cursor_is_refused() -> None:
    with pytest.raises(Refused):
        queries.page(make_actor(3), after="sideways-1")


@pytest.mark.django_db
def test_a_page_takes_as_many_queries_for_2_as_for_20(
    same_queries: Callable[[Callable[[], Any], Callable[[int], Any]], int],
) -> None:
    written = 0

    def grow(count: int) -> None:
        nonlocal written
        write(count, start=written)
        written += count

    same_queries(lambda: queries.page(make_actor(3)), grow)
