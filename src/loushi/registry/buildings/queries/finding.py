"""Recognising buildings in files: by code, by the source's number, by name. For importers."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.buildings.models import Building

KIND = "buildings.building"
CHUNK = 900


@dataclass(frozen=True, slots=True)
class Known:
    """A building as an importer needs it."""

    id: int
    unit_id: int
    unit_path: str
    name: str


@dataclass
class Finder:
    """Buildings that a file names; filled once, asked for each row without a query."""

    by_code: dict[str, Known] = field(default_factory=dict)
    by_external: dict[str, Known] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)

    def ids(self) -> set[int]:
        """All buildings that the file may mean."""
        every = [*self.by_code.values(), *self.by_external.values()]
        every += [one for found in self.by_name.values() for one in found]
        return {one.id for one in every}

    def find(self, *, code: str = "", external: str = "", names: Iterable[str] = ()) -> list[Known]:
        """The buildings that fit, the surest way first; [] for none, several when ambiguous."""
        if code:
            return [self.by_code[code]] if code in self.by_code else []
        given = [name for name in names if name]
        for key in filter(None, [external, *given]):
            if key in self.by_external:
                return [self.by_external[key]]
        for name in given:
            if found := self.by_name.get(name, []):
                return found
        return []


def finder(
    *,
    codes: Iterable[str] = (),
    names: Iterable[str] = (),
    source: str = "",
    externals: Iterable[str] = (),
    permitted: Callable[[str], bool] = lambda path: True,
) -> Finder:
    """Looks up everything that a file names. Names count only where `permitted(path)`."""
    found = Finder()
    everything = Building.objects.unscoped("an import recognises buildings; it checks their range")
    wanted = sorted({name for name in names if name})
    for part in _parts(sorted({code for code in codes if code})):
        for row in everything.filter(code__among=part):
            found.by_code[str(row.code)] = _known(row)
    by_name: dict[str, list[Known]] = defaultdict(list)
    for part in _parts(wanted):
        for row in everything.filter(name__among=part).order_by("pk"):
            if permitted(row.unit_path):
                by_name[row.name].append(_known(row))
    found.by_name = dict(by_name)
    if source:
        keys = sorted({*filter(None, externals), *wanted})
        links: dict[str, int] = {}
        for part in _parts(keys):
            links |= dict(
                ExternalKey.objects.filter(
                    kind=KIND, source=source, external_id__among=part
                ).values_list("external_id", "object_id")
            )
        rows: dict[int, Known] = {}
        for part in _parts(sorted(set(links.values()))):
            rows |= {row.pk: _known(row) for row in everything.filter(pk__among=part)}
        found.by_external = {key: rows[pk] for key, pk in links.items() if pk in rows}
    return found


def _known(row: Building) -> Known:
    return Known(row.pk, row.unit_id, row.unit_path, row.name)


def _parts(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
