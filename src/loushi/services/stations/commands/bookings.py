"""Bookings: booked, given back, served; who waits moves up and is told."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.capacity import BookingState, Change
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.queries import (
    holders_of,
    plain_phone,
    users_with_permission,
)
from loushi.services.stations.models import Booking, Station
from loushi.services.stations.policy import BOOK, KIND_BOOKING, KIND_CALL, WINDOW
from loushi.services.stations.queries import bookable, booking, firm_of, offer_at, service_names
from loushi.services.stations.queries.bookings import engine

OWN_PAGE = "/stations/book/"
PHONE = re.compile(r"[0-9+() -]{5,20}")
MATTER = 300
PROMOTED = gettext_noop("轮到您了：%(station)s %(when)s 已为您预约")
CANCELLED = gettext_noop("您在%(station)s %(when)s 的预约被窗口取消")

CALL = gettext_noop("轮到%(who)s了：%(station)s %(when)s，请打电话告诉本人")


def book(
    *, actor: Actor, station_id: int, starts_at: datetime, service: str = "", matter: str = "",
    phone: str = "", key: str = "",
) -> Booking:  # fmt: skip
    """Books for oneself; a full time enters the waiting list. `key` makes a repeated call do it
    once."""
    station = bookable(actor, station_id)
    if actor.user_id is None:
        raise Denied
    values = {
        "user_id": actor.user_id, "name": actor.name[:40], "firm": firm_of(actor),
        "phone": phone, "service": service, "matter": matter,
    }  # fmt: skip
    return _booked(actor, station, starts_at, values, key)


def book_for(
    *, actor: Actor, station_id: int, starts_at: datetime, name: str, phone: str, firm: str = "",
    service: str = "", matter: str = "", key: str = "",
) -> Booking:  # fmt: skip
    """The window books for somebody who calls or stands there; the phone says who it is."""
    station = bookable(actor, station_id, WINDOW)
    wrong = {}
    if not name.strip():
        wrong["name"] = _("请填写来办事的人的姓名。")
    if not phone.strip():
        wrong["phone"] = _("请填写电话，便于联系。")
    if wrong:
        raise Refused.many(wrong)
    values = {
        "name": name.strip()[:40], "phone": phone, "firm": firm.strip()[:80],
        "service": service, "matter": matter,
    }  # fmt: skip
    return _booked(actor, station, starts_at, values, key)


def cancel_booking(*, actor: Actor, booking_id: int) -> Booking:
    """Gives a booking back: one's own, or at the window anybody's. Twice is once."""
    row = booking(actor, booking_id)
    own = permits(actor, BOOK, row)
    if not own and not permits(actor, WINDOW, row):
        raise Denied
    with transaction.atomic():
        change = engine.cancel(row.pk)
        _follow(actor, change, "stations.booking_cancel")
        if change.done and not own:
            _tell(change.row, CANCELLED)
    return change.row


def mark_booking(*, actor: Actor, booking_id: int, step: str) -> Booking:
    """At the window: "arrived", "served" or "missed"."""
    row = fetch(Booking, actor, booking_id, permission=WINDOW, related=("slot",))
    with transaction.atomic():
        change = engine.step(row.pk, step)
        _follow(actor, change, "stations.booking_mark")
    return change.row


def release_missed() -> int:
    """Frees the places of those who did not come in time, tells those who move up."""
    actor = system_actor()
    done = engine.release(lambda change: _follow(actor, change, "stations.booking_release"))
    return len(done)


def offer_again(*, station: Station) -> None:
    """After a station's numbers changed: its times ahead take the new ones, people move up."""
    promoted = engine.follow(
        {"station": station}, places=station.slot_places, release_minutes=station.release_minutes
    )
    for row in promoted:
        _tell(row, PROMOTED)


def _booked(
    actor: Actor, station: Station, starts_at: datetime, values: dict[str, Any], key: str
) -> Booking:
    values = _cleaned(station, values)
    holder, also = holders_of(user_id=values.get("user_id"), phone=values["phone"])
    payload = {"station": station.pk, "at": starts_at.isoformat(), "holder": holder, **values}

    def create() -> int:
        offer = offer_at(station, starts_at)
        change = engine.book(
            offer, holder=holder, also=also | _under(values["phone"]),
            values={**values, "station": station, "unit_path": station.unit_path},
        )  # fmt: skip
        _follow(actor, change, "stations.booking_make")
        return change.row.pk

    with transaction.atomic():
        pk, _new = once(
            actor=actor, command="stations.book", key=key, payload=payload, create=create
        )
    rows = Booking.objects.unscoped("the one just booked").select_related("slot", "station")
    return rows.get(pk=pk)


def _cleaned(station: Station, values: dict[str, Any]) -> dict[str, Any]:
    found = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    found["phone"] = plain_phone(found["phone"])
    wrong: dict[str, Any] = {}
    offered = service_names(station)
    if offered and found["service"] not in offered:
        wrong["service"] = _("请从列表里选择要办的服务。")
    if found["phone"] and not PHONE.fullmatch(found["phone"]):
        wrong["phone"] = _("电话只写数字，例如 13800138000 或 0571-88010000。")
    if len(found["matter"]) > MATTER:
        wrong["matter"] = _("最多 %(n)d 字。请写得简短些。") % {"n": MATTER}
    if wrong:
        raise Refused.many(wrong)
    return found if offered else found | {"service": ""}


def _under(phone: str) -> frozenset[str]:
    """Under which names the bookings stand that gave this phone."""
    rows = Booking.objects.unscoped("one person books once at a time").filter(phone=phone)
    return frozenset(rows.values_list("holder", flat=True)) if phone else frozenset()


def _follow(actor: Actor, change: Change[Booking], action: str) -> None:
    """The record of a step, and the word to those who moved up by it."""
    if not change.done:
        return
    row = change.row
    record(actor=actor, action=action, subject=row, unit_path=row.unit_path,
           after={"state": row.state, "at": row.slot.starts_at.isoformat(),
                  "promoted": [one.pk for one in change.promoted]})  # fmt: skip
    for one in change.promoted:
        _tell(one, PROMOTED)


def _tell(row: Booking, sentence: str) -> None:
    at = timezone.localtime(row.slot.starts_at)
    if row.user_id is None:
        if sentence == PROMOTED:
            _tell_window(row, f"{at:%m-%d %H:%M}")
        return
    state = "promoted" if row.state == BookingState.BOOKED else row.state
    notify(
        user_ids=[row.user_id], kind=KIND_BOOKING, link=OWN_PAGE,
        title=Phrase(sentence, {"station": row.station.name, "when": f"{at:%m-%d %H:%M}"}),
        key=f"booking:{row.pk}:{state}",
    )  # fmt: skip


def _tell_window(row: Booking, when: str) -> None:
    """Who booked by phone has no notices of ours: the window calls back."""
    on = timezone.localtime(row.slot.starts_at).date()
    notify(
        user_ids=users_with_permission(WINDOW, unit_path=row.unit_path), kind=KIND_CALL,
        link=f"/stations/{row.station_id}/window/?on={on}",
        title=Phrase(CALL, {"who": row.name, "station": row.station.name, "when": when}),
        key=f"booking:{row.pk}:call",
    )  # fmt: skip
