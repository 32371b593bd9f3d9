"""What the writing commands of this package share: comparing, paths, audit lines."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.registry.territory.models import Unit

DRAWN = frozenset({"outline"})


def unit_paths(unit_ids: Iterable[int | None]) -> dict[int, str]:
    """Today's path of each unit; Refused where one does not exist or is dissolved."""
    wanted = {unit_id for unit_id in unit_ids if unit_id is not None}
    paths = dict(Unit.objects.filter(pk__in=wanted).exclude(path="").values_list("pk", "path"))
    if wanted - set(paths):
        raise Refused(_("所选的单元不存在或已撤销。请重新选择。"), field="unit_id")
    return paths


def differing(row: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from what the row holds."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def snapshot(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Named fields as audit keeps them: an outline as the number of its points, not the points."""
    return {name: shown(name, getattr(row, name)) for name in names}


def shown(name: str, value: Any) -> Any:
    """One value as audit keeps it."""
    if name in DRAWN and value:
        return _("轮廓（%(count)d 个点）") % {"count": _points(value.get("coordinates", ()))}
    return value


def write_audit(*, actor: Actor, action: str, lines: Iterable[Line]) -> None:
    record_many(actor=actor, action=action, lines=lines)


def filled(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields that hold something: what a new row was given."""
    return {name: value for name, value in snapshot(row, names).items() if value not in (None, "")}


def _points(coordinates: Any) -> int:
    if coordinates and isinstance(coordinates[0], (list, tuple)):
        return sum(_points(part) for part in coordinates)
    return 1
