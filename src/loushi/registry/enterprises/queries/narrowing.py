"""The visible enterprises, narrowed: the one place where a filter becomes a condition."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import users_with_permission
from loushi.registry.enterprises.models import Enterprise, EnterpriseTag, Stability, Tenancy
from loushi.registry.enterprises.policy import CHANGE, RUNNING
from loushi.registry.territory.models import Unit

WHY = "narrowing rows that are scoped already"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing. `sort` may begin with "-"."""

    q: str = ""
    unit: int | None = None
    building: int | None = None
    presence: str = ""
    section: str = ""
    size: str = ""
    status: str = ""
    officer: int | None = None
    tag: str = ""
    stability: str = ""
    registered: str = ""
    tax: str = ""
    lease: int | None = None
    sort: str = "place"


def enterprises(actor: Actor, filters: Filters | None = None) -> QuerySet[Enterprise]:
    """The visible enterprises, narrowed."""
    return narrowed(Enterprise.objects.visible_to(actor), filters)


def changeable_ids(actor: Actor, filters: Filters) -> list[int]:
    """The enterprises of a list that the actor may change and that are not 注销."""
    rows = narrowed(Enterprise.objects.visible_to(actor, CHANGE), filters)
    rows = rows.exclude(status=Enterprise.Status.CANCELLED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def narrowed(rows: QuerySet[Enterprise], filters: Filters | None) -> QuerySet[Enterprise]:
    """Rows of enterprises under all filters at once."""
    if filters is None:
        return rows
    if filters.q:
        rows = rows.filter(named(filters.q))
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    exact = {
        "industry__section": filters.section,
        "size": filters.size,
        "status": filters.status,
        "registered_lies": filters.registered,
        "tax_lies": filters.tax,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if filters.officer is not None:
        rows = rows.filter(officer_id=filters.officer or None)
    return _marked(_sitting(rows, filters), filters)


def _sitting(rows: QuerySet[Enterprise], filters: Filters) -> QuerySet[Enterprise]:
    tenancy = {"presence": filters.presence, "building_id": filters.building}
    wanted = Q(**{name: value for name, value in tenancy.items() if value})
    if filters.lease is not None:
        today = timezone.localdate()
        last = today + timedelta(days=filters.lease)
        wanted &= Q(sits=True, lease_until__gte=today, lease_until__lte=last)
    if not wanted:
        return rows
    running = Tenancy.objects.unscoped(WHY).filter(RUNNING, wanted)
    return rows.filter(pk__in=running.values("enterprise_id"))


def _marked(rows: QuerySet[Enterprise], filters: Filters) -> QuerySet[Enterprise]:
    if filters.tag:
        tags = EnterpriseTag.objects.unscoped(WHY).filter(kind_id=filters.tag, until__isnull=True)
        rows = rows.filter(pk__in=tags.values("enterprise_id"))
    if filters.stability:
        held = Stability.objects.unscoped(WHY).filter(until__isnull=True)
        if filters.stability == NONE:
            return rows.exclude(pk__in=held.values("enterprise_id"))
        wanted = held.filter(level_id=filters.stability)
        rows = rows.filter(pk__in=wanted.values("enterprise_id"))
    return rows


def named(text: str) -> Q:
    """Whose name, short name or code holds the text."""
    wanted = text.strip()
    return (
        Q(name__icontains=wanted)
        | Q(short_name__icontains=wanted)
        | Q(credit_code__icontains=wanted)
    )


def presence_counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many enterprises of the list hold a running tenancy of each presence, under the other
    filters (an enterprise with two places may count in two states)."""
    tenancy = Q(building_id=filters.building) if filters.building else Q()
    rows = (
        Tenancy.objects.unscoped("counting rows of enterprises that are scoped")
        .filter(RUNNING, tenancy, enterprise__in=enterprises(actor, replace(filters, presence="")))
        .order_by()
        .values_list("presence")
        .annotate(count=Count("enterprise_id", distinct=True))
    )
    return dict(rows)


def officer_choices(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of people who are officers of visible enterprises, of those who may change them
    in the actor's units, and the actor."""
    rows = User.objects.filter(is_active=True, enterprises_in_charge__in=enterprises(actor))
    found = dict(rows.order_by("pk").values_list("pk", "name").distinct())
    colleagues: set[int] = set()
    for path in actor.keys(UNIT, CHANGE):
        colleagues |= set(users_with_permission(CHANGE, unit_path=path, nearest=False))
    held = User.objects.filter(pk__in=_sorted(colleagues), is_active=True)
    found |= dict(held.values_list("pk", "name"))
    if actor.user_id is not None:
        found.setdefault(actor.user_id, actor.name)
    return sorted(found.items(), key=lambda pair: pair[1])


def _sorted(ids: set[int]) -> Sequence[int]:
    return sorted(ids)
