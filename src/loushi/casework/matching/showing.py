"""What the templates of this package are given."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.casework.demands import queries as demands
from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries.address import filters_from as demand_filters
from loushi.casework.demands.queries.lines import lines
from loushi.casework.demands.queries.listing import rows_of
from loushi.casework.matching import queries
from loushi.casework.matching.models import CommonIssue, JointDecision
from loushi.casework.matching.policy import CONVENE, EXPORT, GROUP, VIEW
from loushi.casework.matching.telling import entries, verdict_words
from loushi.casework.matching.views.forming import new_key
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.units import covers
from loushi.registry.buildings.queries import unit_choices as units_for
from loushi.registry.territory.models import Unit

KINDS = {"open": "new", "assigned": "handling", "council": "due-soon", "answered": "done",
         "closed": "done", "merged": "plain", "dissolved": "plain"}  # fmt: skip
MEETING_KINDS = {"draft": "new", "called": "due-soon", "held": "handling", "closed": "done",
                 "cancelled": "plain"}  # fmt: skip
DECISION_KINDS = {"open": "handling", "done": "done", "dropped": "plain"}
UNDO_WITHIN = timedelta(days=7)
MOST_TICKED = 200


def number(text: Any) -> int:
    """A number from an address or a hidden field; 0 for none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def ticked(request: HttpRequest) -> list[int]:
    """The demands that were ticked, in the address or in the form."""
    given = request.POST.getlist("demands") or request.GET.get("demands", "").split(",")
    return [pk for pk in dict.fromkeys(map(number, given[:MOST_TICKED])) if pk]


def new_address(ids: Sequence[int]) -> str:
    query = urlencode({"demands": ",".join(map(str, dict.fromkeys(ids)))}, safe=",")
    return f"{reverse('matching:create')}?{query}"


def back_to(pk: int) -> str:
    return reverse("matching:issue", args=[pk])


def allowed(actor: Actor, pk: int, move: str) -> queries.IssuePage:
    """The page of an issue on which the actor may make a move now; Denied otherwise."""
    page = queries.issue_page(actor, pk)
    if not page.may(move):
        raise Denied
    return page


def without_key(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "key"}


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of the list of issues."""
    state = query.get("state", "live")
    known = {*CommonIssue.State.values, "live", "all"}
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in known else "live",
        category=query.get("category", "")[:30].replace("\x00", ""),
        unit=number(query.get("unit")) or None, lead=number(query.get("lead")) or None,
    )  # fmt: skip


def tabs(active: str) -> dict[str, Any]:
    named = [
        ("list", _("共性问题")), ("meetings", _("对接会")), ("decisions", _("会议决定")),
        ("lists", _("三张清单")), ("matches", _("供需匹配")),
    ]  # fmt: skip
    return {
        "tabs": [
            {"label": label, "href": reverse(f"matching:{name}"), "active": name == active}
            for name, label in named
        ]
    }


def export_address(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}" if request.actor.has(EXPORT) else ""


def list_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The list of issues."""
    states = [("live", _("在办")), ("all", _("全部")), *CommonIssue.State.choices]
    return {
        "page": page, "filters": filters, "states": states,
        "rows": [{"row": one, "kind": KINDS[one.state]} for one in page.rows],
        "categories": queries.categories(), "units": units_for(request.actor, VIEW),
        "leads": queries.leads(request.actor), "may_group": request.actor.has(GROUP),
        "export": export_address(request), "narrowed": filters != queries.Filters(),
        **tabs("list"),
    }  # fmt: skip


def issue_context(actor: Actor, page: queries.IssuePage) -> dict[str, Any]:
    """Everything of an issue's page."""
    row, line = page.row, page.line
    facts = [
        (_("编号"), row.number), (_("类别"), line.category), (_("所属单元"), line.unit),
        (_("牵头单位"), line.lead), (_("协同单位"), "、".join(one.name for one in page.helpers)),
        (_("建立"), f"{timezone.localtime(row.created_at):%Y-%m-%d} {row.created_by_name}"),
    ]  # fmt: skip
    growing = page.may("add")
    return {
        "page": page, "row": row, "line": line, "kind": KINDS[row.state],
        "rows": [{"label": label, "value": value} for label, value in facts if value],
        "member_count": len(page.members), "former_count": len(page.former),
        "answered_count": sum(one.answered for one in page.members),
        "proposals": queries.proposals_for_issue(actor, row) if growing else [],
        "timeline": entries(actor, page), "undo": _undo(page), "key": new_key(),
        "meetings": [
            {"row": one, "kind": MEETING_KINDS[one.state], "label": one.get_state_display()}
            for one in page.meetings
        ],
        "decisions": [decision_line(actor, one) for one in page.decisions],
        "answers": [
            {"row": one, "verdict": verdict_words(one.verdict), "files": files}
            for one, files in page.answers
        ],
        "may_meet": actor.has(CONVENE) and row.state in ("open", "assigned", "answered"),
        "moves": {move.name: move.label for move in page.moves},
        "others": [move for move in page.moves if move.name in OTHERS
                   and (move.name != "split" or len(page.members) > 1)],
        "item": queries.visible_item(actor, row),
    }  # fmt: skip


OTHERS = ("split", "merge", "remove", "note", "reopen", "recall", "dissolve")


def _undo(page: queries.IssuePage) -> dict[str, Any] | None:
    """The last adding, while it can be taken back."""
    if not page.may("undo"):
        return None
    event = next((one for one in page.events if one.move == "add"), None)
    if event is None or timezone.now() - event.at > UNDO_WITHIN:
        return None
    ids = set(event.data.get("demands", ()))
    left = sum(one.id in ids and not one.answered for one in page.members)
    return {"event": event, "count": left} if left else None


