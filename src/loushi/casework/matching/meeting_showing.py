"""What the templates of joint meetings are given."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.demands.queries import departments
from loushi.casework.matching import queries
from loushi.casework.matching.forms import local
from loushi.casework.matching.models import JointDecision, JointMeeting
from loushi.casework.matching.policy import CONVENE
from loushi.casework.matching.showing import (
    KINDS,
    MEETING_KINDS,
    decision_line,
    number,
    tabs,
)
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.registry.buildings.queries import page_of

STATE = JointMeeting.State
HOW_KINDS = {"room": "done", "phone": "done", "excused": "paused", "absent": "plain"}


def back_to(pk: int) -> str:
    return reverse("matching:meeting", args=[pk])


def prepared(actor: Actor, pk: int, step: str) -> queries.MeetingPage:
    """The page of a meeting at which the actor may take a step now; Denied otherwise."""
    page = queries.meeting_page(actor, pk)
    if step not in page.steps:
        raise Denied
    return page


def meetings_context(request: HttpRequest) -> dict[str, Any]:
    """The list of meetings, newest first."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    found = queries.kinds()
    kind = kind if kind in {one.code for one in found} else ""
    state = state if state in STATE.values else ""
    page = page_of(
        queries.meetings(request.actor, state=state, kind=kind), order=("-starts_at",),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return {
        "page": page, "state": state, "kind": kind, "states": STATE.choices, "kinds": found,
        "lines": [
            {"line": one, "kind": MEETING_KINDS[one.row.state],
             "label": one.row.get_state_display(), "issues": "、".join(one.issues)}
            for one in queries.meeting_lines(request.actor, page.rows)
        ],
        "narrowed": bool(state or kind), "may_convene": request.actor.has(CONVENE),
        **tabs("meetings"),
    }  # fmt: skip


def decisions_context(request: HttpRequest) -> dict[str, Any]:
    """What meetings decided; for a department its own first of all."""
    own = queries.own_departments(request.actor)
    state = request.GET.get("state", "open")
    states = [("open", _("进行中")), ("late", _("已过期限")), ("done", _("已完成")),
              ("all", _("全部"))]  # fmt: skip
    filters = queries.DecisionFilters(
        q=request.GET.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in dict(states) else "open",
        own=bool(own) and request.GET.get("own", "1") == "1",
    )  # fmt: skip
    page = page_of(
        queries.decisions(request.actor, filters), order=("due_on",),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    return {
        "page": page, "filters": filters, "states": states, "has_own": bool(own),
        "lines": [
            decision_line(request.actor, one) for one in page.rows
        ],
        "narrowed": bool(filters.q) or filters.state != "open", **tabs("decisions"),
    }  # fmt: skip


def meeting_context(actor: Actor, page: queries.MeetingPage) -> dict[str, Any]:
    """Everything of a meeting's page."""
    row = page.row
    facts = [
        (_("形式"), row.kind.label), (_("时间"), local(row.starts_at).replace("T", " ")),
        (_("地点"), row.place), (_("召集单位"), row.convener), (_("主持人"), row.chair),
        (_("取消原因"), row.why),
    ]  # fmt: skip
    return {
        "page": page, "row": row, "kind": MEETING_KINDS[row.state], "steps": page.steps,
        "rows": [{"label": label, "value": value} for label, value in facts if value],
        "issues": [{"line": one, "kind": KINDS[one.state]} for one in page.issues],
        "issue_count": len(page.issues), "seat_count": len(page.seats),
        "seats": [
            {"row": one, "kind": HOW_KINDS.get(one.how, "plain"),
             "label": one.get_how_display() if one.how else _("未登记")}
            for one in page.seats
        ],
        "decisions": [decision_line(actor, one) for one in page.decisions],
        "decision_count": len(page.decisions), "held": row.state == STATE.HELD,
        "closed": row.state == STATE.CLOSED,
        "told": row.state in (STATE.HELD, STATE.CLOSED),
    }  # fmt: skip


def meeting_choices(actor: Actor, page: queries.MeetingPage | None = None) -> dict[str, Any]:
    units = departments(actor)
    rows = [(one.pk, f"{one.number} {one.name}") for one in queries.meetable(actor)]
    if page is not None:
        held = {pk for pk, _name in rows}
        rows += [(one.id, f"{one.number} {one.name}") for one in page.issues if one.id not in held]
    kinds = [(one.code, one.label) for one in queries.kinds()]
    return {"kind": kinds, "issues": rows, "lead_id": units, "co": units}


def meeting_initial(request: HttpRequest) -> dict[str, Any]:
    """A proposal for a meeting about the issue that the address names."""
    wanted = number(request.GET.get("issue"))
    row = next((one for one in queries.meetable(request.actor) if one.pk == wanted), None)
    convener = request.actor.appointment.rpartition(" ")[0] or request.actor.appointment
    first = queries.kinds()[:1]
    found: dict[str, Any] = {"convener": convener[:60], "kind": first[0].code if first else ""}
    if row is not None:
        found |= {
            "issues": [row.pk], "lead_id": row.lead_id,
            "title": _("%(name)s服务联建对接会") % {"name": row.name[:40]},
        }  # fmt: skip
    return found


def initial_of(page: queries.MeetingPage) -> dict[str, Any]:
    row = page.row
    lead = next((one.department_id for one in page.seats if one.part == "lead"), None)
    return {
        "kind": row.kind.code, "title": row.title, "starts_at": local(row.starts_at),
        "place": row.place, "convener": row.convener, "issues": [one.id for one in page.issues],
        "lead_id": lead, "co": [one.department_id for one in page.seats if one.part == "co"],
    }  # fmt: skip


def decision_choices(actor: Actor, page: queries.MeetingPage) -> dict[str, Any]:
    seated = {one.department_id for one in page.seats}
    units = sorted(departments(actor), key=lambda one: one[0] not in seated)
    return {
        "issue_id": [(one.id, f"{one.number} {one.name}") for one in page.issues],
        "department_id": units,
    }


def decision_words(row: JointDecision) -> str:
    unit = row.department.name if row.department else row.owner
    return _("%(text)s（%(unit)s，%(due)s 前，%(meeting)s）") % {
        "text": row.text, "unit": unit, "due": row.due_on, "meeting": row.meeting.title,
    }  # fmt: skip


def pairs(form: Any, page: queries.MeetingPage) -> list[tuple[Any, Any]]:
    """How and who, side by side for each department."""
    return [(form[f"seat{one.pk}"], form[f"name{one.pk}"]) for one in page.seats]
