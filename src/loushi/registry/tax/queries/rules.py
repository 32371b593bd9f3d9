"""Which bands hold in a year, which band an amount lies in, and today's purpose."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.tax.models import DayPurpose, TaxRule

WAN = 10_000
YI = 100_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a year. `edges` in yuan."""

    since_year: int
    edges: tuple[int, ...]
    key_threshold: int
    source: str

    def band_of(self, amount: Decimal) -> int:
        """The number of the band, 0 for the lowest."""
        return bisect_right(self.edges, amount)

    def ends(self, band: int) -> tuple[int, int | None]:
        """Lower end (inclusive) and upper end (exclusive, None = open) of a band."""
        low = self.edges[band - 1] if band else 0
        return low, self.edges[band] if band < len(self.edges) else None

    def label(self, band: int) -> str:
        """ "50 万元以下", "50–100 万元", "1 亿元以上"."""
        low, high = self.ends(band)
        if high is None:
            return _("%(low)s以上") % {"low": money(low)}
        if not low:
            return _("%(high)s以下") % {"high": money(high)}
        return _("%(low)s–%(high)s") % {"low": money(low), "high": money(high)}

    @property
    def labels(self) -> list[str]:
        return [self.label(band) for band in range(len(self.edges) + 1)]


DEFAULT = Rule(0, (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000), 500_000, "")


def rules() -> list[Rule]:
    """All rules, the newest first; the one that ships holds before the first."""
    rows = TaxRule.objects.order_by("-since_year")
    found = [Rule(row.since_year, tuple(row.edges), row.key_threshold, row.source) for row in rows]
    return [*found, DEFAULT]


def rule_for(year: int, among: list[Rule] | None = None) -> Rule:
    """The rule that holds in a year."""
    return next(rule for rule in among or rules() if rule.since_year <= year)


def purpose_today(actor: Actor) -> str:
    """What the actor said today that tax is looked at for; '' when nothing yet."""
    if actor.user_id is None:
        return ""
    rows = DayPurpose.objects.unscoped("the actor's own row")
    found = rows.filter(user_id=actor.user_id, on=timezone.localdate())
    return found.values_list("purpose", flat=True).first() or ""


def money(yuan: Decimal | int | float) -> str:
    """Yuan in words that people say: 50 万元, 1.25 亿元, 800 元."""
    value = Decimal(yuan)
    for size, word in ((YI, _("亿元")), (WAN, _("万元"))):
        if abs(value) >= size:
            return f"{_short(value / size)} {word}"
    return f"{_short(value)} {_('元')}"


def span(low: Decimal | int, high: Decimal | int) -> str:
    """An interval with one unit: "1.2–1.5 亿元"."""
    size, word = (YI, _("亿元")) if high >= YI else (WAN, _("万元"))
    return f"{_short(Decimal(low) / size)}–{_short(Decimal(high) / size)} {word}"


def _short(value: Decimal) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")


Labels = Mapping[int, str]
