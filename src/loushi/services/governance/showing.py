"""What the templates of this package are given."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.queries import page_of, panels_of, visible_units
from loushi.services.catalogue.policy import CHANGE as DRAFT
from loushi.services.catalogue.queries import resource_of_origin
from loushi.services.governance import queries
from loushi.services.governance.forms import CastForm
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Body,
    Choice,
    CouncilMeeting,
    CouncilSeat,
    Matter,
    Resolution,
    ResolutionTask,
)
from loushi.services.governance.policy import CHANGE, EXPORT
from loushi.services.governance.words import result_words, rule_words, stand_of

ITEM = AgendaItem.State
ITEM_KINDS = {
    ITEM.WAITING: "new", ITEM.SCHEDULED: "due-soon", ITEM.VOTING: "handling",
    ITEM.ADOPTED: "done", ITEM.REJECTED: "to-fix", ITEM.SETTLED: "done",
    ITEM.ESCALATED: "returned", ITEM.WITHDRAWN: "plain",
}  # fmt: skip
MEETING_KINDS = {"draft": "new", "called": "due-soon", "open": "handling", "closed": "done",
                 "cancelled": "plain"}  # fmt: skip
CHOICE_KINDS = {"for": "done", "against": "to-fix", "abstain": "paused"}


def number(text: str | None) -> int:
    """A number from an address or a hidden field; 0 for none."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 12
    return int(text) if good and text else 0


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of the list of bodies."""
    kind = query.get("kind", "")
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        kind=kind if kind in {one.code for one in queries.kinds()} else "",
        unit=number(query.get("unit")) or None,
        building=number(query.get("building")) or None,
        ended=query.get("ended") == "1",
    )


def tabs(request: HttpRequest, active: str) -> dict[str, Any]:
    """Bodies, meetings, resolutions, and what other packages add."""
    named = [
        ("list", pgettext("list", "议事组织")),
        ("meetings", _("会议")),
        ("resolutions", pgettext("list", "决议")),
    ]
    found = [
        {"label": label, "href": reverse(f"governance:{name}"), "active": name == active}
        for name, label in named
    ]
    more = panels_of(request.actor, "governance.tabs", 0)
    return {"tabs": found + [panel.context for panel in more]}


def list_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The list of bodies."""
    return {
        "page": page, "filters": filters, "kinds": queries.kinds(),
        "units": visible_units(request.actor), "may_create": request.actor.has(CHANGE),
        "export": _export(request), "narrowed": filters != queries.Filters(),
        **tabs(request, "list"),
    }  # fmt: skip


def _export(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}" if request.actor.has(EXPORT) else ""


def body_choices(units: Any, buildings: Any) -> dict[str, Any]:
    kinds = [(one.code, one.label) for one in queries.kinds()]
    return {"kind": kinds, "unit_id": units, "building_id": buildings}


def seat_choices(actor: Actor, row: Body) -> dict[str, Any]:
    return {"user_id": queries.people_choices(actor, row)} | interests(actor, row)


def interests(actor: Actor, row: Body) -> dict[str, Any]:
    firms, managers = queries.interest_choices(actor, row)
    return {"enterprise_id": firms, "manager_id": managers}


def seat_initial(seat: CouncilSeat) -> dict[str, Any]:
    names = ("user_id", "name", "side", "post", "enterprise_id", "manager_id", "weight", "votes",
             "since", "until")  # fmt: skip
    return {name: getattr(seat, name) for name in names}


def rule_initial(row: Body, matter: str) -> dict[str, Any]:
    """The rule that holds today, from today on."""
    today = timezone.localdate()
    held = queries.rule_of(row, matter if matter in Matter.values else Matter.ORDINARY, today)
    names = ("matter", "quorum", "majority", "base", "both", "notice_days")
    return {name: getattr(held, name) for name in names} | {
        "sides": list(held.sides), "since": today,
    }  # fmt: skip


