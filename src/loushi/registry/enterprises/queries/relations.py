"""Which rows of the whole product hang on an enterprise, and what becomes of them in a merge.

Found in the model registry, so a package that comes later is moved too, without being named here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from loushi.registry.enterprises.models import (
    DuplicateProposal,
    Enterprise,
    PlaceFact,
    Tenancy,
)

LEFT_OUT: frozenset[type[models.Model]] = frozenset({DuplicateProposal})
"""What a merge answers, and so deletes."""


_KINDS: dict[str, Any] = {}


def name_kinds(words: Mapping[str, Any]) -> None:
    """Words for the rows of other packages, by model label; given once, when all are loaded."""
    _KINDS.update(words)


def kind_label(model: type[models.Model]) -> str:
    """The words for rows of a model, or its name where nobody gave words."""
    return str(_KINDS.get(model._meta.label, model._meta.verbose_name))


@dataclass(frozen=True, slots=True)
class Relation:
    """One foreign key to the enterprise: its model, its name, the words for its rows."""

    model: type[models.Model]
    name: str

    @property
    def label(self) -> str:
        return kind_label(self.model)

    def rows(self, enterprise_id: int) -> models.QuerySet[Any]:
        """All rows of one enterprise, whoever sees them: a merge leaves none behind."""
        return everything(self.model).filter(**{self.name: enterprise_id}).order_by("pk")


@dataclass(frozen=True, slots=True)
class Fate:
    """What a merge does with one row: `moves`, `ends` (moves and ends today, because the other
    enterprise has a running one), `withdrawn` (a fact that the other's facts replace), `folded`
    (the same stay, kept once) or `kept aside` (the other has the same; this one stays in the
    record of the merge)."""

    row: Any
    verdict: str


MOVES, ENDS, WITHDRAWN, FOLDED, ASIDE = "moves", "ends", "withdrawn", "folded", "aside"


def everything(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows of a model, scoped or not."""
    manager: Any = getattr(model, "plain", None) or model._default_manager
    rows: models.QuerySet[Any] = manager.all()
    return rows


def relations() -> list[Relation]:
    """Every foreign key to enterprises, of all packages, in a stable order."""
    found = [
        Relation(field.related_model, field.field.name)
        for field in Enterprise._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel)
        and field.related_model not in LEFT_OUT
        and field.related_model._meta.managed
        and not field.related_model._meta.auto_created
    ]
    return sorted(set(found), key=lambda relation: (relation.model._meta.label, relation.name))


def fates(relation: Relation, kept_id: int, former_id: int) -> list[Fate]:
    """What becomes of each row of the enterprise that goes."""
    rows = list(relation.rows(former_id))
    if not rows:
        return []
    if relation.model is Tenancy:
        held = list(relation.rows(kept_id))
        return [Fate(row, FOLDED if twin_of(row, held) else MOVES) for row in rows]
    if relation.model is PlaceFact:
        own = set(relation.rows(kept_id).filter(withdrawn_at__isnull=True).values_list("kind"))
        return [
            Fate(row, WITHDRAWN if not row.withdrawn_at and (row.kind,) in own else MOVES)
            for row in rows
        ]
    clashing = _clashes(relation, kept_id, former_id)
    return [Fate(row, clashing.get(row.pk, MOVES)) for row in rows]


def twin_of(row: Tenancy, held: Iterable[Tenancy]) -> Tenancy | None:
    """The other enterprise's stay at the same place in the same time, if there is one."""
    for other in held:
        if (other.building_id, other.space_id, other.sits) != (
            row.building_id,
            row.space_id,
            row.sits,
        ):
            continue
        apart = (row.until and other.since and row.until <= other.since) or (
            other.until and row.since and other.until <= row.since
        )
        if not apart:
            return other
    return None


def _clashes(relation: Relation, kept_id: int, former_id: int) -> Mapping[int, str]:
    """Rows whose move would break a uniqueness, and what is done instead."""
    found: dict[int, str] = {}
    for fields, condition in _uniques(relation):
        others = [name for name in fields if name != relation.name]
        taken = set(relation.rows(kept_id).filter(condition).values_list(*others, "pk"))
        taken = {values[:-1] for values in taken}
        if not taken:
            continue
        ends = "until" in {field.name for field in relation.model._meta.concrete_fields}
        verdict = ENDS if ends and "until__isnull" in str(condition) else ASIDE
        for values in relation.rows(former_id).filter(condition).values_list(*others, "pk"):
            if values[:-1] in taken:
                found[values[-1]] = verdict
    return found


def _uniques(relation: Relation) -> Sequence[tuple[tuple[str, ...], Q]]:
    """(fields, condition) of every uniqueness in which the foreign key takes part."""
    meta = relation.model._meta
    found: list[tuple[tuple[str, ...], Q]] = [
        (tuple(constraint.fields), constraint.condition or Q())
        for constraint in meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and relation.name in constraint.fields
    ]
    found += [(tuple(names), Q()) for names in meta.unique_together if relation.name in names]
    if meta.get_field(relation.name).unique:  # type: ignore[union-attr]
        found.append(((relation.name,), Q()))
    return found
