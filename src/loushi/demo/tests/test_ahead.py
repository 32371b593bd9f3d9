"""What a second process makes arrives whole, in order, and its failure is told."""

import os
from collections.abc import Iterator
from itertools import repeat

import pytest
from django.db import connection

from loushi.demo.ahead import MakingFailed, ahead, can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="one core, or no fork here")


@pytest.mark.parametrize("aside", [False, True])
def test_things_come_in_order_as_of_the_moment_they_were_begun(aside: bool) -> None:
    numbers = [1, 2, 3]
    with ahead(lambda: ((number, os.getpid()) for number in numbers), aside=aside) as made:
        found = list(made)
    assert [number for number, _pid in found] == [1, 2, 3]
    assert all((pid != os.getpid()) == aside for _number, pid in found)


def test_an_error_on_the_way_is_told_after_what_was_made() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with ahead(make, aside=True) as made:
        assert next(made) == 1
        with pytest.raises(MakingFailed, match="ValueError: no more"):
            next(made)


@pytest.mark.django_db
def test_the_second_process_may_not_ask_the_database() -> None:
    def make() -> Iterator[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield 1

    with ahead(make, aside=True) as made, pytest.raises(MakingFailed, match="the database"):
        next(made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_leaving_early_ends_the_second_process() -> None:
    with ahead(lambda: (os.getpid() for _ in repeat(None)), aside=True) as made:
        pid = next(made)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
