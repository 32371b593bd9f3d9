"""What the pages need besides one query: links, labels, choices; nothing here reads or decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.demands import queries
from loushi.casework.demands.commands import Submission
from loushi.casework.demands.exports import DemandExporter
from loushi.casework.demands.forms import move_fields
from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import CaseView, Filters, towers
from loushi.casework.demands.queries.address import filters_from
from loushi.casework.demands.views import rows
from loushi.casework.demands.views.history import timeline
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import LoushiError, NotVisible
from loushi.foundation.core.stamps import Kept
from loushi.foundation.core.workflow import Move
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.parts import HOLES
from loushi.registry.buildings import queries as buildings
from loushi.registry.buildings.queries import panels_of
from loushi.registry.enterprises import queries as enterprises

QUEUES = {
    "open": _l("全部"),
    "waiting": _l("待受理"),
    "to_dispatch": _l("待交办"),
    "to_sign": _l("待签收"),
    "handling": _l("在办"),
    "today": _l("今天到期"),
    "overdue": _l("已超时"),
    "returned": _l("退回"),
    "arbitration": _l("待裁定"),
    "need_info": _l("等补充"),
    "suspended": _l("挂账"),
    "unrated": _l("待评价"),
    "supervised": _l("督办"),
    "unhappy": _l("不满意"),
    "ended": _l("已结束"),
}
SORTED = {
    "due": _l("按剩余时间排，先到期的在上"),
    "new": _l("按提交时间排，新的在上"),
    "old": _l("按提交时间排，早的在上"),
}


def new_key() -> str:
    """A key that makes a repeated submission of the same form happen once."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Panes:
    """The finished panes of an inbox: `main` is what stands beside the list while no case is open,
    `dialog` has the hole for the CSRF token."""

    query: str
    list: SafeString
    main: SafeString
    dialog: str


_panes: Kept[Panes] = Kept("demands", "demand_views", "calendar", most=256)


def inbox_context(request: HttpRequest, selected: int = 0) -> dict[str, Any]:
    """The list pane, kept for a minute while nothing has changed that it shows."""
    filters, after = filters_from(request.GET), request.GET.get("after", "")
    kept = request.GET.copy()
    kept.pop("after", None)
    query = kept.urlencode()

    def make() -> Panes:
        return _drawn(request.actor, filters, after, query, selected)

    key = (request.actor, filters, after, query, selected, queries.minute(), get_language())
    # The text index has no stamp of its own.
    panes = make() if filters.q else _panes.get(key, make)
    return {"panes": panes, "query": query}


def _drawn(actor: Actor, filters: Filters, after: str, query: str, selected: int) -> Panes:
    context = _list_context(actor, filters, after, query) | {
        "actor": actor,
        "csrf_token": HOLES["csrf_token"],
        "selected": selected,
    }
    context["rows"] = rows.rendered(context["inbox"].lines, query, selected)
    templates = ("demands/_list.html", "demands/_start.html", "demands/_save_view.html")
    return Panes(query, *(render_to_string(one, context) for one in templates))


def _list_context(actor: Actor, filters: Filters, after: str, query: str) -> dict[str, Any]:
    """Chips, lines, the stated sort, the next page."""
    found = queries.inbox(actor, filters, after=after)
    chips = []
    for name, count, capped in found.chips:
        chips.append(
            {
                "label": QUEUES[name],
                "count": f"{count}+" if capped else count,
                "href": f"{reverse('demands:inbox')}?queue={name}",
                "active": filters.queue == name,
            }
        )
    return {
        "inbox": found,
        "filters": filters,
        "narrowed": is_narrowed(filters),
        "chips": chips,
        "query": query,
        "sorted": SORTED.get(filters.sort, SORTED["due"])
        if not filters.q
        else _("按提交时间排，新的在上"),
        "views": queries.saved_views(actor),
        "acts": [panel.context for panel in panels_of(actor, "demands.acts", 0, query=query)],
        "now": timezone.now(),
    }


def is_narrowed(filters: Filters) -> bool:
    """Whether an empty list may be due to filters."""
    return filters != Filters(queue=filters.queue, sort=filters.sort) or filters.queue != "open"


