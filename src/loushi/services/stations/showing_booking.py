"""What the templates of bookings are given."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.foundation.core.capacity import BookingState, SlotLine
from loushi.services.catalogue.policy import BOOK as RESERVE
from loushi.services.stations import queries
from loushi.services.stations.models import Booking, Station
from loushi.services.stations.policy import BOOK
from loushi.services.stations.queries.bookings import OPEN

KINDS = {
    BookingState.BOOKED: "new", BookingState.WAITING: "due-soon", BookingState.ARRIVED: "handling",
    BookingState.SERVED: "done", BookingState.MISSED: "returned", BookingState.LAPSED: "closed",
    BookingState.CANCELLED: "closed",
}  # fmt: skip

FAR = timedelta(days=3660)


def day_from(text: str) -> date | None:
    """A day in an address; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if abs(found - timezone.localdate()) < FAR else None


def home_context(request: HttpRequest) -> dict[str, Any]:
    """Own bookings ahead, where to book, and what has been."""
    rows = queries.own_bookings(request.actor)
    ahead = [_line(one) for one in rows if one.state in OPEN]
    return {
        "ahead": ahead, "ahead_count": len(ahead), "resources": request.actor.has(RESERVE),
        "halls": list(queries.queueing(request.actor, BOOK).order_by("name", "pk")),
        "past": [_line(one) for one in reversed(rows) if one.state not in OPEN],
        "stations": [
            {"row": one, "today": _hours(one)}
            for one in queries.offering(request.actor).select_related("unit")
        ],
    }  # fmt: skip


def days_context(station: Station, on: date | None, name: str) -> dict[str, Any]:
    """The days of a station as chips; the asked one, or the first that has times."""
    days = queries.booking_days(station)
    chosen = on if on in days else (days[0] if days else None)
    here = reverse(name, args=[station.pk])
    return {
        "row": station, "on": chosen,
        "days": [{"label": day_label(one), "href": f"{here}?on={one}", "active": one == chosen}
                 for one in days],
    }  # fmt: skip


def slot_choices(station: Station, on: date | None) -> list[tuple[str, str]]:
    """The times of a day that have not begun, with what is free."""
    lines = queries.slot_lines(station, on) if on else []
    return [(_key(one), f"{_span(one)} {_left(one)}") for one in lines if not one.past]


def new_key() -> str:
    """A key for one filling of the form: sent twice it books once."""
    return uuid.uuid4().hex


def window_context(request: HttpRequest, station: Station, on: date) -> dict[str, Any]:
    """The day's list of a station."""
    rows = [_line(one) for one in queries.day_list(request.actor, station, on)]
    here = reverse("stations:window", args=[station.pk])
    states = [one["row"].state for one in rows]
    counts = [
        f"{label} {states.count(code)}" for code, label in BookingState.choices if code in states
    ]
    begun = on <= timezone.localdate()
    for one in rows:
        one["steps"] = _steps(one["row"]) if begun else []
        one["may_cancel"] = one["row"].state in (BookingState.BOOKED, BookingState.WAITING)
    return {
        "row": station, "on": on, "rows": rows, "counts": "·".join(counts),
        "heading": day_label(on), "hours": _hours(station, on),
        "before": f"{here}?on={on - timedelta(days=1)}",
        "after": f"{here}?on={on + timedelta(days=1)}",
        "today": "" if on == timezone.localdate() else here,
    }  # fmt: skip


def done_message(row: Booking) -> str:
    """What became of a booking, in a sentence."""
    given = {"station": row.station.name, "when": when(row)}
    if row.state == BookingState.WAITING:
        given["n"] = str((queries.waits_behind(row) or 0) + 1)
        if row.user_id is None:
            given["who"] = row.name
            return (
                _("%(station)s %(when)s 名额已满，%(who)s排在候补第 %(n)s 位；轮到时提醒窗口。")
                % given
            )
        return _("%(station)s %(when)s 名额已满，您排在候补第 %(n)s 位；轮到时通知您。") % given
    return _("已预约 %(station)s %(when)s。") % given


def when(row: Booking) -> str:
    """The day and time of a booking."""
    on = timezone.localtime(row.slot.starts_at).date()
    return f"{day_label(on)} {_span(row.slot)}"


def day_label(on: date) -> str:
    """A day as people say it."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    word = _("今天") if on == timezone.localdate() else names[on.weekday()]
    return f"{date_format(on, 'MONTH_DAY_FORMAT')} {word}"


def _steps(row: Booking) -> Sequence[tuple[str, str, str]]:
    steps = [("arrived", _("已到"), "plain"), ("served", _("办完"), "primary"),
             ("missed", _("未到"), "plain")]  # fmt: skip
    if row.state == BookingState.BOOKED:
        return steps if row.slot.starts_at <= timezone.now() else steps[:2]
    if row.state == BookingState.ARRIVED:
        return steps[1:2]
    return steps[:1] if row.state == BookingState.MISSED else []


def _line(row: Booking) -> dict[str, Any]:
    before = queries.waits_behind(row)
    return {
        "row": row, "when": when(row), "span": _span(row.slot),
        "kind": KINDS[BookingState(row.state)],
        "may_cancel": row.state in (BookingState.BOOKED, BookingState.WAITING),
        "place": "" if before is None else _("候补第 %(n)d 位") % {"n": before + 1},
    }  # fmt: skip


def _hours(station: Station, on: date | None = None) -> str:
    opening = queries.opening_on(station, on or timezone.localdate())
    extended = f"{_('延时')} {opening.extended}" if opening.extended else ""
    return "·".join(filter(None, (opening.usual, extended)))


def _span(slot: Any) -> str:
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    return f"{start:%H:%M}-{end:%H:%M}"


def _key(line: SlotLine) -> str:
    return f"{timezone.localtime(line.starts_at):%Y-%m-%dT%H:%M}"


def _left(line: SlotLine) -> str:
    if line.free > 0 and not line.waiting:
        return ngettext("余 %(n)d", "余 %(n)d", line.free) % {"n": line.free}
    return _("已满，候补 %(n)d 人") % {"n": line.waiting}
