"""Returns and releases for tests, made through the real commands."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.tax import commands
from loushi.registry.tax.models import Release
from loushi.registry.tax.queries import draft


def make_returns(firms: Sequence[Enterprise], amounts: Sequence[int], year: int = 2025) -> None:
    """One return each, in yuan."""
    rows: list[Any] = [
        {"enterprise_id": firm.pk, "year": year, "amount": Decimal(amount), "source": "税务局"}
        for firm, amount in zip(firms, amounts, strict=True)
    ]
    commands.record_figures(actor=system_actor(), measure="tax", rows=rows, batch="T-1")


def make_release(years: Sequence[int] = (2025,)) -> Release:
    """A release exactly as its preview shows it."""
    actor = system_actor()
    digest = draft(actor, years).digest
    return commands.publish_release(actor=actor, years=years, digest=digest)
