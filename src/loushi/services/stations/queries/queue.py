"""The queue of a station: who waits, who is called where, and how long it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.services.stations.models import Counter, QueueTicket, Station
from loushi.services.stations.policy import BOOK, EXPORT, WINDOW

State = QueueTicket.State
SOON = 15 * 60
"""Called within a quarter of an hour counts as soon: the usual promise of a service hall (a
convention of ours, no source binds it)."""
WHY = "of a station that was checked"


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Each figure with its numerator and denominator. `waited` and `served` are medians in
    minutes, None while nobody was called or finished."""

    taken: int
    called: int
    soon: int
    missed: int
    done: int
    waited: float | None
    served: float | None


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a file."""

    station: str
    on: date
    label: str
    service: str
    channel: str
    counter: str
    state: str
    waited: float
    served: float
    calls: int
    transfers: int


def queueing(actor: Actor, permission: str = WINDOW) -> QuerySet[Station]:
    """The stations in use that have counters, where the actor may call (or take a number)."""
    today = timezone.localdate()
    rows = Station.objects.visible_to(actor, permission).filter(
        Q(until__isnull=True) | Q(until__gte=today), since__lte=today
    )
    open_ones = Counter.objects.unscoped("counters of stations that are scoped")
    return rows.filter(pk__in=open_ones.filter(is_open=True).values("station"))


def queue_station(actor: Actor, station_id: int, permission: str = WINDOW) -> Station:
    """One of them; NotVisible otherwise."""
    row = queueing(actor, permission).select_related("unit").filter(pk=station_id).first()
    if row is None:
        raise NotVisible
    return row


def counters(station: Station) -> list[Counter]:
    """The counters of a station (that was checked) that stand today."""
    return list(Counter.objects.unscoped(WHY).filter(station=station, is_open=True))


def tickets(station: Station, on: date | None = None) -> QuerySet[QueueTicket]:
    """The tickets of a day of a station (that was checked), by number."""
    rows = QueueTicket.objects.unscoped(WHY).filter(station=station)
    return rows.filter(on=on or timezone.localdate()).select_related("counter").order_by("number")


def waiting_for(counter: Counter, rows: Iterable[QueueTicket]) -> list[QueueTicket]:
    """Who may be called at a counter, in order: those sent to it first, then its services. Who was
    sent to another counter waits for that one."""
    mine = [
        one for one in rows
        if one.state == State.WAITING and (
            one.counter_id == counter.pk
            or (one.counter_id is None and (
                not counter.services or not one.service or one.service in counter.services
            ))
        )
    ]  # fmt: skip
    return sorted(mine, key=lambda one: (one.counter_id is None, one.number))


def ticket_row(actor: Actor, ticket_id: int, permission: str = WINDOW) -> QueueTicket:
    """One ticket; NotVisible for strangers."""
    return fetch(
        QueueTicket, actor, ticket_id, permission=permission, related=("station", "counter")
    )


def own_ticket(actor: Actor, station: Station) -> QueueTicket | None:
    """The actor's ticket of today that is not over."""
    rows = QueueTicket.objects.visible_to(actor, BOOK).filter(
        station=station, on=timezone.localdate(), user_id=actor.user_id or 0,
        state__in=[State.WAITING, State.CALLED],
    )  # fmt: skip
    return rows.select_related("counter", "station").first()


def in_front(row: QueueTicket) -> int:
    """How many wait before a ticket."""
    rows = tickets(row.station, row.on).filter(state=State.WAITING, number__lt=row.number)
    return rows.count()


def waiting_count(station: Station) -> int:
    """How many wait at a station (that was checked)."""
    return tickets(station).filter(state=State.WAITING).count()


def queue_figures(rows: Iterable[QueueTicket]) -> QueueFigures:
    """What the tickets of a day say."""
    every = [one for one in rows if one.state != State.LEFT]
    called = [one for one in every if one.called_at is not None]
    done = [one for one in every if one.state == State.SERVED]
    return QueueFigures(
        len(every), len(called), sum(one.waited <= SOON for one in called),
        sum(one.state == State.MISSED for one in every), len(done),
        round(median(one.waited for one in called) / 60, 1) if called else None,
        round(median(one.served for one in done) / 60, 1) if done else None,
    )  # fmt: skip


def ticket_lines(actor: Actor, station_id: int | None = None) -> Iterable[TicketLine]:
    """For a file: every ticket that the actor may export, without names."""
    rows = QueueTicket.objects.visible_to(actor, EXPORT).select_related("station", "counter")
    if station_id is not None:
        rows = rows.filter(station=station_id)
    for row in rows.order_by("-on", "station_id", "number").iterator(chunk_size=500):
        channel = _("纸号") if row.on_paper else _("手机")
        yield TicketLine(
            row.station.name, row.on, str(row), row.service, channel,
            row.counter.name if row.counter else "", row.get_state_display(),
            round(row.waited / 60, 1), round(row.served / 60, 1), row.calls, row.transfers,
        )  # fmt: skip