def decision_line(actor: Actor, one: JointDecision) -> dict[str, Any]:
    late = one.state == JointDecision.State.OPEN and one.due_on < timezone.localdate()
    return {
        "row": one, "late": late, "kind": "overdue" if late else DECISION_KINDS[one.state],
        "label": _("已过期限") if late else one.get_state_display(),
        "unit": one.department.name if one.department else one.owner,
        "follows": queries.may_follow(actor, one),
    }  # fmt: skip


def category_choices() -> list[tuple[str, Any]]:
    """Categories of both levels, grouped."""
    return [(group, list(rows)) for group, rows in demands.categories()]


def unit_choices(actor: Actor) -> dict[str, Any]:
    found = demands.departments(actor)
    return {"lead": found, "co": found}


def new_choices(actor: Actor) -> dict[str, Any]:
    return {"category_id": category_choices(), "unit_id": units_for(actor, GROUP)}


def new_initial(actor: Actor, ids: Sequence[int]) -> dict[str, Any]:
    """Category and unit that fit the ticked demands: the lowest unit around all of them."""
    rows = Demand.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
    found = list(rows.values_list("category_id", "unit_path"))
    if not found:
        return {}
    offered = {pk for pk, _name in units_for(actor, GROUP)}
    around = found[0][1]
    for _category, path in found:
        while around and not covers(around, path):
            around = around[:-6]
    own = [path for path in actor.keys(UNIT, GROUP) if covers(path, around)]
    unit = Unit.objects.filter(path=_community(around) if own else around, pk__in=offered).first()
    return {"category_id": found[0][0], "unit_id": unit.pk if unit else None}


def _community(path: str) -> str:
    """The community around a path: grids below it do not make issues of their own."""
    above = [path[:end] for end in range(6, len(path) + 1, 6)]
    found = Unit.objects.filter(path__in=above, kind="community").first()
    return found.path if found else path


def new_context(actor: Actor, request: HttpRequest, ids: Sequence[int]) -> dict[str, Any]:
    """Above the form: the ticked demands, and those that look like them."""
    rows = Demand.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
    first = rows.first()
    like = queries.proposals_for_demand(actor, first) if first is not None else []
    return {
        "ticked": lines(rows_of(rows)),
        "proposals": [one for one in like if one.line.row.id not in ids],
        "pick": reverse("matching:pick"),
    }


def pick_context(request: HttpRequest) -> dict[str, Any]:
    """The demands under the filters of the inbox, to be ticked."""
    filters = demand_filters(request.GET)
    page = demands.page(request.actor, filters, after=request.GET.get("after", ""))
    into = number(request.GET.get("into"))
    kept = request.GET.copy()
    kept.pop("after", None)
    rows = CommonIssue.objects.visible_to(request.actor, GROUP)
    target = rows.filter(pk=into).first() if into else None
    held = queries.issue_of(request.actor, [row.id for row in page.rows])
    return {
        "lines": [
            {"line": line, "issue": held.get(line.row.id, ""),
             "taken": line.row.id in held or line.row.state not in demands.OPEN}
            for line in lines(page.rows)
        ],
        "filters": filters, "query": kept.urlencode(), "next": page.next, "count": page.count,
        "capped": page.is_capped, "target": target, "into": into or "",
        "targets": queries.growing(request.actor), "ticked": set(ticked(request)),
    }  # fmt: skip


def join_context(actor: Actor, demand: Demand) -> dict[str, Any]:
    """A case on its way into an issue."""
    found = queries.targets(actor, demand)
    return {
        "demand": demand, "targets": found, "best": found[0].row.pk if found and found[0].why
        else 0, "proposals": queries.proposals_for_demand(actor, demand),
        "back": reverse("demands:case", args=[demand.pk]),
    }  # fmt: skip


def member_choices(page: queries.IssuePage) -> list[tuple[int, str]]:
    return [
        (one.id, f"{one.line.row.number} {one.line.row.title}（{one.line.source}）")
        for one in page.members
    ]


def merge_choices(actor: Actor, row: CommonIssue) -> list[tuple[int, str]]:
    return [
        (one.pk, f"{one.number} {one.name}")
        for one in queries.growing(actor)
        if one.pk != row.pk and one.state != CommonIssue.State.COUNCIL
    ]


def joined_words(count: int) -> str:
    return ngettext(
        "已并入 %(n)d 件，已告诉提交人。", "已并入 %(n)d 件，已告诉提交人。", count
    ) % {"n": count}  # fmt: skip


def assigned_words(actor: Actor, pk: int) -> str:
    """What assigning did to the demands."""
    page = queries.issue_page(actor, pk)
    data = next((one.data for one in page.events if one.move == "assign"), {})
    words = _("已交办%(lead)s。") % {"lead": data.get("lead", "")}
    if data.get("sent"):
        words += _("一并交办诉求 %(n)d 件。") % {"n": len(data["sent"])}
    if data.get("kept"):
        words += _("%(n)d 件没有交办出去：%(why)s") % {
            "n": len(data["kept"]), "why": "；".join(data["kept"][:3]),
        }  # fmt: skip
    return words


def answered_words(actor: Actor, pk: int, given: Any) -> str:
    """How many demands the answer reached, of those that the actor sees."""
    members = queries.issue_page(actor, pk).members
    reached = sum(one.answered for one in members)
    left = sum(bool(one.left) for one in members)
    words = _("已统一答复，%(n)d 件诉求转为待评价。") % {"n": reached}
    return words + (_("另有 %(n)d 件没有送到，原因写在各件旁边。") % {"n": left} if left else "")
