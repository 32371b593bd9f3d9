"""What the enterprise's pages need besides one query: forms, facts in words, thanks."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.demands import queries
from loushi.casework.demands.commands import Submission, make_move
from loushi.casework.demands.commands.asking_again import ask_again
from loushi.casework.demands.forms import FirmForm, MoveForm
from loushi.casework.demands.models import Demand, Side
from loushi.casework.demands.queries import CaseView
from loushi.casework.demands.queries.firm import RATING_DAYS, FirmPlace, mine
from loushi.casework.demands.queries.promises import accept_promise, day_words
from loushi.casework.demands.views.history import timeline
from loushi.casework.demands.views.showing import add_errors, new_key
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import LoushiError, NotVisible
from loushi.foundation.web.templatetags.loushi import minutes_text
from loushi.registry.buildings.queries import panels_of
from loushi.services.catalogue.queries import item_title

URGE_HOURS = 24
LEFT_OUT = frozenset({"warned", "sign", "start"})
TITLES = {
    "ask_info": _l("请您补充"),
    "progress": _l("进展"),
    "contact": _l("首次联系"),
    "resolve": _l("答复"),
    "answer_part": _l("协办单位答复"),
    "hand_back": _l("重新确定承办单位"),
}
LIST_CHIPS = ("", "open", "waiting", "ended")


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the form or the address."""
    text = request.POST.get(name, "") or request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def list_chips(counts: dict[str, int], show: str) -> list[dict[str, Any]]:
    labels = {"": _("全部"), "open": _("在办"), "waiting": _("等您"), "ended": _("已结束")}
    address = reverse("demands:own_list")
    return [
        {
            "label": labels[name],
            "count": counts[name],
            "href": f"{address}?show={name}" if name else address,
            "active": show == name,
        }
        for name in LIST_CHIPS
    ]


# ---- submitting ---------------------------------------------------------------------------------
def firm_form(request: HttpRequest, place: FirmPlace) -> FirmForm:
    """The form with the places of the enterprise; the building of its tenancy is chosen already."""
    given = request.POST or None
    said = "building" in (given or request.GET)
    building = number(request, "building") if said else place.building
    form = FirmForm(
        given,
        request.FILES or None if given else None,
        categories=queries.categories(),
        buildings=place.buildings,
        spaces=place.rooms.get(building or 0, ()),
        initial={
            "key": new_key(),
            "building": building,
            "space": number(request, "space")
            or (place.room if building == place.building else None),
            "contact_phone": getattr(request.user, "phone", ""),
            "text": _wish(request),
        },
    )
    form.fields["building"].widget.attrs |= {
        "hx-get": reverse("demands:rooms"),
        "hx-target": "#rooms",
        "hx-swap": "innerHTML",
    }
    return form


def _wish(request: HttpRequest) -> str:
    """The first words of a demand that was begun from the service list."""
    item = number(request, "item")
    title = item_title(request.actor, item) if item else ""
    return _("想办理：%(title)s。") % {"title": title} + "\n" if title else ""


def form_context(request: HttpRequest, form: FirmForm, place: FirmPlace) -> dict[str, Any]:
    urgency = form["urgency"].value() or ""
    folded = any(form[name].errors for name in ("urgency", "contact_phone"))
    return {
        "form": form,
        "place": place,
        "promise": accept_promise(urgency),
        "more_open": folded or urgency not in ("", "normal"),
    }


def firm_submission(data: dict[str, Any], place: FirmPlace, user: Any) -> Submission:
    """What the command wants; the side follows from the role (职工 → 职工所盼)."""
    return Submission(
        text=data["text"],
        category_id=data["category"],
        side=Side.ENTERPRISE if place.is_contact else Side.EMPLOYEE,
        urgency=data["urgency"],
        enterprise_id=place.enterprise_id,
        building_id=data["building"],
        space_id=data["space"],
        place=data["place"],
        contact_phone=data["contact_phone"] or getattr(user, "phone", ""),
        hide_name=data["hide_name"],
    )


