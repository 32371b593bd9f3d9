"""Taking back what an import wrote: cells get their old values, created rows go.

Reads the trail of a batch, compares it with what the tables hold now, and says what stands in the
way: cells that somebody changed after the import, and created rows that something else needs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from loushi.foundation.core.bulk import update_rows

from . import registry
from .models import ExternalKey, ImportBatch, ImportTrail, PlaceState, UnplacedRow
from .trail import CHUNK, Cells, decoded, encoded, plain_rows, read_cells

Progress = Callable[[int, int], None]
Model = type[models.Model]
AT_ONCE = 500  # rows per transaction


@dataclass(frozen=True)
class Edited:
    """A cell that was changed after the import."""

    model: Model
    pk: Any
    field: str
    before: Any
    imported: Any
    now: Any


@dataclass
class Survey:
    """What taking back a batch would do."""

    restore: dict[Model, dict[Any, Cells]] = field(default_factory=lambda: defaultdict(dict))
    """Cells that still hold what the import wrote: [value to restore, value now]."""
    edited: list[Edited] = field(default_factory=list)
    remove: dict[Model, list[Any]] = field(default_factory=dict)
    kept: dict[Model, dict[Any, str]] = field(default_factory=lambda: defaultdict(dict))
    """Created rows that stay, and why."""

    @property
    def total(self) -> int:
        return sum(map(len, self.restore.values())) + sum(map(len, self.remove.values()))


def model_of(label: str, importer: Any = None) -> Model | None:
    """The model that a trail names, None when it is gone."""
    own = getattr(importer, "model", None)
    if own is not None and own._meta.label_lower == label:
        return own  # type: ignore[no-any-return]
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def trail_of(
    batch: ImportBatch, importer: Any = None
) -> tuple[dict[Model, list[Any]], dict[Model, dict[Any, Cells]]]:
    """All portions together: created ids, and cells with the first before and the last after."""
    created: dict[Model, list[Any]] = defaultdict(list)
    changed: dict[Model, dict[Any, Cells]] = defaultdict(dict)
    rows = ImportTrail.objects.unscoped("taking back").filter(batch=batch)
    for row in rows.order_by("portion", "pk"):
        model = model_of(row.model, importer)
        if model is None:
            continue
        made = created[model]
        made.extend(row.created)
        own = set(made)
        to_python = model._meta.pk.to_python
        for text, cells in row.changed.items():
            pk = to_python(text)
            if pk in own:
                continue
            held = changed[model].setdefault(pk, {})
            for name, (before, after) in cells.items():
                if name in held:
                    held[name][1] = after
                else:
                    held[name] = [before, after]
    return created, changed


def survey(
    batch: ImportBatch,
    importer: Any = None,
    *,
    stay: Mapping[Any, Mapping[Any, str]] | None = None,
) -> Survey:
    """Compares the trail with the tables, and looks for what depends on created rows.

    `stay` names created rows that are to stay, with the reason; what they need stays too.
    """
    created, changed = trail_of(batch, importer)
    found = Survey()
    for model, rows in changed.items():
        names = sorted({name for cells in rows.values() for name in cells})
        now = read_cells(model, rows, names)
        for pk, cells in rows.items():
            if pk not in now:
                continue
            for name, (before, after) in cells.items():
                held = now[pk][name]
                if held == before:
                    continue
                if held == after:
                    found.restore[model].setdefault(pk, {})[name] = [before, held]
                else:
                    found.edited.append(Edited(model, pk, name, before, after, held))
    for model, ids in created.items():
        there = set(_existing(model, ids))
        found.remove[model] = [pk for pk in ids if pk in there]
    for model, rows in (stay or {}).items():
        if rows and model in found.remove:
            found.kept[model] |= rows
    _keep_needed(found)
    return found


def _existing(model: Model, ids: Sequence[Any]) -> Iterator[Any]:
    for part in _chunks(ids):
        yield from plain_rows(model).filter(pk__among=part).values_list("pk", flat=True)


def _chunks(ids: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _relations(model: Model) -> Iterator[tuple[Model, str]]:
    """(model, attribute) of every foreign key that points at a model."""
    for relation in model._meta.related_objects:
        if relation.one_to_many or relation.one_to_one:
            there = relation.related_model
            if not there._meta.proxy and there._meta.app_label != "transfer":
                yield there, relation.field.attname


Edge = tuple[Model, Any, Model, Any]
"""(who needs, its id, what it needs, its id)."""


def _needs(found: Survey, going: dict[Model, set[Any]]) -> list[Edge]:
    """All rows that point at created ones; what is used without a foreign key stays at once."""
    edges: list[Edge] = []
    for model, ids in found.remove.items():
        for there, attribute in _relations(model):
            for part in _chunks(ids):
                rows = plain_rows(there).filter(**{f"{attribute}__in": part})
                for pk, target in rows.values_list("pk", attribute):
                    edges.append((there, pk, model, target))
        for pk, why in registry.uses_of(model._meta.label_lower, ids).items():
            if pk in going[model]:
                going[model].discard(pk)
                found.kept[model][pk] = why
    return edges


def _keep_needed(found: Survey) -> None:
    """Moves rows that others need from `remove` to `kept`, until nothing more is needed."""
    going = {
        model: set(ids) - set(found.kept.get(model, ())) for model, ids in found.remove.items()
    }
    edges = _needs(found, going)
    while True:
        needed = [
            (model, target, there)
            for there, pk, model, target in edges
            if target in going[model] and pk not in going.get(there, ())
        ]
        if not needed:
            break
        counts: dict[tuple[Model, Any], dict[Model, int]] = defaultdict(lambda: defaultdict(int))
        for model, target, there in needed:
            counts[model, target][there] += 1
        for (model, target), by in counts.items():
            going[model].discard(target)
            found.kept[model][target] = "、".join(
                _("已有 %(count)d 条%(what)s") % {"count": count, "what": there._meta.verbose_name}
                for there, count in by.items()
            )
    _keep_names(found, going)
    found.remove = {model: [pk for pk in ids if pk in going[model]]
                    for model, ids in found.remove.items()}  # fmt: skip


def _keep_names(found: Survey, going: dict[Model, set[Any]]) -> None:
    """A row that stays keeps the number by which its source knows it; a row of the queue that was
    placed since is somebody's work."""
    stays = {(model._meta.label_lower, pk) for model, ids in found.kept.items() for pk in ids}
    for part in _chunks(found.remove.get(ExternalKey, [])):
        keys = ExternalKey.objects.filter(pk__among=part).values_list("pk", "kind", "object_id")
        going[ExternalKey] -= {pk for pk, kind, held in keys if (kind, held) in stays}
    for part in _chunks(found.remove.get(UnplacedRow, [])):
        rows = plain_rows(UnplacedRow).filter(pk__among=part).exclude(state=PlaceState.WAITING)
        going[UnplacedRow] -= set(rows.values_list("pk", flat=True))


