"""What upper packages show on the page of a unit, and what they let a split choose from."""

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

from loushi.foundation.core.actor import Actor

WIRING = "loushi.config.panels.PANELS"


@dataclass(frozen=True, slots=True)
class Panel:
    template: str
    context: dict[str, Any]


def panels_of(actor: Actor, page: str, object_id: int, **given: Any) -> list[Panel]:
    """The visible panels of a page, in the order of the wiring."""
    found = []
    for path in import_string(WIRING).get(page, ()):
        panel = import_string(path)(actor, object_id, **given)
        if panel is not None:
            found.append(Panel(*panel))
    return found


def buildings_of(actor: Actor, unit_id: int) -> list[tuple[int, str]]:
    """The buildings at or below a unit, as its upper packages name them (`territory.buildings`)."""
    return [
        pair
        for path in import_string(WIRING).get("territory.buildings", ())
        for pair in import_string(path)(actor, unit_id)
    ]
