"""The signs of the retention list: each finds its firms and says why in a sentence.

Signs register themselves; another package's facts come by a further function here, decorated with
`sign`. Who sees a sign is `policy.SIGN_RIGHTS`. Thresholds are rows with dates (`RetentionRule`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.casework.demands.models import Demand
from loushi.casework.visits.models import RetentionRule, Visit
from loushi.foundation.core.actor import system_actor
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.enterprises.policy import RUNNING
from loushi.registry.tax.policy import BANDS
from loushi.registry.tax.queries import falling_bands, newest_year

WHY = "the signs of the retention list are looked for in the whole register"
WINDOW = timedelta(days=90)
lazy = gettext_lazy


@dataclass(frozen=True, slots=True)
class Found:
    """A sign at an enterprise: the numbers of its sentence, and by what it is a new one."""

    enterprise_id: int
    numbers: dict[str, Any]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: `find` yields firms for a threshold on a day, `say` makes the sentence, `rows`
    the address (name, query) of the rows behind it, which `shows` names."""

    code: str
    label: Any
    threshold: int
    unit: Any
    find: Callable[[int, date], Iterator[Found]]
    say: Callable[[dict[str, Any]], str]
    rows: Callable[[int], tuple[str, str]]
    shows: Any


SIGNS: dict[str, Sign] = {}


def sign(
    code: str, label: Any, *, threshold: int, unit: Any, say: Any, rows: Any, shows: Any
) -> Callable[[Callable[[int, date], Iterator[Found]]], Callable[[int, date], Iterator[Found]]]:
    """Registers a sign; `threshold` is the shipped one, used where no rule says otherwise."""

    def register(
        find: Callable[[int, date], Iterator[Found]],
    ) -> Callable[[int, date], Iterator[Found]]:
        SIGNS[code] = Sign(code, label, threshold, unit, find, say, rows, shows)
        return find

    return register


def thresholds_on(on: date) -> dict[str, int]:
    """The threshold of each sign on a day: the latest rule that has begun, else the shipped."""
    found = {code: one.threshold for code, one in SIGNS.items()}
    rows = RetentionRule.objects.filter(valid_from__lte=on).order_by("valid_from")
    found |= {code: value for code, value in rows.values_list("sign", "value") if code in found}
    return found


def threshold_rows(on: date) -> list[dict[str, Any]]:
    """Every sign with its threshold of a day, and the rules that were or will be set."""
    now, held = thresholds_on(on), list(RetentionRule.objects.order_by("-valid_from"))
    return [
        {"code": code, "label": one.label, "unit": one.unit, "now": now[code],
         "rules": [row for row in held if row.sign == code]}
        for code, one in SIGNS.items()
    ]  # fmt: skip


@sign(
    "lease", lazy("租约将到期"), threshold=90, unit=lazy("天内"),
    say=lambda n: _("租约 %(on)s 到期，还没有登记续租") % n,
    rows=lambda pk: ("enterprises:page", ""), shows=lazy("看租约"),
)  # fmt: skip
def _lease(threshold: int, on: date) -> Iterator[Found]:
    """A running tenancy whose lease ends within so many days."""
    rows = (
        Tenancy.objects.unscoped(WHY)
        .filter(RUNNING, sits=True)
        .filter(lease_until__gte=on, lease_until__lte=on + timedelta(days=threshold))
        .order_by()
        .values_list("enterprise_id")
        .annotate(first=Min("lease_until"))
    )
    for pk, ends in rows:
        yield Found(pk, {"on": ends.isoformat()}, mark=ends.isoformat())


@sign(
    "unvisited", lazy("久未走访"), threshold=180, unit=lazy("天以上"),
    say=lambda n: _("上次走访是 %(last)s，已有 %(threshold)s 天以上没有联系") % n
    if n.get("last") else _("登记 %(threshold)s 天以上，还没有走访过") % n,
    rows=lambda pk: ("insights:timeline", "kind=visit"), shows=lazy("看走访"),
)  # fmt: skip
def _unvisited(threshold: int, on: date) -> Iterator[Found]:
    """A firm in operation that nobody met for so many days (or ever, since it is registered)."""
    edge = on - timedelta(days=threshold)
    met = Visit.objects.unscoped(WHY).filter(state=Visit.State.RECORDED)
    met = met.exclude(met=Visit.Met.NOBODY)
    last = dict(met.order_by().values_list("enterprise_id").annotate(last=Max("at")))
    sitting = Tenancy.objects.unscoped(WHY).filter(RUNNING, sits=True)
    firms = Enterprise.objects.unscoped(WHY).filter(
        status=Enterprise.Status.OPERATING, created_at__date__lte=edge,
        pk__in=sitting.values("enterprise_id"),
    )  # fmt: skip
    for pk in firms.order_by("pk").values_list("pk", flat=True):
        when = last.get(pk)
        if when is None or when.date() <= edge:
            day = when.date().isoformat() if when else ""
            yield Found(pk, {"last": day, "threshold": threshold}, mark=day)


@sign(
    "demands", lazy("诉求反复"), threshold=3, unit=lazy("件以上（近 90 天）"),
    say=lambda n: _("近 90 天提了 %(count)s 件诉求") % n,
    rows=lambda pk: ("demands:inbox", f"enterprise={pk}"), shows=lazy("看诉求"),
)  # fmt: skip
def _demands(threshold: int, on: date) -> Iterator[Found]:
    """A firm that handed in so many demands within ninety days."""
    rows = (
        Demand.objects.unscoped(WHY)
        .filter(enterprise__isnull=False, submitted_at__date__gt=on - WINDOW)
        .exclude(state="withdrawn")
        .order_by()
        .values_list("enterprise_id")
        .annotate(count=Count("pk"), last=Max("pk"))
        .filter(count__gte=threshold)
    )
    for pk, count, last in rows:
        yield Found(pk, {"count": count}, mark=str(last))


@sign(
    "tax", lazy("税收档位下降"), threshold=1, unit=lazy("档以上"),
    say=lambda n: _("%(year)s 年的税收档位比上一年低") % n,
    rows=lambda pk: ("enterprises:page", ""), shows=lazy("看档位"),
)  # fmt: skip
def _tax(threshold: int, on: date) -> Iterator[Found]:
    """A firm whose band fell by so many in the newest year.

    Neither band is kept here: whoever wants to know them opens the firm's tax page, which asks for
    a purpose and records the look.
    """
    year = newest_year(system_actor(), BANDS)
    for pk in falling_bands(system_actor(), steps=threshold):
        yield Found(pk, {"year": year}, mark=str(year))
