"""The whole timeline of an enterprise, and the link to it on the enterprise's page."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.transfer.commands import export
from loushi.overview.insights.exports import TimelineExporter
from loushi.overview.insights.queries.timeline import PAGE_SIZE, Timeline, timeline_of

ON_PAGE = 6
Shown = tuple[str, dict[str, Any]] | None


@require_GET
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that happened to one enterprise, by kind and period."""
    given: dict[str, Any] = {
        "kind": request.GET.get("kind", "")[:12],
        "since": _day(request.GET.get("since", "")),
        "until": _day(request.GET.get("until", "")),
    }
    if kind := request.GET.get("export", ""):
        if not request.actor.has(TimelineExporter.permission):
            raise Denied
        whole = timeline_of(request.actor, pk, size=None, **given)
        rows = [replace(row, kind=str(whole.kinds[row.kind])) for row in whole.moments]
        return export(TimelineExporter, rows, actor=request.actor, kind=kind).response()
    found = timeline_of(request.actor, pk, start=_start(request), **given)
    context = {"timeline": found, "entries": _entries(found), "chips": _chips(found, given["kind"]),
               "page": _page(found), "pk": pk, **given}  # fmt: skip
    context["may_export"] = request.actor.has(TimelineExporter.permission)
    return render(request, "insights/timeline.html", context)


def of_enterprise(actor: Actor, enterprise_id: int, **given: Any) -> Shown:
    """The last things that happened, and the way to all of them."""
    found = timeline_of(actor, enterprise_id, size=ON_PAGE)
    href = reverse("insights:timeline", args=[enterprise_id])
    return "insights/moments.html", {
        "entries": _entries(found), "total": found.total, "href": href,
    }  # fmt: skip


def _entries(found: Timeline) -> list[dict[str, Any]]:
    return [
        {
            "kind": row.tone, "when": row.on.isoformat(), "title": row.title, "text": row.text,
            "meta": "·".join(filter(None, [str(found.kinds[row.kind]), row.meta])),
            "files": [{"name": _("打开"), "href": row.href}] if row.href else [],
        }
        for row in found.moments
    ]  # fmt: skip


def _chips(found: Timeline, chosen: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "label": label, "count": found.counts[code], "active": code == chosen}
        for code, label in found.kinds.items()
        if found.counts.get(code) or code == chosen
    ]


def _page(found: Timeline) -> dict[str, Any]:
    last = min(found.start + PAGE_SIZE, found.total)
    return {
        "first": min(found.start + 1, found.total), "last": last, "total": found.total,
        "capped": False, "before": found.before, "after": found.after,
    }  # fmt: skip


def _start(request: HttpRequest) -> int:
    text = request.GET.get("after") or request.GET.get("before") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
