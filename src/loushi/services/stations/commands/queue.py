"""The counter queue: a number taken, called, sent to another counter, finished or missed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.policy import can_at
from loushi.services.stations.models import Counter, QueueTicket, Station
from loushi.services.stations.policy import BOOK, CHANGE, KIND_QUEUE, WINDOW
from loushi.services.stations.queries import service_names
from loushi.services.stations.queries.queue import (
    counters,
    queue_station,
    ticket_row,
    tickets,
    waiting_for,
)

State = QueueTicket.State
WHY = "rows of a station that was checked"
MOST = 40
CALLED = gettext_noop("请到%(station)s%(counter)s，您的号是 %(number)s")


def set_counters(*, actor: Actor, station_id: int, lines: Sequence[tuple[str, list[str]]]) -> None:
    """The counters of a station: (name, services); those left out no longer call."""
    with transaction.atomic():
        station = fetch(Station, actor, station_id, lock=True)
        if not can_at(actor, CHANGE, station.unit_path):
            raise Denied
        offered = set(service_names(station))
        names = [name for name, _services in lines]
        if len(names) != len(set(names)):
            raise Refused(_("窗口名称不能重复。"), field="counters")
        if len(names) > MOST:
            raise Refused(_("最多 %(n)d 个窗口。") % {"n": MOST}, field="counters")
        for name, services in lines:
            if not 0 < len(name) <= 20:
                raise Refused(_("窗口名称 1 到 20 字，例如 1 号窗口。"), field="counters")
            for one in services:
                if one not in offered:
                    raise Refused(
                        _("“%(name)s”不在本站点提供的服务里。") % {"name": one}, field="counters"
                    )
        rows = Counter.objects.unscoped(WHY).filter(station=station)
        rows.exclude(name__in=names).update(is_open=False)
        for number, (name, services) in enumerate(lines):
            rows.update_or_create(
                station=station, name=name,
                defaults={"services": services, "order": number, "is_open": True,
                          "unit_path": station.unit_path},
            )  # fmt: skip
        record(actor=actor, action="stations.counters", subject=station, after={"names": names})


def take_ticket(*, actor: Actor, station_id: int, service: str = "") -> QueueTicket:
    """A number by phone, for oneself; who has one already gets the same one again."""
    station = queue_station(actor, station_id, BOOK)
    if actor.user_id is None:
        raise Denied
    return _taken(actor, station, service, user_id=actor.user_id)


def print_ticket(*, actor: Actor, station_id: int, service: str = "") -> QueueTicket:
    """A number on paper, for who stands there."""
    station = queue_station(actor, station_id, WINDOW)
    return _taken(actor, station, service, user_id=None)


def call_next(*, actor: Actor, counter_id: int) -> QueueTicket:
    """Calls the next one to a counter; Conflict while one stands there or nobody waits."""
    with transaction.atomic():
        counter = _counter(actor, counter_id)
        at_it = QueueTicket.objects.unscoped(WHY).filter(counter=counter, state=State.CALLED)
        if (held := at_it.first()) is not None:
            raise Conflict(
                _("%(number)s 还在办理。请先登记办完、过号或转窗口。") % {"number": held}
            )
        row = _first(waiting_for(counter, tickets(counter.station)))
        if row is None:
            raise Conflict(_("现在没有人在等这个窗口。"))
        now = timezone.now()
        row.waited += _seconds(row.since, now)
        row.state, row.counter, row.since, row.calls = State.CALLED, counter, now, row.calls + 1
        row.called_at = row.called_at or now
        row.save()
        _note(actor, row, "stations.queue_call")
        _tell(row)
    return row


def call_again(*, actor: Actor, ticket_id: int) -> QueueTicket:
    """Calls the same number once more."""
    with transaction.atomic():
        row = _called(actor, ticket_id)
        row.calls += 1
        row.save(update_fields=["calls"])
        _tell(row)
    return row


def end_ticket(*, actor: Actor, ticket_id: int, state: str) -> QueueTicket:
    """At the counter: "served", or "missed" where nobody came."""
    if state not in (State.SERVED, State.MISSED):
        raise Refused(_("没有“%(name)s”这个办理步骤。") % {"name": state})
    with transaction.atomic():
        row = _called(actor, ticket_id)
        now = timezone.now()
        if state == State.SERVED:
            row.served += _seconds(row.since, now)
        row.state, row.since = state, now
        row.save()
        _note(actor, row, "stations.queue_end")
    return row


def transfer_ticket(*, actor: Actor, ticket_id: int, counter_id: int) -> QueueTicket:
    """Sends who is at a counter to another one of the station, where they come first."""
    with transaction.atomic():
        row = _called(actor, ticket_id)
        target = next((one for one in counters(row.station) if one.pk == counter_id), None)
        if target is None or target.pk == row.counter_id:
            raise Refused(_("请选择本站点的另一个窗口。"), field="counter")
        now = timezone.now()
        row.served += _seconds(row.since, now)
        row.state, row.since, row.counter = State.WAITING, now, target
        row.transfers += 1
        row.save()
        _note(actor, row, "stations.queue_transfer")
    return row


def leave_queue(*, actor: Actor, ticket_id: int) -> QueueTicket:
    """Gives a number back: one's own, or at the window anybody's. Twice is once."""
    with transaction.atomic():
        row = fetch(QueueTicket, actor, ticket_id, lock=True, related=("station",))
        if not permits(actor, BOOK, row) and not permits(actor, WINDOW, row):
            raise Denied
        if row.state == State.LEFT:
            return row
        if row.state != State.WAITING:
            raise Conflict(_("这个号已经叫过，不能再取消。"))
        row.state, row.since = State.LEFT, timezone.now()
        row.save()
        _note(actor, row, "stations.queue_leave")
    return row


def _taken(actor: Actor, station: Station, service: str, *, user_id: int | None) -> QueueTicket:
    offered = service_names(station)
    if service and service not in offered:
        raise Refused(_("请从列表里选择要办的服务。"), field="service")
    today = timezone.localdate()
    with transaction.atomic():
        Station.objects.unscoped(WHY).select_for_update().get(pk=station.pk)  # one number each
        rows = QueueTicket.objects.unscoped(WHY).filter(station=station, on=today)
        if user_id is not None:
            held = rows.filter(user_id=user_id, state__in=[State.WAITING, State.CALLED]).first()
            if held is not None:
                return held
        last = rows.order_by("-number").values_list("number", flat=True).first() or 0
        now = timezone.now()
        made = rows.create(
            station=station, unit_path=station.unit_path, on=today, number=last + 1,
            service=service, on_paper=user_id is None, user_id=user_id, taken_at=now, since=now,
        )  # fmt: skip
        _note(actor, made, "stations.queue_take")
    return made


def _counter(actor: Actor, counter_id: int) -> Counter:
    """A counter under its station's lock: two that call at once call two people."""
    row = fetch(Counter, actor, counter_id, permission=WINDOW, related=("station",))
    Station.objects.unscoped(WHY).select_for_update().get(pk=row.station_id)
    if not row.is_open:
        raise Conflict(_("这个窗口已经停用。"))
    return row


