"""今天: the day plan, and adjusting it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.visits import commands, queries
from loushi.casework.visits.policy import SWEEP, VIEW
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Conflict, Denied, Refused

PILLS = {"late": "overdue", "new": "new", "lease": "due-soon"}


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The firms to see today, in walking order, each with its reason."""
    if not request.actor.has(VIEW):
        raise Denied
    if not queries.may_plan(request.actor):
        return redirect("visits:list")
    return render(request, "visits/today.html", _context(request, timezone.localdate()))


@require_GET
def adjust(request: HttpRequest) -> HttpResponse:
    """The plan of a day with what can be changed of it, and firms to add."""
    if not queries.may_plan(request.actor):
        raise Denied
    on = _day(request.GET.get("on", ""))
    text = request.GET.get("q", "").strip()[:80]
    context = _context(request, on) | {
        "q": text,
        "found": queries.addable(request.actor, text) if text else [],
        "days": [on.fromordinal(timezone.localdate().toordinal() + n) for n in range(5)],
    }
    return render(request, "visits/plan.html", context)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One change of a plan: add, drop, up, down, postpone, explain."""
    data = request.POST
    on = _day(data.get("on", ""))
    firm: dict[str, Any] = {
        "actor": request.actor,
        "enterprise_id": reading.whole(data.get("firm", "")) or 0,
        "on": on,
    }
    despite = data.get("despite", "")
    try:
        match data.get("act", ""):
            case "add":
                commands.add_stop(**firm, despite=despite)
            case "drop":
                commands.drop_stop(**firm)
            case "up" | "down":
                commands.shift_stop(**firm, up=data["act"] == "up")
            case "postpone":
                commands.postpone_stop(**firm, to=_day(data.get("to", ""), on))
                messages.info(request, _("已改到 %(day)s。") % {"day": data.get("to", "")})
            case "explain":
                commands.explain_stop(**firm, despite=despite)
                return redirect("visits:record", firm["enterprise_id"])
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
        if "despite" in {error.field for error in refusal.errors}:
            query = f"?on={on.isoformat()}&why={firm['enterprise_id']}&q={data.get('q', '')}"
            return redirect(f"{reverse('visits:plan')}{query}")
    if data.get("back") == "today":
        return redirect("visits:today")
    return redirect(f"{reverse('visits:plan')}?on={on.isoformat()}")


def _day(text: str, fallback: date | None = None) -> date:
    return reading.day(text) or fallback or timezone.localdate()


def _context(request: HttpRequest, on: date) -> dict[str, Any]:
    plan = queries.day_plan(request.actor, on)
    return {
        "plan": plan,
        "pills": PILLS,
        "today": timezone.localdate(),
        "tomorrow": timezone.localdate().fromordinal(timezone.localdate().toordinal() + 1),
        "asked": reading.whole(request.GET.get("why", "")),
        "may_sweep": request.actor.has(SWEEP),
        "sweeps": [
            line
            for line in queries.campaign_list(request.actor).rows
            if line.state == "running" and line.tally.open
        ],
    }
