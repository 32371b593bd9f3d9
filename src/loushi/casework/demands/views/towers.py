"""楼事楼办: by tower, what its bodies settled, with the demands behind every number."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.demands.queries import towers
from loushi.casework.demands.queries.address import filters_from
from loushi.foundation.core.errors import Denied

YEAR = timedelta(days=365)


@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """Every tower with its numerators and denominators; the last twelve months unless asked."""
    if not request.actor.has("demands.view"):
        raise Denied
    given = filters_from(request.GET)
    until = given.until or timezone.localdate()
    since = given.since or until - YEAR
    found = towers.towers(
        request.actor, since=since, until=until, unit_path=given.unit_path,
        building=given.building,
    )  # fmt: skip
    rows = [_line(one, since, until) for one in found]
    context = {
        "rows": rows, "count": len(rows), "since": since, "until": until,
        "building": given.building, "figures": _figures(towers.total(found), since, until, given),
    }  # fmt: skip
    return render(request, "demands/towers.html", context)


def _href(which: str, since: date, until: date, building: int | None, path: str = "") -> str:
    asked = {"queue": "", "council": which, "since": since, "until": until, "sort": "new"}
    asked |= {"building": building} if building else {}
    asked |= {"unit": path} if path else {}
    return f"{reverse('demands:inbox')}?{urlencode(asked)}"


def _line(one: towers.Tower, since: date, until: date) -> dict[str, Any]:
    names = ("referred", "solved", "settled", "closed", "open")
    return {
        "row": one,
        "href": {which: _href(which, since, until, one.id) for which in names},
        "inside": _rate(one.solved, one.settled),
        "done": _rate(one.closed, one.referred),
    }


def _rate(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole else "—"


def _figures(one: towers.Tower, since: date, until: date, given: Any) -> list[dict[str, Any]]:
    named = (
        (_("楼内解决率"), one.solved, one.settled, _("件楼内解决"), "solved"),
        (_("办结率"), one.closed, one.referred, _("件已答复"), "closed"),
    )
    return [
        {
            "label": label, "value": f"{part / whole * 100:.1f}" if whole else "", "unit": "%",
            "part": part, "whole": whole, "what": what,
            "href": _href(which, since, until, given.building, given.unit_path),
        }
        for label, part, whole, what, which in named
    ]  # fmt: skip
