"""Which rows an actor may see, in one place.

A model's scope is a declared union of legs. `Model.objects.visible_to(actor)` is the only way to
read scoped rows; anything else on `objects` raises, except `unscoped("reason")`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models import BooleanField, F, Func, Q, QuerySet, Subquery

from .actor import DEPARTMENT, UNIT, Actor, Grant
from .errors import Denied, NotVisible
from .units import PATH_LENGTH, covers, next_path

M = TypeVar("M", bound=models.Model)


class Unscoped(TypeError):
    """A scoped model was read without saying for whom."""


class UnitPathField(models.CharField):  # type: ignore[type-arg]
    """A unit path; collation "C" on PostgreSQL, so that ranges use the index."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", PATH_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        base = f"varchar({self.max_length})"
        return f'{base} COLLATE "C"' if connection.vendor == "postgresql" else base


def path_range(field_name: str, path: str) -> Q:
    """The condition "at or below `path`" as an index range."""
    return Q(**{f"{field_name}__gte": path, f"{field_name}__lt": next_path(path)})


def _minimal(paths: Iterable[str]) -> list[str]:
    """Paths without those that another one already covers."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


class _AnyOf(Subquery):
    """The ids of a subquery, read once into an array: PostgreSQL then joins this leg with the
    others by their indexes (BitmapOr), which it does not do with IN (SELECT …)."""

    template = "ANY(ARRAY(%(subquery)s))"


def _linked(ids: QuerySet[Any]) -> Q:
    if connection.vendor != "postgresql":
        return Q(pk__in=ids)
    return Q(
        Func(F("pk"), _AnyOf(ids), template="(%(expressions)s)", arg_joiner=" = ",
             output_field=BooleanField())
    )  # fmt: skip


class Leg:
    """One reason why a row may be seen or acted upon."""

    kind: str

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        """The rows that grants with these keys cover."""
        raise NotImplementedError

    def covers(self, grant_key: str, row: models.Model) -> bool:
        raise NotImplementedError

    def keys(self, actor: Actor, permission: str) -> frozenset[str]:
        return actor.keys(self.kind, permission)


def _matches(kind: str, grant_key: str, value: Any) -> bool:
    if value is None:
        return False
    return covers(grant_key, value) if kind == UNIT else str(value) == grant_key


def _where(kind: str, field_name: str, keys: frozenset[str]) -> Q:
    if kind == UNIT:
        return reduce(or_, (path_range(field_name, path) for path in _minimal(keys)))
    return Q(**{f"{field_name}__in": sorted(int(key) for key in keys)})


@dataclass(frozen=True)
class UnitLeg(Leg):
    """Rows at or below the unit of a grant, by the path copied onto the row."""

    field: str = "unit_path"
    kind: str = UNIT

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return _where(UNIT, self.field, keys)

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return _matches(UNIT, grant_key, getattr(row, self.field))


@dataclass(frozen=True)
class OwnLeg(Leg):
    """Rows whose own column holds the grant's key (an enterprise's demands, a department's …)."""

    kind: str
    field: str

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return _where(self.kind, self.field, keys)

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return _matches(self.kind, grant_key, getattr(row, self.field))


