"""The engine: never over capacity, the waiting list in order, whatever happens in what order."""

import contextlib
import random
import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from loushi.foundation.core.capacity import (
    BookingState,
    Capacity,
    Offer,
    check_open,
    merged,
    slots_of,
)
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.testing import at, moment
from loushi.registry.territory.factories import make_district
from loushi.services.stations.factories import make_station
from loushi.services.stations.models import Booking, BookingSlot

WHY = "test"
engine = Capacity(BookingSlot, Booking)
NINE = moment("2026-11-02 09:00")


@pytest.fixture
def station() -> Any:
    with at("2026-11-01 10:00"):
        yield make_station(make_district()["C1"])


def offer(station: Any, places: int, start: datetime = NINE) -> Offer:
    return Offer(
        start, start + timedelta(minutes=30), places, {"station": station}, 10,
        {"unit_path": station.unit_path},
    )  # fmt: skip


def ask(station: Any, places: int, who: int, units: int = 1) -> Booking:
    values = {"station": station, "unit_path": station.unit_path, "name": str(who)}
    return engine.book(offer(station, places), holder=f"user:{who}", units=units, values=values).row


def check() -> None:
    """What must hold at every moment."""
    slot = BookingSlot.objects.unscoped(WHY).get()
    rows = list(Booking.objects.unscoped(WHY).order_by("turn"))
    held = [one for one in rows if one.state in ("booked", "arrived", "served")]
    waiting = [one for one in rows if one.state == "waiting"]
    assert slot.taken == sum(one.units for one in held) <= slot.places
    assert not waiting or slot.taken + waiting[0].units > slot.places


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_random_days_keep_every_promise(station: Any, seed: int) -> None:
    rng, people = random.Random(seed), 0
    promoted: list[int] = []
    for step in range(60):
        rows = list(Booking.objects.unscoped(WHY).order_by("pk"))
        with at(NINE + timedelta(minutes=step - 45)):
            if step < 45 and (not rows or rng.random() < 0.6):
                people += 1
                ask(station, 3, people, rng.choice((1, 1, 2)))
            elif step > 45 and rng.random() < 0.5:
                for change in engine.release():
                    promoted += [row.turn for row in change.promoted]
            elif rows:
                move = rng.choice((engine.cancel, engine.cancel, engine.arrive, engine.miss))
                held = [one for one in rows if one.state == "booked"]
                one = rng.choice(held if held and rng.random() < 0.6 else rows)
                with contextlib.suppress(Conflict):
                    promoted += [row.turn for row in move(one.pk).promoted]
        check()
    assert promoted
    assert promoted == sorted(promoted)


@pytest.mark.django_db
def test_nobody_jumps_the_queue(station: Any) -> None:
    held, big, small = ask(station, 2, 1), ask(station, 2, 2, units=2), ask(station, 2, 3)
    assert [held.state, big.state, small.state] == ["booked", "waiting", "waiting"]
    assert engine.ahead(small) == 1
    change = engine.cancel(held.pk)
    assert [one.pk for one in change.promoted] == [big.pk]
    assert not engine.cancel(held.pk).done
    assert [one.pk for one in engine.cancel(big.pk).promoted] == [small.pk]
    with pytest.raises(Refused, match="最多预约 2"):
        ask(station, 2, 4, units=3)


@pytest.mark.django_db
def test_waiting_ends_with_the_time(station: Any) -> None:
    ask(station, 1, 1)
    ask(station, 1, 2)
    with at("2026-11-02 09:30"):
        states = [one.row.state for one in engine.release()]
    assert states == [BookingState.MISSED, BookingState.LAPSED]


@pytest.mark.django_db(transaction=True)
def test_threads_never_exceed_the_places(station: Any) -> None:
    barrier, broken = threading.Barrier(4), list[BaseException]()

    def run(first: int) -> None:
        try:
            barrier.wait(30)
            for who in range(first, 20, 4):
                _again(lambda who=who: ask(station, 5, who))  # type: ignore[misc]
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    rows = list(Booking.objects.unscoped(WHY).order_by("turn"))
    assert [one.turn for one in rows] == list(range(1, 21))
    assert [one.state for one in rows] == ["booked"] * 5 + ["waiting"] * 15
    check()


def _again(work: Any) -> None:
    """Tests keep SQLite in memory, which answers "locked" at once where a file waits."""
    while True:
        try:
            return work()
        except OperationalError:
            if connection.vendor != "sqlite":
                raise
            connection.close()


def test_hours_are_cut_into_slots() -> None:
    spans = [(time(13, 30), time(15)), (time(9), time(10, 10)), (time(10, 10), time(10, 40))]
    assert merged(spans)[0] == (time(9), time(10, 40))
    assert [start for start, _end in slots_of(spans, 30)] == [
        time(9), time(9, 30), time(10), time(13, 30), time(14), time(14, 30),
    ]  # fmt: skip
    assert slots_of(spans, 0) == ()
    check_open(NINE, NINE + timedelta(minutes=100), spans)
    for start, minutes, sentence in (
        ("23:50", 20, "跨过半夜"), ("08:30", 60, "09:00-10:40 13:30-15:00"), ("09:00", 0, "晚于"),
    ):  # fmt: skip
        begin = moment(f"2026-11-02 {start}")
        with pytest.raises(Refused, match=sentence):
            check_open(begin, begin + timedelta(minutes=minutes), spans)
    with pytest.raises(Refused, match="不开放"):
        check_open(NINE, NINE + timedelta(minutes=30), [])
