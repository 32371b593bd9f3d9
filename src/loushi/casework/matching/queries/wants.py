"""三张清单: what enterprises need, what employees wish (demands by topic), what can be given."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Demand, Side
from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.models import Match
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.names import spoken
from loushi.services.catalogue import queries as catalogue

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class WantLine:
    """A topic of a list: open demands, of these matched with something (confirmed), and how many
    were asked in a year. `code` is the category's."""

    code: str
    topic: str
    open: int
    matched: int
    year: int


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A kind of what can be given. `what` is "resource" or "item"."""

    what: str
    code: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of the three lists in a file."""

    listed: str
    topic: str
    count: int
    matched: int | None
    year: int | None


def enterprise_needs(actor: Actor) -> list[WantLine]:
    """企业所需: the demands of enterprises by topic, the most asked first."""
    return _wants(actor, Side.ENTERPRISE)


def employee_wishes(actor: Actor) -> list[WantLine]:
    """职工所盼: the demands of employees by topic, the most asked first."""
    return _wants(actor, Side.EMPLOYEE)


def community_gifts(actor: Actor) -> list[GiftLine]:
    """社区所能: published resources by kind, and the services of the own unit's list by field."""
    kinds: Counter[tuple[str, str]] = Counter()
    rows = catalogue.resources(actor, catalogue.ResourceFilters(state="published"))
    for code, label in rows.order_by().values_list("kind_id", "kind__label"):
        kinds[code, label] += 1
    fields: Counter[tuple[str, str]] = Counter()
    for service in catalogue.menu(actor, catalogue.first_unit(actor)):
        fields[service.field, service.field_label] += 1
    return [
        *(GiftLine("resource", code, label, n) for (code, label), n in _most(kinds)),
        *(GiftLine("item", code, label, n) for (code, label), n in _most(fields)),
    ]


def list_lines(actor: Actor) -> Iterable[ListLine]:
    """The three lists for a file."""
    for listed, lines in (
        (_("企业所需"), enterprise_needs(actor)), (_("职工所盼"), employee_wishes(actor))
    ):  # fmt: skip
        for one in lines:
            yield ListLine(listed, one.topic, one.open, one.matched, one.year)
    for gift in community_gifts(actor):
        yield ListLine(_("社区所能"), gift.label, gift.count, None, None)


def _wants(actor: Actor, side: str) -> list[WantLine]:
    since = timezone.now() - YEAR
    confirmed = Match.objects.visible_to(actor).filter(state=Match.State.CONFIRMED)
    is_open = Q(state__in=OPEN)
    rows = (
        Demand.objects.visible_to(actor)
        .filter(side=side)
        .filter(is_open | Q(submitted_at__gte=since))
        .order_by()
        .values_list("category__code", "category__name", "category__name_en")
        .annotate(
            opened=Count("pk", filter=is_open),
            matched=Count("pk", filter=is_open & Q(pk__in=confirmed.values("demand"))),
            year=Count("pk", filter=Q(submitted_at__gte=since)),
        )
    )
    found = [
        WantLine(code or "", spoken(name or _("未分类"), name_en or ""), opened, matched, year)
        for code, name, name_en, opened, matched, year in rows
    ]
    return sorted(found, key=lambda one: (-one.open, -one.year, one.code))


def _most(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
