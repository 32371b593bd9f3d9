"""Joint meetings: planned, called, held, decided, closed; and what was decided, followed up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.matching.models import (
    CommonIssue,
    IssueUnit,
    JointDecision,
    JointMeeting,
    MeetingIssue,
    MeetingKind,
    MeetingSeat,
)
from loushi.casework.matching.policy import CONVENE, FOLLOW, KIND_DECISION, KIND_MEETING
from loushi.casework.matching.workflow import LIVE, MEETING_STEPS, workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.models import Department
from loushi.registry.accounts.queries import users_with_permission
from loushi.registry.territory.models import Unit

from .issues import WHY

Part, How, State = MeetingSeat.Part, MeetingSeat.How, JointMeeting.State
CALLED = gettext_noop("服务联建对接会：%(title)s，%(when)s，%(place)s")
MOVED = gettext_noop("对接会改期：%(title)s，%(when)s，%(place)s")
CANCELLED = gettext_noop("对接会取消：%(title)s")
TASK = gettext_noop("对接会交办：%(what)s，%(due)s 前完成")


def create_meeting(
    *, actor: Actor, values: Mapping[str, Any], issue_ids: Sequence[int], key: str = ""
) -> JointMeeting:
    """A meeting in preparation about some issues; their lead and co-units are asked to it, and the
    departments given besides."""

    def create() -> int:
        issues = _issues(actor, issue_ids)
        unit = _around(actor, issues)
        fields = _cleaned(values)
        made = JointMeeting.objects.unscoped(WHY).create(
            unit=unit, unit_path=unit.path, created_at=timezone.now(), **fields
        )
        _agenda(made, issues)
        _seats(made, issues, values)
        record(actor=actor, action="matching.meeting_create", subject=made, after=_told(fields))
        return made.pk

    with transaction.atomic():
        payload = {**values, "issues": list(issue_ids)}
        pk, _new = once(
            actor=actor, command="matching.meeting", key=key, payload=payload, create=create
        )
    return JointMeeting.objects.unscoped(WHY).get(pk=pk)


def update_meeting(
    *, actor: Actor, meeting_id: int, values: Mapping[str, Any], issue_ids: Sequence[int]
) -> JointMeeting:
    """Corrects a meeting before it is held; a called one is called anew when time or place move."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "update")
        issues = _issues(actor, issue_ids)
        if any(not covers(row.unit_path, one.unit_path) for one in issues):
            raise Refused(_("议题要在“%(unit)s”范围内。") % {"unit": row.unit.name}, field="issues")
        names = ("title", "starts_at", "place", "convener")
        before = {name: getattr(row, name) for name in names}
        fields = _cleaned(values)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        MeetingIssue.objects.unscoped(WHY).filter(meeting=row).delete()
        _agenda(row, issues)
        MeetingSeat.objects.unscoped(WHY).filter(meeting=row).delete()
        _seats(row, issues, values)
        if row.state == State.CALLED and any(before[one] != fields[one] for one in names[1:3]):
            _tell(row, MOVED, f"moved:{row.starts_at.isoformat()}:{row.place}")
        record(actor=actor, action="matching.meeting_update", subject=row, before=_told(before),
               after=_told(fields))  # fmt: skip
    return row


def call_meeting(*, actor: Actor, meeting_id: int) -> JointMeeting:
    """Sends the notice to the departments that are asked to it."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "call")
        if row.starts_at <= timezone.now():
            raise Refused(_("会议时间已过。请先改会议时间。"))
        if not MeetingSeat.objects.unscoped(WHY).filter(meeting=row).exists():
            raise Refused(_("还没有请任何单位。请先在“更改”里选牵头和协同单位。"))
        row.called_at = timezone.now()
        _step(row, "call")
        record(actor=actor, action="matching.meeting_call", subject=row,
               after={"starts_at": row.starts_at.isoformat()})  # fmt: skip
        _noted(actor, row, _("已通知，%(when)s，%(place)s") % {
            "when": _when(row.starts_at), "place": row.place,
        })  # fmt: skip
        _tell(row, CALLED, "called")
    return row


def hold_meeting(*, actor: Actor, meeting_id: int, chair: str) -> JointMeeting:
    """The meeting takes place: attendance, notes, decisions."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "hold")
        if not chair.strip():
            raise Refused(_("请填写主持人。"), field="chair")
        day = timezone.localtime(row.starts_at).date()
        if timezone.localdate() < day:
            raise Refused(_("会议定在 %(day)s，还没有到。要提前开，请先改期。") % {"day": day})
        row.held_at, row.chair = timezone.now(), chair.strip()[:40]
        _step(row, "hold")
        record(actor=actor, action="matching.meeting_hold", subject=row, after={"chair": row.chair})
    return row


