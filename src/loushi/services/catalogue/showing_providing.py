"""What the templates of an enterprise's own day lists are given."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.capacity import BookingState
from loushi.registry.enterprises.queries import enterprise_of
from loushi.services.catalogue import queries
from loushi.services.catalogue.models import Resource, ResourceBooking
from loushi.services.catalogue.policy import OWN
from loushi.services.catalogue.showing_bookings import KINDS, day_label, span, steps

AHEAD = 5


def provided_context(actor: Actor) -> dict[str, Any]:
    """The resources of the own enterprise, each with the days on which somebody comes."""
    rows = [_line(one) for one in queries.provided(actor)]
    return {"rows": rows, "policies": actor.has(OWN), "enterprise": enterprise_of(actor)}


def day_context(
    actor: Actor, resource: Resource, on: date, rows: Sequence[queries.Received]
) -> dict[str, Any]:
    """The list of a day."""
    here, today = reverse("catalogue:provided_day", args=[resource.pk]), timezone.localdate()
    expected = sum(one.units for one in rows if one.state != BookingState.MISSED)
    mine = next((one for one in queries.provided(actor) if one.id == resource.pk), None)
    return {
        "row": resource, "on": on, "heading": day_label(on),
        "rows": [
            {"row": one, "span": span(one), "kind": KINDS[BookingState(one.state)],
             "steps": _steps(one) if on <= today else []}
            for one in rows
        ],
        "sum": ngettext("%(n)d 个名额", "%(n)d 个名额", expected) % {"n": expected},
        "days": _days(mine, here, on), "before": f"{here}?on={on - timedelta(days=1)}",
        "after": f"{here}?on={on + timedelta(days=1)}", "today": on == today, "past": on < today,
    }  # fmt: skip


def day_of(row: ResourceBooking) -> str:
    """The address of a booking's day."""
    on = timezone.localtime(row.slot.starts_at).date()
    return f"{reverse('catalogue:provided_day', args=[row.resource_id])}?on={on}"


def _steps(one: queries.Received) -> list[tuple[str, str, str]]:
    """The first is what is mostly pressed here: they came."""
    found = steps(one.state, one.starts_at)
    return [(code, label, "plain" if n else "primary") for n, (code, label, _k) in enumerate(found)]


def _line(one: queries.Provided) -> dict[str, Any]:
    here = reverse("catalogue:provided_day", args=[one.id])
    return {"row": one, "href": here, "days": _days(one, here, None),
            "more": max(0, len(one.ahead) - AHEAD)}  # fmt: skip


def _days(one: queries.Provided | None, here: str, on: date | None) -> list[dict[str, Any]]:
    """Today and the next days on which somebody comes, with how many."""
    if one is None:
        return []
    days = [(timezone.localdate(), one.today), *one.ahead[:AHEAD]]
    return [
        {"label": day_label(day), "count": count, "href": f"{here}?on={day}", "active": day == on}
        for day, count in days
    ]