def take_back(
    batch: ImportBatch,
    importer: Any = None,
    *,
    edited: bool = False,
    stay: Mapping[Any, Mapping[Any, str]] | None = None,
    guard: Callable[[], Any] = lambda: None,
    progress: Progress = lambda done, total: None,
) -> Survey:
    """Restores and removes in short transactions; running it again goes on where it stopped.

    `edited`: also cells that somebody changed since. `stay`: created rows to leave, and why.
    `guard` is called first in each transaction. Returns what was found before it began.
    """
    found = survey(batch, importer, stay=stay)
    if edited:
        for one in found.edited:
            found.restore[one.model].setdefault(one.pk, {})[one.field] = [one.before, one.now]
    done, total = 0, found.total
    # What the batch made goes first: it may hold the place of what it had ended (a statement that
    # runs, a code), and nothing that stays points at it.
    for model in _children_first(found.remove):
        for part in _chunks(found.remove[model], AT_ONCE):
            with transaction.atomic():
                guard()
                _remove(model, part)
            done += len(part)
            progress(done, total)
    for model, rows in found.restore.items():
        for part in _chunks(list(rows), AT_ONCE):
            with transaction.atomic():
                guard()
                _restore(model, {pk: rows[pk] for pk in part})
            done += len(part)
            progress(done, total)
    return found


def _restore(model: Model, rows: Mapping[Any, Cells]) -> None:
    names = sorted({name for cells in rows.values() for name in cells})
    held_rows = plain_rows(model).filter(pk__in=list(rows)).order_by("pk")
    list(held_rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    now = read_cells(model, rows, names)
    changes = []
    for pk, cells in rows.items():
        if pk not in now:
            continue
        values = {
            name: decoded(model._meta.get_field(name), before)  # type: ignore[arg-type]
            for name, (before, held) in cells.items()
            if now[pk][name] == held  # what changed a moment ago stays
        }
        if values:
            changes.append((pk, values))
    update_rows(model, changes)
    _index(model, [pk for pk, _values in changes])


def _remove(model: Model, ids: Sequence[Any]) -> None:
    """Deletes exactly these rows; the database refuses when a new foreign key points at one."""
    parents: dict[Model, set[Any]] = defaultdict(set)
    for own in model._meta.concrete_fields:
        if own.remote_field and hasattr(own.related_model, "index_again"):
            rows = plain_rows(model).filter(pk__in=ids)
            values = rows.exclude(**{own.attname: None}).values_list(own.attname, flat=True)
            parents[own.related_model] |= set(values)  # type: ignore[index]
    plain_rows(model).filter(pk__in=ids)._raw_delete(connection.alias)  # type: ignore[attr-defined]
    _index(model, ids)
    for parent, keys in parents.items():
        _index(parent, sorted(keys))


def _index(model: Model, ids: Sequence[Any]) -> None:
    again = getattr(model, "index_again", "")
    if again and ids:
        import_string(again)(list(ids))


def _children_first(found: Iterable[Model]) -> list[Model]:
    left = list(found)
    ordered: list[Model] = []
    while left:
        free = [
            model for model in left
            if not any(there in left and there is not model for there, _name in _relations(model))
        ] or left[:1]  # fmt: skip
        ordered += free
        left = [model for model in left if model not in free]
    return ordered


def shown(model: Model, name: str, value: Any) -> str:
    """A kept value as a person reads it."""
    own = model._meta.get_field(name)
    if value is None or value == "":
        return ""
    if isinstance(value, list | dict):
        return _("（图形或列表）")
    choices = dict(getattr(own, "flatchoices", ()) or ())
    plain = decoded(own, value)  # type: ignore[arg-type]
    if plain in choices:
        return str(choices[plain])
    related = own.related_model if own.remote_field else None
    if related is not None:
        row = plain_rows(related).filter(pk=plain).first()  # type: ignore[arg-type]
        return str(row) if row is not None else str(plain)
    return str(plain)


def label_of(model: Model, name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


__all__ = ["Edited", "Survey", "encoded", "label_of", "shown", "survey", "take_back"]
