"""Facts of the register as columns: what conditions look at, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.core.days import running
from loushi.foundation.solvers.eligibility import Column
from loushi.registry.enterprises.models import Enterprise, EnterpriseTag, Lies
from loushi.services.catalogue.conditions import age_on

NONE: frozenset[str] = frozenset()
FIELDS = {
    "industry": ("industry__section", "industry__code"), "place": ("unit_path",),
    "size": ("size",), "kind": ("business_kind",), "registered": ("registered_lies",),
    "taxed": ("tax_lies",), "age": ("established_on",), "staff": ("staff_count",),
}  # fmt: skip
Span = tuple[int, int | None]


def columns_of(
    firms: QuerySet[Enterprise], facts: Iterable[str], spans: dict[int, Span] | None = None
) -> tuple[list[int], dict[str, Column]]:
    """The ids of the firms, in order, and one column for each fact. `spans` are tax bands that the
    reader may see; without them tax is missing."""
    wanted = [name for name in FIELDS if name in set(facts)]
    names = [field for fact in wanted for field in FIELDS[fact]]
    rows = list(firms.order_by("pk").values_list("pk", *names))
    ids = [row[0] for row in rows]
    places = {name: number for number, name in enumerate(names, 1)}
    columns: dict[str, Column] = {}
    for fact in wanted:
        taken = [places[name] for name in FIELDS[fact]]
        columns[fact] = Column.of(_plain(fact, [[row[n] for n in taken] for row in rows]))
    if "tags" in facts:
        held = _tags(ids)
        columns["tags"] = Column.of(held.get(pk, NONE) for pk in ids)
    if "tax" in facts and spans:
        columns["tax"] = Column.of(spans.get(pk) for pk in ids)
    return ids, columns


def values_of(firm: Enterprise, span: Span | None = None) -> dict[str, Any]:
    """All facts of one firm."""
    industry = firm.industry
    found = {
        "industry": (industry.section, industry.code) if industry else (None, None),
        "place": (firm.unit_path,), "size": (firm.size,), "kind": (firm.business_kind,),
        "registered": (firm.registered_lies,), "taxed": (firm.tax_lies,),
        "age": (firm.established_on,), "staff": (firm.staff_count,),
    }  # fmt: skip
    values: dict[str, Any] = {fact: _plain(fact, [row])[0] for fact, row in found.items()}
    return values | {"tags": _tags([firm.pk]).get(firm.pk, NONE), "tax": span}


def _plain(fact: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """What the columns of the register come to; None is missing."""
    if fact == "industry":
        return [_industry(section, code) for section, code in rows]
    if fact in ("registered", "taxed"):
        return [one if one and one != Lies.UNKNOWN else None for (one,) in rows]
    if fact == "age":
        today = timezone.localdate()
        known: dict[date | None, float | None] = {}
        found = []
        for (day,) in rows:
            if day not in known:
                known[day] = age_on(day, today)
            found.append(known[day])
        return found
    if fact == "staff":
        return [one for (one,) in rows]
    return [one or None for (one,) in rows]


def _industry(section: str | None, code: str | None) -> str | None:
    if not code:
        return None
    return code if code[:1].isalpha() else f"{section or ''}{code}"


def _tags(ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The running tags of firms that are scoped; a long list is read whole, which is cheaper."""
    rows = EnterpriseTag.objects.unscoped("tags of firms that are scoped").filter(
        running(timezone.localdate())
    )
    if len(ids) < 500:
        rows = rows.filter(enterprise_id__in=ids)
    found: dict[int, set[str]] = defaultdict(set)
    for pk, kind in rows.order_by().values_list("enterprise_id", "kind_id"):
        found[pk].add(kind)
    known: dict[frozenset[str], frozenset[str]] = {}
    return {pk: known.setdefault(frozenset(kinds), frozenset(kinds)) for pk, kinds in found.items()}
