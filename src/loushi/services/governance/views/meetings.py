"""Meetings: list, page, agenda, attendance, minutes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import require
from loushi.foundation.papers import KINDS
from loushi.services.governance import commands, queries, showing
from loushi.services.governance.forms import (
    AgendaForm,
    AttendanceForm,
    ChairForm,
    MeetingForm,
    NotesForm,
    WhyForm,
    local,
)
from loushi.services.governance.minutes import minutes_of
from loushi.services.governance.policy import CONVENE, may_look
from loushi.services.governance.views.forming import done, shown, tried


@require_GET
def meeting_list(request: HttpRequest) -> HttpResponse:
    """All visible meetings."""
    if not may_look(request.actor):
        raise Denied
    context = showing.meetings_context(request, request.GET)
    return render(request, "governance/meetings.html", context)


@require_GET
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting."""
    page = queries.meeting_page(request.actor, pk)
    return render(request, "governance/meeting.html", showing.meeting_context(page))


def create(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting in preparation."""
    row = queries.body_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    form = MeetingForm(request.POST or None)
    made: list[Any] = []
    if done(request, form, lambda: made.append(commands.create_meeting(
        actor=request.actor, body_id=pk, values=form.cleaned_data
    ))):  # fmt: skip
        return redirect("governance:agenda", made[0].pk)
    title = _("安排会议·%(name)s") % {"name": row.name}
    return shown(request, form, title, reverse("governance:body", args=[pk]),
                 button=_("下一步：选议题"))  # fmt: skip


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves or renames a meeting."""
    row = queries.meeting_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    names = ("title", "place", "dial_in", "urgent")
    initial = {name: getattr(row, name) for name in names} | {"starts_at": local(row.starts_at)}
    form = MeetingForm(request.POST or None, initial=initial)
    if done(request, form, lambda: commands.update_meeting(
        actor=request.actor, meeting_id=pk, values=form.cleaned_data
    )):  # fmt: skip
        messages.info(request, _("已保存。发过通知的会议，时间地点变了会重新通知委员。"))
        return redirect("governance:meeting", pk)
    return shown(request, form, _("更改会议"), reverse("governance:meeting", args=[pk]))


def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts waiting items on the agenda."""
    row = queries.meeting_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    waiting = [(one.pk, showing.waiting_words(one)) for one in queries.waiting_items(row.body)]
    if not waiting:
        messages.info(request, _("没有待上会的议题。请先提出议题，或等诉求转入。"))
        return redirect("governance:meeting", pk)
    form = AgendaForm(request.POST or None, choices={"item_ids": waiting})
    if done(request, form, lambda: commands.schedule(
        actor=request.actor, meeting_id=pk, item_ids=form.cleaned_data["item_ids"]
    )):  # fmt: skip
        return redirect("governance:meeting", pk)
    title = _("选议题·%(title)s") % {"title": row.title}
    return shown(request, form, title, reverse("governance:meeting", args=[pk]),
                 button=_("列入议程"))  # fmt: skip


def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is there."""
    page = queries.meeting_page(request.actor, pk)
    require(request.actor, CONVENE, page.row)
    guests = "\n".join(f"{one.name} {one.organisation}".strip() for one in page.guests)
    form = AttendanceForm(request.POST or None, members=page.members, guests=guests)
    if done(request, form, lambda: commands.record_attendance(
        actor=request.actor, meeting_id=pk, members=form.members(), guests=form.guests()
    )):  # fmt: skip
        messages.info(request, _("到会已登记。"))
        return redirect("governance:meeting", pk)
    title = _("登记到会·%(title)s") % {"title": page.row.title}
    return shown(request, form, title, reverse("governance:meeting", args=[pk]))


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Call, open, close, cancel, take an item off, write the record."""
    row = queries.meeting_row(request.actor, pk)
    require(request.actor, CONVENE, row)
    given: dict[str, Any] = {"actor": request.actor, "meeting_id": pk}
    plain: dict[str, Callable[[], Any]] = {
        "call": lambda: commands.call_meeting(**given),
        "close": lambda: commands.close_meeting(**given),
        "off": lambda: commands.unschedule(item_id=showing.number(request.POST.get("id")), **given),
    }
    if name in plain:
        if request.method != "POST":
            raise Denied
        if tried(request, plain[name]) and name == "call":
            messages.info(request, _("会议通知已发给有账号的委员。"))
        return redirect("governance:meeting", pk)
    asked = showing.asked(request, row, name, ChairForm, NotesForm, WhyForm)
    if asked is None:
        raise NotVisible
    form, title, hint = asked
    making: dict[str, Callable[..., Any]] = {
        "open": commands.open_meeting, "cancel": commands.cancel_meeting,
        "notes": commands.write_notes,
    }  # fmt: skip
    if done(request, form, lambda: making[name](**given, **form.cleaned_data)):
        return redirect("governance:attendance" if name == "open" else "governance:meeting", pk)
    return shown(request, form, title, reverse("governance:meeting", args=[pk]), hint=hint,
                 button=title)  # fmt: skip


@require_GET
def minutes(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The minutes of a meeting that has ended, as docx or PDF."""
    page = queries.meeting_page(request.actor, pk)
    if kind not in KINDS or page.row.state != page.row.State.CLOSED:
        raise NotVisible
    write, content_type = KINDS[kind]
    text = minutes_of(page)
    response = HttpResponse(write(text), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{text.title}.{kind}")
    return response
