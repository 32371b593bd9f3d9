"""Bookings of resources on the one engine of `core.capacity`: times, booking, serving."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record, record_look
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.capacity import BookingState, Change, read_hours
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.policy import can_at
from loushi.registry.accounts.queries import holders_of, plain_phone, users_with_permission
from loushi.services.catalogue.models import Resource, ResourceBooking, ResourceTimes
from loushi.services.catalogue.policy import BOOK, CHANGE, HOST, KIND_BOOKING, KIND_CALL
from loushi.services.catalogue.queries.bookings import (
    booked_row,
    engine,
    firm_of,
    open_to_book,
    timetable,
)
from loushi.services.catalogue.queries.providing import (
    Received,
    provided_resource,
    received,
    received_row,
)

PHONE = re.compile(r"[0-9+() -]{5,20}")
BOUNDS = {
    "minutes": (5, 720), "places": (1, 5000), "most": (1, 500), "days_ahead": (0, 60),
    "release_minutes": (1, 240),
}  # fmt: skip
HOURS = ("workday_hours", "restday_hours", "extended_hours")
OWN_PAGE = "/catalogue/own/bookings/"
WHY = "rows of a resource that was checked"
PROMOTED = gettext_noop("轮到您了：%(resource)s %(when)s 已为您预约")
CANCELLED = gettext_noop("您预约的%(resource)s %(when)s 被取消")
CALL = gettext_noop("轮到%(who)s了：%(resource)s %(when)s，请打电话告诉本人")


def set_times(*, actor: Actor, resource_id: int, values: Mapping[str, Any]) -> ResourceTimes:
    """When a resource can be booked. Times ahead take the new numbers, never fewer places than are
    taken; people move up where there are more."""
    with transaction.atomic():
        resource = _own(actor, resource_id)
        found = _times(values)
        rows = ResourceTimes.objects.unscoped(WHY)
        before = rows.filter(resource=resource).first()
        row, _new = rows.update_or_create(
            resource=resource, defaults={**found, "unit_path": resource.unit_path}
        )
        former = {name: getattr(before, name) for name in found} if before else {}
        record(
            actor=actor, action="catalogue.times_set", subject=resource, before=former, after=found
        )  # fmt: skip
        for one in engine.follow(
            {"resource": resource}, places=row.places, release_minutes=row.release_minutes
        ):
            _tell(one, PROMOTED)
    return row


def end_times(*, actor: Actor, resource_id: int) -> None:
    """Takes no more bookings; those that are made stay."""
    with transaction.atomic():
        resource = _own(actor, resource_id)
        if ResourceTimes.objects.unscoped(WHY).filter(resource=resource).delete()[0]:
            record(actor=actor, action="catalogue.times_end", subject=resource)


def book_resource(
    *, actor: Actor, resource_id: int, starts_at: datetime, units: int = 1, note: str = "",
    phone: str = "", key: str = "",
) -> ResourceBooking:  # fmt: skip
    """Books for oneself; a full time enters the waiting list. `key` makes a repeated call do it
    once."""
    resource = open_to_book(actor, resource_id)
    if actor.user_id is None:
        raise Denied
    values = {
        "user_id": actor.user_id, "name": actor.name[:40], "firm": firm_of(actor), "phone": phone,
        "note": note,
    }  # fmt: skip
    return _booked(actor, resource, starts_at, units, values, key)


def book_resource_for(
    *, actor: Actor, resource_id: int, starts_at: datetime, name: str, phone: str, units: int = 1,
    firm: str = "", note: str = "", key: str = "",
) -> ResourceBooking:  # fmt: skip
    """Staff book for somebody who calls; the phone says who it is, also where they have an
    account."""
    resource = open_to_book(actor, resource_id, HOST)
    wrong = {}
    if not name.strip():
        wrong["name"] = _("请填写来用的人的姓名。")
    if not phone.strip():
        wrong["phone"] = _("请填写电话，便于联系。")
    if wrong:
        raise Refused.many(wrong)
    values = {"name": name.strip()[:40], "firm": firm.strip()[:80], "phone": phone, "note": note}
    return _booked(actor, resource, starts_at, units, values, key)


def cancel_resource_booking(*, actor: Actor, booking_id: int) -> ResourceBooking:
    """Gives a booking back: one's own, or at the provider anybody's. Twice is once."""
    row = booked_row(actor, booking_id)
    own = permits(actor, BOOK, row)
    if not own and not permits(actor, HOST, row):
        raise Denied
    with transaction.atomic():
        change = engine.cancel(row.pk)
        _follow(actor, change, "catalogue.booking_cancel")
        if change.done and not own:
            _tell(change.row, CANCELLED)
    return change.row


def mark_resource_booking(*, actor: Actor, booking_id: int, step: str) -> ResourceBooking:
    """At the provider: "arrived", "served" or "missed"."""
    row = fetch(ResourceBooking, actor, booking_id, permission=HOST, related=("slot",))
    return _marked(actor, row, step)


def mark_received(*, actor: Actor, booking_id: int, step: str) -> ResourceBooking:
    """The same by the provider's own people, for what their enterprise provides."""
    return _marked(actor, received_row(actor, booking_id), step)


