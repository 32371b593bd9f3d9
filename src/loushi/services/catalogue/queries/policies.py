"""Policies: list, page; declarations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import ENTERPRISE, UNIT, Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.registry.buildings.queries import Page, page_of
from loushi.services.catalogue.models import Declaration, Policy, PolicyVersion, PushRefusal
from loushi.services.catalogue.policy import CHANGE, MATCH, OWN, PUSH, TRACK, may_at

WHY = "counts beside policies that are scoped"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing. `stand` is one of `STANDS`."""

    q: str = ""
    stand: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A row of the list. `declared` and `granted` count declarations that the actor may see."""

    id: int
    title: str
    number: str
    issuer: str
    unit: str
    state: str
    state_label: str
    since: date | None
    until: date | None
    opens_on: date | None
    closes_on: date | None
    benefits: str
    version: int
    declared: int
    granted: int


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """Everything of a policy."""

    row: Policy
    line: PolicyLine
    versions: tuple[PolicyVersion, ...]
    declarations: tuple[Declaration, ...]
    may_change: bool
    may_match: bool
    may_push: bool


def valid(on: date) -> Q:
    """Policies in force on a day; both ends count."""
    begun = Q(since__isnull=True) | Q(since__lte=on)
    return begun & (Q(until__isnull=True) | Q(until__gte=on))


def declarable(on: date) -> Q:
    """Policies in force whose window is open (or that know no window)."""
    opened = Q(opens_on__isnull=True) | Q(opens_on__lte=on)
    return valid(on) & opened & (Q(closes_on__isnull=True) | Q(closes_on__gte=on))


def policies(actor: Actor, filters: Filters | None = None) -> QuerySet[Policy]:
    """The visible policies, narrowed; those withdrawn only when asked for."""
    filters = filters or Filters()
    rows, today = Policy.objects.visible_to(actor), timezone.localdate()
    if filters.q:
        rows = rows.filter(
            Q(title__icontains=filters.q) | Q(issuer__icontains=filters.q)
            | Q(number__icontains=filters.q) | Q(benefits__icontains=filters.q)
        )  # fmt: skip
    if filters.stand == "open":
        rows = rows.filter(declarable(today))
    elif filters.stand == "valid":
        rows = rows.filter(valid(today))
    elif filters.stand == "ended":
        rows = rows.filter(until__lt=today)
    if filters.state:
        return rows.filter(state=filters.state)
    return rows.exclude(state=Policy.State.WITHDRAWN)


def current(actor: Actor) -> list[Policy]:
    """What is published, in force and not yet closed today, those that close first in front."""
    today = timezone.localdate()
    rows = Policy.objects.visible_to(actor).filter(valid(today), state=Policy.State.PUBLISHED)
    rows = rows.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=today))
    found = list(rows.order_by("title", "pk"))
    return sorted(found, key=lambda row: (row.closes_on is None, row.closes_on or date.max))


def policy_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[PolicyLine]:
    """One page by title."""
    rows = policies(actor, filters).select_related("unit")
    page = page_of(rows, order=("title",), after=after, before=before, size=size)
    return replace(page, rows=_lines(actor, page.rows))  # type: ignore[arg-type, return-value]


def policy_row(actor: Actor, policy_id: int) -> Policy:
    """One policy; NotVisible for strangers."""
    return fetch(Policy, actor, policy_id, related=("unit", "department"))


def policy_page(actor: Actor, policy_id: int) -> PolicyPage:
    """One policy with what surrounds it."""
    row = policy_row(actor, policy_id)
    versions = PolicyVersion.objects.visible_to(actor).filter(policy_id=row.pk)
    rows = Declaration.objects.visible_to(actor).filter(policy_id=row.pk)
    return PolicyPage(
        row, _lines(actor, [row])[0], tuple(versions[:50]),
        tuple(rows.select_related("enterprise")[:50]), may_at(actor, CHANGE, row),
        bool(actor.keys(UNIT, MATCH)) or actor.system,
        (bool(actor.keys(UNIT, PUSH)) or actor.system) and row.state == Policy.State.PUBLISHED,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeclarationLine:
    """A declaration in a file."""

    policy: str
    enterprise: str
    credit_code: str
    state: str
    began_on: date
    declared_on: date | None
    decided_on: date | None
    amount: Decimal | None
    note: str


def declarations(actor: Actor, *, policy_id: int = 0, state: str = "") -> QuerySet[Declaration]:
    """The declarations that the actor may see, newest first."""
    rows = Declaration.objects.visible_to(actor).select_related("policy", "enterprise")
    if policy_id:
        rows = rows.filter(policy_id=policy_id)
    return rows.filter(state=state) if state else rows


def declaration_lines(actor: Actor, policy_id: int = 0) -> Iterable[DeclarationLine]:
    """For a file."""
    for row in declarations(actor, policy_id=policy_id).iterator(chunk_size=500):
        yield DeclarationLine(
            row.policy.title, row.enterprise.name, row.enterprise.credit_code or "",
            row.get_state_display(), row.began_on, row.declared_on, row.decided_on, row.amount,
            row.note,
        )  # fmt: skip


def declaration(actor: Actor, declaration_id: int) -> Declaration:
    """One declaration; NotVisible for strangers."""
    return fetch(Declaration, actor, declaration_id, related=("policy", "enterprise"))


def refuses_pushes(enterprise_id: int) -> bool:
    """Whether a firm (that was checked) wants no pushes."""
    rows = PushRefusal.objects.unscoped("of a firm that was checked")
    return rows.filter(enterprise_id=enterprise_id).exists()


def own_enterprise(actor: Actor) -> int:
    """The firm that the actor acts for; NotVisible where there is none."""
    keys = sorted(int(key) for key in actor.keys(ENTERPRISE, OWN))
    if not keys:
        raise NotVisible
    return keys[0]


def _lines(actor: Actor, rows: Sequence[Policy]) -> list[PolicyLine]:
    seen = Declaration.objects.visible_to(actor, TRACK).filter(policy__in=[r.pk for r in rows])
    counts = {
        pk: (every, granted)
        for pk, every, granted in seen.order_by().values_list("policy_id").annotate(
            every=Count("pk"), granted=Count("pk", filter=Q(state=Declaration.State.GRANTED))
        )
    }  # fmt: skip
    return [
        PolicyLine(
            row.pk, row.title, row.number, row.issuer, row.unit.name, row.state,
            row.get_state_display(), row.since, row.until, row.opens_on, row.closes_on,
            row.benefits, row.version, *counts.get(row.pk, (0, 0)),
        )
        for row in rows
    ]  # fmt: skip
