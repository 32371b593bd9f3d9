"""The register when a day begins."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import SpaceState
from loushi.registry.enterprises.commands.settling import settle
from loushi.registry.enterprises.models import Tenancy

WHY = "a day begins"
LOOK_BACK = timedelta(days=40)  # a machine that stood still for a month still catches up


def turn_of_day() -> int:
    """What begins or ends today changes today's presence, states, homes and index; returns how
    many rows it looked at.

    Looks back forty days, so that days on which no worker ran are made up for; doing it twice
    changes nothing.
    """
    today = timezone.localdate()
    turned = Q(since__gt=today - LOOK_BACK, since__lte=today) | Q(
        until__gt=today - LOOK_BACK, until__lte=today
    )
    with transaction.atomic():
        rows = list(Tenancy.objects.unscoped(WHY).filter(turned).order_by("pk"))
        settle(rows)
        said = SpaceState.objects.unscoped(WHY).filter(turned).values_list("space_id", flat=True)
        changed = buildings.renew_states(space_ids=said)
    return len(rows) + changed
