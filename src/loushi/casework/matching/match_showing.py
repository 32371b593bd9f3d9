"""What the templates of the three lists and of matches are given."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Side
from loushi.casework.matching import queries
from loushi.casework.matching.models import Match
from loushi.casework.matching.policy import GROUP
from loushi.casework.matching.showing import export_address, tabs

State = Match.State
KINDS = {State.PROPOSED: "new", State.CONFIRMED: "done", State.DISMISSED: "closed"}


def lists_context(request: HttpRequest) -> dict[str, Any]:
    """The three lists, each count opening to its rows."""
    demands = reverse("demands:inbox")

    def wants(side: str, lines: list[queries.WantLine]) -> dict[str, Any]:
        rows = [
            {"row": one, "href": f"{demands}?queue=open&side={side}&category={one.code}"}
            for one in lines
        ]
        return {
            "rows": rows, "open": sum(one.open for one in lines),
            "matched": sum(one.matched for one in lines),
            "href": f"{demands}?queue=open&side={side}",
        }  # fmt: skip

    gifts = [
        {"row": one, "href": f"{reverse('catalogue:resources')}?state=published&kind={one.code}"
         if one.what == "resource" else f"{reverse('catalogue:items')}?field={one.code}"}
        for one in queries.community_gifts(request.actor)
    ]  # fmt: skip
    return {
        "needs": wants(Side.ENTERPRISE, queries.enterprise_needs(request.actor)),
        "wishes": wants(Side.EMPLOYEE, queries.employee_wishes(request.actor)),
        "gifts": gifts, "gift_count": sum(one["row"].count for one in gifts),
        "export": export_address(request), **tabs("lists"),
    }  # fmt: skip


def matches_context(request: HttpRequest) -> dict[str, Any]:
    """Proposals to be decided, or what was decided."""
    state = request.GET.get("state", "")
    state = state if state in (*State.values, "lapsed") else State.PROPOSED
    counts = queries.match_counts(request.actor)
    here = reverse("matching:matches")
    named = [*State.choices, ("lapsed", _("已过期"))]
    rows = queries.match_lines(request.actor, state)
    return {
        "rows": [line(one) for one in rows], "state": state,
        "chips": [{"label": label, "count": counts[code], "href": f"{here}?state={code}",
                   "active": code == state} for code, label in named],
        "may_group": request.actor.has(GROUP),
        "compared": queries.last_compared(request.actor), "export": export_address(request),
        **tabs("matches"),
    }  # fmt: skip


def line(one: queries.MatchLine) -> dict[str, Any]:
    """A match with its addresses."""
    name = "catalogue:resource" if one.what == "resource" else "catalogue:item"
    return {
        "row": one, "kind": KINDS[State(one.state)], "offer": reverse(name, args=[one.offer_id]),
        "demand": reverse("demands:case", args=[one.demand]),
        "open": one.state == State.PROPOSED and not one.lapsed,
    }  # fmt: skip