@dataclass(frozen=True)
class LinkLeg(Leg):
    """Rows joined to the grant's key by another table (lead and co-units, tenancies …).

    `through` may be a callable that returns the model, to avoid an import while models load.
    `row` names the column of `through` that points at this model, `key` the one that holds the
    grant's key (a unit path when `kind` is "unit"), `where` a fixed further condition. `held` names
    an attribute of the row that holds the linked rows where they were read with it (else None), so
    that they are not asked for again.
    """

    kind: str
    through: Any
    row: str
    key: str
    where: Q = field(default_factory=Q)
    held: str = ""

    def __post_init__(self) -> None:
        if self.held and self.where:
            raise ImproperlyConfigured("held rows cannot be narrowed by a further condition")

    def _rows(self) -> QuerySet[Any]:
        through = self.through
        if not (isinstance(through, type) and issubclass(through, models.Model)):
            through = through()
        manager = getattr(through, "plain", None) or through._default_manager
        rows: QuerySet[Any] = manager.filter(self.where)
        return rows

    def hold(self, rows: Sequence[models.Model]) -> None:
        """Reads the linked rows of many rows at once and leaves them where `covers` looks."""
        linked: dict[Any, list[Any]] = {row.pk: [] for row in rows}
        for one in self._rows().filter(**{f"{self.row}__in": list(linked)}):
            linked[getattr(one, self.row)].append(one)
        for row in rows:
            setattr(row, self.held, linked[row.pk])

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        ids = self._rows().filter(_where(self.kind, self.key, keys)).values(self.row)
        return _linked(ids)

    def covers(self, grant_key: str, row: models.Model) -> bool:
        held = getattr(row, self.held) if self.held else None
        if held is not None:
            return any(_matches(self.kind, grant_key, getattr(one, self.key)) for one in held)
        return (
            self._rows()
            .filter(_where(self.kind, self.key, frozenset({grant_key})))
            .filter(**{self.row: row.pk})
            .exists()
        )


@dataclass(frozen=True)
class UserLeg(Leg):
    """Rows that belong to the acting person, who needs no role for these permissions."""

    field: str
    permissions: frozenset[str]
    kind: str = "self"

    def keys(self, actor: Actor, permission: str) -> frozenset[str]:
        if actor.user_id is None or permission not in self.permissions:
            return frozenset()
        return frozenset({str(actor.user_id)})

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return _where("self", self.field, keys)

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return _matches("self", grant_key, getattr(row, self.field))


@dataclass(frozen=True)
class ModelScope:
    """What `scope(...)` declared for one model."""

    model: type[models.Model]
    view: str
    legs: tuple[Leg, ...]
    hidden: Callable[[Actor, Any], frozenset[str]] | None = None


_scopes: dict[type[models.Model], ModelScope] = {}


def scope(
    model: type[models.Model],
    *,
    view: str,
    legs: Sequence[Leg],
    hidden: Callable[[Actor, Any], frozenset[str]] | None = None,
) -> ModelScope:
    """Declares (in policy.py) which legs make rows of `model` visible, and which permission."""
    declared = ModelScope(model, view, tuple(legs), hidden)
    _scopes[model] = declared
    return declared


def scope_of(model: type[models.Model]) -> ModelScope:
    """The declared scope of a model; ImproperlyConfigured when there is none."""
    try:
        return _scopes[model]
    except KeyError:
        raise ImproperlyConfigured(f"{model.__name__} declares no scope in its policy") from None


class ScopedQuerySet(QuerySet[M]):
    """An ordinary queryset: it can only be reached through `visible_to` or `unscoped`."""


class ScopedManager(models.Manager[M]):
    """`objects` of scoped models: refuses every reading that does not say for whom."""

    def get_queryset(self) -> QuerySet[M]:
        raise Unscoped(
            f"{self.model.__name__}.objects needs visible_to(actor) or unscoped('reason')"
        )

    def _everything(self) -> QuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db)

    def unscoped(self, reason: str) -> QuerySet[M]:
        """All rows, with the reason why no actor limits them (jobs, commands, uniqueness)."""
        if not reason.strip():
            raise Unscoped("unscoped() needs a reason")
        return self._everything()

    def visible_to(self, actor: Actor, permission: str | None = None) -> QuerySet[M]:
        """The rows that the actor may see (or, with a permission, may act on with it)."""
        declared = scope_of(self.model)
        rows = self._everything()
        wanted = permission or declared.view
        if actor.system or (actor.see_all and wanted == declared.view):
            return rows
        parts: list[Q] = []
        for leg in declared.legs:
            keys = leg.keys(actor, wanted)
            if not keys:
                continue
            if leg.kind == UNIT and root_path() in keys and isinstance(leg, UnitLeg):
                return rows
            parts.append(leg.condition(self.model, keys))
        if not parts:
            return rows.none()
        if len(parts) == 1 or connection.vendor == "postgresql":
            return rows.filter(reduce(or_, parts))
        # SQLite walks the whole table for such an OR, but not for a union.
        ids = [self._everything().filter(part).order_by().values("pk") for part in parts]
        return rows.filter(pk__in=ids[0].union(*ids[1:]))