def body_context(request: HttpRequest, page: queries.BodyPage) -> dict[str, Any]:
    """Everything of a body's page."""
    row = page.row
    facts = [
        (_("类型"), row.kind.label), (_("所属社区"), row.unit.name),
        (_("议哪里的事"), row.building.name if row.building else _("本社区所有楼宇")),
        (_("职责"), row.kind.remit), (_("成立日期"), row.since), (_("撤销日期"), row.until),
        (_("备注"), row.note),
    ]  # fmt: skip
    today = timezone.localdate()
    return {
        "page": page, "row": row, "line": page.line,
        "rows": [{"label": label, "value": value} for label, value in facts if value],
        "seats": [_seat(one) for one in page.seats],
        "former": [_seat(one) for one in page.former],
        "seat_count": len(page.seats), "former_count": len(page.former),
        "rules": _rules(row, today), "matters": Matter.choices,
        "items": [item_line(one) for one in page.items], "item_count": len(page.items),
        "meetings": [meeting_line(one) for one in page.meetings],
        "resolutions": [
            {"row": one, "stand": stand_of(one)} for one in page.resolutions
        ],
        "weighted": len({one.weight for one in page.seats}) > 1,
        "panels": panels_of(request.actor, "governance.body", row.pk),
    }  # fmt: skip


def _seat(one: CouncilSeat) -> dict[str, Any]:
    works = str(one.enterprise or one.manager or "")
    return {"row": one, "works": works, "side": one.get_side_display()}


def _rules(row: Body, today: Any) -> list[dict[str, Any]]:
    found = []
    for matter, label in Matter.choices:
        held = queries.rule_of(row, matter, today)
        kept = {name: getattr(held, name) for name in ("quorum", "majority", "base", "both",
                                                       "sides")}  # fmt: skip
        found.append({"matter": matter, "label": label, "words": rule_words(kept),
                      "days": held.notice_days, "since": held.since})  # fmt: skip
    return found


def item_line(one: AgendaItem) -> dict[str, Any]:
    return {"row": one, "kind": ITEM_KINDS[ITEM(one.state)], "label": one.get_state_display()}


def meeting_line(one: CouncilMeeting) -> dict[str, Any]:
    return {"row": one, "kind": MEETING_KINDS[one.state], "label": one.get_state_display()}


def waiting_words(one: AgendaItem) -> str:
    """An item among those that wait: title, where from, since when."""
    day = date_format(timezone.localtime(one.proposed_at), "Y-m-d")
    return f"{one.title}（{one.reference or one.get_source_display()}，{day}）"


def meetings_context(request: HttpRequest, query: Mapping[str, str]) -> dict[str, Any]:
    """The list of meetings; ahead ones first where they are asked for."""
    state = query.get("state", "")
    state = state if state in CouncilMeeting.State.values else ""
    body = number(query.get("body"))
    rows = queries.meetings(request.actor)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(body_id=body) if body else rows
    page = page_of(rows, order=("-starts_at",), after=query.get("after", ""),
                   before=query.get("before", ""))  # fmt: skip
    return {
        "page": page, "lines": [meeting_line(one) for one in page.rows], "state": state,
        "states": CouncilMeeting.State.choices, "narrowed": bool(state or body), "body": body,
        **tabs(request, "meetings"),
    }  # fmt: skip


