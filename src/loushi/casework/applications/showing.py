"""What the templates of the desk are given."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from loushi.casework.applications import commands, queries
from loushi.casework.applications.models import Application
from loushi.casework.applications.policy import EXPORT, HANDLE, REGISTER, VIEW, own_departments
from loushi.casework.applications.words import (
    entries,
    rating_words,
    step_kind,
    step_words,
)
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.registry.buildings.queries import unit_choices
from loushi.services.catalogue.queries import department_names
from loushi.services.catalogue.queries.bundle_words import (
    VERBS,
    answer_words,
    limit_words,
    owner_words,
    picture,
)

S = Application.State
FAST = ("guide", "fill", "review", "file", "errand")
"""The five verbs of the fast track."""
SHOWS = ("mine", "live", "late", "all")


def number(text: Any) -> int:
    """A number from an address or a hidden field; 0 for none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def filters_from(actor: Actor, query: Mapping[str, str]) -> queries.Filters:
    """The filters of the inbox; who has steps to do begins with those that wait."""
    first = "mine" if own_departments(actor, HANDLE) else "live"
    show = query.get("show", first)
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        show=show if show in {*SHOWS, *S.values} else first,
        bundle=number(query.get("bundle")) or None, unit=number(query.get("unit")) or None,
    )  # fmt: skip


def tabs(active: str) -> list[dict[str, Any]]:
    named = [("inbox", _("申请")), ("totals", _("合计"))]
    return [
        {"label": label, "href": reverse(f"applications:{name}"), "active": name == active}
        for name, label in named
    ]


def inbox_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The inbox."""
    actor = request.actor
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    states = [(code, label) for code, label in S.choices if code != S.HANDLING]
    shows = [("mine", _("待我办")), ("live", _("办理中")), ("late", _("有超时")),
             ("all", _("全部")), *states]  # fmt: skip
    if not actor.has(HANDLE):
        shows = shows[1:]
    return {
        "page": page, "filters": filters, "shows": shows, "tabs": tabs("inbox"),
        "rows": [{"row": one, "kind": queries.STATE_KINDS[S(one.state)], "now": "、".join(one.now)}
                 for one in page.rows],
        "bundles": queries.bundles_in_use(actor), "units": unit_choices(actor, VIEW),
        "may_register": actor.has(REGISTER) and bool(actor.keys(UNIT, REGISTER)),
        "export": f"?{asked.urlencode()}" if actor.has(EXPORT) else "",
        "narrowed": bool(filters.q or filters.bundle or filters.unit or filters.show == "late"),
    }  # fmt: skip


def case_context(request: HttpRequest, page: queries.CasePage) -> dict[str, Any]:
    """Everything of a case page."""
    row, now = page.row, timezone.now()
    names = department_names(page.flow)
    lines = [step_line(one, names, now) for one in page.steps]
    states = {one.row.code: step_kind(one, now) for one in page.steps}
    facts = [
        (_("编号"), row.number), (_("一类事"), row.bundle.title),
        (_("版本"), _("第 %(n)d 版") % {"n": row.version.number}),
        (_("申请人"), row.applicant), (_("所属社区"), row.unit.name),
        (_("联系人"), f"{row.contact_name} {row.contact_phone}".strip() if page.contact else ""),
        (_("申请"), f"{timezone.localtime(row.submitted_at):%Y-%m-%d %H:%M}"
                    f" {row.get_channel_display()}"),
        (_("评价"), rating_words(row.score, row.solved) if row.score else ""),
    ]  # fmt: skip
    return {
        "page": page, "row": row, "kind": queries.STATE_KINDS[S(row.state)], "lines": lines,
        "doing": [one for one in lines if one["line"].moves],
        "answers": [(one.label, answer_words(one, value)) for one, value in page.answers],
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "picture": picture(page.flow, names, states), "timeline": entries(page.events),
        "step_count": len(page.steps), "material_count": len(page.materials),
        "record_count": len(page.records),
        "moves": {move.name: move.label for move in page.moves},
        "link": link_of(request, row) if may_link(request.actor, row) else "",
    }  # fmt: skip


def step_line(line: queries.StepLine, names: Mapping[int, str], now: Any) -> dict[str, Any]:
    """One step of an application in words."""
    return {
        "line": line, "row": line.row, "kind": step_kind(line, now), "words": step_words(line, now),
        "owner": owner_words(line.design, names), "limit": limit_words(line.design),
        "how": line.design.how, "runner": line.runner,
        "verb": VERBS[line.design.verb] if line.design.verb in FAST else "",
    }  # fmt: skip


def may_link(actor: Actor, row: Application) -> bool:
    """Whether the actor hands the applicant's own link out: whoever registers at the window, as
    long as it runs."""
    handed = bool(actor.keys(UNIT, REGISTER)) and not row.enterprise_id
    return handed and commands.link_runs(row)


def link_of(request: HttpRequest, row: Application) -> str:
    """The address of the applicant's own page."""
    path = reverse("applications:follow", args=[commands.token_of(row)])
    return request.build_absolute_uri(path)


def receipt_context(request: HttpRequest, page: queries.CasePage) -> dict[str, Any]:
    """After applying at the window: the number, and the applicant's link as a code to scan."""
    row = page.row
    link = link_of(request, row) if may_link(request.actor, row) else ""
    drawn = (
        segno.make(link, error="m", micro=False).svg_inline(scale=5, light="#fff") if link else ""
    )
    return {
        "row": row, "link": link, "days": settings.LINK_DAYS, "own": bool(row.enterprise_id),
        "over": not commands.link_runs(row),
        "code": mark_safe(drawn),  # made from our own address
        "first": [one for one in page.steps if one.running], "step_count": len(page.steps),
    }  # fmt: skip


def allowed_step(actor: Actor, pk: int, code: str, move: str) -> tuple[Any, Any]:
    """The page and the step on which the actor may make a move now; Denied otherwise."""
    page = queries.case_page(actor, pk)
    line = page.step(code)
    if not any(one.name == move for one in line.moves):
        raise Denied
    return page, line


def allowed(actor: Actor, pk: int, move: str) -> queries.CasePage:
    """The page of an application on which the actor may make a move now; Denied otherwise."""
    page = queries.case_page(actor, pk)
    if not page.may(move):
        raise Denied
    return page


def totals_context(request: HttpRequest) -> dict[str, Any]:
    """Totals per bundle, each with the address of the rows behind it."""
    rows = []
    for one in queries.totals(request.actor):
        rows.append({
            "row": one, "href": f"{reverse('applications:inbox')}?show=all&bundle={one.bundle_id}",
            "score": f"{one.score:.1f}" if one.score else "—",
            "sums": [
                {"row": two, "href": reverse("applications:records") + "?" + urlencode(
                    {"bundle": one.bundle_id, "label": two.label})}
                for two in one.sums
            ],
        })  # fmt: skip
    return {"rows": rows, "tabs": tabs("totals")}


def records_context(request: HttpRequest) -> dict[str, Any]:
    """The rows behind a total."""
    bundle = number(request.GET.get("bundle")) or None
    label = request.GET.get("label", "").replace("\x00", "")[:40]
    rows = queries.record_lines(request.actor, bundle=bundle, label=label)
    amounts = [one.amount for one in rows if one.amount is not None]
    asked = {"export": "xlsx"}
    return {
        "rows": rows, "label": label or _("记录"), "count": len(rows),
        "sum": sum(amounts) if amounts else None,
        "measure": next((one.measure for one in rows if one.measure), ""),
        "export": f"?{urlencode(asked)}" if request.actor.has(EXPORT) else "",
    }  # fmt: skip
