"""Meetings: planned, called in time, opened, closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import Phrase, notify
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Body,
    CouncilMeeting,
    CouncilSeat,
    Matter,
)
from loushi.services.governance.policy import CONVENE, KIND_MEETING, serving
from loushi.services.governance.queries.rules import rule_of

from .items import runs

WHY = "rows of a meeting that was fetched"
State = CouncilMeeting.State
CALLED = gettext_noop("会议通知：%(title)s，%(when)s，%(place)s")
MOVED = gettext_noop("会议改期：%(title)s，%(when)s，%(place)s")
CANCELLED = gettext_noop("会议取消：%(title)s")


def create_meeting(*, actor: Actor, body_id: int, values: Mapping[str, Any]) -> CouncilMeeting:
    """A meeting in preparation."""
    with transaction.atomic():
        body = fetch(Body, actor, body_id, permission=CONVENE, lock=True)
        if not runs(body):
            raise Refused(_("“%(name)s”已经撤销，不能再开会。") % {"name": body.name})
        found = _cleaned(values)
        made = CouncilMeeting.objects.unscoped(WHY).create(
            body=body, unit_path=body.unit_path, building_id=body.building_id, **found
        )
        record(actor=actor, action="governance.meeting_create", subject=made, after=_told(found))
    return made


def update_meeting(*, actor: Actor, meeting_id: int, values: Mapping[str, Any]) -> CouncilMeeting:
    """Corrects a meeting before it opens; a called one is called anew when time or place move."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.DRAFT, State.CALLED)
        names = ("title", "starts_at", "place", "dial_in", "urgent")
        before = {name: getattr(row, name) for name in names}
        found = _cleaned(before | dict(values))
        for name, value in found.items():
            setattr(row, name, value)
        if row.state == State.CALLED and any(before[one] != found[one] for one in names[1:3]):
            _check_notice(row, list(_items(row)))
            _tell(row, MOVED, f"moved:{row.starts_at.isoformat()}:{row.place}")
        row.save()
        record(actor=actor, action="governance.meeting_update", subject=row,
               before=_told(before), after=_told(found))  # fmt: skip
    return row


def schedule(*, actor: Actor, meeting_id: int, item_ids: Sequence[int]) -> int:
    """Puts waiting items on the agenda, in this order; returns how many."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.DRAFT, State.CALLED, State.OPEN)
        rows = AgendaItem.objects.unscoped(WHY).filter(body=row.body_id, pk__in=item_ids)
        rows = rows.filter(state=AgendaItem.State.WAITING)
        waiting = {item.pk: item for item in rows.select_for_update(of=("self",))}
        if not item_ids or set(waiting) != set(item_ids):
            raise Refused(_("请从“待上会”的议题里选择。"), field="item_ids")
        if row.state != State.DRAFT:
            _check_notice(row, list(waiting.values()))
        last = _items(row).aggregate(last=Max("position"))["last"] or 0
        for number, pk in enumerate(dict.fromkeys(item_ids), last + 1):
            item = waiting[pk]
            item.meeting, item.position = row, number
            item.state = AgendaItem.State.SCHEDULED
            item.save(update_fields=["meeting", "position", "state"])
            publish("agenda_scheduled", {
                "item_id": pk, "body": row.body.name, "meeting": row.title,
                "on": timezone.localtime(row.starts_at).date().isoformat(),
            })  # fmt: skip
        record(actor=actor, action="governance.schedule", subject=row,
               after={"items": [item.title for item in waiting.values()]})  # fmt: skip
    return len(waiting)


def unschedule(*, actor: Actor, meeting_id: int, item_id: int) -> None:
    """Takes an item off; it waits for the next meeting."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.DRAFT, State.CALLED, State.OPEN)
        item = _items(row).filter(pk=item_id).first()
        if item is None:
            raise NotVisible
        if item.state != AgendaItem.State.SCHEDULED:
            raise Conflict(_("这个议题已经开始表决，不能再拿下来。"))
        _back([item])
        record(actor=actor, action="governance.unschedule", subject=row,
               after={"item": item.title})  # fmt: skip