def meeting_context(page: queries.MeetingPage) -> dict[str, Any]:
    """Everything of a meeting's page."""
    row, state = page.row, CouncilMeeting.State
    facts = [
        (_("时间"), date_format(timezone.localtime(row.starts_at), "Y-m-d H:i")),
        (_("地点"), row.place), (_("电话接入"), row.dial_in), (_("主持人"), row.chair),
        (_("紧急理由"), row.urgent),
    ]  # fmt: skip
    steps = [(state.DRAFT, _("筹备")), (state.CALLED, _("通知")), (state.OPEN, _("开会")),
             (state.CLOSED, _("结束"))]  # fmt: skip
    kinds = {"room": "done", "phone": "done", "excused": "paused", "absent": "plain"}
    return {
        "page": page, "row": row, "kind": MEETING_KINDS[row.state], "steps": steps,
        "rows": [{"label": label, "value": value} for label, value in facts if value],
        "items": [item_line(one) for one in page.items], "item_count": len(page.items),
        "waiting_count": len(page.waiting), "member_count": len(page.members),
        "members": [
            {"row": one.seat, "how": one.how, "kind": kinds.get(one.how, "plain"),
             "label": _how(one.how)} for one in page.members
        ],
        "resolutions": [{"row": one, "stand": stand_of(one)} for one in page.resolutions],
        "before": row.state in (state.DRAFT, state.CALLED),
        "changeable": row.state in (state.DRAFT, state.CALLED, state.OPEN),
        "open": row.state == state.OPEN, "closed": row.state == state.CLOSED,
        "attended": row.state in (state.CALLED, state.OPEN),
    }  # fmt: skip


def _how(how: str) -> str:
    return str(Attendance.How(how).label) if how else _("未登记")


def asked(
    request: HttpRequest, row: CouncilMeeting, name: str, chair: Any, notes: Any, why: Any
) -> tuple[Any, str, str] | None:
    """The form of a step that asks for something: form, title, hint."""
    data = request.POST or None
    if name == "open":
        initial = {"chair": row.chair or request.actor.name}
        return chair(data, initial=initial), _("开会"), _("开会后登记到会、逐项表决。")
    if name == "notes":
        return notes(data, initial={"notes": row.notes}), _("会议记录"), ""
    if name == "cancel":
        return why(data), _("取消会议"), _("议题退回待上会，已通知的委员会收到取消通知。")
    return None


def standing_words(page: queries.ItemPage) -> str:
    """Who could vote now, and whether they are enough."""
    if page.standing is None or page.rule is None:
        return ""
    held = page.rule
    kept = {"quorum": held.quorum, "majority": held.majority, "base": held.base,
            "both": held.both, "sides": held.sides}  # fmt: skip
    there = _("应到 %(all)d 席，现在到会 %(there)d 席。") % {
        "all": page.standing.entitled.heads, "there": page.standing.present.heads,
    }  # fmt: skip
    return f"{rule_words(kept)}{there}"


def item_context(request: HttpRequest, page: queries.ItemPage) -> dict[str, Any]:
    """Everything of an item's page."""
    row = page.row
    voting = row.state == ITEM.VOTING
    pending = row.state in (ITEM.WAITING, ITEM.SCHEDULED)
    facts = [
        (_("议事组织"), row.body.name), (_("来源"), row.reference or row.get_source_display()),
        (_("提出人"), row.proposer), (_("事项"), row.get_matter_display()),
        (_("涉及的企业"), row.enterprise), (_("涉及的物业公司"), row.manager),
        (_("结果说明"), row.outcome),
    ]  # fmt: skip
    mine = page.mine
    may_vote = voting and mine is not None and mine.present and not mine.recused
    if may_vote and row.secret and mine is not None and mine.voted:
        may_vote = False
    meeting = row.meeting
    running = meeting is not None and meeting.state == CouncilMeeting.State.OPEN
    resolved = page.resolution
    escalable = row.source == AgendaItem.Source.DEMAND and (
        pending or (resolved is not None and resolved.state == Resolution.State.RUNNING)
    )
    return {
        "page": page, "row": row, "kind": ITEM_KINDS[ITEM(row.state)], "voting": voting,
        "pending": pending, "meeting": meeting, "running": running,
        "rows": [{"label": label, "value": str(value)} for label, value in facts if value],
        "standing": standing_words(page), "may_vote": may_vote,
        "cast": CastForm(initial={"choice": mine.choice if mine else ""}) if may_vote else None,
        "votable": page.may_convene and running and row.state == ITEM.SCHEDULED,
        "escalable": page.may_convene and escalable,
        "withdrawable": page.may_convene and pending and row.source == "proposal",
        "result": result_words(page.result, page.result.adopted) if page.result else "",
        "rule": rule_words(row.rule) if row.rule else "",
        "roll": [_entry(one, row) for one in page.roll], "roll_count": len(page.roll),
        "receipts": [(code, Choice(choice).label) for code, choice in page.receipts],
        "bars": _bars(page), "panels": panels_of(request.actor, "governance.item", row.pk),
        "stand": stand_of(resolved) if resolved else "",
        "talked": page.may_convene and running,
    }  # fmt: skip


