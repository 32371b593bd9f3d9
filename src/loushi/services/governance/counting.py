"""How a vote is counted: pure, without rows, so that it can be tested by itself.

A member who has to stay out (回避) counts nowhere: neither among those who must be there nor in
what the majority is counted of. Abstentions count as present, and in the base unless the rule says
that only 赞成 and 反对 do. Without a quorum nothing is adopted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
NEEDED: Mapping[str, tuple[Fraction, bool]] = {
    "over_half": (Fraction(1, 2), True),
    "two_thirds": (Fraction(2, 3), False),
    "three_quarters": (Fraction(3, 4), False),
    "all": (Fraction(1), False),
}
"""Share → (how much, whether it must be exceeded)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Shares of `NEEDED`; `base` is "all", "present" or "cast"; `both`: heads as well as weight."""

    quorum: str = "over_half"
    majority: str = "over_half"
    base: str = "present"
    both: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """One member with a vote in this matter."""

    weight: int = 1
    present: bool = True
    recused: bool = False
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """Heads and weight of some voices."""

    heads: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """A result with everything that makes it up."""

    entitled: Sum
    present: Sum
    recused: int
    pro: Sum
    contra: Sum
    abstain: Sum
    silent: int
    base: Sum
    quorate: bool
    adopted: bool

    def told(self) -> dict[str, Any]:
        """As it is kept with the item."""
        return asdict(self)


def enough(share: str, part: int, whole: int) -> bool:
    """Whether `part` of `whole` reaches a share; of nothing, nothing is enough."""
    if whole <= 0:
        return False
    needed, exceed = NEEDED[share]
    return part > whole * needed if exceed else part >= whole * needed


def least(share: str, whole: int) -> int:
    """The smallest number that is enough."""
    needed, exceed = NEEDED[share]
    exact = whole * needed
    floor = exact.numerator // exact.denominator
    return floor + 1 if exceed or floor < exact else floor


def added(voices: Iterable[Voice]) -> Sum:
    """Heads and weight together."""
    found = list(voices)
    return Sum(len(found), sum(one.weight for one in found))


def count(rule: Rule, voices: Iterable[Voice]) -> Count:
    """Counts a vote."""
    every = list(voices)
    entitled = [one for one in every if not one.recused]
    present = [one for one in entitled if one.present]
    cast = {
        choice: added(one for one in present if one.choice == choice)
        for choice in (FOR, AGAINST, ABSTAIN)
    }
    bases = {
        "all": added(entitled),
        "present": added(present),
        "cast": added(one for one in present if one.choice in (FOR, AGAINST)),
    }
    base = bases[rule.base]
    quorate = _both(rule, rule.quorum, added(present), added(entitled))
    return Count(
        entitled=added(entitled),
        present=added(present),
        recused=len(every) - len(entitled),
        pro=cast[FOR],
        contra=cast[AGAINST],
        abstain=cast[ABSTAIN],
        silent=sum(1 for one in present if not one.choice),
        base=base,
        quorate=quorate,
        adopted=quorate and _both(rule, rule.majority, cast[FOR], base),
    )


def _both(rule: Rule, share: str, part: Sum, whole: Sum) -> bool:
    by_weight = enough(share, part.weight, whole.weight)
    return by_weight and (not rule.both or enough(share, part.heads, whole.heads))
