"""Conditions of a policy as data, and the rule that they make. Pure: no database.

Stored as {"all": [condition …], "any": [condition …]}: all of the first, and of the second at least
one. A condition names a fact of the register and what is asked of it:

{"fact": "industry", "values": ["I", "C35"]}   GB/T 4754 section, with division or finer code
{"fact": "place", "values": [unit id …]}       home in one of these units
{"fact": "size" | "kind" | "registered" | "taxed", "values": [code …]}
{"fact": "age" | "staff", "low": 3, "high": None}   years since 成立; people; both ends included
{"fact": "tax", "low": 500000, "high": None}   band of the newest year; low included, high not
{"fact": "tags", "values": [code …]}           at least one of these tags
{"fact": "asked", "text": "…"}                 the register knows nothing of it: always to be asked
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from loushi.foundation.solvers.eligibility import All, Any_, Rule, Test, leaves

Condition = Mapping[str, Any]
CHOICES = ("size", "kind", "registered", "taxed")
RANGES = ("age", "staff")
FACTS = ("industry", "place", *CHOICES, *RANGES, "tax", "tags", "asked")
MOST = 30
"""Conditions of one policy; more is not read by anybody."""


@dataclass(frozen=True, slots=True)
class Known:
    """What must be looked up to make a rule: the paths of units, the tags that a rule keeps."""

    paths: Mapping[int, str]
    sure: frozenset[str] = frozenset()


def every(conditions: Mapping[str, Any]) -> list[Condition]:
    """All conditions of a policy, in order."""
    return [*conditions.get("all", ()), *conditions.get("any", ())]


def test_of(condition: Condition, known: Known) -> Test:
    """One condition as a test."""
    fact = condition["fact"]
    if fact in CHOICES:
        return Test(fact, "in", tuple(condition["values"]))
    if fact == "industry":
        return Test(fact, "starts", tuple(condition["values"]))
    if fact == "place":
        paths = tuple(known.paths[pk] for pk in condition["values"] if pk in known.paths)
        return Test(fact, "starts", paths)
    if fact == "tags":
        return Test(fact, "carries", (frozenset(condition["values"]), known.sure))
    if fact == "asked":
        return Test(fact, "asked", (condition["text"],))
    op = "within" if fact == "tax" else "between"
    return Test(fact, op, (condition.get("low"), condition.get("high")))


test_of.__test__ = False  # type: ignore[attr-defined]


def rule_of(conditions: Mapping[str, Any], known: Known) -> All:
    """All conditions as one rule."""
    parts: list[Rule] = [test_of(one, known) for one in conditions.get("all", ())]
    if some := conditions.get("any"):
        parts.append(Any_(tuple(test_of(one, known) for one in some)))
    return All(tuple(parts))


def without(rule: All, facts: Iterable[str]) -> All:
    """The rule without the parts that ask for one of these facts: what is left must hold, what
    went has to be asked of the firm."""
    gone = frozenset(facts)
    return All(
        tuple(part for part in rule.parts if not any(test.fact in gone for test in leaves(part)))
    )


def facts_of(rules: Sequence[All]) -> frozenset[str]:
    """Which facts the rules look at."""
    return frozenset(test.fact for rule in rules for test in leaves(rule))


def age_on(established: date | None, today: date) -> float | None:
    """Full years and the part of the running one: 3.0 from the third anniversary on."""
    if established is None or established > today:
        return None
    years = today.year - established.year
    last = _anniversary(established, today.year)
    if last > today:
        years -= 1
        last = _anniversary(established, today.year - 1)
    following = _anniversary(established, last.year + 1)
    return years + (today - last).days / (following - last).days


def _anniversary(day: date, year: int) -> date:
    if (day.month, day.day) == (2, 29):
        return date(year, 3, 1) if year % 4 or (year % 100 == 0 and year % 400) else day.replace(
            year=year
        )  # fmt: skip
    return day.replace(year=year)