def add_upload_errors(form: FirmForm, refusal: LoushiError) -> None:
    """As `add_errors`; the files package speaks of attachments, the form of uploads."""
    add_errors(form, refusal)
    for error in refusal.errors:
        if error.field == "attachments":
            form.errors.pop("__all__", None)
            form.add_error("uploads", str(error.message))


# ---- one own demand -----------------------------------------------------------------------------
def own_case(actor: Actor, pk: int) -> CaseView:
    """The case, when it is one of the actor's own. Raises NotVisible."""
    if not mine(actor).filter(pk=pk).exists():
        raise NotVisible
    return queries.case(actor, pk)


def own_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    view = own_case(request.actor, pk)
    names = {step.name for step in view.moves}
    context = facts_context(view)
    return context | {
        "moves": names,
        "timeline": [
            entry | ({"title": TITLES[event.move]} if event.move in TITLES else {})
            for entry, event in zip(timeline(view), view.events, strict=True)
            if event.move not in LEFT_OUT
        ],
        "asked": next((event.note for event in view.events if event.move == "ask_info"), ""),
        "supply": MoveForm(move="supply_info", initial={"key": new_key()}),
        "key": new_key(),
        "urged": _urged(view.demand),
        "refusal": "",
        "panels": panels_of(request.actor, "demand.own", pk),
    }  # fmt: skip


def _urged(demand: Demand) -> str:
    """Why urging has to wait, or ''."""
    if demand.urged_at is None:
        return ""
    again = demand.urged_at + timedelta(hours=URGE_HOURS)
    if timezone.now() >= again:
        return ""
    return _("%(at)s 已经催办过，承办单位收到了提醒；%(again)s 后可以再催。") % {
        "at": _moment(demand.urged_at),
        "again": _moment(again),
    }


