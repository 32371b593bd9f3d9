"""Which rooms have a tenant who is really there: the one definition, for states and totals."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.registry.buildings.queries import covering
from loushi.registry.enterprises.models import Tenancy

CHUNK = 2_000
REALLY_THERE = Q(sits=True)
"""在地: an enterprise that is only registered somewhere fills no room there."""


def holding_on(on: date) -> QuerySet[Tenancy]:
    """The tenancies that fill a room on a day, of all units: for totals of places that were
    checked."""
    return Tenancy.objects.unscoped("totals of places that were checked").filter(
        covering(on), REALLY_THERE, space__isnull=False
    )


def stays_from(space_ids: Collection[int], on: date) -> set[int]:
    """In which of these spaces somebody sits on a day or after it; `buildings` asks."""
    rows = Tenancy.objects.unscoped("rooms that were checked").filter(
        Q(until__isnull=True) | Q(until__gt=on), REALLY_THERE, space_id__in=sorted(space_ids)
    )
    return {pk for pk in rows.values_list("space_id", flat=True) if pk}


def held_spaces(space_ids: Collection[int]) -> set[int]:
    """Which of these spaces are held today; `buildings` asks (`config.wiring`)."""
    ids = sorted(space_ids)
    rows = holding_on(timezone.localdate())
    return {
        pk
        for start in range(0, len(ids), CHUNK)
        for pk in rows.filter(space_id__in=ids[start : start + CHUNK]).values_list(
            "space_id", flat=True
        )
    }