def look_at_received(*, actor: Actor, resource_id: int, on: date) -> list[Received]:
    """Who comes on a day to what the actor's enterprise provides. A look at names is recorded, once
    for each person, list and day."""
    resource = provided_resource(actor, resource_id)
    found = received(actor, resource, on)
    if found:
        payload = {"resource": resource.pk, "on": on.isoformat()}

        def note() -> int:
            return record_look(
                actor=actor, subject=resource, purpose=str(_("接待预约")), fields=["name", "phone"]
            ).pk

        key = f"{resource.pk}:{on}:{timezone.localdate()}"
        once(actor=actor, command="catalogue.receive", key=key, payload=payload, create=note)
    return found


def release_resources() -> int:
    """Frees the places of those who did not come in time, tells those who move up."""
    actor = system_actor()
    return len(engine.release(lambda change: _follow(actor, change, "catalogue.booking_release")))


def _marked(actor: Actor, row: ResourceBooking, step: str) -> ResourceBooking:
    with transaction.atomic():
        change = engine.step(row.pk, step)
        _follow(actor, change, "catalogue.booking_mark")
    return change.row


def _booked(
    actor: Actor, resource: Resource, starts_at: datetime, units: int, values: dict[str, Any],
    key: str,
) -> ResourceBooking:  # fmt: skip
    phone = values["phone"] = plain_phone(values["phone"])
    values["note"] = values["note"].strip()
    if phone and not PHONE.fullmatch(phone):
        raise Refused(_("电话只写数字，例如 13800138000 或 0571-88010000。"), field="phone")
    if len(values["note"]) > 300:
        raise Refused(_("最多 %(n)d 字。请写得简短些。") % {"n": 300}, field="note")
    table, most = timetable(resource)
    if not 1 <= units <= most:
        raise Refused(_("一次可以约 1 到 %(most)d 个。") % {"most": most}, field="units")
    holder, also = holders_of(user_id=values.get("user_id"), phone=phone)
    payload = {"resource": resource.pk, "at": starts_at.isoformat(), "units": units, **values}

    def create() -> int:
        change = engine.book(
            table.offer(starts_at), holder=holder, also=also | _under(phone), units=units,
            values={**values, "resource": resource, "unit_path": resource.unit_path},
        )  # fmt: skip
        _follow(actor, change, "catalogue.booking_make")
        return change.row.pk

    with transaction.atomic():
        pk, _new = once(
            actor=actor, command="catalogue.book", key=key, payload=payload, create=create
        )
    rows = ResourceBooking.objects.unscoped("the one just booked")
    return rows.select_related("slot", "resource").get(pk=pk)


def _under(phone: str) -> frozenset[str]:
    """Under which names the bookings stand that gave this phone."""
    rows = ResourceBooking.objects.unscoped("one person books once at a time").filter(phone=phone)
    return frozenset(rows.values_list("holder", flat=True)) if phone else frozenset()


def _own(actor: Actor, resource_id: int) -> Resource:
    row = fetch(Resource, actor, resource_id, lock=True)
    if not can_at(actor, CHANGE, row.unit_path):
        raise Denied
    return row


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: read_hours(str(values.get(name) or ""), name) for name in HOURS}
    wrong: dict[str, Any] = {}
    for name, (low, high) in BOUNDS.items():
        value = values.get(name)
        if not isinstance(value, int) or not low <= value <= high:
            wrong[name] = _("应在 %(low)d 到 %(high)d 之间。") % {"low": low, "high": high}
        found[name] = value
    if not any(found[name] for name in HOURS):
        wrong["workday_hours"] = _("请至少填写一种开放时间，例如 11:00-13:30。")
    if not wrong and found["most"] > found["places"]:
        wrong["most"] = _("不能多于每段名额。")
    if wrong:
        raise Refused.many(wrong)
    return found


def _follow(actor: Actor, change: Change[ResourceBooking], action: str) -> None:
    """The record of a step, and the word to those who moved up by it."""
    if not change.done:
        return
    row = change.row
    record(actor=actor, action=action, subject=row, unit_path=row.unit_path,
           after={"state": row.state, "at": row.slot.starts_at.isoformat(), "units": row.units,
                  "promoted": [one.pk for one in change.promoted]})  # fmt: skip
    for one in change.promoted:
        _tell(one, PROMOTED)


def _tell(row: ResourceBooking, sentence: str) -> None:
    at = timezone.localtime(row.slot.starts_at)
    given = {"resource": row.resource.name, "when": f"{at:%m-%d %H:%M}"}
    if row.user_id is not None:
        state = "promoted" if row.state == BookingState.BOOKED else row.state
        notify(
            user_ids=[row.user_id], kind=KIND_BOOKING, link=OWN_PAGE,
            title=Phrase(sentence, given), key=f"resource_booking:{row.pk}:{state}",
        )  # fmt: skip
    elif sentence == PROMOTED:
        notify(
            user_ids=users_with_permission(HOST, unit_path=row.unit_path), kind=KIND_CALL,
            link=f"/catalogue/resources/{row.resource_id}/day/?on={at.date()}",
            title=Phrase(CALL, given | {"who": row.name}), key=f"resource_booking:{row.pk}:call",
        )  # fmt: skip