_root: Callable[[], str] | None = None


def set_root(source: Callable[[], str]) -> None:
    """Tells scoping how to find the root's path (territory registers it): at the root the path
    filter is dropped."""
    global _root
    _root = source


def root_path() -> str:
    return _root() if _root else ""


class Scoped(models.Model):
    """Base of every model whose rows belong to somebody.

    `objects` refuses unscoped reading; `plain` is Django's own manager (unique checks, reverse
    relations) and must not be used by our code outside `core`.
    """

    plain: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        default_manager_name = "plain"
        base_manager_name = "plain"


class PublicModel(models.Model):
    """Base of every model that holds nothing of anybody (code lists, calendars, settings)."""

    class Meta:
        abstract = True


def held(rows: Sequence[M]) -> Sequence[M]:
    """Rows of one model, made ready to be asked about for many people."""
    for leg in scope_of(type(rows[0])).legs if rows else ():
        if isinstance(leg, LinkLeg) and leg.held:
            leg.hold(rows)
    return rows


def covering(actor: Actor, permission: str, row: models.Model) -> tuple[Grant | str, ...]:
    """The grants (or "self", "system", "see_all") by which a permission covers the row."""
    return tuple(_covering(actor, permission, row))


def _covering(actor: Actor, permission: str, row: models.Model) -> Iterator[Grant | str]:
    """One after the other, so that whoever needs but one asks for no more."""
    declared = scope_of(type(row))
    if actor.system:
        yield "system"
        return
    found = False
    for leg in declared.legs:
        if isinstance(leg, UserLeg):
            if any(leg.covers(key, row) for key in leg.keys(actor, permission)):
                found = True
                yield "self"
            continue
        for grant in actor.holding(permission):
            if grant.kind == leg.kind and leg.covers(grant.key, row):
                found = True
                yield grant
    if not found and actor.see_all and permission == declared.view:
        yield "see_all"


def permits(actor: Actor, permission: str, row: models.Model) -> bool:
    """Whether one of the actor's grants carries the permission and covers this row."""
    return next(_covering(actor, permission, row), None) is not None


def require(actor: Actor, permission: str, row: models.Model) -> None:
    """Raises Denied unless `permits`."""
    if not permits(actor, permission, row):
        raise Denied


def hidden_fields(actor: Actor, row: models.Model) -> frozenset[str]:
    """The columns of the row that this actor must not see."""
    declared = scope_of(type(row))
    return declared.hidden(actor, row) if declared.hidden else frozenset()


def fetch(
    model: type[M],
    actor: Actor,
    pk: int,
    *,
    permission: str | None = None,
    lock: bool = False,
    related: Sequence[str] = (),
) -> M:
    """One visible row, or NotVisible; with a permission also Denied; `lock` needs a transaction."""
    manager: ScopedManager[M] = model.objects  # type: ignore[attr-defined]
    rows = manager.visible_to(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    if related:
        rows = rows.select_related(*related)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    if permission is not None:
        require(actor, permission, row)
    return row


__all__ = [
    "DEPARTMENT",
    "UNIT",
    "Leg",
    "LinkLeg",
    "OwnLeg",
    "PublicModel",
    "Scoped",
    "UnitLeg",
    "UnitPathField",
    "UserLeg",
    "covering",
    "fetch",
    "hidden_fields",
    "permits",
    "require",
    "scope",
    "scope_of",
]