def call_meeting(*, actor: Actor, meeting_id: int) -> CouncilMeeting:
    """Sends the notice to all members, in time by the rule of what is on the agenda."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.DRAFT)
        items = list(_items(row))
        if not items:
            raise Refused(_("议程是空的。请先从“待上会”的议题里选。"))
        if row.starts_at <= timezone.now():
            raise Refused(_("会议时间已过。请先改会议时间。"))
        if not _seats(row).exists():
            raise Refused(_("这个组织还没有在任委员。请先登记委员。"))
        _check_notice(row, items)
        row.state, row.called_at = State.CALLED, timezone.now()
        row.save(update_fields=["state", "called_at"])
        record(actor=actor, action="governance.call", subject=row,
               after={"items": len(items), "starts_at": row.starts_at.isoformat()},
               why=row.urgent)  # fmt: skip
        _tell(row, CALLED, "called")
    return row


def open_meeting(*, actor: Actor, meeting_id: int, chair: str) -> CouncilMeeting:
    """The meeting begins: attendance, votes."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.CALLED)
        if not chair.strip():
            raise Refused(_("请填写主持人。"), field="chair")
        day = timezone.localtime(row.starts_at).date()
        if timezone.localdate() < day:
            raise Refused(_("会议定在 %(day)s，还没有到。要提前开，请先改期。") % {"day": day})
        row.state, row.opened_at, row.chair = State.OPEN, timezone.now(), chair.strip()[:40]
        row.save(update_fields=["state", "opened_at", "chair"])
        record(actor=actor, action="governance.open", subject=row, after={"chair": row.chair})
    return row


