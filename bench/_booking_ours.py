"""The Django side of the booking bench, in a process with one engine's database."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

WHY = "the bench counts everything"


def run(asked: str, places: str, kind: str, answer: str) -> None:
    """So many people ask for so many places at the same moment, then half of those who have one
    give it back at the same moment; writes what the database holds after each. `kind` says whose
    places: a station's or a resource's."""
    import django

    django.setup()
    from django.utils import timezone

    from loushi.foundation.core.capacity import Offer

    engine, owner = KINDS[kind]()
    (thing,) = owner.values()
    start = timezone.now() + timedelta(days=1)
    more = {"unit_path": thing.unit_path}
    offer = Offer(start, start + timedelta(minutes=30), int(places), owner, more=more)
    values = {**owner, "name": "压测", **more}
    took = _at_once([
        lambda who=who: engine.book(offer, holder=f"user:{who}", values=values)
        for who in range(int(asked))
    ])  # fmt: skip
    first = _held(engine)
    given_back = first["booked"][::2]
    _at_once([lambda pk=pk: engine.cancel(pk) for pk in given_back])
    after = _held(engine)
    expected = set(first["booked"]) - set(given_back) | set(first["waiting"][: len(given_back)])
    found = {
        "seconds": round(took, 2), "booked": len(first["booked"]), "taken": first["taken"],
        "waiting": len(first["waiting"]), "turns_whole": first["turns"] == int(asked),
        "given_back": len(given_back), "booked_after": len(after["booked"]),
        "moved_up_in_order": set(after["booked"]) == expected,
        "first_come_first_served": first["booked_turns"] == list(range(1, int(places) + 1)),
    }  # fmt: skip
    Path(answer).write_text(json.dumps(found))


def _station() -> tuple[Any, dict[str, Any]]:
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.territory.factories import make_district
    from loushi.services.stations import commands
    from loushi.services.stations.queries.bookings import engine

    row = commands.create_station(
        actor=system_actor(), unit_id=make_district()["C1"].pk,
        values={"name": "压测站", "kind": "centre", "tenure": "own"},
    )  # fmt: skip
    return engine, {"station": row}


def _resource() -> tuple[Any, dict[str, Any]]:
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.territory.factories import make_district
    from loushi.services.catalogue import commands
    from loushi.services.catalogue.queries.bookings import engine

    row = commands.draft_resource(
        actor=system_actor(), unit_id=make_district()["C1"].pk,
        values={"name": "压测食堂", "kind_id": "canteen"},
    )  # fmt: skip
    return engine, {"resource": row}


KINDS: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
    "station": _station, "resource": _resource,
}  # fmt: skip


def _held(engine: Any) -> dict[str, Any]:
    rows = engine.bookings.objects.unscoped(WHY).order_by("turn")
    rows = list(rows.values_list("pk", "state", "turn"))
    slot = engine.slots.objects.unscoped(WHY).get()
    return {
        "booked": [pk for pk, state, _turn in rows if state == "booked"],
        "booked_turns": [turn for _pk, state, turn in rows if state == "booked"],
        "waiting": [pk for pk, state, _turn in rows if state == "waiting"],
        "turns": len({turn for _pk, _state, turn in rows}), "taken": slot.taken,
    }  # fmt: skip


def _at_once(works: list[Any]) -> float:
    """A thread and a connection for each; all begin together."""
    from django.db import connection

    barrier = threading.Barrier(len(works) + 1)
    broken: list[BaseException] = []

    def work(one: Any) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            one()
        except BaseException as error:
            broken.append(error)
            barrier.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return time.perf_counter() - started
