"""The names of buildings in the search index."""

from collections import defaultdict
from collections.abc import Iterable

from loushi.foundation.core.actor import BUILDING
from loushi.foundation.language.commands import Text, index_many
from loushi.foundation.language.queries import participant
from loushi.registry.buildings.models import Building, Space

KIND = "building"


def index_buildings(buildings: Iterable[Building]) -> None:
    """Puts names, codes and addresses where the search box finds them."""
    rows = list(buildings)
    through = _space_paths([building.pk for building in rows])
    index_many(
        Text(
            kind=KIND,
            object_id=building.pk,
            text=" ".join(filter(None, [building.name, building.code, building.address])),
            at=building.created_at,
            unit_path=building.unit_path,
            paths=through[building.pk],
            participants=(participant(BUILDING, str(building.pk)),),
        )
        for building in rows
    )


def index_again(ids: Iterable[int]) -> None:
    """The same for buildings by their ids."""
    rows = Building.objects.unscoped("indexing rows that were written")
    index_buildings(rows.filter(pk__in=list(ids)).order_by("pk"))


def index_towers(space_ids: Iterable[int]) -> None:
    """Buildings whose spaces moved to another unit."""
    spaces = Space.objects.unscoped("indexing rows that were written")
    found = spaces.filter(pk__in=list(space_ids)).order_by().values_list("building_id", flat=True)
    index_again(sorted(set(found)))


def _space_paths(ids: list[int]) -> dict[int, list[str]]:
    """The units that reach a building through its spaces, as in its policy."""
    found: dict[int, list[str]] = defaultdict(list)
    spaces = Space.objects.unscoped("indexing rows that were written").filter(building_id__in=ids)
    for building_id, path in spaces.order_by().values_list("building_id", "unit_path").distinct():
        found[building_id].append(path)
    return found