def case_context(request: HttpRequest, view: CaseView) -> dict[str, Any]:
    """The main and the side pane of a case."""
    only = request.GET.get("only", "")
    primary = next((step for step in view.moves if step.primary), None)
    others = [step for step in view.moves if step is not primary]
    return {
        "case": view,
        "demand": view.demand,
        "primary": primary,
        "primary_form": bool(primary and move_fields(primary.name, ())),
        "others": others,
        "can_note": any(step.name == "progress" for step in view.moves),
        "timeline": timeline(view, only),
        "only": only,
        "key": new_key(),
        "firm": firm_card(request.actor, view.demand.enterprise_id),
        "referrals": _referrals(request.actor, view),
        "panels": panels_of(request.actor, "demand.side", view.demand.pk, state=view.demand.state),
    }


def _referrals(actor: Actor, view: CaseView) -> list[dict[str, Any]]:
    """Before which bodies the demand came, newest first; a link where the actor sees the item."""
    if all(part.body != "council" for part in view.parts):
        return []
    return [
        {"row": row, "href": reverse("governance:item", args=[row.item_id]) if seen else ""}
        for row, seen in towers.referrals_of(actor, view.demand)
    ]


def firm_card(actor: Actor, enterprise_id: int | None) -> Any:
    """The enterprise beside the case, where the actor may see it."""
    if enterprise_id is None:
        return None
    try:
        return enterprises.enterprise_card(actor, enterprise_id)
    except NotVisible:
        return None


def add_errors(form: forms.Form, refusal: LoushiError) -> None:
    """Puts a command's sentences beside the fields they are about."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))


def what_happened(step: Move, demand: Demand) -> str:
    """A sentence that says what was done, not that it succeeded."""
    if demand.due_at:
        due = timezone.localtime(demand.due_at)
        return _("%(number)s：%(move)s。%(due)s 到期。") % {
            "number": demand.number,
            "move": step.label,
            "due": f"{due:%m-%d %H:%M}",
        }
    return _("%(number)s：%(move)s。") % {"number": demand.number, "move": step.label}


def after_move(request: HttpRequest, pk: int) -> str:
    """Back to the case, or to the inbox when the actor no longer sees it."""
    still = queries.visible(request.actor).filter(pk=pk).exists()
    return reverse("demands:case", args=[pk]) if still else reverse("demands:inbox")


def register_choices(actor: Actor, given: Mapping[str, str]) -> dict[str, Any]:
    """The choices of the clerk's form; spaces follow the chosen building."""
    building = given.get("building", "")
    enterprise = given.get("enterprise", "")
    firms = [(card.id, card.name) for card in enterprises.search(actor, given.get("firm", ""), 50)]
    if enterprise.isdigit() and int(enterprise) not in dict(firms):
        card = firm_card(actor, int(enterprise))
        firms += [(card.id, card.name)] if card else []
    return {
        "categories": queries.categories(),
        "buildings": buildings.choices(actor, limit=400),
        "spaces": buildings.space_choices(actor, int(building)) if building.isdigit() else [],
        "enterprises": firms,
    }


def submission_from(data: Mapping[str, Any]) -> Submission:
    """A form's clean data as the command wants it."""
    return Submission(
        text=data["text"],
        title=data.get("title", ""),
        category_id=data["category"],
        side=data["side"],
        urgency=data["urgency"],
        channel=data.get("channel", "online"),
        enterprise_id=data.get("enterprise"),
        building_id=data.get("building"),
        space_id=data.get("space"),
        place=data.get("place", ""),
        contact_name=data.get("contact_name", ""),
        contact_phone=data.get("contact_phone", ""),
        contact_email=data.get("contact_email", ""),
        hide_name=data.get("hide_name", False),
    )


def workbook(actor: Actor, filters: Filters) -> HttpResponse:
    """An xlsx of the visible rows under the filters; contact data only for whoever may see it."""
    rows = queries.export_rows(actor, filters)
    hidden = frozenset() if actor.has("demands.contact_view") else frozenset({"contact_phone"})
    shown = {_("范围"): QUEUES.get(filters.queue, _("全部"))} | (
        {_("搜索"): filters.q} if filters.q else {}
    )
    return export(
        DemandExporter,
        rows,
        actor=actor,
        kind="xlsx",
        scope=actor.appointment or settings.PUBLIC_ADDRESS,
        filters=shown,
        hidden=hidden,
    ).response()
