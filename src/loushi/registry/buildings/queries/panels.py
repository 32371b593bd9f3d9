"""What upper packages show on the pages of lower ones (`loushi.config.panels`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from loushi.foundation.core.actor import Actor

DEFAULT = "loushi.config.panels.PANELS"


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment to include: the template and what it shows."""

    template: str
    context: dict[str, Any]


def panels_of(actor: Actor, page: str, object_id: int, **given: Any) -> list[Panel]:
    """The visible panels of a page for one object, in the order of the wiring.

    A callable takes (actor, object_id) and what the page passes on (`on`: a day), and returns
    (template, context) or None when the actor sees nothing of it.
    """
    named: Mapping[str, tuple[str, ...]] = import_string(
        getattr(settings, "LOUSHI_PANELS", DEFAULT)
    )
    found = []
    for path in named.get(page, ()):
        make: Callable[..., tuple[str, dict[str, Any]] | None] = import_string(path)
        panel = make(actor, object_id, **given)
        if panel is not None:
            found.append(Panel(*panel))
    return found
