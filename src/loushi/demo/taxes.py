"""Three years of tax and output for the fictional firms, and two releases of the cube."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from loushi.demo import names
from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.tax.commands import publish_release, record_figures, save_total
from loushi.registry.tax.queries import draft

KEY_SHARE = 0.051
"""Firms at or above the threshold: 1,531 of about 30,000 (S4)."""
THRESHOLD = 500_000
OF_DISTRICT = Decimal("0.4625")
"""Their part of the district's tax (S4)."""
COVERAGE = Decimal("0.62")
EXEMPT = 0.4
"""Of the firms, the smallest: 小微 relief leaves them nothing to pay, so no file names them."""
YEARS = 3
GROWTH = 1.06
GROWTH_OF_CLUSTER = 1.5


def record(
    actor: Actor, rng: Random, enterprises: list[Enterprise], today: date,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Amounts of three full years, the district's totals, a release."""
    if not enterprises:
        return
    cluster = _cluster()
    base = _base(rng, enterprises, cluster)
    written = 0
    last = today.year - 1
    years = list(range(last - YEARS + 1, last + 1))
    sums: dict[int, tuple[Decimal, int]] = {}
    for year in years:
        rows: list[Any] = []
        outputs: list[Any] = []
        for firm in enterprises:
            if firm.pk not in base:
                continue
            if firm.established_on and firm.established_on.year > year:
                continue
            growth = GROWTH_OF_CLUSTER if firm.pk in cluster else GROWTH
            drift = rng.lognormvariate(0.0, 0.25) * growth ** (year - last)
            amount = Decimal(round(base[firm.pk] * drift * 100)) / 100
            source = f"区税务局 {year} 年汇算（演示）"
            rows.append(
                {"enterprise_id": firm.pk, "year": year, "amount": amount, "source": source}
            )
            if firm.size in ("large", "medium"):
                output = (amount * rng.randrange(12, 40)).quantize(Decimal(1))
                outputs.append(
                    {"enterprise_id": firm.pk, "year": year, "amount": output, "source": source}
                )
        written += len(rows)
        record_figures(actor=actor, measure="tax", rows=rows, batch=f"DEMO-T{year}")
        record_figures(actor=actor, measure="output", rows=outputs, batch=f"DEMO-C{year}")
        keys = [row["amount"] for row in rows if row["amount"] >= THRESHOLD]
        sums[year] = (sum(keys, Decimal(0)), len(keys))
    for year, (tax, count) in sums.items():
        save_total(
            actor=actor,
            year=year,
            tax=(tax / OF_DISTRICT).quantize(Decimal(1)) or Decimal(1),
            key_taxpayers=round(count / COVERAGE) or 1,
            source=f"区税务局 {year} 年统计公报（演示）",
        )
    made = draft(actor, years)
    publish_release(actor=actor, years=years, digest=made.digest, note="年度汇总")
    say(f"  税收 {written:,} 条，汇总 {sum(made.tally().values()):,} 格")


def _cluster() -> set[int]:
    """The health firms of the tower whose tax grows (story 15)."""
    rows = Tenancy.objects.unscoped("the demo's own firms").filter(
        building__name=names.CLUSTER_TOWER, enterprise__industry_id=names.HEALTH_DIVISION
    )
    return set(rows.values_list("enterprise_id", flat=True))


def _base(rng: Random, enterprises: list[Enterprise], cluster: set[int]) -> dict[int, float]:
    """Enterprise id → yuan a year: a long tail, richer and poorer towers, scaled so that the seed's
    share of firms reaches the threshold; without the smallest, who pay nothing."""
    towers = dict(
        Tenancy.objects.unscoped("the demo's own firms")
        .filter(is_main=True, enterprise_id__gte=enterprises[0].pk)
        .values_list("enterprise_id", "building_id")
    )
    factor = {pk: rng.lognormvariate(0.0, 0.6) for pk in sorted(set(towers.values()))}
    raw = {
        firm.pk: rng.lognormvariate(0.0, 1.7) * factor.get(towers.get(firm.pk, 0), 1.0)
        for firm in enterprises
    }
    ordered = sorted(raw.values(), reverse=True)
    edge = ordered[min(len(ordered) - 1, round(len(ordered) * KEY_SHARE))]
    least = ordered[min(len(ordered) - 1, round(len(ordered) * (1 - EXEMPT)))]
    return {
        pk: value / edge * THRESHOLD for pk, value in raw.items() if value >= least or pk in cluster
    }
