"""Recognising enterprises in files: by credit code, by the source's number, by name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Q

from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.enterprises.models import Enterprise, Presence, Tenancy
from loushi.registry.enterprises.queries.merging import codes_before

KIND = "enterprises.enterprise"
CHUNK = 900
K = TypeVar("K", int, str)

Sitting = tuple[int, str, date | None, date | None]
"""(enterprise, its name, first day, first day after)."""


@dataclass
class EnterpriseFinder:
    """Enterprises that a file names; filled once, asked for each row without a query."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_external: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)

    def find(self, code: str, name: str) -> list[int]:
        """Ids that fit, the surest way first; [] for none, several for an ambiguous name."""
        if code:
            return [self.by_code[code]] if code in self.by_code else []
        if name in self.by_external:
            return [self.by_external[name]]
        return self.by_name.get(name, []) if name else []


def enterprise_finder(
    *, codes: Iterable[str] = (), names: Iterable[str] = (), source: str = ""
) -> EnterpriseFinder:
    """Looks up everything that a file names, over all units: the importer checks the range of the
    place where a tenancy begins."""
    found = EnterpriseFinder()
    everything = Enterprise.objects.unscoped("an import recognises enterprises of all units")
    for part in _parts({code for code in codes if code}):
        rows = everything.filter(credit_code__in=part).values_list("credit_code", "pk")
        found.by_code |= codes_before(part) | {str(code): pk for code, pk in rows}
    wanted = {name for name in names if name}
    by_name: dict[str, list[int]] = defaultdict(list)
    for part in _parts(wanted):
        for name, pk in everything.filter(name__in=part).order_by("pk").values_list("name", "pk"):
            by_name[name].append(pk)
        if source:
            links = ExternalKey.objects.filter(kind=KIND, source=source, external_id__in=part)
            found.by_external |= dict(links.values_list("external_id", "object_id"))
    found.by_name = dict(by_name)
    return found


def _parts(keys: set[K]) -> Iterable[list[K]]:
    ordered = sorted(keys)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def sitting_in(building_ids: Iterable[int]) -> dict[tuple[int, str], list[Sitting]]:
    """(building, room) → who sits there or will; the importer checks the range of the building."""
    found: dict[tuple[int, str], list[Sitting]] = defaultdict(list)
    rows = Tenancy.objects.unscoped("who sits in the rooms of a file").exclude(
        Q(space=None) | Q(presence=Presence.REGISTERED_ONLY)
    )
    for part in _parts(set(building_ids)):
        for building, room, firm, name, since, until in (
            rows.filter(building_id__in=part)
            .order_by("pk")
            .values_list(
                "building_id", "space__number", "enterprise_id", "enterprise__name", "since",
                "until",
            )
        ):  # fmt: skip
            found[(building, room)].append((firm, name, since, until))
    return found
