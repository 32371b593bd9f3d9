"""Joint meetings: list, page, form, attendance, notes, decisions, minutes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.matching import commands, meeting_showing, queries
from loushi.casework.matching.forms import (
    AttendanceForm,
    ChairForm,
    DecisionForm,
    FollowForm,
    MeetingForm,
    NotesForm,
    WhyForm,
)
from loushi.casework.matching.meeting_showing import prepared
from loushi.casework.matching.minutes import minutes_of
from loushi.casework.matching.policy import CONVENE, VIEW
from loushi.casework.matching.views.forming import done, new_key, shown, tried
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.papers import KINDS


@require_GET
def meeting_list(request: HttpRequest) -> HttpResponse:
    """All visible meetings."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    return render(request, "matching/meetings.html", meeting_showing.meetings_context(request))


@require_GET
def decision_list(request: HttpRequest) -> HttpResponse:
    """What meetings decided, by due day."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    return render(request, "matching/decisions.html", meeting_showing.decisions_context(request))


@require_GET
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting."""
    page = queries.meeting_page(request.actor, pk)
    return render(
        request, "matching/meeting.html", meeting_showing.meeting_context(request.actor, page)
    )


def create(request: HttpRequest) -> HttpResponse:
    """A meeting in preparation."""
    if not request.actor.has(CONVENE):
        raise Denied
    form = MeetingForm(
        request.POST or None, choices=meeting_showing.meeting_choices(request.actor),
        initial=meeting_showing.meeting_initial(request) | {"key": new_key()},
    )  # fmt: skip
    made: list[Any] = []

    def act() -> None:
        values = dict(form.cleaned_data)
        key, issues = values.pop("key"), values.pop("issues")
        made.append(
            commands.create_meeting(actor=request.actor, values=values, issue_ids=issues, key=key)
        )

    if done(request, form, act):
        return redirect("matching:meeting", made[0].pk)
    return shown(request, form, _("安排服务联建对接会"), reverse("matching:meetings"),
                 button=_("保存，下一步发通知"))  # fmt: skip


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves a meeting, or asks others to it."""
    page = prepared(request.actor, pk, "update")
    form = MeetingForm(
        request.POST or None, choices=meeting_showing.meeting_choices(request.actor, page),
        initial=meeting_showing.initial_of(page),
    )  # fmt: skip
    if done(request, form, lambda: commands.update_meeting(
        actor=request.actor, meeting_id=pk, values=form.cleaned_data,
        issue_ids=form.cleaned_data["issues"],
    )):  # fmt: skip
        messages.info(request, _("已保存。发过通知的会议，时间地点变了会重新通知。"))
        return redirect("matching:meeting", pk)
    return shown(request, form, _("更改会议"), meeting_showing.back_to(pk))


def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is there."""
    page = prepared(request.actor, pk, "attendance")
    guests = "\n".join(f"{one.name} {one.organisation}".strip() for one in page.guests)
    form = AttendanceForm(request.POST or None, seats=page.seats, guests=guests)
    if done(request, form, lambda: commands.record_attendance(
        actor=request.actor, meeting_id=pk, seats=form.seats(), guests=form.guests()
    )):  # fmt: skip
        messages.info(request, _("到会已登记。"))
        return redirect("matching:meeting", pk)
    return shown(request, form, _("登记到会"), meeting_showing.back_to(pk), sub=page.row.title,
                 template="matching/attendance.html",
                 pairs=meeting_showing.pairs(form, page))  # fmt: skip


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision with responsible unit and day."""
    page = prepared(request.actor, pk, "decide")
    form = DecisionForm(
        request.POST or None, choices=meeting_showing.decision_choices(request.actor, page),
        initial={"issue_id": page.issues[0].id if len(page.issues) == 1 else None},
    )  # fmt: skip
    if done(request, form, lambda: commands.decide(
        actor=request.actor, meeting_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("已记下决定，责任单位收到通知。"))
        return redirect("matching:meeting", pk)
    return shown(request, form, _("记一项决定"), meeting_showing.back_to(pk), sub=page.row.title)


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Calls and closes with one press; holding, notes and cancelling ask for something."""
    page = queries.meeting_page(request.actor, pk)
    if name in ("call", "close"):
        if request.method != "POST":
            raise NotVisible
        command = commands.call_meeting if name == "call" else commands.close_meeting
        if tried(request, lambda: command(actor=request.actor, meeting_id=pk)):
            told = {"call": _("通知已发给到会单位。"), "close": _("会议已结束，纪要可以下载。")}
            messages.info(request, told[name])
        return redirect("matching:meeting", pk)
    asked: dict[str, tuple[Any, str, str, Callable[..., Any]]] = {
        "hold": (ChairForm, "chair", _("开会"), commands.hold_meeting),
        "notes": (NotesForm, "notes", _("会议记录"), commands.write_notes),
        "cancel": (WhyForm, "why", _("取消会议"), commands.cancel_meeting),
    }  # fmt: skip
    if name not in asked:
        raise NotVisible
    if name not in page.steps:
        raise Denied
    kind, field, title, command = asked[name]
    initial = {"chair": page.row.chair or request.actor.name, "notes": page.row.notes}
    form = kind(request.POST or None, initial=initial)
    if done(request, form, lambda: command(
        actor=request.actor, meeting_id=pk, **{field: form.cleaned_data[field]}
    )):  # fmt: skip
        return redirect("matching:attendance" if name == "hold" else "matching:meeting", pk)
    return shown(request, form, title, meeting_showing.back_to(pk), sub=page.row.title,
                 button=title)  # fmt: skip


def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """How a decision goes on."""
    row = queries.decision_row(request.actor, pk)
    if not queries.may_follow(request.actor, row):
        raise Denied
    form = FollowForm(request.POST or None, initial={"state": row.state, "note": row.note})
    if done(request, form, lambda: commands.follow_decision(
        actor=request.actor, decision_id=pk, state=form.cleaned_data["state"],
        note=form.cleaned_data["note"],
    )):  # fmt: skip
        messages.info(request, _("进展已登记。"))
        return redirect("matching:decisions")
    return shown(request, form, _("登记进展"), reverse("matching:decisions"),
                 hint=meeting_showing.decision_words(row))  # fmt: skip


@require_GET
def minutes(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The minutes of a meeting that has ended, as docx or PDF."""
    page = queries.meeting_page(request.actor, pk)
    if kind not in KINDS or page.row.state != page.row.State.CLOSED:
        raise NotVisible
    write, content_type = KINDS[kind]
    text = minutes_of(page)
    response = HttpResponse(write(text), content_type=content_type)
    name = content_disposition_header(True, f"{text.title}.{kind}")
    response["Content-Disposition"] = name or "attachment"
    return response