def _entry(one: Any, row: AgendaItem) -> dict[str, Any]:
    if one.recused:
        words, kind = _("回避：%(why)s") % {"why": one.why}, "paused"
    elif not one.present:
        words, kind = _("未到会"), "plain"
    elif not one.voted:
        words, kind = _("未投"), "new"
    elif row.secret or row.state == ITEM.VOTING:
        words, kind = _("已投"), "done"
    else:
        words, kind = str(one.get_choice_display()), CHOICE_KINDS[one.choice]
    return {"row": one, "words": words, "kind": kind}


def _bars(page: queries.ItemPage) -> list[dict[str, Any]]:
    if page.result is None:
        return []
    whole = page.result.present.weight
    sums = ((Choice.FOR, page.result.pro), (Choice.AGAINST, page.result.contra),
            (Choice.ABSTAIN, page.result.abstain))  # fmt: skip
    return [
        {"label": choice.label, "value": found.weight, "whole": whole, "heads": found.heads}
        for choice, found in sums
    ]


def resolution_filters(query: Mapping[str, str]) -> queries.ResolutionFilters:
    state = query.get("state", "")
    return queries.ResolutionFilters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in Resolution.State.values else "",
        body=number(query.get("body")) or None, late=query.get("late") == "1",
    )  # fmt: skip


def resolutions_context(
    request: HttpRequest, filters: queries.ResolutionFilters, page: Any
) -> dict[str, Any]:
    """The list of resolutions, with one's own tasks above."""
    return {
        "page": page, "filters": filters, "states": Resolution.State.choices,
        "export": _export(request), "narrowed": filters != queries.ResolutionFilters(),
        "own": [task_line(one) for one in queries.own_tasks(request.actor)],
        **tabs(request, "resolutions"),
    }  # fmt: skip


def resolution_context(request: HttpRequest, page: queries.ResolutionPage) -> dict[str, Any]:
    row = page.row
    running = row.state == Resolution.State.RUNNING
    return {
        "page": page, "row": row, "stand": stand_of(row), "running": running,
        "tasks": [task_line(one) for one in page.tasks], "task_count": len(page.tasks),
        "acts": page.may_convene and running,
        "reportable": page.may_convene and running and not page.open_tasks,
        "panels": panels_of(request.actor, "governance.item", row.item_id),
        "resource": resource_of_origin(request.actor, f"governance.resolution:{row.pk}"),
        "draftable": page.may_convene and row.adopted and can_at(
            request.actor, DRAFT, row.unit_path
        ),
    }  # fmt: skip


def task_line(one: ResolutionTask) -> dict[str, Any]:
    late = one.state == ResolutionTask.State.OPEN and one.due_on < timezone.localdate()
    kinds = {"open": "overdue" if late else "handling", "done": "done", "dropped": "plain"}
    label = _("已过期限") if late else one.get_state_display()
    return {"row": one, "kind": kinds[one.state], "label": label}


def after_task(actor: Actor, row: ResolutionTask) -> str:
    """Where a task leads back to: its resolution, for who sees it."""
    if queries.sees_resolution(actor, row.resolution_id):
        return reverse("governance:resolution", args=[row.resolution_id])
    return reverse("governance:resolutions")
