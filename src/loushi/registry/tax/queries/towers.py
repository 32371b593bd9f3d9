"""Towers: area for tax per square metre, and the tier that a published interval proves."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from loushi.registry.buildings.models import Building, Space, TaxTier
from loushi.registry.buildings.queries import standing
from loushi.registry.tax.queries.cube import CubeCell


def areas_of(building_ids: Sequence[int]) -> dict[int, Decimal]:
    """Lettable ㎡ of towers: as registered, else the sum of their rooms."""
    ids = list(building_ids)
    rows = Building.objects.unscoped("areas of towers whose cells were checked").filter(pk__in=ids)
    found = dict(rows.values_list("pk", "lettable_area"))
    rooms = (
        Space.objects.unscoped("areas of towers whose cells were checked")
        .filter(standing(timezone.localdate()), building_id__in=ids)
        .order_by()
        .values_list("building_id")
        .annotate(sum=Sum("area"))
    )
    sums = dict(rooms)
    areas = {pk: found.get(pk) or sums.get(pk) for pk in ids}
    return {pk: area for pk, area in areas.items() if area}


def tiers_in(year: int) -> dict[str, Decimal]:
    """Name → yuan a year of the tiers in force at the end of a year (亿元楼 …)."""
    day = date(year, 12, 31)
    rows = TaxTier.objects.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)
    return dict(rows.order_by("threshold").values_list("name", "threshold"))


def tier_of(cell: CubeCell, tiers: Mapping[str, Decimal]) -> str:
    """The highest tier whose threshold the published interval reaches with its lower end; '' for a
    suppressed cell, and for one that may or may not reach it."""
    reached = [name for name, least in tiers.items() if cell.low is not None and cell.low >= least]
    return max(reached, key=lambda name: tiers[name], default="")
