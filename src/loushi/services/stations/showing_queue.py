"""What the templates of the counter queue are given."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.registry.accounts.policy import can_at
from loushi.services.stations import queries
from loushi.services.stations.forms_queue import as_text
from loushi.services.stations.models import QueueTicket, Station
from loushi.services.stations.policy import CHANGE, EXPORT
from loushi.services.stations.queries.queue import State, counters, tickets, waiting_for

KINDS = {
    State.WAITING: "new", State.CALLED: "handling", State.SERVED: "done",
    State.MISSED: "returned", State.LEFT: "closed",
}  # fmt: skip
SHOWN = 8


def ids(given: Mapping[str, str], *names: str) -> list[int]:
    """Whole numbers of a form; 0 for anything else."""
    found = []
    for name in names:
        text = given.get(name, "")
        found.append(int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0)
    return found


def desk_context(request: HttpRequest, station: Station, chosen: str) -> dict[str, Any]:
    """The desk of one counter, and the whole queue."""
    every, rows = counters(station), list(tickets(station))
    mine = next((one for one in every if str(one.pk) == chosen), every[0])
    here = reverse("stations:queue", args=[station.pk])
    at_it = next(
        (one for one in rows if one.state == State.CALLED and one.counter_id == mine.pk), None
    )
    ahead = waiting_for(mine, rows)
    waiting = [one for one in rows if one.state == State.WAITING]
    return {
        "row": station, "counter": mine, "current": at_it, "ahead": len(ahead),
        "next": ahead[0] if ahead else None,
        "chips": [{"label": one.name, "href": f"{here}?counter={one.pk}",
                   "active": one.pk == mine.pk} for one in every],
        "others": [one for one in every if one.pk != mine.pk],
        "waiting": [_line(one) for one in waiting], "waiting_count": len(waiting),
        "services": queries.service_names(station), "figures": figures(rows),
        "may_change": can_at(request.actor, CHANGE, station.unit_path),
        "export": f"{here}?export=xlsx" if can_at(request.actor, EXPORT, station.unit_path) else "",
    }  # fmt: skip


def figures(rows: list[QueueTicket]) -> list[dict[str, str]]:
    """The day in figures, each with numerator and denominator."""
    found = queries.queue_figures(rows)
    blank = _("还没有")
    return [
        {"label": _("取号"), "value": str(found.taken)},
        {"label": _("15 分钟内叫到"), "value": f"{found.soon} / {found.called}"},
        {"label": _("过号"), "value": f"{found.missed} / {found.called}"},
        {"label": _("等候中位数"), "value": _minutes(found.waited, blank)},
        {"label": _("办完"), "value": f"{found.done} / {found.taken}"},
        {"label": _("办理中位数"), "value": _minutes(found.served, blank)},
    ]


def number_context(row: QueueTicket) -> dict[str, Any]:
    """The paper."""
    return {"row": row, "label": str(row), "front": queries.in_front(row)}


def screen_context(station: Station) -> dict[str, Any]:
    """The wall: the counters, and the next numbers."""
    rows = list(tickets(station))
    called = {one.counter_id: one for one in rows if one.state == State.CALLED}
    waiting = [one for one in rows if one.state == State.WAITING]
    return {
        "row": station, "now": timezone.localtime(),
        "lines": [
            {"name": one.name, "number": str(called[one.pk]) if one.pk in called else ""}
            for one in counters(station)
        ],
        "next": [str(one) for one in waiting[:SHOWN]], "count": len(waiting),
    }  # fmt: skip


def phone_context(request: HttpRequest, station: Station) -> dict[str, Any]:
    """One's own number, or the way to one."""
    held = queries.own_ticket(request.actor, station)
    waiting = tickets(station).filter(state=State.WAITING).count()
    return {
        "row": station, "ticket": held, "services": queries.service_names(station),
        "waiting": waiting, "front": queries.in_front(held) if held else 0,
        "called": held is not None and held.state == State.CALLED,
    }  # fmt: skip


def counters_initial(station: Station) -> dict[str, str]:
    """The counters as text; a new station is offered two."""
    return {"counters": as_text(counters(station)) or _("1 号窗口\n2 号窗口")}


def counters_context(station: Station) -> dict[str, Any]:
    """Around the form of the counters."""
    return {
        "title": _("叫号窗口"), "sub": station.name, "back": "stations:page", "pk": station.pk,
        "beside": _("本站点提供的服务"), "words": queries.service_names(station),
        "none": _("还没有登记服务。先在站点的“更正”里写上，窗口才能分工。"),
    }  # fmt: skip


def _line(row: QueueTicket) -> dict[str, Any]:
    minutes = max(0, int((timezone.now() - row.since).total_seconds() // 60))
    return {
        "row": row, "label": str(row), "kind": KINDS[State(row.state)],
        "waits": ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes},
        "to": row.counter.name if row.counter_id and row.counter else "",
    }  # fmt: skip


def _minutes(value: float | None, blank: str) -> str:
    return blank if value is None else _("%(n)s 分钟") % {"n": value}
