"""What the templates of this package are given."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.workflow import Move
from loushi.registry.buildings.queries import choices, visible_units
from loushi.registry.leads import queries
from loushi.registry.leads.models import InvestmentLead, Source, Stage
from loushi.registry.leads.policy import CREATE, EXPORT, IMPORT, POSTS
from loushi.registry.leads.workflow import MANDATORY_FROM, ORDER

KINDS = {
    Stage.CLUE: "new", Stage.TALK: "handling", Stage.VIEWING: "handling", Stage.QUOTED: "handling",
    Stage.SIGNED: "due-soon", Stage.MOVED_IN: "done", Stage.LOST: "returned",
}  # fmt: skip
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "talk": ("words",),
    "view": ("space_id", "on", "words"),
    "quote": ("space_id", "price", "on", "words"),
    "sign": ("space_id", "credit_code", "lease_since", "lease_until", "words"),
    "move_in": ("words",),
    "note": ("words",),
    "lose": ("lost_reason", "words"),
    "reopen": ("words",),
}


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of the list and of the funnel."""
    state, source = query.get("state", ""), query.get("source", "")
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in Stage.values else "",
        source=source if source in Source.values else "",
        unit=_whole(query.get("unit", "")),
        mine=query.get("mine") == "1",
    )


def tabs(request: HttpRequest, active: str) -> dict[str, Any]:
    """List, funnel, and for those who may set them up: posts."""
    named = [("list", _("线索")), ("funnel", _("漏斗与集聚"))]
    if request.actor.has(POSTS):
        named.append(("posts", _("招商联络站")))
    return {
        "tabs": [
            {"label": label, "href": reverse(f"leads:{name}"), "active": name == active}
            for name, label in named
        ]
    }


def list_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The list with stages as chips."""
    counts = queries.stage_counts(request.actor, filters)
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return {
        "page": page,
        "kinds": KINDS,
        "filters": filters,
        "stages": [
            {"code": code, "label": label, "count": counts.get(code, 0)}
            for code, label in Stage.choices
        ],
        "sources": Source.choices,
        "units": visible_units(request.actor),
        "may_create": request.actor.has(CREATE),
        "may_import": request.actor.has(IMPORT),
        "export": f"?{asked.urlencode()}" if request.actor.has(EXPORT) else "",
        "narrowed": filters != queries.Filters(),
        **tabs(request, "list"),
    }


def lead_context(actor: Actor, pk: int) -> dict[str, Any]:
    """Everything of a lead's page."""
    page = queries.lead_page(actor, pk)
    row, line = page.row, page.line
    reached = ORDER.index(Stage(row.state)) + 1 if row.state in ORDER else 0
    fill = reverse("leads:edit", args=[pk]) if page.may_work else ""
    facts = [
        (_("联系人"), line.contact), (_("联系电话"), line.phone), (_("行业"), line.industry),
        (_("面积（㎡）"), line.area), (_("预算（元/㎡·天）"), row.budget), (_("用途"), row.use),
        (_("希望入驻日期"), row.needed_by), (_("统一社会信用代码"), row.credit_code),
        (_("起租日期"), row.lease_since), (_("租约到期"), row.lease_until),
        (_("来源"), line.source),
        (_("招商联络站"), line.post), (_("招商联络员"), line.officer), (_("备注"), row.note),
    ]  # fmt: skip
    return {
        "page": page,
        "row": row,
        "line": line,
        "kind": KINDS[Stage(row.state)],
        "steps": [str(stage.label) for stage in ORDER],
        "reached": reached,
        "missing": _missing(row),
        "rows": [
            {"label": label, "value": "" if value is None else value, "fill": fill}
            for label, value in facts
            if value or fill
        ],
        "timeline": [
            {"kind": "note" if one.from_state == one.to_state else "handling",
             "title": _step_label(one), "at": one.at, "text": one.note,
             "meta": one.appointment or one.actor_name}
            for one in page.events
        ],
    }  # fmt: skip


def asked(row: InvestmentLead, step: Move) -> tuple[str, ...]:
    """The fields of a step's form: what the step always asks, and what is still missing."""
    missing = [
        name for name in step.required
        if name not in ("words", "price", "company", "source") and not getattr(row, name, None)
    ]  # fmt: skip
    return (*missing, *ALWAYS[step.name])


def initial(row: InvestmentLead, query: Mapping[str, str]) -> dict[str, Any]:
    """What the form shows at first; a room may come from the list of matches."""
    names = ("contact_name", "contact_phone", "industry_id", "area_min", "use", "credit_code",
             "lease_since", "lease_until")  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    return found | {
        "space_id": _whole(query.get("space", "")) or row.space_id, "on": timezone.localdate(),
    }  # fmt: skip


def funnel_context(request: HttpRequest) -> dict[str, Any]:
    """The funnel, lost ones by reason, and the growth of one cluster."""
    actor = request.actor
    filters = filters_from(request.GET)
    building = _whole(request.GET.get("building", ""))
    steps = queries.funnel(actor, filters)
    sections = queries.section_counts(actor, building)
    codes = [code for code, _name, _count in sections]
    section = request.GET.get("section", "")[:1]
    section = section if section in codes else (codes[0] if codes else "")
    top = steps[0].reached if steps else 0
    return {
        "filters": filters,
        "steps": [
            {"label": one.label, "reached": one.reached, "now": one.now, "whole": top,
             "href": f"{reverse('leads:list')}?state={one.stage}",
             "text": _("到过 %(reached)d 条，现在 %(now)d 条")
             % {"reached": one.reached, "now": one.now}}
            for one in steps
        ],
        "top": top,
        "lost": queries.stage_counts(actor, filters).get(Stage.LOST.value, 0),
        "units": visible_units(actor),
        "sections": [
            {"code": code, "label": name, "count": count, "active": code == section}
            for code, name, count in sections
        ],
        "growth": _growth(queries.growth(actor, section, building_id=building)) if section else {},
        "buildings": choices(actor, "", 400),
        "building": building,
        "today": timezone.localdate(),
        **tabs(request, "funnel"),
    }  # fmt: skip


def fates(rows: Sequence[queries.Fate]) -> dict[str, Any]:
    """A referrer's own: how many, how many landed, and each one's stage."""
    return {
        "rows": [{"fate": one, "kind": KINDS[Stage(one.state)]} for one in rows],
        "total": len(rows),
        "landed": sum(one.state == Stage.MOVED_IN for one in rows),
    }


def _growth(found: queries.Growth) -> dict[str, Any]:
    months = found.months
    return {
        "name": found.name,
        "values": list(found.counts),
        "now": found.counts[-1],
        "first": found.counts[0],
        "start": months[0].isoformat()[:7],
        "rows": [
            {"month": day.isoformat()[:7], "count": count}
            for day, count in zip(months, found.counts, strict=True)
        ][::-1],
    }


def _missing(row: InvestmentLead) -> list[dict[str, Any]]:
    """What the next stage still asks for, by its label."""
    if row.state not in ORDER or row.state == Stage.MOVED_IN:
        return []
    following = ORDER[ORDER.index(Stage(row.state)) + 1]
    labels = {field.attname: field.verbose_name for field in row._meta.concrete_fields}
    labels |= {"price": _("报价"), "space_id": _("房源"), "industry_id": _("行业")}
    return [
        {"label": labels[name], "stage": str(following.label)}
        for name, first in MANDATORY_FROM.items()
        if first == following and name != "price" and not getattr(row, name, None)
    ]


def _step_label(event: Any) -> str:
    if event.from_state == event.to_state:
        return _("记录进展")
    return str(Stage(event.to_state).label)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
