"""The importers and exporters of all packages, and what the engine must be told about units.

Packages register in `imports.py` and `exports.py`; both are loaded when the application starts.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from loushi.foundation.core.actor import Actor

if TYPE_CHECKING:
    from .exporter import Exporter
    from .importer import Importer

C = TypeVar("C", bound="type[Importer]")
E = TypeVar("E", bound="type[Exporter]")

_importers: dict[str, "type[Importer]"] = {}
_exporters: dict[str, "type[Exporter]"] = {}


class UnknownImporter(LookupError):
    """No package registered this name."""


def register(importer: C) -> C:
    """Class decorator: makes an importer known under its name."""
    for needed in ("name", "label", "permission", "kind"):
        if not getattr(importer, needed, None):
            raise TypeError(f"{importer.__name__} needs {needed}")
    names = [column.name for column in importer.all_columns()]
    if len(set(names)) != len(names):
        raise TypeError(f"{importer.__name__} names a column twice")
    if unknown := set(importer.key) - set(names):
        raise TypeError(f"{importer.__name__}: key columns {sorted(unknown)} are not declared")
    _importers[importer.name] = importer
    return importer


def importers() -> "list[type[Importer]]":
    """All importers in their declared order."""
    return sorted(_importers.values(), key=lambda item: (item.order, item.name))


def importer(name: str) -> "type[Importer]":
    """The importer of a name; UnknownImporter otherwise."""
    try:
        return _importers[name]
    except KeyError:
        raise UnknownImporter(name) from None


def permitted(actor: Actor) -> "list[type[Importer]]":
    """The importers that the actor may use somewhere."""
    return [item for item in importers() if actor.has(item.permission)]


def register_exporter(exporter: E) -> E:
    """Class decorator: makes an exporter known to `loushi export`."""
    _exporters[exporter.name] = exporter
    return exporter


def exporters() -> "list[type[Exporter]]":
    """All registered exporters by name."""
    return [_exporters[name] for name in sorted(_exporters)]


UnitChoices = Callable[[Actor, str], list[tuple[str, str]]]
_unit_choices: UnitChoices = lambda actor, permission: []  # noqa: E731 - replaced by territory


def provide_units(choices: UnitChoices) -> UnitChoices:
    """Territory registers here a callable (actor, permission) → [(unit path, label)] that lists
    the units which the actor may choose for an import; usable as a decorator."""
    global _unit_choices
    _unit_choices = choices
    return choices


def unit_choices(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """The units that the actor may choose, as (path, label)."""
    return _unit_choices(actor, permission)


def confidential_permissions() -> frozenset[str]:
    """The permissions of importers whose batches are not shown to holders of transfer.view."""
    return frozenset(item.permission for item in _importers.values() if item.confidential)


# ---- what the foundation leaves open; config/wiring.py connects it ------------------------------
Recorder = Callable[..., Any]
_record: Recorder = lambda **given: None  # noqa: E731 - replaced by the audit
_actor_of: Callable[[int], Actor | None] = lambda user_id: None  # noqa: E731
_uses: list[Callable[[str, Sequence[Any]], dict[Any, str]]] = []


def provide_record(record: Recorder) -> Recorder:
    """How notes and roll-backs reach the audit: a callable (actor=, action=, lines=) over lines of
    {"subject": (kind, id, label), "before", "after", "why", "unit_path"}."""
    global _record
    _record = record
    return record


def record(*, actor: Actor, action: str, lines: "Sequence[dict[str, Any]]") -> None:
    """Records lines in the audit, in the caller's transaction."""
    if lines:
        _record(actor=actor, action=action, lines=lines)


def provide_actor(actor_of: Callable[[int], Actor | None]) -> None:
    """Who works in the background for a person: user id → Actor of today, None when gone."""
    global _actor_of
    _actor_of = actor_of


def actor_of(user_id: int) -> Actor | None:
    """The person's rights as they are now; None when they may not log in any more."""
    return _actor_of(user_id)


def provide_uses(uses: Callable[[str, Sequence[Any]], dict[Any, str]]) -> None:
    """Uses of rows that no foreign key shows (attachments): (model label, ids) → {id: sentence}."""
    if uses not in _uses:
        _uses.append(uses)


def uses_of(label: str, ids: Sequence[Any]) -> dict[Any, str]:
    """Which of these rows are used in ways that no foreign key shows, and how."""
    found: dict[Any, str] = {}
    for uses in _uses:
        found |= uses(label, ids)
    return found
