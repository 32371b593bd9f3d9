"""Service levels: which limits hold for a category, an urgency and a tier on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from loushi.foundation.core.clocks.limits import LimitKind
from loushi.foundation.core.stamps import Kept

if TYPE_CHECKING:
    from loushi.foundation.core.calendar_models import ServiceLevel

DEFAULTS_FROM = date(2020, 1, 1)
_rows: Kept[list[ServiceLevel]] = Kept("levels")
TEMPLATE = (
    "示例模板，请按本地规定修改（办结参照：泉州主办单位 7 个工作日，枣庄 1/2/10/25 个工作日）"
)

_MINUTES, _DAYS = LimitKind.WORKING_MINUTES, LimitKind.WORKING_DAYS
_CLOCK_MINUTES, _CLOCK_HOURS = LimitKind.CLOCK_MINUTES, LimitKind.CLOCK_HOURS

# urgency, tier, accept, first contact, resolve. Blank = any. A template, not anybody's rule.
DEMAND_DEFAULTS: tuple[tuple[str, str, tuple[tuple[LimitKind, int], ...]], ...] = (
    ("", "", ((_MINUTES, 120), (_DAYS, 1), (_DAYS, 5))),
    ("normal", "building", ((_MINUTES, 120), (_DAYS, 1), (_DAYS, 3))),
    ("normal", "subdistrict", ((_MINUTES, 120), (_DAYS, 1), (_DAYS, 7))),
    ("normal", "district", ((_MINUTES, 120), (_DAYS, 1), (_DAYS, 10))),
    ("urgent", "", ((_MINUTES, 30), (_MINUTES, 120), (_DAYS, 2))),
    ("critical", "", ((_CLOCK_MINUTES, 15), (_CLOCK_HOURS, 2), (_CLOCK_HOURS, 24))),
)


def levels_for(subject: str) -> list[ServiceLevel]:
    """All rows of a subject, for `pick` over many cases; to be read only. A query at most."""
    from loushi.foundation.core.calendar_models import ServiceLevel

    return _rows.get(
        subject, lambda: list(ServiceLevel.objects.filter(subject=subject).order_by("pk"))
    )


def service_level_for(
    subject: str, category_code: str, urgency: str, tier: str, on: date
) -> ServiceLevel | None:
    """The most specific row in force on a day, None where there is none. One query."""
    return pick(levels_for(subject), category_code, urgency, tier, on)


def pick(
    rows: Sequence[ServiceLevel], category_code: str, urgency: str, tier: str, on: date
) -> ServiceLevel | None:
    """The row that names most of the case's keys wins; at a tie urgency beats category beats tier.

    Urgency comes first so that a row for a whole category never slows down an urgent case. A row
    for a category holds for its sub-categories too ("10" for "10.03"), the longest match first.
    Of otherwise equal rows the one that took effect last wins.
    """
    best, best_rank = None, None
    for row in rows:
        if not (
            row.runs(on)
            and row.urgency in ("", urgency)
            and row.tier in ("", tier)
            and _within(category_code, row.category_code)
        ):
            continue
        named = (bool(row.urgency), len(row.category_code), bool(row.tier))
        rank = (sum(map(bool, named)), *named, row.valid_from)
        if best_rank is None or rank > best_rank:
            best, best_rank = row, rank
    return best


def _within(code: str, wanted: str) -> bool:
    return not wanted or code == wanted or code.startswith(tuple(wanted + mark for mark in ".-/"))


@transaction.atomic
def install_default_service_levels() -> int:
    """Puts the shipped template into an empty table; returns how many rows it wrote.

    Where the subject already has rows nothing happens: what a district has edited stays edited.
    """
    from loushi.foundation.core.calendar_models import ServiceLevel

    if ServiceLevel.objects.filter(subject="demand").exists():
        return 0
    rows = [
        ServiceLevel(
            subject="demand",
            urgency=urgency,
            tier=tier,
            accept_kind=accept.value,
            accept_amount=accept_amount,
            contact_kind=contact.value,
            contact_amount=contact_amount,
            resolve_kind=resolve.value,
            resolve_amount=resolve_amount,
            valid_from=DEFAULTS_FROM,
            source=TEMPLATE,
        )
        for urgency, tier, (
            (accept, accept_amount),
            (contact, contact_amount),
            (resolve, resolve_amount),
        ) in DEMAND_DEFAULTS
    ]
    return len(ServiceLevel.objects.bulk_create(rows))