def _moment(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{day_words(at)} {local:%H:%M}"


def facts_context(view: CaseView) -> dict[str, Any]:
    """The head of an own demand: status, floor clock, dates with who did it."""
    demand = view.demand
    kind, words = _status(view)
    total, filled, over = view.main.floors if view.main else (1.0, 0.0, 0.0)
    until = None
    if demand.resolved_at:
        until = demand.resolved_at + timedelta(days=RATING_DAYS)
    return {
        "case": view,
        "demand": demand,
        "kind": kind,
        "words": words,
        "used": _used(view),
        "total": total,
        "filled": filled,
        "over": over,
        "facts": _facts(view),
        "unit": str(view.lead.department or view.lead.building) if view.lead else _answering(view),
        "rate_until": _moment(until) if until else "",
    }


def _answering(view: CaseView) -> str:
    """Who answered, when no part is active any more."""
    leads = [part for part in view.parts if part.part == "lead" and part.answered_at]
    return str(leads[-1].department or leads[-1].building) if leads else _("社区")


def _status(view: CaseView) -> tuple[str, str]:
    demand = view.demand
    overdue = [clock for clock in view.clocks if clock.over and not clock.stopped_at]
    if any(clock.part is None for clock in overdue):
        return "overdue", _("已超时")
    if demand.state == "resolved":
        return "done", _("已答复")
    if demand.state == "closed":
        return "done", _("已评价") if demand.rated_at else _("已办结")
    if demand.state == "need_info":
        return "paused", _("等您补充")
    if demand.state == "suspended":
        return "paused", str(demand.get_state_display())
    if demand.state in {"submitted", "accepted"}:
        return "new" if demand.state == "submitted" else "handling", (
            _("待受理") if demand.state == "submitted" else _("已受理")
        )
    if demand.state in {"declined", "withdrawn", "merged", "split"}:
        return "plain", str(demand.get_state_display())
    return "handling", _("一个单位超时") if overdue else _("办理中")


def _used(view: CaseView) -> str:
    """用时 2 天 3 小时，时限 3 天; '' where no clock runs yet."""
    clock = view.main
    if clock is None:
        return ""
    day = clock.day_minutes
    words = _("%(label)s用时 %(used)s，时限 %(whole)s") % {
        "label": clock.label,
        "used": minutes_text(clock.used, day),
        "whole": minutes_text(clock.whole, day),
    }
    if not clock.over:
        return words
    return words + _("，超过 %(over)s") % {"over": minutes_text(clock.over, day)}


def _facts(view: CaseView) -> list[tuple[str, str]]:
    """(what and when, who or how) of the main steps, in order of time."""
    demand = view.demand
    who = {event.move: event for event in view.events}  # newest first: the earliest one wins
    accepted, answered = who.get("accept"), who.get("resolve")
    rows: list[tuple[str, str]] = []
    same_day = (
        demand.accepted_at is not None
        and timezone.localtime(demand.accepted_at).date()
        == timezone.localtime(demand.submitted_at).date()
    )
    person = "·".join(filter(None, [accepted.actor_name])) if accepted else ""
    if same_day:
        rows.append((_("%(day)s 提交、受理") % {"day": day_words(demand.submitted_at)}, person))
    else:
        rows.append((_("%(at)s 提交") % {"at": _moment(demand.submitted_at)}, ""))
        if demand.accepted_at:
            rows.append((_("%(at)s 受理") % {"at": _moment(demand.accepted_at)}, person))
    if demand.dispatched_at:
        leads = [part for part in view.parts if part.part == "lead"]
        unit = str(leads[0].department or leads[0].building) if leads else ""
        contact = ""
        if demand.contacted_at:
            first = timezone.localtime(demand.contacted_at).date()
            same = first == timezone.localtime(demand.dispatched_at).date()
            contact = _("当天联系您") if same else _("%(day)s联系您") % {
                "day": day_words(demand.contacted_at)
            }  # fmt: skip
        at = _moment(demand.dispatched_at)
        rows.append((_("%(at)s 交办%(unit)s") % {"at": at, "unit": unit}, contact))
    if demand.resolved_at:
        verdict = demand.get_verdict_display() if demand.verdict and answered else ""
        rows.append(
            (
                _("%(day)s 答复") % {"day": day_words(demand.resolved_at)},
                _("结论：%(verdict)s") % {"verdict": verdict} if verdict else "",
            )
        )
    elif view.main and not view.main.stopped_at and not view.main.is_paused:
        due = _moment(view.main.due_at)
        rows.append(
            (
                _("应于 %(due)s 受理") % {"due": due}
                if view.main.kind == "accept"
                else _("应于 %(due)s 办结") % {"due": due},
                "",
            )
        )
    return rows


def told(name: str, demand: Demand) -> str:
    """What was done, as a sentence."""
    return {
        "supply_info": _("补充已收到，时钟接着走，不会重新排队。"),
        "urge": _("已催办，承办单位马上会看到；24 小时后可以再催。"),
        "withdraw": _("%(number)s 已撤回。再遇到时可以重新提。") % {"number": demand.number},
    }[name]


# ---- rating -------------------------------------------------------------------------------------
def rating_form(request: HttpRequest, *, optional_score: bool = False) -> MoveForm:
    """Solved?, one of five, words. For 要求重办 only the words are needed."""
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        move="rate",
        initial={"key": new_key()},
    )
    form.fields["score"].required = form.fields["solved"].required = not optional_score
    for name, sentence in {
        "solved": _("请选一项：这件事解决了吗？"),
        "score": _("请在很不满意到很满意之间选一档。"),
    }.items():
        form.fields[name].error_messages["required"] = sentence
    words: Any = form.fields["words"]
    words.widget.attrs["placeholder"] = _("想说的话，选填。选“不满意”时我们会打电话问您。")
    return form


def keep_rating(actor: Actor, pk: int, form: MoveForm, *, again: bool) -> None:
    """Rates, or asks to have it done again."""
    given, key = form.values(), form.cleaned_data["key"]
    if again:
        ask_again(
            actor=actor, demand_id=pk, words=given.get("words", ""), score=given["score"], key=key
        )
    else:
        make_move(actor=actor, demand_id=pk, move="rate", values=given, key=key)


def thanks(again: bool) -> str:
    if again:
        return _("已要求重办，承办单位会重新联系您；原来的时钟接着走。")
    return _("评价已收到。以您说的为准，和单位的结论分开统计。")
