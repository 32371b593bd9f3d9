"""Which firms a policy is for, and which policies are for a firm: each with its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch, path_range
from loushi.foundation.solvers.eligibility import (
    FAILED,
    MET,
    UNKNOWN,
    All,
    Found,
    Matrix,
    Test,
    leaves,
    match,
    match_one,
)
from loushi.registry.buildings.queries import Page
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.conditions import every, facts_of, rule_of, without
from loushi.services.catalogue.models import Declaration, Policy, PolicyPush, PushRefusal
from loushi.services.catalogue.policy import MATCH, PUSH, TRACK

from .facts import Span, columns_of, values_of
from .policies import current
from .terms import Terms, terms_of

GROUPS = ("met", "asked", "unknown", "near", "no")
"""符合; 已知条件都符合, the rest only the firm knows; 缺资料; 差一项; 不符合."""
ASKED = frozenset({"asked"})
UNDISCLOSED = frozenset({"asked", "tax"})
SIZE = 50


@dataclass(frozen=True, slots=True)
class MatchFilters:
    """Which of the firms: a group, a unit."""

    group: str = "met"
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Firm:
    """One verdict with its reasons: (test, verdict, value of the firm). `asks` are the facts that
    only the firm can tell this reader."""

    group: str
    reasons: tuple[tuple[Test, int, Any], ...]
    asks: frozenset[str] = ASKED


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A firm of the list."""

    id: int
    name: str
    credit_code: str
    unit: str
    found: Firm
    pushed: bool
    refuses: bool
    declared: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A policy over all firms that the actor may see."""

    policy: Policy
    rule: All
    terms: Terms
    ids: list[int]
    groups: Any
    matrix: Matrix
    columns: dict[str, Any]
    asks: frozenset[str]

    def counts(self) -> dict[str, int]:
        return {name: int((self.groups == n).sum()) for n, name in enumerate(GROUPS)}

    def rows_in(self, group: str) -> list[int]:
        """Row numbers of a group; all of them for ''."""
        if not group:
            return list(range(len(self.ids)))
        return [int(n) for n in np.flatnonzero(self.groups == GROUPS.index(group))]

    def firm(self, n: int) -> Firm:
        """The reasons of one row."""
        reasons = []
        for test in leaves(self.rule):
            column = self.columns.get(test.fact)
            value = None if column is None else column.at(n)
            reasons.append((test, int(self.matrix.tests[test][n]), value))
        return Firm(GROUPS[int(self.groups[n])], tuple(reasons), self.asks)


def firms(actor: Actor, permission: str, unit: int | None = None) -> QuerySet[Enterprise]:
    """The firms that the actor may see where the permission holds, those 注销 aside."""
    rows = Enterprise.objects.visible_to(actor).exclude(status=Enterprise.Status.CANCELLED)
    if not actor.system:
        paths = actor.keys(UNIT, permission)
        if not paths:
            raise Denied
        rows = rows.filter(pk__in=Enterprise.objects.visible_to(actor, permission).values("pk"))
    if unit:
        path = Unit.objects.filter(pk=unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    return rows


def matches(
    actor: Actor, policy: Policy, *, unit: int | None = None, permission: str = MATCH,
    spans: dict[int, Span] | None = None,
) -> Matched:  # fmt: skip
    """A policy against every firm that the actor may match. `spans`: tax bands that were looked at
    (`commands.match_firms`); firms without one have an undisclosed tax condition."""
    terms = terms_of(every(policy.conditions))
    rule = rule_of(policy.conditions, terms.known)
    asks = ASKED if spans else UNDISCLOSED
    told = without(rule, asks)
    rows = firms(actor, permission, unit)
    ids, columns = columns_of(rows, facts_of([rule]), spans)
    if not columns:  # nothing that the register knows is asked: everybody is the same
        columns = columns_of(rows, ["kind"])[1]
    matrix = match(columns, [rule, told])
    return Matched(policy, rule, terms, ids, _groups(matrix), matrix, columns, asks)


def match_page(
    actor: Actor, matched: Matched, filters: MatchFilters, *, after: str = "", size: int = SIZE
) -> Page[MatchLine]:
    """One page of a group, in the order of the register."""
    rows = matched.rows_in(filters.group)
    begin = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    begin = min(begin, max(0, len(rows) - 1)) // size * size
    lines = _lines(actor, matched, rows[begin : begin + size])
    end = begin + len(lines)
    return Page(
        lines, begin + 1 if lines else 0, end, len(rows), False,
        str(begin - size) if begin else "", str(end) if end < len(rows) else "",
    )  # fmt: skip


def match_lines(actor: Actor, matched: Matched, filters: MatchFilters) -> Iterable[MatchLine]:
    """All rows of a group for a file, in portions."""
    rows = matched.rows_in(filters.group)
    for begin in range(0, len(rows), 500):
        yield from _lines(actor, matched, rows[begin : begin + 500])


def to_push(actor: Actor, policy: Policy) -> list[int]:
    """The firms to be told: all conditions that the register may tell hold, tax left out for
    everybody; who refuses and who was told before are left out."""
    matched = matches(actor, policy, permission=PUSH)
    wanted = [matched.ids[n] for group in ("met", "asked") for n in matched.rows_in(group)]
    why = "firms that were matched under the actor's own scope"
    pushes = PolicyPush.objects.unscoped(why).filter(policy=policy)
    told = set(pushes.values_list("enterprise_id", flat=True))
    told |= set(PushRefusal.objects.unscoped(why).values_list("enterprise_id", flat=True))
    return [pk for pk in wanted if pk not in told]


def policies_for(
    actor: Actor, enterprise_id: int, span: Span | None = None, *, own: bool = False
) -> list[tuple[Policy, Firm, Terms]]:
    """The policies in force with their verdict for one firm: what fits first, then what is
    missing. `own`: the reader is the firm, which knows its tax."""
    firm = fetch(Enterprise, actor, enterprise_id, related=("industry",))
    home = firm.unit_path
    rows = [row for row in current(actor) if not home or home.startswith(row.unit_path)]
    terms = terms_of([one for row in rows for one in every(row.conditions)])
    rules = [rule_of(row.conditions, terms.known) for row in rows]
    values = values_of(firm, span)
    asks = ASKED if own or span else UNDISCLOSED
    whole = match_one(values, rules)
    told = match_one(values, [without(rule, asks) for rule in rules])
    found = [
        (row, Firm(_group(one, some), _with(one, values), asks), terms)
        for row, one, some in zip(rows, whole, told, strict=True)
    ]
    return sorted(found, key=lambda one: GROUPS.index(one[1].group))


def own_matches(
    actor: Actor, enterprise_id: int, span: Span | None
) -> list[tuple[Policy, Firm, Terms]]:
    """The same for the firm's own people."""
    return policies_for(actor, enterprise_id, span, own=True)


