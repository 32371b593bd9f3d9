"""The clock bar of a case, in the shape that the web component draws."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.casework.demands.models import DemandPause
from loushi.foundation.core import clocks as core_clocks
from loushi.foundation.web.templatetags.loushi import day

FULL_LABELS = 6
"""Up to so many days are named with their weekday; more have room for the date alone."""


def _day(moment: Any) -> str:
    return date_format(moment, _("n月j日"))


def clock_bar_items(
    main: Any, views: Sequence[Any], pauses: Sequence[DemandPause], now: datetime
) -> list[dict[str, Any]]:
    """Days, gaps, used stretches, pauses and flags; offsets are working minutes from the start.

    `main` is the firm-facing clock that the bar is about; unit clocks add their due times.
    """
    standard = core_clocks.standard()
    until = main.stopped_at or now
    units = [view for view in views if view.part is not None and view.part.is_active]
    flags = [("due", view.due_at, "") for view in units if view.due_at != main.due_at]
    breaks = [
        (p.since, min(p.until or until, until))
        for p in pauses
        if p.assignment_id is None and p.since <= until
    ]
    bar = core_clocks.bar(
        standard.calendar,
        main.started_at,
        main.due_at,
        until,
        main.limit.kind,
        breaks,
        days=standard.days,
        flags=flags,
    )
    if not bar.segments:
        return []
    clock, start = bar.calendar, bar.segments[0].since

    def minute(at: datetime) -> float:
        return clock.between(start, at) if at > start else 0.0

    items: list[dict[str, Any]] = []
    today = timezone.localtime(now).date()
    axis: list[core_clocks.Segment | core_clocks.Gap] = [*bar.segments, *bar.gaps]
    axis.sort(key=lambda one: one.x)
    for one in axis:
        if isinstance(one, core_clocks.Segment):
            items.append(
                {
                    "kind": "day",
                    "label": _label(one, bar.unit, many=len(bar.segments) > FULL_LABELS),
                    "minutes": one.minutes,
                    "makeup": one.kind == "makeup",
                    "today": one.first <= today <= one.last,
                    "note": "",
                }
            )
        else:
            items.append(_gap(one))
    items += [{"kind": "used", "start": minute(s.since), "end": minute(s.until)} for s in bar.used]
    items += [
        {"kind": "over", "start": minute(s.since), "end": minute(s.until)} for s in bar.overrun
    ]
    items += [
        {"kind": "pause", "start": minute(s.since), "end": minute(s.until), "label": _("暂停")}
        for s in bar.pauses
    ]
    return items + _flags(main, units, now, minute, clock, breaks)


def _label(segment: core_clocks.Segment, unit: str, *, many: bool) -> str:
    if unit == "day":
        return _day(segment.first) if many else day(segment.first)
    if unit == "week":
        return f"{_day(segment.first)}–{_day(segment.last)}"
    return date_format(segment.first, "YEAR_MONTH_FORMAT")


def _gap(gap: core_clocks.Gap) -> dict[str, Any]:
    holiday = gap.kind == "holiday"
    return {
        "kind": "gap",
        "label": (gap.name or _("假期")) if holiday else _("休"),
        "note": _("%(n)d 天") % {"n": gap.days} if gap.days > 1 else "",
        "days": gap.days if holiday else 1,
    }


def _flags(
    main: Any, units: Sequence[Any], now: datetime, minute: Any, clock: Any, breaks: Any
) -> list[dict[str, Any]]:
    """Now, 80 %, the firm-facing due time, and each unit's own due time."""

    def flag(at: datetime, label: str, tone: str) -> dict[str, Any]:
        text = f"{label} {timezone.localtime(at):%H:%M}"
        return {"kind": "flag", "at": minute(at), "label": text, "tone": tone}

    found = []
    if main.stopped_at is None:
        found.append(flag(now, _("现在"), "now"))
    else:
        found.append(flag(main.stopped_at, _("停表"), "now"))
    warn = clock.add(main.started_at, main.whole * 0.8, breaks)
    if timedelta(minutes=30) < main.due_at - warn:
        found.append(flag(warn, _("80% 提醒"), "warn"))
    label = _("%(kind)s到期") % {"kind": main.label}
    found.append(flag(main.due_at, label, "late" if main.is_late else "due"))
    for view in units:
        if view.due_at == main.due_at:
            continue
        role = _("主办到期") if view.part.part == "lead" else _("协办到期")
        found.append(flag(view.due_at, role, "late" if view.is_late else "due"))
    return found
