"""The names of buildings in the search index."""

from collections.abc import Iterable

from loushi.foundation.core.actor import BUILDING
from loushi.foundation.language.commands import Text, index_many
from loushi.foundation.language.queries import participant
from loushi.registry.buildings.models import Building

KIND = "building"


def index_buildings(buildings: Iterable[Building]) -> None:
    """Puts names, codes and addresses where the search box finds them."""
    index_many(
        Text(
            kind=KIND,
            object_id=building.pk,
            text=" ".join(filter(None, [building.name, building.code, building.address])),
            at=building.created_at,
            unit_path=building.unit_path,
            participants=(participant(BUILDING, str(building.pk)),),
        )
        for building in buildings
    )