def record_attendance(
    *, actor: Actor, meeting_id: int, seats: Mapping[int, tuple[str, str]],
    guests: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """Who is there: by seat how and whom the department sent; guests by name and where from."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "attendance")
        rows = MeetingSeat.objects.unscoped(WHY).filter(meeting=row)
        held = {one.pk: one for one in rows.exclude(part=Part.GUEST)}
        if set(seats) - set(held):
            raise Refused(_("名单里没有这个单位。请刷新后重新登记。"), field="seats")
        for pk, (how, name) in seats.items():
            if how not in How.values:
                raise Refused(_("请从到场、电话、请假、缺席里选择。"), field="seats")
            held[pk].how, held[pk].name = how, name.strip()[:40]
            held[pk].save(update_fields=["how", "name"])
        rows.filter(part=Part.GUEST).delete()
        MeetingSeat.objects.unscoped(WHY).bulk_create(
            MeetingSeat(meeting=row, unit_path=row.unit_path, part=Part.GUEST, name=name[:40],
                        organisation=where[:60], how=How.ROOM)
            for name, where in guests
        )  # fmt: skip
        record(actor=actor, action="matching.meeting_attendance", subject=row,
               after={"units": len(seats), "guests": len(guests)})  # fmt: skip


def write_notes(*, actor: Actor, meeting_id: int, notes: str) -> JointMeeting:
    """The record of what was said."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "notes")
        row.notes = notes.strip()[:20_000]
        row.save(update_fields=["notes"])
        record(actor=actor, action="matching.meeting_notes", subject=row,
               after={"size": len(row.notes)})  # fmt: skip
    return row


def decide(*, actor: Actor, meeting_id: int, values: Mapping[str, Any]) -> JointDecision:
    """A decision: what, by which unit, until when. The unit's people are told."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "decide")
        text = " ".join(str(values.get("text") or "").split())
        owner = str(values.get("owner") or "").strip()
        department = Department.objects.filter(pk=values.get("department_id") or 0).first()
        due = values.get("due_on")
        issue = _on_agenda(row, values.get("issue_id"))
        wrong: dict[str, Any] = {}
        if not text:
            wrong["text"] = _("请写明定了什么。")
        if department is None and not owner:
            wrong["department_id"] = _("请选择责任单位，或写明责任人。")
        if due is None or due < timezone.localdate():
            wrong["due_on"] = _("完成期限要在今天或以后。")
        if wrong or due is None:
            raise Refused.many(wrong)
        made = JointDecision.objects.unscoped(WHY).create(
            meeting=row, issue=issue, unit_path=row.unit_path, text=text[:300],
            department=department, owner=owner[:40], due_on=due,
        )  # fmt: skip
        record(actor=actor, action="matching.decide", subject=row,
               after={"text": made.text, "due_on": str(due),
                      "unit": department.name if department else owner})  # fmt: skip
        if department is not None:
            notify(
                user_ids=users_with_permission(FOLLOW, department_id=department.pk),
                kind=KIND_DECISION, link=f"/matching/decisions/{made.pk}/",
                title=Phrase(TASK, {"what": made.text, "due": str(due)}),
                subject=("matching.jointdecision", made.pk), key=f"decision:{made.pk}",
            )  # fmt: skip
    return made


def close_meeting(*, actor: Actor, meeting_id: int) -> JointMeeting:
    """The meeting ends; its issues may be answered by whoever convened it."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "close")
        there = MeetingSeat.objects.unscoped(WHY).filter(meeting=row, how__in=[How.ROOM, How.PHONE])
        if not there.exclude(part=Part.GUEST).exists():
            raise Refused(_("还没有登记到会的单位。请先登记到会。"))
        row.closed_at = timezone.now()
        _step(row, "close")
        number = JointDecision.objects.unscoped(WHY).filter(meeting=row).count()
        record(actor=actor, action="matching.meeting_close", subject=row,
               after={"decisions": number})  # fmt: skip
        _noted(actor, row, _("已召开，作出 %(n)d 项决定") % {"n": number})
    return row


def cancel_meeting(*, actor: Actor, meeting_id: int, why: str) -> JointMeeting:
    """The meeting does not take place; departments that were called are told."""
    with transaction.atomic():
        row = locked(actor, meeting_id, "cancel")
        if not why.strip():
            raise Refused(_("请写明取消原因。"), field="why")
        if row.state == State.CALLED:
            _tell(row, CANCELLED, "cancelled")
        row.closed_at, row.why = timezone.now(), why.strip()[:200]
        _step(row, "cancel")
        record(actor=actor, action="matching.meeting_cancel", subject=row, why=row.why)
    return row


def follow_decision(*, actor: Actor, decision_id: int, state: str, note: str = "") -> JointDecision:
    """Progress, done, or no longer needed; by the responsible unit or whoever convenes."""
    with transaction.atomic():
        row = fetch(JointDecision, actor, decision_id, permission=FOLLOW, lock=True)
        if state not in JointDecision.State.values:
            raise Refused(_("请从列表里选择。"), field="state")
        if state == JointDecision.State.DROPPED and not note.strip():
            raise Refused(_("不再需要的，请写明原因。"), field="note")
        before = row.state
        row.state, row.note = state, note.strip()[:300]
        row.done_on = timezone.localdate() if state != JointDecision.State.OPEN else None
        row.save(update_fields=["state", "note", "done_on"])
        record(actor=actor, action="matching.decision_follow", subject=row.meeting,
               before={"state": before}, after={"state": state, "text": row.text},
               why=row.note)  # fmt: skip
    return row


def locked(actor: Actor, meeting_id: int, step: str) -> JointMeeting:
    """A meeting at which the step is possible and the actor's to take."""
    row = fetch(JointMeeting, actor, meeting_id, permission=CONVENE, lock=True,
                related=("unit", "kind"))  # fmt: skip
    if row.state not in MEETING_STEPS[step][0]:
        raise Conflict(
            _("会议现在是“%(state)s”，不能这样做。请刷新后再看。")
            % {"state": row.get_state_display()}
        )
    return row


def _step(row: JointMeeting, step: str) -> None:
    row.state = MEETING_STEPS[step][1] or row.state
    row.save()


def _issues(actor: Actor, ids: Sequence[int]) -> list[CommonIssue]:
    wanted = list(dict.fromkeys(ids))
    rows = CommonIssue.objects.visible_to(actor).filter(pk__in=wanted, state__in=LIVE)
    found = {row.pk: row for row in rows.select_related("lead")}
    if not wanted or len(found) < len(wanted):
        raise Refused(_("请选择要上会的共性问题（在办的）。"), field="issues")
    return [found[pk] for pk in wanted]


def _around(actor: Actor, issues: Sequence[CommonIssue]) -> Unit:
    """The lowest unit around all issues; the actor must convene there."""
    path = issues[0].unit_path
    while path and not all(covers(path, one.unit_path) for one in issues):
        path = path[:-6]
    unit = Unit.objects.filter(path=path).first() if path else None
    if unit is None:
        raise NotVisible
    if not (actor.system or any(covers(one, path) for one in actor.keys(UNIT, CONVENE))):
        raise Denied
    return unit


def _agenda(row: JointMeeting, issues: Sequence[CommonIssue]) -> None:
    MeetingIssue.objects.unscoped(WHY).bulk_create(
        MeetingIssue(meeting=row, issue=one, unit_path=row.unit_path, position=number)
        for number, one in enumerate(issues, 1)
    )


def _seats(row: JointMeeting, issues: Sequence[CommonIssue], values: Mapping[str, Any]) -> None:
    """Leads first, then those who help; a department sits once."""
    helpers = IssueUnit.objects.unscoped(WHY).filter(issue__in=issues).order_by("issue", "pk")
    parts: dict[int, str] = {}
    lead = values.get("lead_id") or next((one.lead_id for one in issues if one.lead_id), None)
    if lead:
        parts[int(lead)] = Part.LEAD
    others = [one.lead_id for one in issues if one.lead_id]
    others += list(helpers.values_list("department_id", flat=True))
    for pk in (*others, *(values.get("co") or ())):
        parts.setdefault(int(pk), Part.CO)
    known = set(Department.objects.filter(pk__in=parts).values_list("pk", flat=True))
    if set(parts) - known:
        raise Refused(_("请从列表里选择单位。"), field="co")
    MeetingSeat.objects.unscoped(WHY).bulk_create(
        MeetingSeat(meeting=row, department_id=pk, part=part, unit_path=row.unit_path)
        for pk, part in parts.items()
    )


def _on_agenda(row: JointMeeting, given: Any) -> CommonIssue | None:
    rows = MeetingIssue.objects.unscoped(WHY).filter(meeting=row).select_related("issue")
    agenda = {one.issue_id: one.issue for one in rows}
    if not given:
        return next(iter(agenda.values())) if len(agenda) == 1 else None
    if int(given) not in agenda:
        raise Refused(_("请从本次会议的议题里选择。"), field="issue_id")
    return agenda[int(given)]


def _noted(actor: Actor, row: JointMeeting, note: str) -> None:
    """A line in the history of every issue on the agenda."""
    for one in MeetingIssue.objects.unscoped(WHY).filter(meeting=row).select_related("issue"):
        state = one.issue.state
        workflow.write(one.issue, "meeting", state, state, actor=actor, note=note,
                       data={"title": row.title, "meeting": row.pk})  # fmt: skip


def _tell(row: JointMeeting, msgid: str, key: str) -> None:
    seats = MeetingSeat.objects.unscoped(WHY).filter(meeting=row, department__isnull=False)
    people = {
        user
        for unit in seats.values_list("department_id", flat=True)
        for user in users_with_permission(FOLLOW, department_id=unit)
    }
    values = {"title": row.title, "when": _when(row.starts_at), "place": row.place}
    notify(
        user_ids=sorted(people), kind=KIND_MEETING, link=f"/matching/meetings/{row.pk}/",
        title=Phrase(msgid, values if msgid != CANCELLED else {"title": row.title}),
        subject=("matching.jointmeeting", row.pk), key=f"joint:{row.pk}:{key}",
    )  # fmt: skip


def _when(at: datetime) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    limits = {"title": 80, "place": 80, "convener": 60}
    found: dict[str, Any] = {
        name: str(values.get(name) or "").strip()[:size] for name, size in limits.items()
    }
    kind = MeetingKind.objects.filter(code=values.get("kind") or "", is_active=True).first()
    wrong: dict[str, Any] = {}
    if kind is None:
        wrong["kind"] = _("请选择联动、专题或驻点破难。")
    if not found["title"]:
        wrong["title"] = _("请填写会议名称。")
    if not found["place"]:
        wrong["place"] = _("请填写地点；驻点的写哪幢楼、几层。")
    if not found["convener"]:
        wrong["convener"] = _("请填写召集单位。")
    if not values.get("starts_at"):
        wrong["starts_at"] = _("请填写会议时间。")
    elif values["starts_at"] <= timezone.now():
        wrong["starts_at"] = _("会议时间已过，请改成以后的时间。")
    if wrong:
        raise Refused.many(wrong)
    return {**found, "kind": kind, "starts_at": values["starts_at"]}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value
    }