def record_attendance(
    *, actor: Actor, meeting_id: int, members: Mapping[int, str],
    guests: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """Who is there, by seat ("room", "phone", "excused", "absent"); guests by name and firm."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.CALLED, State.OPEN)
        seats = {seat.pk: seat for seat in _seats(row)}
        for pk in members:
            if pk not in seats:
                raise Refused(_not_serving(row, pk), field="members")
        if set(members.values()) - set(Attendance.How.values):
            raise Refused(_("请从到场、电话、请假、缺席里选择。"), field="members")
        rows = Attendance.objects.unscoped(WHY).filter(meeting=row)
        for pk, how in members.items():
            rows.update_or_create(
                meeting=row, seat=seats[pk],
                defaults={"how": how, "name": seats[pk].name, "unit_path": row.unit_path},
            )  # fmt: skip
        rows.filter(seat__isnull=True).delete()
        Attendance.objects.unscoped(WHY).bulk_create(
            Attendance(meeting=row, unit_path=row.unit_path, name=name[:40],
                       organisation=organisation[:60], how=Attendance.How.ROOM)
            for name, organisation in guests
        )  # fmt: skip
        there = sum(how in ("room", "phone") for how in members.values())
        record(actor=actor, action="governance.attendance", subject=row,
               after={"members": there, "guests": len(guests)})  # fmt: skip


def write_notes(*, actor: Actor, meeting_id: int, notes: str) -> CouncilMeeting:
    """The record of what was said."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.OPEN)
        row.notes = notes.strip()
        row.save(update_fields=["notes"])
        record(actor=actor, action="governance.notes", subject=row, after={"size": len(row.notes)})
    return row


def close_meeting(*, actor: Actor, meeting_id: int) -> CouncilMeeting:
    """The meeting ends; what was not voted on waits for the next one."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.OPEN)
        items = list(_items(row))
        if any(one.state == AgendaItem.State.VOTING for one in items):
            raise Refused(_("还有议题在表决。请先结束表决。"))
        left = [one for one in items if one.state == AgendaItem.State.SCHEDULED]
        row.deferred = [one.title for one in left]
        _back(left)
        row.state, row.closed_at = State.CLOSED, timezone.now()
        row.save(update_fields=["state", "closed_at", "deferred"])
        record(actor=actor, action="governance.close", subject=row,
               after={"decided": len(items) - len(left), "deferred": len(left)})  # fmt: skip
    return row


def cancel_meeting(*, actor: Actor, meeting_id: int, why: str) -> CouncilMeeting:
    """The meeting does not take place; members who were called are told."""
    with transaction.atomic():
        row = locked(actor, meeting_id, State.DRAFT, State.CALLED)
        if not why.strip():
            raise Refused(_("请写明取消原因。"), field="why")
        _back(list(_items(row)))
        if row.state == State.CALLED:
            _tell(row, CANCELLED, "cancelled")
        row.state, row.closed_at = State.CANCELLED, timezone.now()
        row.save(update_fields=["state", "closed_at"])
        record(actor=actor, action="governance.cancel", subject=row, why=why.strip()[:300])
    return row


def locked(actor: Actor, meeting_id: int, *states: str) -> CouncilMeeting:
    """A meeting to be changed, in one of these states."""
    row = fetch(CouncilMeeting, actor, meeting_id, permission=CONVENE, lock=True, related=("body",))
    if row.state not in states:
        raise Conflict(
            _("会议现在是“%(state)s”，不能这样做。请刷新后再看。")
            % {"state": row.get_state_display()}
        )
    return row


def _items(row: CouncilMeeting) -> Any:
    return AgendaItem.objects.unscoped(WHY).filter(meeting=row).order_by("position", "pk")


def _seats(row: CouncilMeeting) -> Any:
    day = timezone.localtime(row.starts_at).date()
    return CouncilSeat.objects.unscoped(WHY).filter(serving(day), body=row.body_id)


def _back(items: Sequence[AgendaItem]) -> None:
    for item in items:
        item.meeting, item.position, item.state = None, 0, AgendaItem.State.WAITING
        item.save(update_fields=["meeting", "position", "state"])


def _not_serving(row: CouncilMeeting, seat_id: int) -> str:
    seat = CouncilSeat.objects.unscoped(WHY).filter(body=row.body_id, pk=seat_id).first()
    if seat is None or seat.until is None:
        return _("名单里没有这位委员。请刷新后重新登记。")
    return _("%(name)s 的任期已于 %(day)s 结束，不能作为委员到会；可以登记为列席。") % {
        "name": seat.name, "day": seat.until,
    }  # fmt: skip


def _check_notice(row: CouncilMeeting, items: Sequence[AgendaItem]) -> None:
    """Refuses a notice that is shorter than the rule, unless the urgent reason is written."""
    if row.urgent:
        return
    day = timezone.localtime(row.starts_at).date()
    ahead = (day - timezone.localdate()).days
    for matter in sorted({item.matter for item in items}):
        needed = rule_of(row.body, matter, day).notice_days
        if ahead < needed:
            raise Refused(
                _("%(matter)s要提前 %(needed)d 天通知，离会议只有 %(ahead)d 天。"
                  "请改期，或写明紧急理由。")
                % {"matter": Matter(matter).label, "needed": needed, "ahead": max(0, ahead)},
                field="starts_at",
            )  # fmt: skip


def _tell(row: CouncilMeeting, msgid: str, key: str) -> None:
    users = [seat.user_id for seat in _seats(row) if seat.user_id]
    values = {"title": row.title, "when": _when(row.starts_at), "place": row.place}
    notify(
        user_ids=users, kind=KIND_MEETING, link=f"/governance/meetings/{row.pk}/",
        title=Phrase(msgid, values if msgid != CANCELLED else {"title": row.title}),
        key=f"meeting:{row.pk}:{key}",
    )  # fmt: skip


def _when(at: datetime) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        name: str(values.get(name) or "").strip()
        for name in ("title", "place", "dial_in", "urgent")
    }
    wrong: dict[str, Any] = {}
    if not found["title"]:
        wrong["title"] = _("请填写会议名称。")
    if not found["place"]:
        wrong["place"] = _("请填写地点；只用电话的会，写“电话会议”。")
    if not values.get("starts_at"):
        wrong["starts_at"] = _("请填写会议时间。")
    elif values["starts_at"] <= timezone.now():
        wrong["starts_at"] = _("会议时间已过，请改成以后的时间。")
    if wrong:
        raise Refused.many(wrong)
    return {**found, "starts_at": values["starts_at"]}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value
    }