def _with(found: Found, values: dict[str, Any]) -> tuple[tuple[Test, int, Any], ...]:
    return tuple((test, verdict, values.get(test.fact)) for test, verdict in found.reasons)


def _group(whole: Found, told: Found) -> str:
    if whole.verdict == MET:
        return "met"
    if whole.verdict == FAILED:
        return "near" if whole.short == 1 else "no"
    return "asked" if told.verdict == MET else "unknown"


def _groups(matrix: Matrix) -> Any:
    """The number of the group in `GROUPS` for every row; says what `_group` says of one."""
    whole, told = matrix.verdicts
    found = np.full(len(whole), GROUPS.index("no"), dtype=np.uint8)
    found[matrix.short[0] == 1] = GROUPS.index("near")
    found[whole == UNKNOWN] = GROUPS.index("unknown")
    found[(whole == UNKNOWN) & (told == MET)] = GROUPS.index("asked")
    found[whole == MET] = GROUPS.index("met")
    return found


def _lines(actor: Actor, matched: Matched, rows: Sequence[int]) -> list[MatchLine]:
    ids = [matched.ids[n] for n in rows]
    why = "beside firms that were matched under the actor's own scope"
    names = {
        row.pk: row
        for row in Enterprise.objects.visible_to(actor).filter(pk__in=ids).select_related("unit")
    }
    pushed = set(
        PolicyPush.objects.unscoped(why)
        .filter(policy=matched.policy, enterprise_id__in=ids)
        .values_list("enterprise_id", flat=True)
    )
    refusing = set(
        PushRefusal.objects.unscoped(why).filter(enterprise_id__in=ids).values_list(
            "enterprise_id", flat=True
        )
    )  # fmt: skip
    held = Declaration.objects.visible_to(actor, TRACK).filter(
        policy=matched.policy, enterprise_id__in=ids
    )
    declared = {row.enterprise_id: row.get_state_display() for row in held.order_by("began_on")}
    found = []
    for n, pk in zip(rows, ids, strict=True):
        row = names[pk]
        found.append(
            MatchLine(
                pk, row.name, row.credit_code or "", row.unit.name if row.unit else "",
                matched.firm(n), pk in pushed, pk in refusing, declared.get(pk, ""),
            )
        )  # fmt: skip
    return found
