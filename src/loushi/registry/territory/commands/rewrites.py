"""The resumable job that carries `unit_path` (and `unit`) of every scoped row to its new place.

Batches of at most 500 rows, each a transaction that also notes how far the job came; killed
anywhere, it goes on where it stopped. The models are found in Django's registry: whatever has a
`UnitPathField` named `unit_path` takes part. A model may say on its class:

- `unit_path_is_fact = True`: the path is history and never rewritten (the audit);
- `unit_path_stays = True`: rows of a dissolved or divided unit itself do not go to the heir
  (appointments: rights are never inherited by themselves);
- `at_building(building_id) -> Q`: which rows hang on a building, where no foreign key says so;
- `index_again = "dotted.path"`: called with the ids of moved rows, in the same transaction, so that
  the search finds them at their new place.
"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.module_loading import import_string

from loushi.foundation.core.scoping import UnitPathField, path_range
from loushi.registry.territory.commands.effects import announce
from loushi.registry.territory.models import PathRewrite, Unit

BATCH = 500
BUILDING = "buildings.building"
DONE = "done"


def path_models() -> list[type[models.Model]]:
    """Every concrete model with a `unit_path` that follows the tree, in a fixed order."""
    found = [
        model
        for model in apps.get_models()
        if any(
            isinstance(field, UnitPathField) and field.name == "unit_path"
            for field in model._meta.concrete_fields
        )
        and not getattr(model, "unit_path_is_fact", False)
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def run_rewrites() -> int:
    """Carries out all queued rewrites, oldest first; returns how many rows moved.

    Of those queued together, single buildings go first, then deeper paths before shallower ones.
    When nothing is left, merges and splits are announced to whoever listens.
    """
    total = 0
    while True:
        waiting = list(
            PathRewrite.objects.filter(done_at__isnull=True, on__lte=timezone.localdate())
        )
        if not waiting:
            announce()
            return total
        first = min(
            waiting,
            key=lambda row: (
                row.created_at,
                row.building_id is None,
                -len(row.old_path),
                row.pk,
            ),
        )
        total += run_rewrite(first.pk)


def reopen_strays(within: timedelta = timedelta(days=1)) -> int:
    """Runs lately finished rewrites again where a slow writer left a row on a path that no unit
    stands on any more; returns how many."""
    since = timezone.now() - within
    reopened = 0
    for job in PathRewrite.objects.filter(done_at__gte=since, building_id__isnull=True):
        if Unit.objects.filter(path_range("path", job.old_path)).exists():
            continue
        if any(_left_behind(job, model) for model in path_models()):
            reopened += PathRewrite.objects.filter(pk=job.pk).update(done_at=None, progress={})
    return reopened


def _left_behind(job: PathRewrite, model: type[models.Model]) -> bool:
    rows = _rows(job, model)
    return rows is not None and rows.exists()


def run_rewrite(pk: int) -> int:
    """Carries out one rewrite to its end; returns how many rows moved."""
    total = 0
    for model in path_models():
        while True:
            moved, more = step(pk, model)
            total += moved
            if not more:
                break
    PathRewrite.objects.filter(pk=pk, done_at__isnull=True).update(done_at=timezone.now())
    return total


def step(pk: int, model: type[models.Model]) -> tuple[int, bool]:
    """One batch of one model: (rows moved, whether there may be more)."""
    label = model._meta.label_lower
    with transaction.atomic():
        job = PathRewrite.objects.select_for_update().filter(pk=pk, done_at__isnull=True).first()
        if job is None or job.progress.get(label) == DONE:
            return 0, False
        last = int(job.progress.get(label, 0))
        rows = _rows(job, model)
        if rows is None:
            pks: list[int] = []
        else:
            found = rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
            pks = list(found[:BATCH])
            _move(job, model, pks)
            if pks and hasattr(model, "index_again"):
                import_string(model.index_again)(pks)
        job.progress[label] = pks[-1] if len(pks) == BATCH else DONE
        job.save(update_fields=["progress"])
    return len(pks), len(pks) == BATCH


def _rows(job: PathRewrite, model: type[models.Model]) -> models.QuerySet[Any] | None:
    where = path_range("unit_path", job.old_path)
    if job.building_id is not None:
        hanging = at_building(model, job.building_id)
        if hanging is None:
            return None
        where &= hanging
    elif job.heir_id and getattr(model, "unit_path_stays", False):
        where &= ~Q(unit_path=job.old_path)
    return model._base_manager.filter(where)


def _move(job: PathRewrite, model: type[models.Model], pks: list[int]) -> None:
    if not pks:
        return
    rows = model._base_manager.filter(pk__in=pks)
    unit = _unit_field(model)
    if job.building_id is not None:
        changes: dict[str, Any] = {"unit_path": job.new_path}
        if unit:
            changes["unit_id"] = job.heir_id
        rows.update(**changes)
        return
    if job.heir_id and unit:
        rows.filter(unit_id=job.unit_id).update(unit_id=job.heir_id)
    rows.update(
        unit_path=Concat(Value(job.new_path), Substr(F("unit_path"), len(job.old_path) + 1))
    )


def _unit_field(model: type[models.Model]) -> bool:
    return any(
        field.name == "unit" and field.related_model is Unit
        for field in model._meta.concrete_fields
    )


def at_building(
    model: type[models.Model], building_id: int, _way: tuple[type[models.Model], ...] = ()
) -> Q | None:
    """Which rows of a model hang on a building; None when the model has nothing to do with one."""
    own = getattr(model, "at_building", None)
    if own is not None:
        return Q(own(building_id))
    if model._meta.label_lower == BUILDING:
        return Q(pk=building_id)
    way = (*_way, model)
    links = [field for field in _links(model) if field.related_model not in way]
    for field in (field for field in links if not field.null):
        found = _through(field, building_id, way)
        if found is not None:
            return found
    where: Q | None = None
    empty = Q()
    for field in (field for field in links if field.null):
        found = _through(field, building_id, way)
        if found is None:
            continue
        where = found & empty if where is None else where | (found & empty)
        empty &= Q(**{f"{field.name}__isnull": True})
    return where


def _links(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """Foreign keys to a building (first) or to another model that follows the tree."""
    known = set(path_models())
    found = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model in known
    ]
    return sorted(found, key=lambda field: _label(field) != BUILDING)


def _label(field: models.ForeignKey[Any, Any]) -> str:
    return field.related_model._meta.label_lower


def _through(
    field: models.ForeignKey[Any, Any], building_id: int, way: tuple[type[models.Model], ...]
) -> Q | None:
    if _label(field) == BUILDING:
        return Q(**{f"{field.name}_id": building_id})
    target: Any = field.related_model
    found = at_building(target, building_id, way)
    if found is None:
        return None
    ids = target._base_manager.filter(found).values("pk")
    return Q(**{f"{field.name}_id__in": ids})
