"""The register when a day begins."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from loushi.registry.enterprises.commands.settling import settle
from loushi.registry.enterprises.models import Tenancy

LOOK_BACK = timedelta(days=7)
"""How long the job may have been down without missing a day."""


def settle_days() -> int:
    """Settles tenancies whose first or last day lies in the last week; returns how many."""
    today = timezone.localdate()
    lately = Q(since__gt=today - LOOK_BACK, since__lte=today) | Q(
        until__gt=today - LOOK_BACK, until__lte=today
    )
    with transaction.atomic():
        rows = list(Tenancy.objects.unscoped("a day begins").filter(lately).order_by("pk"))
        settle(rows)
    return len(rows)