def _called(actor: Actor, ticket_id: int) -> QueueTicket:
    ticket_row(actor, ticket_id)
    row: Any = fetch(QueueTicket, actor, ticket_id, permission=WINDOW, lock=True)
    if row.state != State.CALLED:
        raise Conflict(_("%(number)s 现在是“%(state)s”，不能再这样办。")
                       % {"number": row, "state": row.get_state_display()})  # fmt: skip
    return row  # type: ignore[no-any-return]


def _first(found: Sequence[QueueTicket]) -> QueueTicket | None:
    """The first of these, locked, that nobody has given back since they were read."""
    rows = QueueTicket.objects.unscoped(WHY).select_for_update()
    locked = (rows.filter(pk=one.pk, state=State.WAITING).first() for one in found)
    return next((one for one in locked if one is not None), None)


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def _note(actor: Actor, row: QueueTicket, action: str) -> None:
    counter = row.counter.name if row.counter_id and row.counter else ""
    record(actor=actor, action=action, subject=row, unit_path=row.unit_path,
           after={"number": row.number, "state": row.state, "counter": counter})  # fmt: skip


def _tell(row: QueueTicket) -> None:
    """Who took the number by phone is told where to go."""
    if row.user_id is None or row.counter is None:
        return
    notify(
        user_ids=[row.user_id], kind=KIND_QUEUE, link=f"/stations/{row.station_id}/ticket/",
        title=Phrase(CALLED, {"station": row.station.name, "counter": row.counter.name,
                              "number": str(row)}),
        key=f"ticket:{row.pk}:{row.calls}",
    )  # fmt: skip
