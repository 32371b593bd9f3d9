"""What the templates of resource bookings are given."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.foundation.core.capacity import BookingState, SlotLine, Timetable
from loushi.foundation.core.errors import Refused
from loushi.services.catalogue import queries
from loushi.services.catalogue.models import Resource, ResourceBooking
from loushi.services.catalogue.policy import OWN
from loushi.services.catalogue.queries import bookings as booked

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


def days_context(table: Timetable, on: date | None, here: str) -> dict[str, Any]:
    """The days as chips; the asked one, or the first that has times."""
    days = table.days()
    chosen = on if on in days else (days[0] if days else None)
    return {
        "on": chosen,
        "days": [{"label": day_label(one), "href": f"{here}?on={one}", "active": one == chosen}
                 for one in days],
    }  # fmt: skip


def slot_choices(table: Timetable, on: date | None) -> list[tuple[str, str]]:
    """The times of a day that have not begun, with what is free."""
    lines = table.lines(on) if on else []
    return [
        (f"{timezone.localtime(one.starts_at):%Y-%m-%dT%H:%M}", f"{span(one)} {_left(one)}")
        for one in lines
        if not one.past
    ]


def new_key() -> str:
    """A key for one filling of the form: sent twice it books once."""
    return uuid.uuid4().hex


def own_context(request: HttpRequest) -> dict[str, Any]:
    """Own bookings, and what can be booked."""
    rows = queries.own_resource_bookings(request.actor)
    ahead = [line(one) for one in rows if one.state in booked.OPEN]
    return {
        "ahead": ahead, "ahead_count": len(ahead), "policies": request.actor.has(OWN),
        "past": [line(one) for one in reversed(rows) if one.state not in booked.OPEN],
        "resources": list(queries.bookable_resources(request.actor).order_by("name", "pk")),
    }  # fmt: skip


def day_context(request: HttpRequest, resource: Resource, on: date) -> dict[str, Any]:
    """The day's list of a resource."""
    rows = [line(one) for one in queries.resource_day(request.actor, resource, on)]
    here = reverse("catalogue:resource_day", args=[resource.pk])
    states = [one["row"].state for one in rows]
    begun = on <= timezone.localdate()
    for one in rows:
        one["steps"] = steps(one["row"].state, one["row"].slot.starts_at) if begun else []
    return {
        "row": resource, "on": on, "rows": rows, "heading": day_label(on),
        "counts": "·".join(
            f"{label} {states.count(code)}" for code, label in BookingState.choices
            if code in states
        ),
        "figures": figures(resource, on), "before": f"{here}?on={on - timedelta(days=1)}",
        "after": f"{here}?on={on + timedelta(days=1)}",
        "today": "" if on == timezone.localdate() else here,
        "bookable": booked.times_of(resource) is not None,
    }  # fmt: skip


def figures(resource: Resource, on: date) -> str:
    """How much of the day is taken: places taken of places offered."""
    try:
        table, _most = queries.timetable(resource)
    except Refused:
        return ""
    lines = table.lines(on)
    given = {
        "taken": sum(one.places - one.free for one in lines),
        "places": sum(one.places for one in lines),
    }
    return _("已约 %(taken)d / %(places)d 个名额") % given if lines else ""


def done_message(row: ResourceBooking) -> str:
    """What became of a booking, in a sentence."""
    given = {"resource": row.resource.name, "when": when(row), "who": row.name}
    if row.state != BookingState.WAITING:
        return _("已预约 %(resource)s %(when)s。") % given
    given["n"] = str((queries.stands_behind(row) or 0) + 1)
    if row.user_id is None:
        return (
            _("%(resource)s %(when)s 已满，%(who)s排在候补第 %(n)s 位；轮到时提醒您打电话。")
            % given
        )
    return _("%(resource)s %(when)s 已满，您排在候补第 %(n)s 位；轮到时通知您。") % given


def line(row: ResourceBooking) -> dict[str, Any]:
    """A booking as the pages show it."""
    before = queries.stands_behind(row)
    return {
        "row": row, "when": when(row), "span": span(row.slot),
        "kind": KINDS[BookingState(row.state)],
        "may_cancel": row.state in (BookingState.BOOKED, BookingState.WAITING),
        "place": "" if before is None else _("候补第 %(n)d 位") % {"n": before + 1},
    }  # fmt: skip


def when(row: ResourceBooking) -> str:
    """The day and time of a booking."""
    on = timezone.localtime(row.slot.starts_at).date()
    return f"{day_label(on)} {span(row.slot)}"


def day_label(on: date) -> str:
    """A day as people say it."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    word = _("今天") if on == timezone.localdate() else names[on.weekday()]
    return f"{date_format(on, 'MONTH_DAY_FORMAT')} {word}"


def steps(state: str, starts_at: datetime) -> Sequence[tuple[str, str, str]]:
    """What may be registered of a booking on its day: step, label, kind of button."""
    found = [("arrived", _("已到"), "plain"), ("served", _("用完"), "primary"),
             ("missed", _("未到"), "plain")]  # fmt: skip
    if state == BookingState.BOOKED:
        return found if starts_at <= timezone.now() else found[:2]
    if state == BookingState.ARRIVED:
        return found[1:2]
    return found[:1] if state == BookingState.MISSED else []


def span(slot: Any) -> str:
    """From when to when."""
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    return f"{start:%H:%M}-{end:%H:%M}"


def _left(one: SlotLine) -> str:
    if one.free > 0 and not one.waiting:
        text = ngettext("余 %(n)d", "余 %(n)d", one.free) % {"n": one.free}
        return text.replace(" ", "\u00a0")  # the number stays with its word
    return _("已满，候补 %(n)d 人") % {"n": one.waiting}
