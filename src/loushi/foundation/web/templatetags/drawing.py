"""Tags of the drawn components; `{% load drawing %}` inside `templates/cotton/` only."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from loushi.foundation.web import drawing
from loushi.foundation.web.templatetags.loushi import spoken

register = template.Library()
MONTHS_APART = 3  # columns between two words above or below them, so that they never touch


def _numbers(values: Any) -> list[float]:
    """A list of numbers, also from "1 2 3" or "1,2,3"."""
    if isinstance(values, str):
        values = values.replace(",", " ").split()
    return [float(value) for value in values or []]


@lru_cache(maxsize=4096)
def _floor_clock(
    total: float, filled: float, over: float, tone: str, size: str, label: str
) -> SafeString:
    drawn = drawing.floor_clock(total, filled, over, tone)
    boxes = format_html_join(
        "",
        '<rect class="fc-{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((box.kind, box.x, box.y, box.width, box.height) for box in drawn.boxes),
    )
    roof: str = ""
    if drawn.roof is not None:
        roof = format_html('<path class="fc-roof" d="M-1 {}h{}"/>', drawn.roof, drawn.width + 2)
    return format_html(
        '<svg class="floor-clock{}" viewBox="0 0 {} {}" {}>{}{}</svg>',
        f" floor-clock-{size}" if size else "",
        drawn.width,
        drawn.height,
        spoken(label),
        boxes,
        roof,
    )


@register.simple_tag
def floor_clock_svg(
    total: Any, filled: Any, over: Any = 0, tone: str = "", size: str = "", label: str = ""
) -> SafeString:
    """The whole drawing as one string, kept: lists show hundreds, most of them alike."""
    numbers = (round(float(value or 0), 2) for value in (total or 1, filled, over))
    return _floor_clock(*numbers, str(tone), str(size), str(label))


@register.simple_tag
def draw_line(values: Any, width: float = 80, height: float = 30) -> drawing.Line | None:
    return drawing.line(_numbers(values), float(width), float(height), pad=3)


@register.simple_tag
def draw_line_pair(first: Any, second: Any, top: Any = None) -> drawing.LinePair | None:
    return drawing.line_pair(_numbers(first), _numbers(second), float(top) if top else None)


@register.simple_tag
def draw_step_line(values: Any) -> drawing.Steps | None:
    return drawing.step_line(values or [])


@register.simple_tag
def month_bars(columns: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Columns with `height` in per cent of the tallest; the tall ones say their value, as far as
    neither values nor years touch."""
    rows = [dict(column) for column in columns]
    most = max((float(row["value"]) for row in rows), default=0) or 1.0
    for row in rows:
        row["height"] = round(float(row["value"]) / most * 100, 1)
        row["said"] = False
    said: list[int] = []
    for index in sorted(range(len(rows)), key=lambda index: -float(rows[index]["value"])):
        value = float(rows[index]["value"])
        beside = rows[max(index - 1, 0) : index] + rows[index + 1 : index + 2]
        is_peak = value >= most * 0.72 and all(value >= float(row["value"]) for row in beside)
        if is_peak and all(abs(index - other) >= MONTHS_APART for other in said):
            rows[index]["said"] = True
            said.append(index)
    years = [index for index, row in enumerate(rows) if row.get("year")]
    for index, after in zip(years, years[1:], strict=False):
        if after - index < MONTHS_APART:
            rows[index]["year"] = ""
    return rows


@register.simple_tag
def draw_clock_bar(items: Sequence[Mapping[str, Any]]) -> drawing.ClockBar:
    return drawing.clock_bar(items)


@register.simple_tag
def draw_skyline() -> drawing.Sky:
    return drawing.skyline()


@register.simple_tag
def parts_of(parts: Iterable[Mapping[str, Any]], total: Any = None) -> list[dict[str, Any]]:
    """Parts with `percent` (of the total, or of their sum) and a tone from dark to light."""
    rows = [dict(part) for part in parts]
    whole = float(total or 0) or sum(float(row["value"]) for row in rows) or 1.0
    for index, row in enumerate(rows):
        row["percent"] = round(float(row["value"]) / whole * 100, 3)
        row.setdefault("tone", str(min(index + 1, 5)))
    return rows


@register.simple_tag
def tower_rows(parts: Iterable[Mapping[str, Any]], height: Any = 250) -> list[dict[str, Any]]:
    """Parts with `pixels`, each tall enough for its two lines of text to stay readable."""
    rows = parts_of(parts)
    for row in rows:
        row["pixels"] = max(12, round(row["percent"] / 100 * float(height or 250)))
    return rows


@register.simple_tag
def ratio(part: Any, whole: Any) -> float:
    """Percent for a width, between 0 and 100."""
    bottom = float(whole or 0)
    return round(min(100.0, max(0.0, float(part or 0) / bottom * 100)), 2) if bottom else 0.0


@register.simple_tag
def widest(floors: Iterable[Mapping[str, Any]]) -> float:
    """The largest area of one floor: the scale of a stacking plan."""
    sums = (sum(float(space.get("area", 0)) for space in floor["spaces"]) for floor in floors)
    return max(sums, default=0)


@register.simple_tag
def plan_most(floors: Iterable[Mapping[str, Any]]) -> int:
    """The rooms of the fullest floor: below a width for their names the plan scrolls."""
    return max((len(floor["spaces"]) for floor in floors), default=1)


@register.simple_tag
def floors_up_to(count: Any) -> range:
    return range(int(count or 0))
