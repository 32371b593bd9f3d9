"""Setting the dated rules of counting, and what the register counts: tiers, kinds of amenities."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.registry.buildings.models import AmenityKind, CountingRule, TaxTier
from loushi.registry.buildings.policy import RULES


def set_counting_rule(
    *, actor: Actor, since: date, reserved: bool, undelivered: bool, basis: str
) -> CountingRule:
    """From a day on, whether reserved and undelivered space counts in the denominator.

    A second rule of the same day replaces the first. Refused without a basis.
    """
    _require(actor)
    if not basis.strip():
        raise Refused(_("请写明依据，例如“区商务楼宇统计口径 2026”。"), field="basis")
    values = {"reserved": reserved, "undelivered": undelivered, "basis": basis.strip()[:100]}
    with transaction.atomic():
        row = CountingRule.objects.select_for_update().filter(since=since).first()
        before = {name: getattr(row, name) for name in values} if row else {}
        row, _made = CountingRule.objects.update_or_create(since=since, defaults=values)
        record(
            actor=actor, action="buildings.counting_rule", subject=row, before=before,
            after={"since": since, **values},
        )  # fmt: skip
    return row


def save_tax_tier(
    *, actor: Actor, name: str, threshold: Decimal, since: date, until: date | None, basis: str
) -> TaxTier:
    """Sets a tier (by name and first day); `until` is the last day."""
    _require(actor)
    if not name.strip():
        raise Refused(_("请填写楼档名称，例如“亿元楼”。"), field="name")
    if threshold <= 0:
        raise Refused(_("年税收门槛应为正数，单位元。"), field="threshold")
    if until is not None and until < since:
        raise Refused(_("停用日期不能早于起用日期。"), field="until")
    values = {"threshold": threshold, "until": until, "basis": basis.strip()[:100]}
    with transaction.atomic():
        row = TaxTier.objects.select_for_update().filter(name=name.strip(), since=since).first()
        before = {field: getattr(row, field) for field in values} if row else {}
        row, _made = TaxTier.objects.update_or_create(
            name=name.strip()[:20], since=since, defaults=values
        )
        record(
            actor=actor, action="buildings.tax_tier", subject=row, before=before,
            after={"name": row.name, "since": since, **values},
        )  # fmt: skip
    return row


def install_amenity_kinds() -> int:
    """Puts in the shipped kinds of amenities that are missing; returns how many."""
    with (Path(__file__).resolve().parent.parent / "data" / "amenity_kinds.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    known = set(AmenityKind.objects.values_list("code", flat=True))
    made = [AmenityKind(**row) for row in rows if row["code"] not in known]
    AmenityKind.objects.bulk_create(made)
    return len(made)


def _require(actor: Actor) -> None:
    if not actor.system and not actor.has(RULES):
        raise Denied
