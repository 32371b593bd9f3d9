"""How alike demands are, and why: pure, no database.

Words are weighed by how rare they are among the candidates (inverse document frequency over the
bigrams of the text index): what everybody writes says little. Three rare words in common are full
evidence, one alone is none. Place and category add to it. Nothing is proposed without a reason that
a person can check.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from loushi.foundation.language.queries import normalise, tokens

TEXT, CATEGORY, PLACE = 0.65, 0.2, 0.15
LEAST = 0.3
LEAST_TEXT = 0.18
ENOUGH = 3
LONGEST_PHRASE = 8
MOST_PHRASES = 3
EMPTY = frozenset("请的了我们您在是有和与及也都还能否可以不没这那个一件上下来去到要对把被为给")


@dataclass(frozen=True, slots=True)
class Sample:
    """A demand as it is compared."""

    id: int
    text: str
    category: int | None = None
    parent: int | None = None
    building: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A candidate with what it has in common: `score` from 0 to 1."""

    id: int
    score: float
    phrases: tuple[str, ...]
    same_category: bool
    same_parent: bool
    same_building: bool
    same_unit: bool


def alike(seeds: Sequence[Sample], candidates: Iterable[Sample], most: int = 12) -> list[Like]:
    """The candidates most like any of the seeds, best first; equal ones in order of id."""
    candidates = list(candidates)
    if not seeds or not candidates:
        return []
    terms = {one.id: _terms(one.text) for one in candidates}
    wanted = [(seed, _terms(seed.text)) for seed in seeds]
    seen: Counter[str] = Counter()
    for found in (*terms.values(), *(held for _seed, held in wanted)):
        seen.update(found)
    total = len(terms) + len(wanted)
    rarest = log(1 + total)
    weight = {term: log(1 + total / count) / rarest for term, count in seen.items()}
    found = [
        max((_compare(seed, held, one, terms[one.id], weight) for seed, held in wanted),
            key=lambda like: like.score)
        for one in candidates
    ]  # fmt: skip
    good = [like for like in found if like.score >= LEAST and like.phrases]
    return sorted(good, key=lambda like: (-like.score, like.id))[:most]


def _compare(
    seed: Sample, held: frozenset[str], one: Sample, other: frozenset[str],
    weight: dict[str, float],
) -> Like:  # fmt: skip
    common = held & other
    text = min(1.0, sum(weight[term] for term in common) / ENOUGH) if len(common) > 1 else 0.0
    same = seed.category is not None and seed.category == one.category
    parent = seed.parent is not None and seed.parent == one.parent
    building = seed.building is not None and seed.building == one.building
    unit = seed.unit is not None and seed.unit == one.unit
    score = TEXT * text
    score += CATEGORY * (1.0 if same else 0.4 if parent else 0.0)
    score += PLACE * (1.0 if building else 0.6 if unit else 0.0)
    phrases = _phrases(seed.text, one.text, weight) if text >= LEAST_TEXT else ()
    return Like(one.id, round(score, 4), phrases, same, parent, building, unit)


def _terms(text: str) -> frozenset[str]:
    return frozenset(
        term for term in tokens(normalise(text)) if len(term) > 1 and not EMPTY & set(term)
    )


def _phrases(one: str, other: str, weight: dict[str, float]) -> tuple[str, ...]:
    """The weightiest runs of characters that both texts have, for the reason."""
    one, other = normalise(one), normalise(other)
    found: dict[str, float] = {}
    at = 0
    while at < len(one) - 1:
        size = 0
        while (
            size < LONGEST_PHRASE
            and at + size < len(one)
            and one[at + size].isalnum()
            and one[at + size] not in EMPTY
            and one[at : at + size + 1] in other
        ):
            size += 1
        if size >= 2:
            phrase = one[at : at + size]
            pairs = [phrase[n : n + 2] for n in range(size - 1)]
            found[phrase] = sum(weight.get(pair, 0.0) for pair in pairs)
        at += max(1, size)
    best = sorted(found, key=lambda phrase: (-found[phrase], phrase))
    return tuple(best[:MOST_PHRASES])
