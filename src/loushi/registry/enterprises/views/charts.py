"""Occupancy through two years, and what becomes free in the next two."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.policy import VIEW

SOON = timedelta(days=92)


def building_charts(
    actor: Actor, building_id: int, on: date | None = None, **given: Any
) -> tuple[str, dict[str, Any]] | None:
    """Below the stacking plan: the last 24 months and the next 24."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    day = on or timezone.localdate()
    months = queries.monthly_of_building(building_id, queries.month_ends(day))
    leases = queries.lease_months(actor, day, building=building_id)
    if not any(month.occupancy.area for month in months):
        return None
    return "enterprises/charts.html", charts(months, leases, day, {"building": building_id})


def charts(
    months: Sequence[queries.Month], leases: Sequence[queries.LeaseMonth], on: date,
    asked: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What the charts' template is given; a column opens the leases of its month."""
    page = reverse("enterprises:calendar")
    return {
        "values": [_percent(month) for month in months],
        "start": _month(months[0].on),
        "middle": _month(months[len(months) // 2].on),
        "end": _month(on),
        "counting": months[-1].occupancy.counting.sentence,
        "rows": [
            {"on": month.on, "share": month.occupancy.share, "occupied": month.occupancy.occupied,
             "area": month.occupancy.area, "vacant": month.occupancy.vacant}
            for month in months
        ],
        "columns": [_column(lease, on, page, asked) for lease in leases],
        "total": sum(lease.area for lease in leases),
        "leases": sum(lease.leases for lease in leases),
    }  # fmt: skip


def _month(day: date) -> str:
    return _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month}


def _percent(month: queries.Month) -> float | None:
    share = month.occupancy.share
    return None if share is None else round(float(share) * 100, 2)


def _column(
    lease: queries.LeaseMonth, on: date, page: str, asked: dict[str, Any]
) -> dict[str, Any]:
    query = {key: value for key, value in asked.items() if value}
    first = lease.first.month == 1 or (lease.first.year, lease.first.month) == (on.year, on.month)
    return {
        "value": float(lease.area),
        "label": str(lease.first.month),
        "year": _("%(year)d年") % {"year": lease.first.year} if first else "",
        "title": _("%(month)s：%(leases)d 份租约，%(area)s ㎡")
        % {"month": f"{lease.first:%Y-%m}", "leases": lease.leases, "area": f"{lease.area:,.0f}"},
        "tone": "soon" if lease.first <= on + SOON else "",
        "href": f"{page}?{urlencode({**query, 'month': f'{lease.first:%Y-%m}'})}"
        if lease.leases
        else "",
    }
