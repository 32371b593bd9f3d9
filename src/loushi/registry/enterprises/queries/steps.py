"""From facts to totals: the days on which a building's totals change. Pure, no database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loushi.registry.buildings.models import Space
from loushi.registry.buildings.queries import state_of

FIRST = date(1900, 1, 1)
"""The day of the first row: whatever has no known beginning began before it."""
STATES = tuple(state.value for state in Space.State)

Span = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Room:
    """A room with what was said of it, when somebody who is really there held it, and from when to
    when it stands."""

    area: Decimal
    said: Sequence[tuple[str, date | None, date | None]]
    held: Sequence[Span]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Totals from a day on, in the order of `STATES`."""

    on: date
    areas: tuple[Decimal, ...]
    rooms: tuple[int, ...]


def steps_of(rooms: Iterable[Room]) -> list[Step]:
    """The totals of one building through time; the first step is on `FIRST`."""
    areas: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for room in rooms:
        before = ""
        for day, state in _states(room):
            if before:
                areas[day][before] -= room.area
                counts[day][before] -= 1
            if state:
                areas[day][state] += room.area
                counts[day][state] += 1
            before = state
    return list(_added_up(areas, counts))


def _added_up(
    areas: Mapping[date, Mapping[str, Decimal]], counts: Mapping[date, Mapping[str, int]]
) -> Iterable[Step]:
    held = dict.fromkeys(STATES, Decimal(0))
    rooms = dict.fromkeys(STATES, 0)
    last: Step | None = None
    for day in sorted(areas):
        for state, change in areas[day].items():
            held[state] += change
        for state, number in counts[day].items():
            rooms[state] += number
        step = Step(day, tuple(held.values()), tuple(rooms.values()))
        if last is None or (step.areas, step.rooms) != (last.areas, last.rooms):
            yield step
            last = step


def _states(room: Room) -> Iterable[tuple[date, str]]:
    """The days on which the state of a room changes, and to what ("": it stands no longer); the
    first is `FIRST`, or the day from which it stands."""
    first = max(room.since or FIRST, FIRST)
    days = {first}
    for _state, since, until in room.said:
        days |= {day for day in (since, until) if day and day > first}
    for since, until in room.held:
        days |= {day for day in (since, until) if day and day > first}
    before = ""
    for day in sorted(days):
        if room.until and day >= room.until:
            break
        said = next((s for s, since, until in room.said if _covers(since, until, day)), "")
        state = state_of(said, any(_covers(since, until, day) for since, until in room.held))
        if state != before:
            yield day, state
            before = state
    if room.until and room.until > first:
        yield room.until, ""


def _covers(since: date | None, until: date | None, on: date) -> bool:
    return (since is None or since <= on) and (until is None or on < until)
