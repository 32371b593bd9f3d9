"""Recognising enterprises in files: by credit code, by the source's number, by name."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.enterprises.models import Enterprise, EnterpriseAlias, Presence, Tenancy

KIND = "enterprises.enterprise"
WHY = "an import recognises enterprises of all units"
CHUNK = 900
K = TypeVar("K", int, str)

Sitting = tuple[int, str, date | None, date | None]
"""(enterprise, its name, first day, first day after)."""


class Now(NamedTuple):
    """The enterprise of today, of one that a file names as it was known before a merge."""

    id: int
    name: str
    credit_code: str
    unit_path: str


@dataclass
class EnterpriseFinder:
    """Enterprises that a file names; filled once, asked for each row without a query."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_external: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    before: dict[str, list[Now]] = field(default_factory=dict)
    """Code or name of before a merge → the enterprise of today; where nobody bears it today."""
    paths: dict[int, str] = field(default_factory=dict)
    """Where each of them is at home."""

    def ids(self) -> set[int]:
        """Every enterprise that was found."""
        return set(self.paths)

    def find(self, code: str, name: str) -> list[int]:
        """Ids that fit, the surest way first; [] for none, several for an ambiguous name."""
        if code:
            return [self.by_code[code]] if code in self.by_code else []
        if name in self.by_external:
            return [self.by_external[name]]
        return self.by_name.get(name, []) if name else []

    def now(self, code: str, name: str) -> Now | None:
        """The enterprise of today where the row names one of before a merge."""
        found = self.before.get(code or name, [])
        return found[0] if len(found) == 1 and name not in self.by_external else None

    def merged(self, code: str, name: str, permitted: Callable[[str], bool]) -> str:
        """What to say of such a row, "" of others; names only what the person may see."""
        found = self.now(code, name)
        if found is None:
            return ""
        if not permitted(found.unit_path):
            return _("“%(word)s”已经并户，按并入的企业处理。") % {"word": code or name}
        return _("“%(word)s”已经并入“%(name)s”，按这家处理。") % {
            "word": code or name,
            "name": found.name,
        }


def enterprise_finder(
    *, codes: Iterable[str] = (), names: Iterable[str] = (), source: str = ""
) -> EnterpriseFinder:
    """Looks up everything that a file names, over all units: the importer checks the range of the
    place where a tenancy begins."""
    found = EnterpriseFinder()
    for part in _parts({code for code in codes if code}):
        _find_codes(found, part)
    for part in _parts({name for name in names if name}):
        _find_names(found, part)
        if source:
            links = ExternalKey.objects.filter(kind=KIND, source=source, external_id__among=part)
            found.by_external |= dict(links.values_list("external_id", "object_id"))
    found.paths |= {one.id: one.unit_path for held in found.before.values() for one in held}
    return found


def _find_codes(found: EnterpriseFinder, part: Collection[str]) -> None:
    rows = Enterprise.objects.unscoped(WHY).filter(credit_code__among=part)
    for code, pk, path in rows.values_list("credit_code", "pk", "unit_path"):
        found.by_code[str(code)] = pk
        found.paths[pk] = path
    for code, one in _before("credit_code", part):
        if code not in found.by_code:
            found.before[code] = [one]
            found.by_code[code] = one.id


def _find_names(found: EnterpriseFinder, part: Collection[str]) -> None:
    rows = Enterprise.objects.unscoped(WHY).filter(name__among=part).order_by("pk")
    for name, pk, path in rows.values_list("name", "pk", "unit_path"):
        found.by_name.setdefault(name, []).append(pk)
        found.paths[pk] = path
    today = set(found.by_name)
    for name, one in _before("name", part):
        if name not in today and one not in found.before.get(name, []):
            found.before.setdefault(name, []).append(one)
            found.by_name.setdefault(name, []).append(one.id)


def _before(column: str, part: Collection[str]) -> Iterable[tuple[str, Now]]:
    """What firms were known by before a merge, with who they are today."""
    rows = EnterpriseAlias.objects.unscoped(WHY)
    for word, pk, name, code, path in (
        rows.filter(**{f"{column}__in": part})
        .order_by("enterprise_id", "pk")
        .values_list(
            column, "enterprise_id", "enterprise__name", "enterprise__credit_code",
            "enterprise__unit_path",
        )
    ):  # fmt: skip
        yield str(word), Now(pk, name, code or "", path)


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
            rows.filter(building_id__among=part)
            .order_by("pk")
            .values_list(
                "building_id", "space__number", "enterprise_id", "enterprise__name", "since",
                "until",
            )
        ):  # fmt: skip
            found[(building, room)].append((firm, name, since, until))
    return found


Stay = tuple[date | None, date | None]
"""(first day, first day after)."""


def stays_of(enterprise_ids: Iterable[int]) -> dict[tuple[int, int, str], list[Stay]]:
    """(enterprise, building, room) → when it sits there, by the first day."""
    found: dict[tuple[int, int, str], list[Stay]] = defaultdict(list)
    rows = Tenancy.objects.unscoped("where the firms of a file sit already").filter(sits=True)
    for part in _parts(set(enterprise_ids)):
        for firm, building, room, since, until in (
            rows.filter(enterprise_id__among=part)
            .order_by("since", "pk")
            .values_list("enterprise_id", "building_id", "space__number", "since", "until")
        ):
            found[(firm, building, room or "")].append((since, until))
    return found


def overlap(one: Stay, other: Stay) -> bool:
    """Whether two stays have a day in common."""
    begins, ends = one[0] or date.min, one[1] or date.max
    return begins < (other[1] or date.max) and (other[0] or date.min) < ends
