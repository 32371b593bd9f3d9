"""Geometry of the drawn components: plain numbers in, plain numbers out, no markup and no clock.

Lengths are SVG units or percentages as named. The same input gives the same drawing, always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

FLOOR_WIDTH = 18
FLOOR_HEIGHT = 4
FLOOR_STEP = 5


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FloorClock:
    """Boxes from the ground up; `roof` is the y of the dashed line, or None."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    roof: float | None


def floor_clock(
    total: float, filled: float, over: float = 0, tone: str = "", most: int = 8
) -> FloorClock:
    """A tower of `total` floors, `filled` of them lit (fractions fill a part of one floor).

    `over` floors stand above the dashed roof. `tone`: "" | "soon" (hollow floors amber too) |
    "held" | "late". More than `most` floors are drawn to scale on `most`.
    """
    total, filled, over = max(0.0, float(total)), max(0.0, float(filled)), max(0.0, float(over))
    floors = max(1, -(-int(total * 1000) // 1000))
    if floors > most:
        filled, over, floors = filled * most / total, over * most / total, most
    above = min(max(0, -(-int(over * 1000) // 1000)), 4)
    over = min(over, 4.0)
    roof_gap = 3 if above else 0
    height = floors * FLOOR_STEP + above * FLOOR_STEP + roof_gap
    lit = {"soon": "soon", "held": "held", "late": "late"}.get(tone, "lit")
    boxes: list[Box] = []
    for index in range(floors):
        y = height - (index + 1) * FLOOR_STEP + (FLOOR_STEP - FLOOR_HEIGHT)
        part = min(1.0, max(0.0, filled - index))
        # An empty floor is a hairline box; half-pixel edges keep it sharp.
        if part < 1:
            boxes.append(Box(0.5, y + 0.5, FLOOR_WIDTH - 1, FLOOR_HEIGHT - 1, "hollow"))
        if part > 0 and lit == "soon":
            # Amber has a dark outline, drawn inside so that floors stay apart.
            inner = round(max(1.0, FLOOR_WIDTH * part - 1), 2)
            boxes.append(Box(0.5, y + 0.5, inner, FLOOR_HEIGHT - 1, lit))
        elif part > 0:
            boxes.append(Box(0, y, round(FLOOR_WIDTH * part, 2), FLOOR_HEIGHT, lit))
    roof = None
    if above:
        roof = height - floors * FLOOR_STEP - 1.5
        for index in range(above):
            y = roof - 1.5 - (index + 1) * FLOOR_STEP + (FLOOR_STEP - FLOOR_HEIGHT)
            part = min(1.0, max(0.12, over - index))
            boxes.append(Box(0, y, round(FLOOR_WIDTH * part, 2), FLOOR_HEIGHT, "over"))
    return FloorClock(FLOOR_WIDTH, height, tuple(boxes), roof)


@dataclass(frozen=True, slots=True)
class Line:
    points: str
    last_x: float
    last_y: float


def line(
    values: Sequence[float | None],
    width: float,
    height: float,
    low: float | None = None,
    high: float | None = None,
    pad: float = 2,
) -> Line | None:
    """A polyline through the values, left to right; gaps are left out. None for fewer than 2."""
    known = [(index, float(value)) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    bottom = min(value for _, value in known) if low is None else low
    top = max(value for _, value in known) if high is None else high
    span = (top - bottom) or 1
    step = (width - 2 * pad) / (len(values) - 1)
    spots = [
        (
            round(pad + index * step, 2),
            round(height - pad - (value - bottom) / span * (height - 2 * pad), 2),
        )
        for index, value in known
    ]
    return Line(" ".join(f"{x},{y}" for x, y in spots), *spots[-1])


@dataclass(frozen=True, slots=True)
class LinePair:
    first: Line
    second: Line
    between: str
    grid: tuple[tuple[float, str], ...]
    width: int
    height: int


def nice_top(value: float) -> int:
    """The next round scale end (1, 2, 3, 5 × power of ten) at or above a value."""
    value = max(1.0, value)
    power = 1
    while True:
        for lead in (1, 2, 3, 5):
            if lead * power >= value:
                return lead * power
        power *= 10


def line_pair(
    first: Sequence[float], second: Sequence[float], top: float | None = None
) -> LinePair | None:
    """Two lines on one scale from zero, with the space between them as one polygon."""
    if len(first) < 2 or len(first) != len(second):
        return None
    width, height = 280, 112
    plot_width, plot_height = 250, 92
    high = float(top) if top else float(nice_top(max(*first, *second)))
    upper = line(first, plot_width, plot_height, 0, high, 3)
    lower = line(second, plot_width, plot_height, 0, high, 3)
    if upper is None or lower is None:
        return None
    back = " ".join(reversed(lower.points.split(" ")))
    marks = 3 if high % 3 == 0 else 2
    grid = tuple(
        (
            round(plot_height - 3 - (plot_height - 6) * index / marks, 2),
            f"{high * index / marks:g}",
        )
        for index in range(marks + 1)
    )
    return LinePair(upper, lower, f"{upper.points} {back}", grid, width, height)


@dataclass(frozen=True, slots=True)
class Steps:
    points: str
    last_x: float
    last_y: float
    last: float
    grid: tuple[tuple[float, str], ...]
    width: int
    height: int


def step_line(values: Sequence[float | None]) -> Steps | None:
    """Per cents as stairs, each value level until the next; the scale begins at a round value below
    the lowest, and the marks say so. None for fewer than 2 known values."""
    known = [(index, float(value)) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    width, height, left, right, top, bottom = 520, 150, 34, 70, 10, 22
    lowest, highest = min(v for _, v in known), max(v for _, v in known)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (highest - lowest) / s <= 3)
    low = max(0, lowest // step * step)
    if lowest - low < step * 0.2 and low >= step:
        low -= step
    high = low + step
    while high < highest:
        high += step
    across = (width - left - right) / (len(values) - 1)

    def y(value: float) -> float:
        return round(top + (height - top - bottom) * (1 - (value - low) / (high - low)), 2)

    points: list[str] = []
    for place, (index, value) in enumerate(known):
        x = round(left + index * across, 2)
        if place:
            points.append(f"{x},{y(known[place - 1][1])}")
        points.append(f"{x},{y(value)}")
    marks = range(round((high - low) / step) + 1)
    grid = tuple((y(low + step * n), f"{low + step * n:g}%") for n in marks)
    index, value = known[-1]
    last_x = round(left + index * across, 2)
    return Steps(" ".join(points), last_x, y(value), value, grid, width, height)


# ---- the clock bar ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ClockPart:
    left: float
    width: float
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClockFlag:
    left: float
    row: int
    side: str
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class ClockBar:
    days: tuple[ClockPart, ...]
    gaps: tuple[ClockPart, ...]
    fills: tuple[ClockPart, ...]
    pauses: tuple[ClockPart, ...]
    flags: tuple[ClockFlag, ...]
    rows: int


BAR_PIXELS = 680  # The least width the flags' labels are laid out for.


def _label_width(text: str) -> float:
    return sum(12.5 if ord(letter) > 0x2E7F else 7.2 for letter in text) + 8


def clock_bar(items: Sequence[Mapping[str, Any]]) -> ClockBar:
    """Lays out a clock bar; positions come back in percent of its width.

    Items (the order of days and gaps is the order on the axis; offsets `start`, `end`, `at` are
    working minutes from the axis's start, gaps count nothing):
      {"kind": "day", "label": "10月9日 周五", "minutes": 420, "note": "", "makeup": False,
       "today": False}
      {"kind": "gap", "label": "国庆", "note": "7 天", "days": 7}
      {"kind": "used", "start": 0, "end": 395}      {"kind": "over", "start": …, "end": …}
      {"kind": "pause", "start": 860, "end": 1100, "label": "暂停"}
      {"kind": "flag", "at": 1485, "label": "现在 10:20", "tone": "now"}    now | warn | due | late
    """
    axis = [item for item in items if item["kind"] in {"day", "gap"}]
    minutes = sum(item["minutes"] for item in axis if item["kind"] == "day")
    days = sum(item["kind"] == "day" for item in axis)
    if not minutes or not days:
        return ClockBar((), (), (), (), (), 0)
    mean = minutes / days
    # A gap is as wide as its label needs: a third of a day, half that for a plain rest day.
    units = [
        float(item["minutes"])
        if item["kind"] == "day"
        else mean * (0.33 if item.get("note") or len(str(item["label"])) > 1 else 0.17)
        for item in axis
    ]
    scale = 100 / sum(units)
    margin = 0.45
    day_parts: list[ClockPart] = []
    gap_parts: list[ClockPart] = []
    starts: list[tuple[float, float, float]] = []  # first minute, left, width
    left = passed = 0.0
    for item, unit in zip(axis, units, strict=True):
        width = unit * scale
        if item["kind"] == "day":
            day_parts.append(ClockPart(round(left, 3), round(width - margin, 3), item))
            starts.append((passed, left, width - margin))
            passed += item["minutes"]
        else:
            gap_parts.append(ClockPart(round(left, 3), round(width - margin, 3), item))
        left += width

    def place(minute: float, *, opening: bool) -> float:
        """Percent of a minute; at a border between two days, the later day when opening."""
        for index in range(len(starts) - 1, -1, -1):
            first, where, width = starts[index]
            length = day_parts[index].item["minutes"]
            if minute > first or (minute == first and (opening or index == 0)):
                return where + width * min(1.0, max(0.0, (minute - first) / length))
        return 0.0

    def pieces(item: Mapping[str, Any]) -> list[ClockPart]:
        """The item cut at the borders of days, so that it never covers a gap."""
        found = []
        for (first, where, width), part in zip(starts, day_parts, strict=True):
            length = part.item["minutes"]
            begin, end = max(item["start"], first), min(item["end"], first + length)
            if end > begin:
                at = where + width * (begin - first) / length
                found.append(ClockPart(
                    round(at, 3), round(width * (end - begin) / length, 3), item))  # fmt: skip
        return found

    fills = [piece for item in items if item["kind"] in {"used", "over"} for piece in pieces(item)]
    pauses = [
        piece for item in items if item["kind"] == "pause" for piece in _named_once(pieces(item))
    ]
    day_parts, gap_parts = (
        [ClockPart(part.left, part.width, {**part.item, "label": _fitting(part)}) for part in parts]
        for parts in (day_parts, gap_parts)
    )
    flags, rows = _flags([item for item in items if item["kind"] == "flag"], place)
    return ClockBar(
        tuple(day_parts), tuple(gap_parts), tuple(fills), tuple(pauses), tuple(flags), rows
    )


def _fitting(part: ClockPart) -> str:
    """A day's label as far as it fits: with the weekday, without, or nothing.

    Today's stands unless the bar ends.
    """
    label = str(part.item["label"])
    reach = part.left + _label_width(label) / BAR_PIXELS * 100
    if (part.item.get("today") or part.item.get("makeup")) and reach <= 100:
        return label
    room = part.width / 100 * BAR_PIXELS + 6  # a label carries 8 of padding, a day needs 2
    return next((text for text in (label, label.split(" ")[0]) if _label_width(text) <= room), "")


def _named_once(pieces: list[ClockPart]) -> list[ClockPart]:
    """The pieces of one pause; its word stands once, on the widest, when there is room for it."""
    widest = max(pieces, key=lambda piece: piece.width, default=None)
    found = []
    for piece in pieces:
        label = str(piece.item["label"]) if piece is widest else ""
        fits = _label_width(label) + 20 <= piece.width / 100 * BAR_PIXELS
        found.append(ClockPart(piece.left, piece.width, {**piece.item, "label": label * fits}))
    return found


@dataclass(frozen=True, slots=True)
class _Label:
    """Where the words of a flag may stand: beside or over its pole at `at`, on a row."""

    at: float
    begin: float
    end: float
    side: str
    row: int

    def clashes(self, other: "_Label") -> bool:
        """The words touch, or a pole (it fills the rows below its own words) goes through them."""
        return (
            (self.row == other.row and self.begin < other.end and other.begin < self.end)
            or (other.row > self.row and self.begin < other.at < self.end)
            or (self.row > other.row and other.begin < self.at < other.end)
        )


def _flags(items: Sequence[Mapping[str, Any]], place: Any) -> tuple[list[ClockFlag], int]:
    """Each label as low as it can stand without touching another label or pole."""
    ordered = sorted(items, key=lambda one: one["at"])
    choices = []
    for item in ordered:
        at = place(item["at"], opening=False)
        width = _label_width(str(item["label"])) / BAR_PIXELS * 100
        sides = {"middle": at - width / 2, "start": at, "end": at - width}
        inside = [
            (side, begin) for side, begin in sides.items() if begin >= 0 and begin + width <= 100
        ] or [("start" if at < 50 else "end", sides["start" if at < 50 else "end"])]
        choices.append(
            [
                _Label(at, begin, begin + width, side, row)
                for row in range(len(ordered))
                for side, begin in inside
            ]
        )
    flags = [
        ClockFlag(round(label.at, 3), label.row, label.side, str(item.get("tone", "now")),
                  str(item["label"]))
        for label, item in zip(_arranged(choices), ordered, strict=True)
    ]  # fmt: skip
    return flags, max((flag.row for flag in flags), default=-1) + 1


def _arranged(choices: Sequence[Sequence[_Label]], set_down: tuple[_Label, ...] = ()) -> Any:
    """The first arrangement without a clash, from low to high; a handful of labels at most."""
    if len(set_down) == len(choices):
        return set_down
    for label in choices[len(set_down)]:
        if not any(label.clashes(other) for other in set_down):
            found = _arranged(choices, (*set_down, label))
            if found:
                return found
    return () if set_down else tuple(one[0] for one in choices)


# ---- towers -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sky:
    floors: tuple[Box, ...]
    walls: tuple[tuple[float, float, float], ...]  # x, y top, y bottom
    mirror: tuple[tuple[float, float, float, float, str], ...]  # x, y, width, opacity, kind
    width: int
    height: int
    ground: int


def skyline() -> Sky:
    """The drawn towers of the entrance and their reflection; the same every time."""
    dice = Random(20261012)
    ground, step, thick = 520, 18, 12
    towers = [
        (40, 74, 9, 0), (128, 60, 15, 0), (200, 92, 19, 3), (306, 70, 12, 0),
        (390, 112, 25, 3), (516, 58, 18, 0), (588, 84, 10, 0), (686, 64, 14, 0),
    ]  # fmt: skip
    floors: list[Box] = []
    walls: list[tuple[float, float, float]] = []
    mirror: list[tuple[float, float, float, float, str]] = []
    for tower, (x, width, count, narrow) in enumerate(towers):
        for level in range(count):
            y = ground - (level + 1) * step
            inset = 7 if narrow and level >= count - narrow else 0
            chance = dice.random()
            kind = "vacant" if chance < 0.22 else "let"
            if tower == 4 and level == 16:
                kind = "lit"
            if level >= count - 3:
                kind = "let"
            if tower == 4 and level == count - 4:
                kind = "vacant"
            floors.append(Box(x + inset + 0.5, y + 0.5, width - 2 * inset, thick, kind))
            if kind == "let" and chance > 0.3:
                at = x + inset + 0.5 + round((width - 2 * inset) * dice.choice((0.3, 0.5, 0.62)), 1)
                walls.append((at, y + 0.5, y + 0.5 + thick))
        for index in range(min(count, 9)):
            fade = round(0.5 * (1 - index / 9.5), 2)
            lit = "lit" if tower == 4 and index == 6 else "mirror"
            mirror.append((x + 2, ground + 26 + index * 13, width - 4, fade, lit))
    return Sky(tuple(floors), tuple(walls), tuple(mirror), 790, 670, ground)
