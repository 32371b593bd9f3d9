"""Rooms and ten years of tenancies for the occupancy bench, and the slow count that judges it.

The reference knows nothing of Loushi's code: it walks the generated rows in plain Python. A room on
a day is self-used if that was said, else let if a firm that is really there holds it, else what was
said of it, else vacant.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

FROM, TODAY = date(2016, 11, 1), date(2026, 10, 31)
PRESENCES = ("here_registered", "here_registered", "here_registered", "here_only",
             "registered_only")  # fmt: skip
SAID = ("reserved", "not_delivered", "self_used")

Span = tuple[date, date | None]


@dataclass
class Rows:
    """`rooms`: (building, area in hundredths of m²); the others by room index."""

    rooms: list[tuple[int, int]] = field(default_factory=list)
    tenancies: list[tuple[int, str, date, date | None]] = field(default_factory=list)
    said: list[tuple[int, str, date, date | None]] = field(default_factory=list)


def generate(buildings: int, each: int, seed: int = 3) -> Rows:
    """Every room is let, empty, let again; of one in twelve something else was said."""
    dice = random.Random(seed)
    rows = Rows()
    length = (TODAY - FROM).days
    for building in range(buildings):
        for _number in range(each):
            room = len(rows.rooms)
            rows.rooms.append((building, dice.randrange(3_000, 90_000)))
            day = dice.randrange(0, 700)
            while day < length:
                stay = dice.randrange(200, 1900)
                end = None if day + stay > length else FROM + timedelta(day + stay)
                rows.tenancies.append((room, dice.choice(PRESENCES), FROM + timedelta(day), end))
                day += stay + dice.choice((0, 0, 20, 60, 200, 500))
            if dice.random() < 0.08:
                begin = dice.randrange(0, length - 400)
                over = None if dice.random() < 0.4 else FROM + timedelta(begin + 300)
                rows.said.append((room, dice.choice(SAID), FROM + timedelta(begin), over))
    return rows


def reference(rows: Rows, on: date) -> dict[int, dict[str, tuple[int, int]]]:
    """Building → state → (area in hundredths of m², rooms) on a day, room by room."""
    said = {
        room: state
        for room, state, since, until in rows.said
        if since <= on and (until is None or on < until)
    }
    held = {
        room
        for room, presence, since, until in rows.tenancies
        if presence != "registered_only" and since <= on and (until is None or on < until)
    }
    sums: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for room, (building, area) in enumerate(rows.rooms):
        state = said.get(room, "vacant")
        if room in held and state != "self_used":
            state = "let"
        before = sums[building].get(state, (0, 0))
        sums[building][state] = (before[0] + area, before[1] + 1)
    return dict(sums)
