"""The finance officer's figures: each with numerator, denominator, as-of and source."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.tax.models import DistrictTotal, OutputRecord, TaxReturn
from loushi.registry.tax.policy import FIGURES, IMPORT
from loushi.registry.tax.queries.rules import Rule, rule_for


@dataclass(frozen=True, slots=True)
class Summary:
    """One year in the actor's range; amounts in yuan."""

    year: int
    rule: Rule
    firms: int
    tax: Decimal
    key_firms: int
    key_tax: Decimal
    previous_tax: Decimal
    previous_firms: int
    output: Decimal
    district_tax: Decimal | None
    district_keys: int | None
    district_source: str
    as_of: datetime | None
    sources: tuple[str, ...]

    @property
    def coverage(self) -> Decimal | None:
        """重点税源覆盖: key taxpayers inside ÷ the district's (domain.md C)."""
        return Decimal(self.key_firms) / self.district_keys if self.district_keys else None

    @property
    def key_share(self) -> Decimal | None:
        """Tax of the key taxpayers inside ÷ the district's tax (the seed's 46.25 %)."""
        return self.key_tax / self.district_tax if self.district_tax else None

    @property
    def growth(self) -> Decimal | None:
        """This year's tax against last year's, all firms that filed."""
        return self.tax / self.previous_tax - 1 if self.previous_tax else None


def summary(actor: Actor, year: int) -> Summary:
    """The figures of a year over what the actor may see as figures."""
    rule = rule_for(year)
    rows = TaxReturn.objects.visible_to(actor, FIGURES).filter(is_current=True)
    key = Q(amount__gte=rule.key_threshold)
    now = rows.filter(year=year).aggregate(
        firms=Count("id"), tax=Sum("amount"), key_firms=Count("id", filter=key),
        key_tax=Sum("amount", filter=key), as_of=Max("recorded_at"),
    )  # fmt: skip
    before = rows.filter(year=year - 1).aggregate(firms=Count("id"), tax=Sum("amount"))
    output = OutputRecord.objects.visible_to(actor, FIGURES).filter(is_current=True, year=year)
    total = DistrictTotal.objects.visible_to(actor).filter(is_current=True, year=year).first()
    sources = rows.filter(year=year).order_by("source").values_list("source", flat=True).distinct()
    zero = Decimal(0)
    return Summary(
        year=year,
        rule=rule,
        firms=now["firms"],
        tax=now["tax"] or zero,
        key_firms=now["key_firms"],
        key_tax=now["key_tax"] or zero,
        previous_tax=before["tax"] or zero,
        previous_firms=before["firms"],
        output=output.aggregate(sum=Sum("amount"))["sum"] or zero,
        district_tax=total.tax if total else None,
        district_keys=total.key_taxpayers if total else None,
        district_source=total.source if total else "",
        as_of=now["as_of"],
        sources=tuple(sources[:5]),
    )


def totals(actor: Actor) -> list[DistrictTotal]:
    """All versions of the district's totals, newest first."""
    return list(DistrictTotal.objects.visible_to(actor).order_by("-year", "-version"))


def figure_for_change(actor: Actor, figure_id: int) -> TaxReturn:
    """A current return for its correction form; NotVisible or Denied."""
    return fetch(TaxReturn, actor, figure_id, permission=IMPORT, related=("enterprise",))
