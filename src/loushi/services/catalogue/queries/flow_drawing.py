"""The picture of a flow: boxes in rows from the first step down to the result, and lines between
them. Pure geometry; a step may carry a state of a running application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from loushi.services.catalogue.models.flow import Flow, Step, ordered

WIDTH, HEIGHT = 148, 62
LANE = 20  # of a line that passes a row
GAP_X, GAP_Y, MARGIN = 16, 34, 6
PER_LINE, LINES = 10, 2


@dataclass(frozen=True, slots=True)
class Node:
    """A box; `lines` is its title cut to fit, `below` who does it and how fast."""

    code: str
    x: float
    y: float
    lines: tuple[tuple[float, str], ...]
    below: str
    kind: str
    label: str

    @property
    def middle(self) -> float:
        return self.x + WIDTH / 2


@dataclass(frozen=True, slots=True)
class Picture:
    """`paths` are the lines, as SVG path data."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    paths: tuple[str, ...]
    box: tuple[int, int] = (WIDTH, HEIGHT)


def drawn(
    flow: Flow, below: Mapping[str, str], states: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Picture:  # fmt: skip
    """The picture of a flow. Steps with a condition are dashed; `below` stands under each title;
    `states` (code → kind) colour a running application, where what it lacks is faint."""
    rows = _rows(flow.steps)
    width = max((_wide(row) for row in rows), default=WIDTH) + 2 * MARGIN
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        x = (width - _wide(row)) / 2
        for code in row:
            places[code] = (x, MARGIN + number * (HEIGHT + GAP_Y))
            x += _room(code) + GAP_X
    nodes = tuple(
        Node(
            one.code, *places[one.code], _lines(one.title), below.get(one.code, ""),
            _kind(one, states), (labels or {}).get(one.code, one.title),
        )
        for one in flow.steps
    )  # fmt: skip
    height = 2 * MARGIN + len(rows) * HEIGHT + max(0, len(rows) - 1) * GAP_Y
    return Picture(width, height, nodes, tuple(_paths(flow.steps, rows, places)))


def _room(code: str) -> float:
    return LANE if ">" in code else WIDTH


def _wide(row: Sequence[str]) -> float:
    return sum(map(_room, row)) + GAP_X * (len(row) - 1)


def _kind(step: Step, states: Mapping[str, str] | None) -> str:
    if states is not None:
        return states.get(step.code, "skipped")
    return "closing" if step.closing else "branch" if step.when else "plain"


def _rows(steps: Sequence[Step]) -> list[list[str]]:
    """The layers, with a place kept (`code>other`) where a line passes a layer; each row is set in
    the order that keeps lines short."""
    layers = [[one.code for one in layer] for layer in ordered(steps)]
    level = {code: number for number, row in enumerate(layers) for code in row}
    above: dict[str, list[str]] = {}
    for one in steps:
        for first in one.after:
            if first not in level or level[first] >= level[one.code]:
                continue
            last = first
            for number in range(level[first] + 1, level[one.code]):
                passing = f"{first}>{one.code}"
                key = f"{passing}@{number}"
                layers[number].append(key)
                above[key] = [last]
                last = key
            above.setdefault(one.code, []).append(last)
    for number in range(1, len(layers)):
        at = {code: place / max(1, len(layers[number - 1]) - 1)
              for place, code in enumerate(layers[number - 1])}  # fmt: skip
        layers[number].sort(
            key=lambda code: fmean([at.get(one, 0.5) for one in above.get(code, ())] or [0.5])
        )
    return layers


def _paths(
    steps: Sequence[Step], rows: list[list[str]], places: Mapping[str, tuple[float, float]]
) -> list[str]:
    found = []
    level = {code: number for number, row in enumerate(rows) for code in row}
    for one in steps:
        for first in one.after:
            if first not in places or level[first] >= level[one.code]:
                continue
            between = range(level[first] + 1, level[one.code])
            stops = [first, *(f"{first}>{one.code}@{number}" for number in between), one.code]
            parts = []
            for start, end in zip(stops, stops[1:], strict=False):
                (x0, y0), (x1, y1) = places[start], places[end]
                x0, x1, y0 = x0 + _room(start) / 2, x1 + _room(end) / 2, y0 + HEIGHT
                bend = GAP_Y * 0.6
                parts.append(
                    f"M{x0:g} {y0:g}C{x0:g} {y0 + bend:g} {x1:g} {y1 - bend:g} {x1:g} {y1:g}"
                )
                if ">" in end:
                    parts.append(f"M{x1:g} {y1:g}V{y1 + HEIGHT:g}")
            found.append("".join(parts))
    return found


def _lines(title: str) -> tuple[tuple[float, str], ...]:
    cut = [title[at:at + PER_LINE] for at in range(0, len(title), PER_LINE)]  # fmt: skip
    if len(cut) > LINES:
        cut = [*cut[: LINES - 1], cut[LINES - 1][:-1] + "…"]
    first = 25 if len(cut) == 1 else 18
    return tuple((first + 15 * number, one) for number, one in enumerate(cut))
